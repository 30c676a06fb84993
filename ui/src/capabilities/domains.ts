/** Flows, points and components → columns of the map: business domains first, then what they are built from. */
import { bothOf } from '../core/title';
import { inWords } from '../app/words';
import type { Component } from '../api/components';
import type { Matrix, Point } from '../api/extensions';
import type { FlowItem } from '../api/flows';
import { unique } from '../core/json';
import { matches } from '../kit/match';

export type Tile =
  | { readonly kind: 'flow'; readonly key: string; readonly flow: FlowItem }
  | {
      readonly kind: 'point';
      readonly key: string;
      readonly point: Point;
      readonly implementations: number;
      readonly overrides: number;
    }
  | { readonly kind: 'component'; readonly key: string; readonly component: Component };

export interface Column {
  readonly title: string;
  readonly tiles: readonly Tile[];
}
export interface Shown {
  readonly domains: readonly Column[];
  readonly categories: readonly Column[];
}
export type EffectFilter = 'pure' | 'read' | 'write';

export function mapOf(
  flows: readonly FlowItem[],
  matrix: Matrix | undefined,
  components: readonly Component[],
  asked: { readonly q?: string | undefined; readonly effect?: EffectFilter | undefined },
  words: { readonly other: string; readonly category: (name: string) => string },
): Shown {
  const q = asked.q ?? '';
  const domainOf = new Map(flows.map((flow) => [flow.name, domain(flow, words.other)]));
  const business: [string, Tile][] = [
    ...flows
      .filter((flow) =>
        matches(q, [
          flow.name,
          ...bothOf(flow.title),
          flow.pinyin,
          flow.initials,
          ...bothOf(flow.description),
          flow.owner,
        ]),
      )
      .map((flow): [string, Tile] => [
        domainOf.get(flow.name) ?? words.other,
        { kind: 'flow', key: `flow ${flow.name}`, flow },
      ]),
    ...(matrix?.points ?? [])
      .filter((point) =>
        matches(q, [point.name, ...bothOf(point.title), ...bothOf(point.description), point.owner]),
      )
      .map((point): [string, Tile] => [
        inWords(point.group) ?? domainOf.get(point.flows[0] ?? '') ?? words.other,
        { kind: 'point', key: `point ${point.name}`, point, ...countsOf(matrix, point.name) },
      ]),
  ];
  const built = components
    .filter((one) => asked.effect === undefined || one.effect === asked.effect)
    .filter((one) =>
      matches(q, [
        one.name,
        one.title.zh,
        one.title.en,
        one.description,
        one.pinyin,
        one.initials,
        ...(one.keywords ?? []),
      ]),
    )
    .map((component): [string, Tile] => [
      words.category(component.category ?? ''),
      { kind: 'component', key: `component ${component.name}`, component },
    ]);
  return {
    domains: asked.effect === undefined ? columns(business, words.other) : [],
    categories: columns(built, words.other),
  };
}

/** A flow's domain is what it says of itself; else the folder it lies in. */
function domain(flow: FlowItem, other: string): string {
  const labels = flow.labels ?? {};
  const folder = flow.file.split('/').at(-2);
  return (
    inWords(labels['domain']) ?? (folder === undefined || folder === 'flows' ? (flow.owner ?? other) : folder)
  );
}

function countsOf(matrix: Matrix | undefined, point: string): { implementations: number; overrides: number } {
  const own = (matrix?.cells ?? []).filter((cell) => cell.point === point && cell.isOwn);
  const overrides = own.filter((cell) => (matrix?.identities[cell.identity]?.bizId ?? null) !== null).length;
  // Several guarded ones may stand at one key; the cell names the first of them.
  const named = new Map<string | null, number>();
  for (const { implementation, candidates } of own)
    named.set(implementation, Math.max(named.get(implementation) ?? 0, candidates ?? 1, 1));
  return { implementations: [...named.values()].reduce((sum, one) => sum + one, 0), overrides };
}

function columns(tiles: readonly (readonly [string, Tile])[], other: string): Column[] {
  return unique(tiles.map(([title]) => title))
    .sort((a, b) => (a === other ? 1 : b === other ? -1 : a.localeCompare(b, 'zh-CN')))
    .map((title) => ({ title, tiles: tiles.filter(([one]) => one === title).map(([, tile]) => tile) }));
}

export function tileOf(shown: Shown, key: string | undefined): Tile | undefined {
  return [...shown.domains, ...shown.categories]
    .flatMap((column) => column.tiles)
    .find((tile) => tile.key === key);
}
