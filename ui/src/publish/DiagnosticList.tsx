import type { Diagnostic } from '../api/diagnostics';
import { useText } from '../app/text';
import { Said } from '../described/Said';
import { Icon } from '../kit/Icon';
import './publish.css';

/** What the engine found, with place and remedy. */
export function DiagnosticList({ diagnostics }: { readonly diagnostics: readonly Diagnostic[] }) {
  const text = useText();
  if (diagnostics.length === 0) return null;
  return (
    <ul className="pb-found" aria-label={text('publish.found')}>
      {diagnostics.map((one) => (
        <li
          key={`${one.file} ${one.range?.start.line} ${one.code} ${one.message}`}
          data-severity={one.severity}
        >
          <Icon name={one.severity === 'error' ? 'ban' : 'alert'} size={14} />
          <span>
            <strong className="mono">{one.code}</strong> <Said code={one.code} message={one.message} />
            {one.help == null ? null : (
              <span className="dim">
                {' '}
                <Said message={one.help} />
              </span>
            )}
          </span>
          <span className="mono dim">
            {one.file}
            {one.range == null ? '' : `:${one.range.start.line}:${one.range.start.column}`}
          </span>
        </li>
      ))}
    </ul>
  );
}
