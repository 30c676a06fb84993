import { describe, expect, it } from 'vitest';
import { addNode } from './commands/add';
import { copyText, paste } from './commands/clipboard';
import { extractFlow } from './commands/extract';
import { removeNode } from './commands/remove';
import { setValue } from './commands/value';
import { project } from './graph';
import { draftOf } from './place';
import { Session } from './session';
import { corpus, modelsOf } from './testing/corpus';
import { parseTree } from './tree';

const FLOW = `apiVersion: bactrian/v1
kind: Flow
metadata: {name: demo, version: 1}
order: [load, [check, price], save]
nodes:
  load: {use: http, with: {connection: a, path: '/x/\${input.id}'}}

  # two rules
  check:
    when: nodes.load.ok   # cheap
    use: map
    with: {a: '\${nodes.load.a}'}
  price:
    use: map
    with: {b: '\${nodes.load.b + input.n}'}
  save:
    use: http
    with: {body: '\${nodes.price}', checked: '\${nodes.check.a}'}
output: '\${nodes.save}'
`;

describe('session', () => {
  it('undoes named commands and typing in one history, byte for byte', () => {
    const session = Session.open(FLOW.replaceAll('\n', '\r\n'));
    const scope = { document: 0, path: [] };
    session.run(addNode, { ...scope, id: 'extra', body: { use: 'log' } });
    session.dispatch({ changes: { from: 0, insert: '# typed\n' }, userEvent: 'input.type' });
    session.run(removeNode, { ...scope, ids: ['check'] });
    expect(session.steps.done.map((name) => name.en)).toStrictEqual([
      'Add node extra',
      'Typing',
      'Remove check',
    ]);
    expect(session.undo()?.zh).toBe('删除节点 check');
    session.undo();
    session.undo();
    expect(session.file).toBe(FLOW.replaceAll('\n', '\r\n'));
    expect(session.redo()?.en).toBe('Add node extra');
    expect(session.file).toContain('  extra:\r\n    use: log\r\n');
  });

  it('keeps the last good text for drawing while the present one does not parse', () => {
    const session = Session.open(FLOW);
    expect(session.drawable.stale).toBe(false);
    session.dispatch({ changes: { from: 0, insert: 'a: [\n' } });
    expect(session.drawable.stale).toBe(true);
    expect(session.drawable.text).toBe(FLOW);
  });

  it('changes nothing when one of several commands is refused', () => {
    const session = Session.open(FLOW);
    const outcome = session.runAll({ zh: '两步', en: 'Two steps' }, [
      (text, tree) => setValue(text, tree, { document: 0, path: ['nodes', 'load', 'timeout'], value: '3s' }),
      (text, tree) => removeNode(text, tree, { document: 0, path: [], ids: ['nobody'] }),
    ]);
    expect(outcome.ok).toBe(false);
    expect(session.text).toBe(FLOW);
  });
});

describe('clipboard', () => {
  it('is YAML text with comments, edges of order as needs, and pastes into another flow', () => {
    const copied = copyText(FLOW, parseTree(FLOW), { document: 0, path: [], ids: ['check', 'load'] });
    expect(copied).toContain('# two rules\n  check:\n    needs: [load]\n    when: nodes.load.ok   # cheap');
    const other = 'kind: Flow\nnodes:\n  load: {use: log}\n';
    const outcome = paste(other, parseTree(other), { document: 0, path: [], clip: copied });
    const session = Session.open(other);
    session.run(paste, { document: 0, path: [], clip: copied });
    expect(outcome.ok).toBe(true);
    expect(modelsOf(session.text)).toMatchObject([
      {
        nodes: {
          load: { use: 'log' },
          load_2: { use: 'http' },
          check: { needs: ['load_2'], when: 'nodes.load_2.ok' },
        },
      },
    ]);
  });
});

describe('extract', () => {
  it('moves nodes with their comments into a flow of their own and hands over what they read', () => {
    const session = Session.open(FLOW);
    const outcome = session.run(extractFlow, {
      document: 0,
      ids: ['check', 'price'],
      flow: 'rate',
      id: 'rate',
    });
    expect(outcome.ok).toBe(true);
    expect(session.text).toContain('order: [load, [rate], save]');
    expect(session.text).toContain('  # two rules\n  check:\n    when: input.load.ok   # cheap\n');
    const [outer, inner] = modelsOf(session.text);
    expect(outer).toMatchObject({
      nodes: {
        rate: { flow: { name: 'rate', mode: 'child' }, with: { n: '${input.n}', load: '${nodes.load}' } },
        save: { with: { body: '${nodes.rate.price}', checked: '${nodes.rate.check.a}' } },
      },
    });
    expect(inner).toMatchObject({ order: [['check', 'price']], output: { check: '${nodes.check}' } });
    session.undo();
    expect(session.text).toBe(FLOW);
  });
});

describe('projection', () => {
  it('draws the four sources of edges and the bodies of every flow of the corpus', () => {
    for (const { name, file } of corpus()) {
      const session = Session.open(file);
      expect(session.tree.faults, name).toStrictEqual([]);
      for (const document of session.tree.documents) {
        const draft = draftOf(session.text, session.tree, document.index);
        if (draft === undefined) continue;
        const graph = project(draft, []);
        const ids = new Set(graph.nodes.map((node) => node.id));
        for (const edge of graph.edges) expect(ids.has(edge.from) && ids.has(edge.to)).toBe(true);
      }
    }
  });

  it('names the source of each edge', () => {
    const text = `nodes:
  a: {use: map}
  b: {needs: [a], use: map}
  c: {switch: [{case: nodes.a.x, to: d}]}
  d: {use: map, with: '\${nodes.b}'}
order: [a, c]
`;
    const draft = draftOf(text, parseTree(text), 0);
    const edges = draft === undefined ? [] : project(draft, []).edges;
    expect(edges.map((edge) => `${edge.from}>${edge.to} ${edge.sources.join()}`).sort()).toStrictEqual([
      'a>b needs',
      'a>c order',
      'b>d data',
      'c>d switch',
    ]);
  });
});
