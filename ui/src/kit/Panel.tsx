import type { ReactNode } from 'react';
import { Icon, type IconName } from './Icon';
import './mark.css';

export interface EmptyProps {
  readonly icon?: IconName;
  readonly title: string;
  readonly children?: ReactNode;
}

/** What stands where there is nothing yet: why, and what to do. */
export function Empty({ icon = 'route', title, children }: EmptyProps) {
  return (
    <div className="k-empty">
      <Icon name={icon} size={28} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export interface BannerProps {
  readonly tone?: 'plain' | 'warn' | 'failed';
  readonly children: ReactNode;
  readonly action?: ReactNode;
}

export function Banner({ tone = 'plain', children, action }: BannerProps) {
  return (
    <div className={`k-banner k-banner-${tone}`} role="status">
      {tone === 'plain' ? null : <Icon name="alert" />}
      <span>{children}</span>
      {action}
    </div>
  );
}

export function Chip({ children, title }: { readonly children: ReactNode; readonly title?: string }) {
  return (
    <span className="k-chip" {...(title === undefined ? {} : { title })}>
      {children}
    </span>
  );
}

const HUES = 8;

/** The fixed colour of a business line; its name always stands beside it. */
export function hueOf(bizId: string): number {
  let sum = 0;
  for (const char of bizId) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 9973;
  return (sum % HUES) + 1;
}

export function IdentityMark({
  bizId,
  scenario,
  fallback,
}: {
  readonly bizId: string | null | undefined;
  readonly scenario?: string | null | undefined;
  readonly fallback: string;
}) {
  if (bizId === null || bizId === undefined || bizId === '')
    return <span className="k-identity">{fallback}</span>;
  return (
    <span className="k-identity" style={{ ['--hue' as string]: `var(--hue-${hueOf(bizId)})` }}>
      <span className="clip">
        {scenario === null || scenario === undefined || scenario === '' ? bizId : `${bizId} ▸ ${scenario}`}
      </span>
    </span>
  );
}
