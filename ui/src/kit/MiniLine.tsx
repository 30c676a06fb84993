export interface MiniLineProps {
  readonly nodes: readonly { readonly id: string; readonly kind: string }[];
  readonly width?: number;
  readonly label: string;
}

/** A flow as a line with one dot per node; kinds differ by the dot's shape. */
export function MiniLine({ nodes, width = 132, label }: MiniLineProps) {
  if (nodes.length === 0) return null;
  const shown = nodes.slice(0, 14);
  const step = shown.length > 1 ? Math.min(14, (width - 12) / (shown.length - 1)) : 14;
  const end = 6 + step * Math.max(0, shown.length - 1);
  return (
    <svg width={width} height={16} viewBox={`0 0 ${width} 16`} role="img" aria-label={label}>
      <path d={`M2 8H${end + 4}`} stroke="var(--petrol)" strokeWidth="2" />
      {shown.map((node, i) => (
        <Stop key={node.id} kind={node.kind} x={6 + i * step} />
      ))}
      {nodes.length > shown.length ? (
        <path d={`M${end + 4} 8h6`} stroke="var(--petrol)" strokeWidth="2" strokeDasharray="2 2" />
      ) : null}
    </svg>
  );
}

function Stop({ kind, x }: { readonly kind: string; readonly x: number }) {
  const look = { fill: 'var(--surface)', stroke: 'var(--petrol)', strokeWidth: 1.5 };
  if (kind === 'switch') return <path d={`M${x - 3.5} 8l3.5-3.5 3.5 3.5-3.5 3.5z`} {...look} />;
  if (kind === 'extension') return <circle cx={x} cy={8} r={3.2} {...look} fill="var(--petrol)" />;
  if (kind === 'flow') return <rect x={x - 3.5} y={4.5} width={7} height={7} {...look} />;
  if (kind === 'fail')
    return <path d={`M${x - 2.5} 5.5l5 5M${x + 2.5} 5.5l-5 5`} stroke="var(--failed)" strokeWidth="1.8" />;
  return <circle cx={x} cy={8} r={2.8} {...look} />;
}
