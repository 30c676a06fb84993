import { Fragment } from 'react';
import { useText } from '../app/text';
import { IconButton } from '../kit/Button';
import { Icon } from '../kit/Icon';
import { useNotes } from '../kit/Live';
import type { Json } from '../core/json';
import { changesOf, plain } from './changes';
import './value.css';

/** A JSON value as it is, names and texts told apart. */
export function Value({ value, none }: { readonly value: Json | undefined; readonly none: string }) {
  const text = useText();
  const say = useNotes((state) => state.say);
  if (value === undefined) return <p className="dim">{none}</p>;
  const printed = JSON.stringify(plain(value), null, 2);
  return (
    <div className="tr-value">
      <pre>{paint(printed)}</pre>
      <IconButton
        size="small"
        label={text('trace.copy')}
        icon={<Icon name="copy" size={14} />}
        onPress={() => void navigator.clipboard.writeText(printed).then(() => say(text('trace.copied')))}
      />
    </div>
  );
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function paint(printed: string) {
  const parts: { text: string; look: string }[] = [];
  let at = 0;
  for (const match of printed.matchAll(TOKEN)) {
    if (match.index > at) parts.push({ text: printed.slice(at, match.index), look: '' });
    const isName = match[2] !== undefined;
    parts.push({
      text: match[1] ?? match[0],
      look: isName ? 'tr-key' : match[1] === undefined ? 'tr-number' : 'tr-text',
    });
    if (isName) parts.push({ text: match[2] ?? '', look: '' });
    at = match.index + match[0].length;
  }
  parts.push({ text: printed.slice(at), look: '' });
  return parts.map((part, i) => {
    const key = `${i} ${part.look}`;
    return part.look === '' ? (
      <Fragment key={key}>{part.text}</Fragment>
    ) : (
      <span key={key} className={part.look}>
        {part.text}
      </span>
    );
  });
}

/** Path by path, what went in and what came out. */
export function ValueDiff({
  before,
  after,
}: {
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}) {
  const text = useText();
  if (before === undefined || after === undefined) return <p className="dim">{text('trace.oneSided')}</p>;
  const changes = changesOf(plain(before), plain(after));
  if (changes.length === 0) return <p className="dim">{text('trace.same')}</p>;
  return (
    <table className="tr-table">
      <thead>
        <tr>
          <th scope="col">{text('trace.path')}</th>
          <th scope="col">{text('trace.input')}</th>
          <th scope="col">{text('trace.output')}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <tr key={change.path}>
            <td className="mono">{change.path}</td>
            <td className="mono tr-gone">
              {change.before === undefined ? '' : JSON.stringify(change.before)}
            </td>
            <td className="mono tr-new">{change.after === undefined ? '' : JSON.stringify(change.after)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
