import { inWords } from '../app/words';
import { Link } from '@tanstack/react-router';
import type { Point } from '../api/extensions';
import { useText } from '../app/text';
import { SchemaTable } from '../capabilities/SchemaTable';
import { spoken } from '../described/spoken';
import { IconButton } from '../kit/Button';
import { Icon } from '../kit/Icon';

/** The contract of a point: what goes in, what comes out, who asks. */
export function PointPanel({ point, onClose }: { readonly point: Point; readonly onClose: () => void }) {
  const text = useText();
  return (
    <aside className="mx-side scroll" aria-label={text('matrix.contract')}>
      <header>
        <h2>{inWords(point.title) ?? point.name}</h2>
        <IconButton size="small" label={text('kit.close')} icon={<Icon name="x" />} onPress={onClose} />
      </header>
      <p className="mono dim">
        {point.name} v{point.version ?? 1}
      </p>
      {point.description == null ? null : <p>{inWords(point.description)}</p>}
      <dl className="mx-facts">
        <dt>{text('matrix.owner')}</dt>
        <dd>{point.owner ?? '–'}</dd>
        <dt>{text('matrix.fallback')}</dt>
        <dd>{text(point.hasDefault ? 'matrix.hasDefault' : 'matrix.hasNoDefault')}</dd>
        <dt>{text('matrix.askedBy')}</dt>
        <dd>
          {point.flows.map((name) => (
            <Link key={name} to="/flows/$name" params={{ name }} className="mono">
              {name}
            </Link>
          ))}
          {point.flows.length === 0 ? text('matrix.askedByNone') : null}
        </dd>
      </dl>
      <h3>{text('matrix.input')}</h3>
      <SchemaTable schema={point.input == null ? null : spoken(point.input)} label={text('matrix.input')} />
      <h3>{text('matrix.output')}</h3>
      <SchemaTable
        schema={point.output == null ? null : spoken(point.output)}
        label={text('matrix.output')}
      />
    </aside>
  );
}
