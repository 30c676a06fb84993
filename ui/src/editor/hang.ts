/** Long lines of YAML go on below, two columns further in than they began. */
import type { Extension, Range } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';

const DEEPEST = 24;
const MORE = 2;
const MARKS = Array.from({ length: DEEPEST + 1 }, (_, depth) =>
  Decoration.line({ class: `cm-hang-${depth}` }),
);

/** Classes, because a style on the element is what the security policy forbids. */
const looks = EditorView.theme(
  Object.fromEntries(
    MARKS.map((_, depth) => [
      `.cm-line.cm-hang-${depth}`,
      { paddingLeft: `calc(6px + ${depth + MORE}ch)`, textIndent: `-${depth + MORE}ch` },
    ]),
  ),
);

const plugin = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = marksOf(view);
    }
    update(update: ViewUpdate) {
      if (update.docChanged || update.viewportChanged) this.decorations = marksOf(update.view);
    }
  },
  { decorations: (one) => one.decorations },
);

function marksOf(view: EditorView): DecorationSet {
  const marks: Range<Decoration>[] = [];
  for (const { from, to } of view.visibleRanges)
    for (let at = from; at <= to; ) {
      const line = view.state.doc.lineAt(at);
      const depth = Math.min(DEEPEST, line.text.search(/[^ ]|$/));
      const mark = MARKS[depth];
      if (mark !== undefined) marks.push(mark.range(line.from));
      at = line.to + 1;
    }
  return Decoration.set(marks);
}

export const wrapped: Extension = [EditorView.lineWrapping, plugin, looks];
