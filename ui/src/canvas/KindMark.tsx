import type { Kind } from '../core/language';

/** The station of a kind: its shape tells it apart without colour. 14 × 14, centred on the spine. */
export function KindMark({ kind, size = 14 }: { readonly kind: Kind | undefined; readonly size?: number }) {
  return (
    <svg
      className={`kind-mark kind-${kind ?? 'unknown'}`}
      width={size}
      height={size}
      viewBox="0 0 14 14"
      aria-hidden="true"
    >
      {shapeOf(kind)}
    </svg>
  );
}

function shapeOf(kind: Kind | undefined) {
  const line = { fill: 'var(--surface)', stroke: 'currentColor', strokeWidth: 2 };
  switch (kind) {
    case 'use':
      return <rect x="2" y="2" width="10" height="10" {...line} />;
    case 'extension':
      return (
        <>
          <circle cx="7" cy="7" r="6" fill="var(--surface)" />
          <path d="M1 7h4l4-4.5h4M5 7l4 4.5h4" fill="none" stroke="currentColor" strokeWidth="2.2" />
        </>
      );
    case 'switch':
      return <path d="M7 1l6 6-6 6-6-6z" {...line} />;
    case 'flow':
      return (
        <>
          <rect x="1" y="1" width="12" height="12" {...line} strokeWidth={1.6} />
          <rect
            x="4.2"
            y="4.2"
            width="5.6"
            height="5.6"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.6"
          />
        </>
      );
    case 'foreach':
      return (
        <>
          <rect x="4.5" y="1" width="8.5" height="8.5" {...line} strokeWidth={1.6} />
          <rect x="1" y="4.5" width="8.5" height="8.5" {...line} strokeWidth={1.6} />
        </>
      );
    case 'loop':
      return <circle cx="7" cy="7" r="5" {...line} strokeWidth={2.4} />;
    case 'race':
      return (
        <>
          <rect x="0" y="0" width="14" height="14" fill="var(--surface)" />
          <path d="M3 13L7 1M7.5 13l4-12" fill="none" stroke="currentColor" strokeWidth="2.4" />
        </>
      );
    case 'wait':
      return (
        <>
          <circle cx="7" cy="7" r="5.2" {...line} strokeWidth={1.6} />
          <path d="M7 1.8a5.2 5.2 0 0 1 0 10.4z" fill="currentColor" />
        </>
      );
    case 'respond':
      return (
        <>
          <rect x="0" y="1" width="14" height="12" fill="var(--surface)" />
          <path d="M13 7H3M7 2.5L2.5 7 7 11.5" fill="none" stroke="currentColor" strokeWidth="2.2" />
        </>
      );
    case 'fail':
      return (
        <>
          <circle cx="7" cy="7" r="6" fill="var(--surface)" />
          <path d="M2.5 2.5l9 9M11.5 2.5l-9 9" fill="none" stroke="currentColor" strokeWidth="2.6" />
        </>
      );
    default:
      return <circle cx="7" cy="7" r="4.5" {...line} strokeDasharray="2 2" />;
  }
}
