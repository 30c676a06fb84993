import { inWords } from '../app/words';
import type { ReactNode } from 'react';
import { useIntl } from 'react-intl';
import { type Key, useText } from '../app/text';
import { useSettings } from '../app/settings';
import { MiniLine } from '../kit/MiniLine';
import { errorShare } from '../flows/shelf';
import { EffectMark } from './EffectMark';
import type { Tile } from './domains';

const KIND: Readonly<Record<Tile['kind'], Key>> = {
  flow: 'capabilities.kindFlow',
  point: 'capabilities.kindPoint',
  component: 'capabilities.kindComponent',
};

/** One thing to build with: its name, what it does to the world, how much it is used, how it fares. */
export function TileButton({
  tile,
  isOpen,
  onOpen,
}: {
  readonly tile: Tile;
  readonly isOpen: boolean;
  readonly onOpen: () => void;
}) {
  const text = useText();
  const intl = useIntl();
  const locale = useSettings((state) => state.locale);
  const { title, name, foot, isBad } = faceOf(tile, locale === 'zh-CN' ? 'zh' : 'en', text);
  return (
    <button type="button" className="cp-tile" data-kind={tile.kind} aria-pressed={isOpen} onClick={onOpen}>
      <span className="cp-title">
        <span>{title}</span>
        <span className="cp-kind">
          {tile.kind === 'component' ? <EffectMark effect={tile.component.effect} /> : text(KIND[tile.kind])}
        </span>
      </span>
      {title === name ? null : <span className="cp-name mono clip">{name}</span>}
      <span className="cp-foot">{foot}</span>
      {isBad ? (
        <span className="cp-bad">
          {tile.kind === 'flow'
            ? text('capabilities.badFlow', {
                share: intl.formatNumber(errorShare(tile.flow) ?? 0, { style: 'percent' }),
              })
            : text('capabilities.badPoint')}
        </span>
      ) : null}
    </button>
  );
}

interface Face {
  readonly title: string;
  readonly name: string;
  readonly foot: ReactNode;
  readonly isBad: boolean;
}

function faceOf(tile: Tile, language: 'zh' | 'en', text: ReturnType<typeof useText>): Face {
  if (tile.kind === 'flow') {
    const { flow } = tile;
    const share = errorShare(flow) ?? 0;
    const label = text('flows.nodes', { count: flow.nodes.length });
    const foot = (
      <>
        <MiniLine nodes={flow.nodes} width={104} label={label} />
        <span className="num">
          {flow.variants.length === 0
            ? `v${flow.version}`
            : text('capabilities.variants', { count: flow.variants.length })}
        </span>
      </>
    );
    return { title: inWords(flow.title) ?? flow.name, name: flow.name, foot, isBad: share > 0.01 };
  }
  if (tile.kind === 'point') {
    const { point, implementations, overrides } = tile;
    const foot = (
      <>
        <span>{text('capabilities.implementations', { count: implementations })}</span>
        <span>{text('capabilities.overrides', { count: overrides })}</span>
      </>
    );
    return {
      title: inWords(point.title) ?? point.name,
      name: point.name,
      foot,
      isBad: implementations === 0 && !point.hasDefault,
    };
  }
  const { component } = tile;
  const foot = <span>{text('capabilities.uses', { count: component.uses ?? 0 })}</span>;
  return { title: component.title[language] || component.name, name: component.name, foot, isBad: false };
}
