/** The text pane's hover: what a key means, what an expression had in the last run. */
import { type Tooltip, hoverTooltip } from '@codemirror/view';
import type { Translate } from '../app/text';
import { type Facts, type Hint, type Place, hintAt, preview, readIn, sampleAt } from './hints';

export interface HoverSource {
  readonly facts: () => Facts | undefined;
  readonly placeAt: (offset: number) => Place;
}

export function hover({ facts, placeAt }: HoverSource, text: Translate) {
  return hoverTooltip((view, position): Tooltip | null => {
    const known = facts();
    if (known === undefined) return null;
    const line = view.state.doc.lineAt(position);
    const read = readIn(line.text, position - line.from);
    const sample = read === undefined ? undefined : sampleAt(read.text, known.sample);
    const hint: Hint | undefined =
      read !== undefined && sample !== undefined
        ? { name: read.text, sample }
        : hintAt(placeAt(position), known);
    if (hint === undefined) return null;
    const start = read === undefined ? position : line.from + read.from;
    return {
      pos: start,
      end: start + (read?.text.length ?? 0),
      above: true,
      create: () => ({ dom: card(hint, text) }),
    };
  });
}

function card(hint: Hint, text: Translate): HTMLElement {
  const box = document.createElement('div');
  box.className = 'cm-hint';
  const add = (tag: string, words: string) => {
    const part = document.createElement(tag);
    part.textContent = words;
    box.append(part);
  };
  add('strong', hint.name);
  if (hint.type !== undefined) add('code', hint.type);
  if (hint.text !== undefined) add('p', hint.text);
  if (hint.standard !== undefined) add('p', text('form.default', { value: preview(hint.standard) }));
  if (hint.sample !== undefined) add('p', text('hint.sample', { value: preview(hint.sample, 200) }));
  return box;
}
