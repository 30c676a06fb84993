import { Button, Collection, Tree, TreeItem, TreeItemContent } from 'react-aria-components';
import { useMemo } from 'react';
import { useText } from '../app/text';
import { KindMark } from '../canvas/KindMark';
import { keyOf } from '../canvas/layout';
import { titleOf } from '../canvas/card';
import type { GraphNode } from '../core/graph';
import { Icon } from '../kit/Icon';
import { useProblemsByNode } from './problems';
import { inOrder } from './inOrder';
import { useProjection } from './session';
import { useView } from './view';

/** The canvas as a tree: the keyboard's and the screen reader's way through the same graph. */
export function Outline() {
  const text = useText();
  const { graph } = useProjection();
  const { selection, set } = useView();
  const nodes = useMemo(() => inOrder(graph), [graph]);
  if (nodes.length === 0) return <p className="pane-none">{text('outline.empty')}</p>;
  return (
    <Tree
      aria-label={text('outline.label')}
      className="outline scroll"
      selectionMode="multiple"
      selectionBehavior="replace"
      selectedKeys={selection}
      onSelectionChange={(keys) =>
        set({ selection: keys === 'all' ? nodes.map(keyOf) : [...keys].map(String), edge: undefined })
      }
      defaultExpandedKeys={nodes.filter((node) => node.body !== undefined).map(keyOf)}
    >
      {nodes.map((node) => (
        <Row key={keyOf(node)} node={node} />
      ))}
    </Tree>
  );
}

function childrenOf(node: GraphNode): readonly GraphNode[] {
  if (node.body === undefined) return [];
  return node.body.form === 'scope' ? inOrder(node.body.graph) : node.body.nodes;
}

function Row({ node }: { readonly node: GraphNode }) {
  const text = useText();
  const problems = useProblemsByNode().get(keyOf(node));
  const inner = childrenOf(node);
  return (
    <TreeItem id={keyOf(node)} textValue={titleOf(node, text)} className="outline-row">
      <TreeItemContent>
        {inner.length === 0 ? (
          <span className="outline-gap" />
        ) : (
          <Button slot="chevron" className="outline-chevron" aria-label={text('outline.toggle')}>
            <Icon name="chevron-right" size={14} />
          </Button>
        )}
        <KindMark kind={node.kind} />
        <span className="clip">{titleOf(node, text)}</span>
        <small className="mono clip">
          {node.type !== '' || node.kind === undefined ? node.type : text(`kind.${node.kind}`)}
        </small>
        {problems === undefined ? null : (
          <em className={problems.errors > 0 ? 'k-count k-tone-failed' : 'k-count k-tone-warn'}>
            {problems.errors + problems.warnings}
          </em>
        )}
      </TreeItemContent>
      {inner.length === 0 ? null : (
        <Collection items={inner.map((one) => ({ id: keyOf(one), one }))}>
          {({ one }) => <Row node={one} />}
        </Collection>
      )}
    </TreeItem>
  );
}
