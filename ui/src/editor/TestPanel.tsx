import { useMutation, useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { parse, stringify } from 'yaml';
import {
  type Case,
  type CaseResult,
  type CasesResult,
  type TestResult,
  flowQuery,
  runCases,
  testFlow,
} from '../api/flows';
import { ProblemError } from '../api/http';
import { useDuration, useText } from '../app/text';
import { inWords } from '../app/words';
import { addItem } from '../core/commands/value';
import { type Json, isObject } from '../core/json';
import { Button, IconButton } from '../kit/Button';
import { TextField } from '../kit/Field';
import { Icon } from '../kit/Icon';
import { StatusMark } from '../kit/Mark';
import { CaseForm } from './CaseForm';
import { asWritten, casesOf, nameOf, statedIn } from './cases';
import { OwnCase } from './OwnCase';
import { FromRun, type Play } from './FromRun';
import { useExtensionInput } from './extensionInput';
import { useReport } from './actions';
import { documentOfFlow, useEditing, type useProjection, useValue } from './session';
import { Value } from '../trace/Value';
import { nodeOfKey, useView } from './view';

/** The text's own tests, then those of the file of cases beside it. */
function useCases(): { readonly cases: readonly Case[]; readonly own: number; readonly isKnown: boolean } {
  const { flow } = useEditing();
  const tests = useValue(['tests']);
  const served = useQuery(flowQuery(flow));
  const own = casesOf(tests);
  const stated = useMemo(() => statedIn(served.data?.text ?? '', flow), [served.data?.text, flow]);
  // What the text as published states is the text's own, whatever has become of it since.
  const beside = (served.data?.cases ?? []).filter((one) => !stated.has(one.name));
  const cases = [...own, ...beside.map(asWritten)];
  return { cases, own: own.length, isKnown: !served.isPending };
}

/** Cases are the flow's own tests; running one draws its run over the graph. */
export function TestPanel() {
  const text = useText();
  const { cases, own, isKnown } = useCases();
  const [at, setAt] = useState(0);
  const [typed, setTyped] = useState<string>();
  const [isText, setText] = useState(false);
  const chosen = cases[at];
  const extension = useExtensionInput();
  const first = chosen ?? { input: extension ?? {} };
  const shown = typed ?? stringify(first, { lineWidth: 100 });
  const { all, one, results } = useTests();
  useAskedRun(shown, isKnown, (item) => one.mutate({ item, until: undefined }));
  const pick = (index: number) => {
    setAt(index);
    setTyped(undefined);
  };
  return (
    <div className="test">
      <div className="test-list">
        {extension === undefined ? (
          <CaseList
            cases={cases}
            chosen={typed === undefined ? at : undefined}
            results={results}
            isPending={all.isPending}
            onAll={() => all.mutate()}
            onPick={pick}
          />
        ) : (
          <p className="pane-none">{text('test.alone')}</p>
        )}
      </div>
      <div className="test-case">
        <FromRun isPending={one.isPending} onPlay={one.mutate} />
        <CaseEdit key={at} text={shown} isText={isText} onChange={setTyped} />
        <Runner
          text={shown}
          isPending={one.isPending}
          canKeep={extension === undefined}
          onRun={(item, until) => one.mutate({ item, until })}
        >
          {chosen === undefined || at >= own || extension !== undefined ? null : (
            <OwnCase at={at} was={chosen} is={readCase(shown)} onKept={() => setTyped(undefined)} />
          )}
          <IconButton
            size="small"
            label={text(isText ? 'fields.asRows' : 'fields.asText')}
            icon={<Icon name="code" size={14} />}
            isOn={isText}
            onPress={() => setText(!isText)}
          />
        </Runner>
      </div>
      <Outcome result={one.data} error={one.error ?? all.error} />
    </div>
  );
}

/** The case in fields, or the whole of it as text; what cannot be read stays text. */
function CaseEdit({
  text: shown,
  isText,
  onChange,
}: {
  readonly text: string;
  readonly isText: boolean;
  readonly onChange: (text: string) => void;
}) {
  const text = useText();
  const item = readCase(shown);
  const [isBroken, setBroken] = useState(false);
  if (isText || (item === undefined && !isBroken))
    return <TextField label={text('test.edit')} isCode lines={9} value={shown} onChange={onChange} />;
  return (
    <CaseForm
      item={item}
      onChange={(next) => {
        setBroken(false);
        onChange(stringify(next, { lineWidth: 100 }));
      }}
      onBroken={(input) => {
        setBroken(true);
        onChange(input);
      }}
    />
  );
}

interface CaseListProps {
  readonly cases: readonly Case[];
  /** The one that is shown as it is written. */
  readonly chosen: number | undefined;
  readonly results: CasesResult | undefined;
  readonly isPending: boolean;
  readonly onAll: () => void;
  readonly onPick: (index: number) => void;
}

function CaseList({ cases, chosen, results, isPending, onAll, onPick }: CaseListProps) {
  const text = useText();
  return (
    <>
      <div className="test-tools">
        <Button
          size="small"
          icon={<Icon name="play" size={14} />}
          isDisabled={isPending || cases.length === 0}
          onPress={onAll}
        >
          {text('test.runAll')}
        </Button>
        {results === undefined ? null : (
          <span className="num dim">
            {text('test.sum', { passed: results.passed, failed: results.failed })}
          </span>
        )}
      </div>
      <ul className="scroll">
        {cases.map((item, i) => (
          <li key={nameOf(item) ?? `case ${i}`}>
            <CaseRow
              title={inWords(item.name) ?? text('test.case', { n: i + 1 })}
              isOn={i === chosen}
              result={results?.cases.find((one) => one.name === nameOf(item))}
              onPress={() => onPick(i)}
            />
          </li>
        ))}
        {cases.length === 0 ? <li className="pane-none">{text('test.none')}</li> : null}
      </ul>
    </>
  );
}

/** The key and the button of the whole editor run what stands here, once it is known what that is. */
function useAskedRun(shown: string, isKnown: boolean, run: (item: Case) => void): void {
  const isAsked = useView((state) => state.isRunAsked);
  const set = useView((state) => state.set);
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    if (!isAsked || !isKnown) return;
    set({ isRunAsked: false });
    const item = readCase(shown);
    if (item !== undefined) latest.current(item);
  }, [isAsked, isKnown, shown, set]);
}

function useTests() {
  const { session, flow, file } = useEditing();
  const set = useView((state) => state.set);
  const [results, setResults] = useState<CasesResult>();
  const all = useMutation({
    mutationFn: () => runCases(flow, { text: session.file, file }),
    onSuccess: setResults,
  });
  const one = useMutation({
    mutationFn: ({ item, until, liveNodes = [] }: Play) =>
      testFlow(flow, {
        ...{ text: session.file, file, case: item, liveNodes },
        ...(until === undefined ? {} : { until }),
      }),
    onSuccess: (result) => set({ result }),
  });
  return { all, one, results };
}

function CaseRow({
  title,
  isOn,
  result: own,
  onPress,
}: {
  readonly title: string;
  readonly isOn: boolean;
  readonly result: CaseResult | undefined;
  readonly onPress: () => void;
}) {
  return (
    <button type="button" className={isOn ? 'test-row test-on' : 'test-row'} onClick={onPress}>
      {own === undefined ? (
        <StatusMark status="pending" hasText={false} />
      ) : (
        <StatusMark status={own.passed ? 'succeeded' : 'failed'} hasText={false} />
      )}
      <span className="clip" title={title}>
        {title}
      </span>
    </button>
  );
}

interface RunnerProps {
  readonly text: string;
  readonly isPending: boolean;
  /** An extension has no cases of its own. */
  readonly canKeep: boolean;
  readonly onRun: (item: Case, until: string | undefined) => void;
  readonly children: ReactNode;
}

function Runner({ text: typed, isPending, canKeep, onRun, children }: RunnerProps) {
  const text = useText();
  const editing = useEditing();
  const { session, flow, run, isReadOnly } = editing.base ?? editing;
  const report = useReport();
  const key = useView((state) => state.selection[0]);
  const until = key === undefined ? undefined : nodeOfKey(key).id;
  const item = readCase(typed);
  const keep = () => {
    const document = documentOfFlow(session.tree, flow);
    const tests = casesOf(readTests(session.tree, document));
    if (item !== undefined)
      report(
        run(addItem, {
          document,
          path: ['tests'],
          index: tests.length,
          value: JSON.parse(JSON.stringify(item)),
        }),
      );
  };
  return (
    <div className="test-tools">
      <Button
        look="main"
        size="small"
        icon={<Icon name="play" size={14} />}
        isDisabled={isPending || item === undefined}
        onPress={() => item !== undefined && onRun(item, undefined)}
      >
        {text('test.run')}
      </Button>
      {until === undefined ? null : (
        <Button
          size="small"
          isDisabled={isPending || item === undefined}
          onPress={() => item !== undefined && onRun(item, until)}
        >
          {text('test.runTo', { id: until })}
        </Button>
      )}
      {canKeep ? (
        <Button size="small" look="quiet" isDisabled={item === undefined || isReadOnly} onPress={keep}>
          {text('test.keep')}
        </Button>
      ) : null}
      {children}
      {item === undefined ? <span className="k-error">{text('test.unreadable')}</span> : null}
    </div>
  );
}

function readTests(tree: ReturnType<typeof useProjection>['tree'], document: number): Json {
  const root = tree.documents[document]?.root;
  const tests = root?.kind === 'map' ? root.members.find((one) => one.key === 'tests') : undefined;
  return tests?.value.kind === 'seq' ? tests.value.members.map((): Json => ({})) : [];
}

function readCase(typed: string): Case | undefined {
  try {
    const value: Json = parse(typed);
    return isObject(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function Outcome({
  result,
  error,
}: {
  readonly result: TestResult | undefined;
  readonly error: Error | null;
}) {
  const text = useText();
  const duration = useDuration();
  const key = useView((state) => state.selection[0]);
  if (error !== null && error !== undefined)
    return (
      <div className="test-result">
        <p className="k-error">
          {error instanceof ProblemError ? `${error.problem.code}: ${error.message}` : error.message}
        </p>
      </div>
    );
  if (result === undefined) return <div className="test-result dim">{text('test.hint')}</div>;
  const node =
    key === undefined
      ? undefined
      : result.run?.nodes.find(
          (one) =>
            one.address
              .replace(/\[[0-9]+\]/g, '')
              .split('.')
              .at(-1) === nodeOfKey(key).id,
        );
  return (
    <div className="test-result scroll">
      <p className="test-verdict" role="status">
        <StatusMark status={result.passed ? 'succeeded' : 'failed'} hasText={false} />
        <strong>{result.passed ? text('test.passed') : text('test.failed')}</strong>
        {result.run == null ? null : <span className="num dim">{duration(result.run.durationMs)}</span>}
      </p>
      {result.differences.map((one) => (
        <p key={one.path} className="test-difference mono">
          <strong>{one.path}</strong>
          <del>{JSON.stringify(one.expected)}</del>
          <ins>{JSON.stringify(one.actual)}</ins>
        </p>
      ))}
      {node === undefined ? (
        <Data label={text('test.output')} value={result.run?.output ?? null} />
      ) : (
        <>
          <Data label={text('test.nodeInput', { id: node.id })} value={node.input ?? null} />
          <Data
            label={text('test.nodeOutput', { id: node.id })}
            value={node.output ?? node.error?.code ?? null}
          />
        </>
      )}
    </div>
  );
}

function Data({ label, value }: { readonly label: string; readonly value: Json }) {
  const text = useText();
  return (
    <div className="test-data">
      <h3>{label}</h3>
      <Value value={value ?? undefined} none={text('trace.noOutput')} />
    </div>
  );
}
