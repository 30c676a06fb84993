import { useState } from 'react';
import { useFileTitle } from '../app/flowTitle';
import { useText } from '../app/text';
import { Button } from '../kit/Button';
import { Dialog } from '../kit/Dialog';
import { TextField } from '../kit/Field';
import { CasesPane } from './CasesPane';
import { Changes } from './Changes';
import { DiagnosticList } from './DiagnosticList';
import { Steps } from './Steps';
import { MovedPane } from './MovedPane';
import { type Step, usePublishing } from './publishing';
import './publish.css';

export interface PublishProps {
  readonly file: string;
  readonly text: string;
  readonly published: string;
  readonly onClose: () => void;
  /** Told what now serves. */
  readonly onPublished?: (text: string) => void;
}

/** Draft → validate → cases → difference → note → published: one line with four stops. */
export function PublishDialog({ file, text: draft, published, onClose, onPublished }: PublishProps) {
  const text = useText();
  const titleOf = useFileTitle();
  const [body, setBody] = useState(draft);
  const [note, setNote] = useState('');
  const [chosen, setChosen] = useState<Step | undefined>(undefined);
  const work = usePublishing(file, body, published, note, () => {
    onPublished?.(body);
    onClose();
  });
  const step = chosen ?? work.current;
  return (
    <Dialog
      title={text('publish.title', { name: titleOf(file) })}
      size="wide"
      isOpen
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>{text('runs.back')}</Button>
          <Button look="main" isDisabled={!work.canPublish || note.trim() === ''} onPress={work.publish}>
            {text(work.isPublishing ? 'publish.going' : 'publish.go')}
          </Button>
        </>
      }
    >
      <div className="pb">
        <Steps states={work.states} says={work.says} current={step} onChoose={setChosen} />
        <div className="pb-pane">
          {work.moved === undefined ? null : (
            <MovedPane
              file={file}
              base={published}
              mine={body}
              revision={work.moved}
              onMerged={(merged, revision) => {
                setBody(merged);
                work.rebase(revision);
              }}
            />
          )}
          {step === 'validate' ? <Validated work={work} /> : null}
          {step === 'cases' ? <CasesPane results={work.cases} isPending={work.isTesting} /> : null}
          {step === 'diff' ? <Changes before={published} after={body} /> : null}
          {step === 'note' ? (
            <TextField
              label={text('publish.note')}
              hint={text('publish.noteHelp')}
              lines={4}
              value={note}
              onChange={setNote}
              autoFocus
            />
          ) : null}
          {work.failure === undefined ? null : <p className="pb-failure">{work.failure}</p>}
        </div>
      </div>
    </Dialog>
  );
}

function Validated({ work }: { readonly work: ReturnType<typeof usePublishing> }) {
  const text = useText();
  const { diagnosis } = work;
  if (diagnosis === undefined) return <p className="dim">{text('publish.validating')}</p>;
  const { errors, warnings } = diagnosis.summary;
  return (
    <>
      <p>
        {text(errors > 0 ? 'publish.hasErrors' : warnings > 0 ? 'publish.hasWarnings' : 'publish.isValid', {
          errors,
          warnings,
        })}
      </p>
      <DiagnosticList diagnostics={diagnosis.diagnostics} />
    </>
  );
}
