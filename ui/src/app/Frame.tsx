import { Link, Outlet } from '@tanstack/react-router';
import { Icon, type IconName } from '../kit/Icon';
import { LiveRegion } from '../kit/Live';
import { CommandPalette } from './CommandPalette';
import { ScreenErrors } from './ScreenErrors';
import { TopBar } from './TopBar';
import { type Key, useText } from './text';
import './frame.css';

const RAIL = [
  { to: '/capabilities', key: 'rail.capabilities', icon: 'boxes' },
  { to: '/flows', key: 'rail.flows', icon: 'route' },
  { to: '/runs', key: 'rail.runs', icon: 'activity' },
  { to: '/extensions', key: 'rail.extensions', icon: 'grid' },
] as const satisfies readonly { to: string; key: Key; icon: IconName }[];

/** Rail, top bar and the screen in between. */
export function Frame() {
  const text = useText();
  return (
    <div className="frame">
      <a className="frame-skip" href="#screen">
        {text('frame.skip')}
      </a>
      <nav className="rail" aria-label={text('frame.navigation')}>
        <Link to="/flows" className="rail-mark" aria-label="Bactrian">
          <Mark />
        </Link>
        {RAIL.map((entry) => (
          <Link key={entry.to} to={entry.to} className="rail-item" activeProps={{ 'data-active': true }}>
            <Icon name={entry.icon} size={18} />
            <span>{text(entry.key)}</span>
          </Link>
        ))}
      </nav>
      <TopBar />
      <main className="screen" id="screen" tabIndex={-1}>
        <ScreenErrors>
          <Outlet />
        </ScreenErrors>
      </main>
      <CommandPalette />
      <LiveRegion />
    </div>
  );
}

/** Two humps on one line. */
function Mark() {
  return (
    <svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true">
      <path
        d="M2 24C6 24 6 11 11 11s3 7 6 7 2-11 7-11 4 17 6 17"
        fill="none"
        stroke="var(--petrol)"
        strokeWidth="3"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="11" cy="11" r="3.2" fill="var(--surface)" stroke="var(--petrol)" strokeWidth="2.2" />
      <circle cx="24" cy="7" r="3.2" fill="var(--surface)" stroke="var(--petrol)" strokeWidth="2.2" />
    </svg>
  );
}
