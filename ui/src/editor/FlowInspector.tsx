import './flowForms.css';
import { useText } from '../app/text';
import { inWords } from '../app/words';
import { isObject } from '../core/json';
import { titleIn } from '../core/title';
import { Icon } from '../kit/Icon';
import { Close, Committed, Fold, titlePath, useCommit } from './InspectorParts';
import { InputFields } from './InputFields';
import { TriggersForm } from './TriggersForm';
import { YamlField } from './YamlField';
import { useEditing, useValue } from './session';

/** Nothing chosen: the flow itself, what it is called, what starts it, what goes in and out. */
export function FlowInspector() {
  const text = useText();
  const meta = useValue(['metadata']);
  const { isReadOnly, flow } = useEditing();
  const commit = useCommit();
  const stated = isObject(meta) ? meta : {};
  const labels = isObject(stated['labels']) ? stated['labels'] : {};
  const title = titleIn(stated['title']);
  const description = titleIn(labels['description']);
  const owner = stated['owner'];
  const timeout = useValue(['timeout']);
  const durable = useValue(['durable']);
  return (
    <aside className="inspector scroll" aria-label={text('inspector.label')} data-inspector>
      <header className="inspector-head">
        <Icon name="route" />
        <strong>{text('editor.settings')}</strong>
        <small className="mono clip">{flow}</small>
        <Close />
      </header>
      <section className="inspector-part">
        <Committed
          label={text('field.title')}
          value={inWords(title) ?? ''}
          isReadOnly={isReadOnly}
          onCommit={(value) => commit(titlePath(['metadata', 'title'], title), value)}
        />
        <Committed
          label={text('field.description')}
          value={inWords(description) ?? ''}
          lines={3}
          isReadOnly={isReadOnly}
          onCommit={(value) => commit(titlePath(['metadata', 'labels', 'description'], description), value)}
        />
        <Committed
          label={text('flows.owner')}
          value={typeof owner === 'string' ? owner : ''}
          isReadOnly={isReadOnly}
          onCommit={(value) => commit(['metadata', 'owner'], value)}
        />
        <Committed
          label={text('field.timeoutFlow')}
          value={typeof timeout === 'string' ? timeout : ''}
          hint={text(durable === true ? 'inspector.noTimeout' : 'inspector.usualTimeout')}
          isReadOnly={isReadOnly}
          onCommit={(value) => commit(['timeout'], value)}
        />
        <p className="k-hint">{durable === true ? text('inspector.durable') : text('inspector.transient')}</p>
      </section>
      <Fold title={text('inspector.triggers')} isOpen>
        <TriggersForm />
      </Fold>
      <Fold title={text('inspector.input')} isOpen>
        <InputFields />
      </Fold>
      <Fold title={text('test.output')} isOpen={false}>
        <YamlField path={['output']} label={text('test.output')} />
      </Fold>
    </aside>
  );
}
