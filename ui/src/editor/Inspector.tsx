import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { flowQuery } from '../api/flows';
import { inWords } from '../app/words';
import { titleIn } from '../core/title';
import { spoken } from '../described/spoken';
import { useText } from '../app/text';
import { Said, isForShell } from '../described/Said';
import { KindMark } from '../canvas/KindMark';
import { renameNode } from '../core/commands/rename';
import { removeItem, unset } from '../core/commands/value';
import { type Json, type JsonObject, type Path, isObject } from '../core/json';
import { type Kind, kindOf } from '../core/language';
import { nodeAt, readValue } from '../core/tree';
import { idsIn } from '../core/variant/effective';
import { NamesContext } from '../forms/names';
import { Button } from '../kit/Button';
import { Icon } from '../kit/Icon';
import { Empty } from '../kit/Panel';
import { AnswerPart } from './AnswerPart';
import { FlowInspector } from './FlowInspector';
import { Close, Committed, Fold, titlePath, useCommit } from './InspectorParts';
import { useReport } from './actions';
import { completeNames } from './inspectorNames';
import { useComponentMap, usePoints } from './facts';
import { FLOW_KEYS, POLICY_KEYS, flowSchema, kindSchema, policySchema } from './nodeSchemas';
import { Part } from './SchemaPart';
import { useEditing, useProjection, useValue } from './session';
import { YamlField } from './YamlField';
import { useSample } from './useHints';
import { keyPath, nodeOfKey, useView } from './view';
import { useNodeProblems } from './problemsOfNode';

/** Everything about the chosen node: what it does, when it runs, what guards it. */
export function Inspector() {
  const text = useText();
  const selection = useView((state) => state.selection);
  const key = selection[0];
  const { draft } = useProjection();
  const sample = useSample();
  const complete = useMemo(() => completeNames(draft, sample), [draft, sample]);
  if (selection.length > 1) return <Many count={selection.length} />;
  if (key === undefined) return <FlowInspector />;
  return (
    <NamesContext value={complete}>
      <aside className="inspector scroll" aria-label={text('inspector.label')} data-inspector>
        <NodeInspector key={key} path={keyPath(key)} nodeKey={key} />
      </aside>
    </NamesContext>
  );
}

function Many({ count }: { readonly count: number }) {
  const text = useText();
  const { selection, set } = useView();
  return (
    <aside className="inspector">
      <Empty icon="boxes" title={text('inspector.many', { count })}>
        <p>{text('inspector.manyHint')}</p>
        <Button
          icon={<Icon name="workflow" />}
          onPress={() => set({ extract: selection.map((key) => nodeOfKey(key).id) })}
        >
          {text('command.extract')}
        </Button>
      </Empty>
    </aside>
  );
}

function NodeInspector({ path, nodeKey }: { readonly path: Path; readonly nodeKey: string }) {
  const text = useText();
  const stated = useValue(path);
  const { isReadOnly, watch, run } = useEditing();
  const commit = useCommit();
  const report = useReport();
  const set = useView((state) => state.set);
  const { id, scope, isNode } = nodeOfKey(nodeKey);
  if (!isObject(stated)) return <Elsewhere id={id} />;
  const kind = kindOf(stated);
  const rename = (next: string) => {
    const outcome = report(run(renameNode, { document: watch.projection().document, path: scope, id, next }));
    if (outcome.ok && outcome.selection[0] !== undefined)
      set({ selection: [outcome.selection[0].join('/')] });
  };
  const title = titleIn(stated['title']);
  return (
    <>
      <header className={`inspector-head kind-${kind ?? 'unknown'}`}>
        <KindMark kind={kind} size={16} />
        <strong className="clip">{inWords(title) ?? id}</strong>
        <small>{kind === undefined ? '' : text(`kind.${kind}`)}</small>
        <Close />
      </header>
      <NodeProblems nodeKey={nodeKey} />
      <section className="inspector-part">
        {isNode ? (
          <Committed label={text('field.id')} value={id} isCode isReadOnly={isReadOnly} onCommit={rename} />
        ) : null}
        <Committed
          label={text('field.title')}
          value={inWords(title) ?? ''}
          isReadOnly={isReadOnly}
          onCommit={(value) => commit(titlePath([...path, 'title'], title), value)}
        />
      </section>
      {kind === undefined ? null : <KindPart kind={kind} path={path} value={stated} nodeKey={nodeKey} />}
      <Fold title={text('inspector.flow')} isOpen={FLOW_KEYS.some((key) => Object.hasOwn(stated, key))}>
        <Part id={`${nodeKey}-flow`} path={path} schema={flowSchema(text)} value={only(stated, FLOW_KEYS)} />
      </Fold>
      <Fold title={text('inspector.policies')} isOpen={POLICY_KEYS.some((key) => Object.hasOwn(stated, key))}>
        <Part
          id={`${nodeKey}-policy`}
          path={path}
          schema={policySchema(text)}
          value={only(stated, POLICY_KEYS)}
        />
      </Fold>
      {['otherwise', 'compensate', 'output']
        .filter((key) => Object.hasOwn(stated, key))
        .map((key) => (
          <Fold
            key={key}
            title={text(
              key === 'compensate'
                ? 'inspector.compensate'
                : key === 'output'
                  ? 'inspector.output'
                  : 'inspector.otherwise',
            )}
            isOpen={false}
          >
            <YamlField path={[...path, key]} label={key} />
          </Fold>
        ))}
    </>
  );
}

/** A node the identity does not get: a variant took it away. */
function Elsewhere({ id }: { readonly id: string }) {
  const text = useText();
  const { session, variant, isReadOnly } = useEditing();
  const report = useReport();
  const by = useProjection().effective?.removed.find((one) => one.id === id)?.by;
  if (by === undefined) return <p className="inspector-note">{text('inspector.gone')}</p>;
  const restore = () => {
    const document = variant?.document() ?? 0;
    const root = session.tree.documents[document]?.root;
    const list = root === undefined ? [] : idsIn(readValue(nodeAt(root, ['patch', 'remove'])));
    const path = ['patch', 'remove'];
    const isLast = list.length === 1;
    report(
      isLast
        ? session.run(unset, { document, path })
        : session.run(removeItem, { document, path, index: list.indexOf(id) }),
    );
  };
  return (
    <section className="inspector-part">
      <p>{text('inspector.removedBy', { id, name: by })}</p>
      {variant?.name === by && !isReadOnly ? (
        <Button onPress={restore}>{text('inspector.restore')}</Button>
      ) : null}
    </section>
  );
}

function only(value: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => keys.includes(key)));
}

/** The flow a node calls: its name, or what stands under `name`. */
function flowOf(value: Json | undefined): string {
  const name = isObject(value) ? value['name'] : value;
  return typeof name === 'string' ? name : '';
}

/** The part a component, a point or a kind states for itself. */
function KindPart({
  kind,
  path,
  value,
  nodeKey,
}: {
  readonly kind: Kind;
  readonly path: Path;
  readonly value: JsonObject;
  readonly nodeKey: string;
}) {
  const text = useText();
  const components = useComponentMap();
  const points = usePoints();
  const name = value[kind];
  const own = kindSchema(kind, text);
  const input = points.find((one) => one.name === name)?.input;
  const called = kind === 'flow' ? flowOf(value['flow']) : '';
  const asked = useQuery({ ...flowQuery(called), enabled: called !== '' }).data?.input;
  const given = kind === 'flow' ? asked : input;
  const contract = useMemo(() => (given == null ? undefined : spoken(given)), [given]);
  const schema = kind === 'use' ? components.get(String(name))?.schema : contract;
  return (
    <section className="inspector-part">
      {kind === 'use' || kind === 'extension' ? <h3 className="inspector-use mono">{String(name)}</h3> : null}
      {kind === 'extension' ? <AnswerPart point={String(name)} /> : null}
      {own === undefined ? null : (
        <Part id={`${nodeKey}-${kind}`} path={[...path, kind]} schema={own} value={value[kind]} />
      )}
      {schema === undefined || schema === null ? (
        value['with'] === undefined ? null : (
          <YamlField path={[...path, 'with']} label="with" />
        )
      ) : (
        <Part id={`${nodeKey}-with`} path={[...path, 'with']} schema={schema} value={value['with']} />
      )}
    </section>
  );
}

function NodeProblems({ nodeKey }: { readonly nodeKey: string }) {
  const problems = useNodeProblems(nodeKey);
  if (problems.length === 0) return null;
  return (
    <ul className="inspector-problems">
      {problems.map((one) => (
        <li key={`${one.code} ${one.range?.start.line} ${one.message}`} className={`problem-${one.severity}`}>
          <Icon name="alert" size={14} />
          <span>
            <Said code={one.code} message={one.message} />
            {one.help == null || isForShell(one.help) ? null : (
              <small>
                <Said message={one.help} />
              </small>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
