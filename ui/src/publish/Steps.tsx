import { type Key, useText } from '../app/text';
import { STEPS, type Step, type StepState } from './publishing';

const NAME: Readonly<Record<Step, Key>> = {
  validate: 'publish.stepValidate',
  cases: 'publish.stepCases',
  diff: 'publish.stepDiff',
  note: 'publish.stepNote',
};
const WORD: Readonly<Record<StepState, Key>> = {
  open: 'publish.stateOpen',
  busy: 'publish.stateBusy',
  good: 'publish.stateGood',
  warn: 'publish.stateWarn',
  bad: 'publish.stateBad',
};

/** Four stops on a line; each says how it stands. */
export function Steps({
  states,
  says,
  current,
  onChoose,
}: {
  readonly states: Readonly<Record<Step, StepState>>;
  /** What was found, where there is more to say than how a stop stands. */
  readonly says: Readonly<Partial<Record<Step, string>>>;
  readonly current: Step;
  readonly onChoose: (step: Step) => void;
}) {
  const text = useText();
  return (
    <ol className="pb-steps">
      {STEPS.map((step) => (
        <li key={step} data-state={states[step]}>
          <button
            type="button"
            aria-current={step === current ? 'step' : undefined}
            onClick={() => onChoose(step)}
          >
            <span className="pb-dot" aria-hidden="true" />
            <span>
              <strong>{text(NAME[step])}</strong>
              <small>{says[step] ?? text(WORD[states[step]])}</small>
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
