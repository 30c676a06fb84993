import type { Case } from '../api/flows';
import { useText } from '../app/text';
import { inWords } from '../app/words';
import { removeItem, unset } from '../core/commands/value';
import { diff } from '../core/diff';
import type { Json } from '../core/json';
import { nodeAt, readValue } from '../core/tree';
import { Button, IconButton } from '../kit/Button';
import { Icon } from '../kit/Icon';
import { useReport } from './actions';
import { updateOf } from './cases';
import { applyPatch } from './patches';
import { documentOfFlow, useEditing } from './session';

interface OwnCaseProps {
  /** Its place in `tests`. */
  readonly at: number;
  readonly was: Case;
  readonly is: Case | undefined;
  readonly onKept: () => void;
}

/** A case of the flow's own text is changed where it stands, or taken away. */
export function OwnCase({ at, was, is, onKept }: OwnCaseProps) {
  const text = useText();
  const editing = useEditing();
  const { session, flow, run, runAll, isReadOnly } = editing.base ?? editing;
  const report = useReport();
  const path = ['tests', at];
  const name = inWords(was.name) ?? text('test.case', { n: at + 1 });
  const patches = is === undefined ? [] : diff(plain(was), plain(is));
  if (isReadOnly) return null;
  const keep = () => {
    const works = [...patches]
      .reverse()
      .map(
        (patch) => (source: string, tree: typeof session.tree, document: number) =>
          applyPatch(source, tree, document, path, patch),
      );
    const outcome = report(runAll(updateOf(name), works, 'form'));
    if (outcome.ok) onKept();
  };
  const remove = () => {
    const document = documentOfFlow(session.tree, flow);
    const root = session.tree.documents[document]?.root;
    const tests = root === undefined ? null : readValue(nodeAt(root, ['tests']));
    const isLast = Array.isArray(tests) && tests.length === 1;
    const outcome = report(
      isLast
        ? run(unset, { document, path: ['tests'] })
        : run(removeItem, { document, path: ['tests'], index: at }),
    );
    if (outcome.ok) onKept();
  };
  return (
    <>
      <Button size="small" isDisabled={patches.length === 0} onPress={keep}>
        {text('case.update')}
      </Button>
      <IconButton
        size="small"
        label={text('case.remove', { name })}
        icon={<Icon name="trash" size={14} />}
        onPress={remove}
      />
    </>
  );
}

function plain(item: Case): Json {
  return JSON.parse(JSON.stringify(item));
}
