/**
 * File text ↔ the text commands work on. A byte-order mark and uniform CRLF are taken off when a file opens and put
 * back when it is saved; a file that mixes line ends keeps its carriage returns as characters.
 */

export interface Source {
  readonly text: string;
  readonly crlf: boolean;
  readonly mark: boolean;
}

export function open(file: string): Source {
  const mark = file.startsWith('\uFEFF');
  const body = mark ? file.slice(1) : file;
  const crlf = body.includes('\r\n') && !/(^|[^\r])\n|\r(?!\n)/.test(body);
  return { text: crlf ? body.replaceAll('\r\n', '\n') : body, crlf, mark };
}

export function save(source: Source, text: string): string {
  const body = source.crlf ? text.replaceAll('\n', '\r\n') : text;
  return source.mark ? `\uFEFF${body}` : body;
}
