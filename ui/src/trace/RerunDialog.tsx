import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { ProblemError } from '../api/http';
import { type Run, rerun } from '../api/runs';
import { useFlowTitle } from '../app/flowTitle';
import { type Translate, useText } from '../app/text';
import { Said } from '../described/Said';
import { Button } from '../kit/Button';
import { Dialog } from '../kit/Dialog';
import { TextField } from '../kit/Field';
import { plain } from './changes';
import { type Place, faultOf, lineAt, placeOf } from './jsonPlace';

interface Misfit {
  readonly path: string;
  readonly message: string;
}

/** The run once more: with the same input, or with another one. */
export function RerunDialog({ run, onClose }: { readonly run: Run; readonly onClose: () => void }) {
  const text = useText();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const titleOf = useFlowTitle();
  const box = useRef<HTMLDivElement>(null);
  const [first] = useState(() => JSON.stringify(plain(run.input), null, 2));
  const [typed, setTyped] = useState(first);
  const [reason, setReason] = useState('');
  const [refused, setRefused] = useState<{ readonly error: Error; readonly input: string }>();
  const [isBusy, setBusy] = useState(false);
  const fault = faultOf(typed);
  // What was refused is no longer what stands there.
  const error = refused?.input === typed ? refused.error : undefined;
  const misfits = misfitsOf(error);
  const show = ({ from, to }: Place) => {
    const area = box.current?.querySelector('textarea');
    area?.focus();
    area?.setSelectionRange(from, to);
  };
  const go = async () => {
    setBusy(true);
    try {
      const told = await rerun(run.id, {
        ...(reason === '' ? {} : { reason }),
        ...(typed === first ? {} : { input: JSON.parse(typed) }),
      });
      void queries.invalidateQueries({ queryKey: ['run', run.id] });
      void queries.invalidateQueries({ queryKey: ['runs'] });
      onClose();
      await navigate({ to: '/runs/$id', params: { id: told.id } });
    } catch (why) {
      const caught = why instanceof Error ? why : new Error(String(why));
      setRefused({ error: caught, input: typed });
      setBusy(false);
      const [misfit] = misfitsOf(caught);
      if (misfit !== undefined) show(placeOf(typed, misfit.path));
    }
  };
  return (
    <Dialog
      title={[text('trace.rerun'), titleOf(run.flow), run.key].filter((part) => part != null).join(' · ')}
      isOpen
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>{text('runs.back')}</Button>
          <Button look="main" isDisabled={fault !== undefined || isBusy} onPress={() => void go()}>
            {text('trace.rerun')}
          </Button>
        </>
      }
    >
      <p>{text('trace.rerunHelp')}</p>
      <div ref={box} className="tr-rerun">
        <TextField
          label={text('trace.rerunInput')}
          lines={Math.min(18, Math.max(6, typed.split('\n').length))}
          isCode
          value={typed}
          onChange={setTyped}
          error={faultText(text, fault?.line, error, misfits.length)}
          autoFocus
        />
        <Misfits misfits={misfits} typed={typed} onShow={show} />
      </div>
      <TextField label={text('runs.reasonMaybe')} lines={2} value={reason} onChange={setReason} />
    </Dialog>
  );
}

/** Every place that does not fit, with a way to it. */
function Misfits({
  misfits,
  typed,
  onShow,
}: {
  readonly misfits: readonly Misfit[];
  readonly typed: string;
  readonly onShow: (place: Place) => void;
}) {
  const text = useText();
  if (misfits.length === 0) return null;
  return (
    <ul className="tr-misfits">
      {misfits.map((one) => {
        const place = placeOf(typed, one.path);
        return (
          <li key={`${one.path} ${one.message}`}>
            <Button size="small" look="quiet" onPress={() => onShow(place)}>
              {text('trace.rerunLine', { line: lineAt(typed, place.from) })}
            </Button>
            <span className="mono">{one.path === '' ? '/' : one.path}</span>
            <Said message={one.message} />
          </li>
        );
      })}
    </ul>
  );
}

/** What is wrong with the input as a whole, in a line. */
function faultText(
  text: Translate,
  line: number | undefined,
  error: Error | undefined,
  misfits: number,
): string | undefined {
  if (line !== undefined) return text('trace.rerunNoJson', { line });
  return misfits > 0 ? text('trace.rerunMisfit', { count: misfits }) : error?.message;
}

/** What does not fit the flow's input, path by path. */
function misfitsOf(error: Error | undefined): readonly Misfit[] {
  if (!(error instanceof ProblemError) || error.problem.code !== 'INPUT_INVALID') return [];
  const { body } = error;
  if (typeof body !== 'object' || body === null || !('errors' in body) || !Array.isArray(body.errors))
    return [];
  return body.errors.flatMap((one: unknown) =>
    typeof one === 'object' &&
    one !== null &&
    'path' in one &&
    typeof one.path === 'string' &&
    'message' in one &&
    typeof one.message === 'string'
      ? [{ path: one.path, message: one.message }]
      : [],
  );
}
