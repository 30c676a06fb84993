import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { publishedFile } from '../api/catalog';
import { useText } from '../app/text';
import { Dialog } from '../kit/Dialog';

/** The text behind a cell, opened at its line. Code that no catalog holds is named by its place alone. */
export function FileDialog({
  file,
  line,
  onClose,
}: {
  readonly file: string;
  readonly line: number;
  readonly onClose: () => void;
}) {
  const text = useText();
  const query = useQuery({ queryKey: ['file', file], queryFn: () => publishedFile(file), retry: false });
  const at = useRef<HTMLLIElement>(null);
  useEffect(() => at.current?.scrollIntoView({ block: 'center' }), [query.data]);
  return (
    <Dialog title={`${file}:${line}`} size="wide" isOpen onClose={onClose}>
      {query.isError ? <p>{text('matrix.codeOnly', { file, line })}</p> : null}
      {query.data === undefined ? null : (
        <ol className="mx-text mono">
          {query.data.text.split('\n').map((one, i) => {
            const number = i + 1;
            return (
              <li key={number} ref={number === line ? at : null} data-at={number === line ? true : undefined}>
                <span className="dim">{number}</span>
                <code>{one}</code>
              </li>
            );
          })}
        </ol>
      )}
    </Dialog>
  );
}
