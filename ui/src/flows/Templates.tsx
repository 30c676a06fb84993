import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { catalogQuery, publish } from '../api/catalog';
import { useText } from '../app/text';
import { Button } from '../kit/Button';
import { useNotes } from '../kit/Live';
import { MiniLine } from '../kit/MiniLine';
import { TEMPLATES, type Template } from './templates';

/** An empty catalog: three flows to begin with. */
export function Templates() {
  const text = useText();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const say = useNotes((state) => state.say);
  const begin = useMutation({
    mutationFn: async (template: Template) => {
      const { revision } = await queries.fetchQuery(catalogQuery);
      const files = [{ path: `${template.name}.yaml`, text: template.text }];
      await publish({
        files,
        note: text('flows.templateNote', { title: text(template.title) }),
        baseRevision: revision,
      });
      await queries.invalidateQueries();
      await navigate({ to: '/flows/$name', params: { name: template.name } });
    },
    onError: (error) => say(error.message, 'failed'),
  });
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
            <Button isDisabled={begin.isPending} onPress={() => begin.mutate(template)}>
              {text('flows.useTemplate')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
