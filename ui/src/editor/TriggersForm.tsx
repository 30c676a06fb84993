import { type Key, useText } from '../app/text';
import { addTrigger, removeTrigger } from '../core/commands/fields';
import { type JsonObject, isObject } from '../core/json';
import { Button, IconButton } from '../kit/Button';
import { Icon, type IconName } from '../kit/Icon';
import { YamlField } from './YamlField';
import { Part } from './SchemaPart';
import { useReport } from './actions';
import { triggerSchema } from './flowSchemas';
import { useEditing, useValue } from './session';

const KINDS = {
  http: { title: 'trigger.http', icon: 'network' },
  cron: { title: 'trigger.cron', icon: 'clock' },
  consume: { title: 'trigger.consume', icon: 'message' },
} as const satisfies Readonly<Record<string, { title: Key; icon: IconName }>>;
type Kind = keyof typeof KINDS;
const ALL = ['http', 'cron', 'consume'] as const satisfies readonly Kind[];

/** What starts the flow beside its name: one form for each way that is stated, a button for each that is not. */
export function TriggersForm() {
  const text = useText();
  const { isReadOnly, flow, watch, run } = useEditing();
  const report = useReport();
  const value = useValue(['triggers']);
  const stated = value ?? {};
  if (!isObject(stated) || Object.keys(stated).some((key) => !Object.hasOwn(KINDS, key)))
    return <YamlField path={['triggers']} label={text('inspector.triggers')} />;
  const { document } = watch.projection();
  const missing = ALL.filter((kind) => stated[kind] === undefined);
  return (
    <div className="triggers">
      {Object.keys(stated).length === 0 ? <p className="k-hint">{text('trigger.none')}</p> : null}
      {ALL.filter((kind) => stated[kind] !== undefined).map((kind) => (
        <section key={kind} className="trigger" data-trigger={kind}>
          <header>
            <Icon name={KINDS[kind].icon} size={14} />
            <strong>{text(KINDS[kind].title)}</strong>
            {isReadOnly ? null : (
              <IconButton
                size="small"
                label={text('trigger.remove', { name: text(KINDS[kind].title) })}
                icon={<Icon name="trash" size={14} />}
                onPress={() => report(run(removeTrigger, { document, kind }))}
              />
            )}
          </header>
          <Part
            id={`trigger-${kind}`}
            path={['triggers', kind]}
            schema={triggerSchema(kind, text)}
            value={stated[kind]}
          />
        </section>
      ))}
      {isReadOnly ? null : (
        <div className="triggers-add">
          {missing.map((kind) => (
            <Button
              key={kind}
              size="small"
              icon={<Icon name="plus" size={14} />}
              onPress={() => report(run(addTrigger, { document, kind, value: first(kind, flow) }))}
            >
              {text(KINDS[kind].title)}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}

/** The least that loads. */
function first(kind: Kind, flow: string): JsonObject {
  if (kind === 'http') return { method: 'POST', path: `/${flow}` };
  if (kind === 'consume') return { connection: '', topic: flow };
  return { schedule: '0 2 * * *', timezone: Intl.DateTimeFormat().resolvedOptions().timeZone };
}
