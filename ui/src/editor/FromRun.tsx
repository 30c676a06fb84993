import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Case } from '../api/flows';
import { type RunNode, runQuery } from '../api/runs';
import { useText } from '../app/text';
import { addItem } from '../core/commands/value';
import { isList } from '../core/json';
import { Button } from '../kit/Button';
import { Choice } from '../kit/Choice';
import { Icon } from '../kit/Icon';
import { useReport } from './actions';
import { caseOfRun, replayOf } from './caseOfRun';
import { useComponentMap } from './facts';
import { useEditing, useValue } from './session';
import { nodeOfKey, useView } from './view';

/** A case to run, up to which node, and which nodes call their services for real. */
export interface Play {
  readonly item: Case;
  readonly until: string | undefined;
  readonly liveNodes?: readonly string[];
}

/** The run this editor was opened from. */
function useGivenRun() {
  const { run } = useSearch({ from: '/flows/$name' });
  return useQuery({ ...runQuery(run ?? ''), enabled: run !== undefined }).data;
}

/** Draws the given run over the graph and chooses the node it was opened at. */
export function GivenRun() {
  const { node } = useSearch({ from: '/flows/$name' });
  const run = useGivenRun();
  const set = useView((state) => state.set);
  useEffect(() => {
    if (run === undefined) return;
    set({ result: { run, passed: run.status === 'succeeded', differences: [] } });
    if (node !== undefined) set({ selection: [`nodes/${node.split(/[.[]/, 1)[0]}`], edge: undefined });
  }, [run, node, set]);
  return null;
}

/** What can be made of it: a case of the flow, or one node once more on what it was given. */
export function FromRun({
  isPending,
  onPlay,
}: {
  readonly isPending: boolean;
  readonly onPlay: (play: Play) => void;
}) {
  const text = useText();
  const editing = useEditing();
  const report = useReport();
  const components = useComponentMap();
  const tests = useValue(['tests']);
  const chosen = useView((state) => state.selection[0]);
  const run = useGivenRun();
  if (run === undefined) return null;
  const isPure = (use: string) => components.get(use)?.effect === 'pure';
  const id = chosen === undefined ? undefined : nodeOfKey(chosen).id;
  const home = editing.base ?? editing;
  const keep = () =>
    report(
      home.run(addItem, {
        document: home.watch.projection().document,
        path: ['tests'],
        index: isList(tests) ? tests.length : 0,
        value: JSON.parse(JSON.stringify(caseOfRun(run, isPure))),
      }),
    );
  return (
    <div className="test-tools test-from">
      <span className="clip">{text('test.fromRun', { id: run.id.slice(0, 13) })}</span>
      <Button
        size="small"
        icon={<Icon name="plus" size={14} />}
        isDisabled={home.isReadOnly || run.isTraced === false}
        onPress={keep}
      >
        {text('test.saveRun')}
      </Button>
      {id === undefined ? null : (
        <Replay
          id={id}
          node={run.nodes.find((node) => node.address === id)}
          isPending={isPending}
          onPlay={(liveNodes) => onPlay({ item: replayOf(run, id, isPure), until: id, liveNodes })}
        />
      )}
    </div>
  );
}

/** Whether a call answers as it did then, or its service is asked again. */
function Replay({
  id,
  node,
  isPending,
  onPlay,
}: {
  readonly id: string;
  readonly node: RunNode | undefined;
  readonly isPending: boolean;
  readonly onPlay: (liveNodes: readonly string[]) => void;
}) {
  const text = useText();
  const components = useComponentMap();
  const [answer, setAnswer] = useState<'stored' | 'live'>('stored');
  if (node === undefined) return null;
  const isCall = node.kind !== 'use' || components.get(node.use ?? '')?.effect !== 'pure';
  return (
    <>
      <Button
        size="small"
        icon={<Icon name="refresh" size={14} />}
        isDisabled={isPending}
        onPress={() => onPlay(isCall && answer === 'live' ? [id] : [])}
      >
        {text('test.replay', { id })}
      </Button>
      {isCall ? (
        <Choice
          label={text('test.answer')}
          value={answer}
          options={[
            { id: 'stored', label: text('test.answerStored') },
            { id: 'live', label: text('test.answerLive') },
          ]}
          onChange={(chosen) => setAnswer(chosen === 'live' ? 'live' : 'stored')}
        />
      ) : null}
    </>
  );
}
