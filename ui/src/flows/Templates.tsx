import { useText } from '../app/text';
import { Button } from '../kit/Button';
import { MiniLine } from '../kit/MiniLine';
import { useBegin } from './begin';
import { TEMPLATES } from './templates';

/** An empty catalog: what to begin with. */
export function Templates() {
  const text = useText();
  const begin = useBegin();
  return (
    <section className="fl-start">
      <h1>{text('flows.start')}</h1>
      <p>{text('flows.startHelp')}</p>
      <ul>
        {TEMPLATES.map((template) => (
          <li key={template.name}>
            <MiniLine nodes={template.nodes} label={text('flows.nodes', { count: template.nodes.length })} />
            <h2>{text(template.title)}</h2>
            <p>{text(template.help)}</p>
            <Button
              isDisabled={begin.isPending}
              onPress={() =>
                begin.mutate({
                  template,
                  name: template.name,
                  title: template.nodes.length === 0 ? '' : text(template.title),
                })
              }
            >
              {text('flows.useTemplate')}
            </Button>
          </li>
        ))}
      </ul>
      {begin.error === null ? null : <p className="k-error">{begin.error.message}</p>}
    </section>
  );
}
