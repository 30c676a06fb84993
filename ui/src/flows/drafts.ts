/** Drafts beside what is published: a flow whose file is being changed, and one that nobody has published yet. */
import type { Draft } from '../api/catalog';
import type { FlowItem } from '../api/flows';

export interface Row extends FlowItem {
  /** Its file has a draft. */
  readonly hasDraft?: boolean;
}

/** What nobody has published is found by its file. */
export function addressOf(flow: FlowItem): { readonly file?: string } {
  return flow.state === 'draft' ? { file: flow.file } : {};
}

export function withDrafts(flows: readonly FlowItem[], drafts: readonly Draft[]): Row[] {
  const changed = new Set(drafts.map((draft) => draft.path));
  const known = new Set(flows.map((flow) => flow.name));
  const fresh = drafts.flatMap((draft) => flowsIn(draft).filter((flow) => !known.has(flow.name)));
  return [...fresh, ...flows.map((flow) => (changed.has(flow.file) ? { ...flow, hasDraft: true } : flow))];
}

/** The headers of a draft's flows; the text may be anything, so this only looks and never parses. */
function flowsIn({ path, text }: Draft): Row[] {
  return text.split(/^---.*$/m).flatMap((document) => {
    const header = /^metadata:((?:.*\n)(?:[ \t].*\n?|\n)*)/m.exec(document)?.[1];
    const name = word(header, 'name');
    if (!/^kind:\s*Flow\s*$/m.test(document) || name === undefined) return [];
    return [
      {
        name,
        title: titleOf(header) ?? null,
        version: Number(word(header, 'version') ?? 1),
        useCase: name,
        isDurable: /^durable:\s*true/m.test(document),
        owner: word(header, 'owner') ?? null,
        variants: [],
        triggers: {},
        nodes: [],
        file: path,
        state: 'draft',
        hasDraft: true,
      } satisfies Row,
    ];
  });
}

function word(header: string | undefined, key: string): string | undefined {
  return new RegExp(`(?:^|[\\s{,])${key}:\\s*["']?([\\w.-]+)`).exec(header ?? '')?.[1];
}

function titleOf(header: string | undefined): FlowItem['title'] {
  const both = /title:\s*\{\s*zh:\s*([^,}]+),\s*en:\s*([^}]+)\}/.exec(header ?? '');
  if (both !== null) return { zh: bare(both[1]), en: bare(both[2]) };
  const one = /title:\s*("(?:[^"\\]|\\.)*"|'[^']*'|[^,}{\n]+)/.exec(header ?? '')?.[1];
  return one === undefined ? null : bare(one);
}

function bare(text: string | undefined): string {
  return (text ?? '').trim().replace(/^(["'])(.*)\1$/, '$2');
}
