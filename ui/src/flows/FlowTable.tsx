import { inWords } from '../app/words';
import { Link } from '@tanstack/react-router';
import { useIntl } from 'react-intl';
import { useDuration, useText } from '../app/text';
import { IconButton } from '../kit/Button';
import { Icon } from '../kit/Icon';
import { useNotes } from '../kit/Live';
import { MiniLine } from '../kit/MiniLine';
import { Chip } from '../kit/Panel';
import { Sparkline } from '../kit/Sparkline';
import { type Row, addressOf } from './drafts';
import { errorShare, rateOf } from './shelf';

/** One row of 40 pixels for each flow. */
export function FlowTable({
  flows,
  chosen,
  onChoose,
}: {
  readonly flows: readonly Row[];
  readonly chosen: string | undefined;
  readonly onChoose: (flow: string | undefined) => void;
}) {
  const text = useText();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keys
    <section className="fl-scroll scroll" tabIndex={0} aria-label={text('rail.flows')}>
      <table className="fl-table">
        <thead>
          <tr>
            <th scope="col">{text('flows.flow')}</th>
            <th scope="col">{text('flows.line')}</th>
            <th scope="col">{text('flows.state')}</th>
            <th scope="col" className="fl-right">
              {text('flows.variants')}
            </th>
            <th scope="col">{text('flows.rate')}</th>
            <th scope="col" className="fl-right">
              {text('flows.errors')}
            </th>
            <th scope="col" className="fl-right">
              p95
            </th>
            <th scope="col">{text('flows.owner')}</th>
          </tr>
        </thead>
        <tbody>
          {flows.map((flow) => (
            <FlowRow key={flow.name} flow={flow} isChosen={flow.name === chosen} onChoose={onChoose} />
          ))}
        </tbody>
      </table>
      {flows.length === 0 ? <p className="fl-wait dim">{text('flows.noneFit')}</p> : null}
    </section>
  );
}

function FlowRow({
  flow,
  isChosen,
  onChoose,
}: {
  readonly flow: Row;
  readonly isChosen: boolean;
  readonly onChoose: (flow: string | undefined) => void;
}) {
  const text = useText();
  const intl = useIntl();
  const duration = useDuration();
  const share = errorShare(flow);
  const rate = rateOf(flow);
  return (
    <tr data-chosen={isChosen ? true : undefined} onClick={() => onChoose(isChosen ? undefined : flow.name)}>
      <td>
        <span className="fl-title">
          <Link
            to="/flows/$name"
            params={{ name: flow.name }}
            search={addressOf(flow)}
            className="clip"
            onClick={(event) => event.stopPropagation()}
          >
            {inWords(flow.title) ?? flow.name}
          </Link>
          <small className="mono clip">{flow.name}</small>
        </span>
        <Quick flow={flow} onChoose={onChoose} />
      </td>
      <td>
        <MiniLine nodes={flow.nodes} label={text('flows.nodes', { count: flow.nodes.length })} />
      </td>
      <td>
        <span className="fl-state" data-state={flow.state}>
          {text(flow.state === 'draft' ? 'flows.draft' : 'flows.published')}
        </span>
        <span className="mono dim"> v{flow.version}</span>
        {flow.hasDraft === true && flow.state === 'published' ? (
          <span className="fl-drafted" title={text('flows.draftedHelp')}>
            {text('flows.drafted')}
          </span>
        ) : null}
        {flow.isDurable ? <Chip title={text('flows.durableHelp')}>{text('flows.durable')}</Chip> : null}
      </td>
      <td className="num fl-right">
        {flow.variants.length === 0 ? <span className="dim">–</span> : flow.variants.length}
      </td>
      <td>
        <span className="fl-rate">
          <Sparkline
            values={flow.stats?.perMinute ?? []}
            width={80}
            label={text('flows.rateOf', {
              rate: rate === undefined ? '–' : intl.formatNumber(rate, { maximumFractionDigits: 1 }),
            })}
          />
          <span className="num">
            {rate === undefined ? '–' : intl.formatNumber(rate, { maximumFractionDigits: rate < 10 ? 1 : 0 })}
          </span>
        </span>
      </td>
      <td className="num fl-right" data-bad={share !== undefined && share > 0.01 ? true : undefined}>
        {share === undefined ? (
          <span className="dim">–</span>
        ) : (
          intl.formatNumber(share, { style: 'percent', maximumFractionDigits: 1 })
        )}
      </td>
      <td className="num fl-right">
        {share === undefined ? <span className="dim">–</span> : duration(flow.stats?.p95Ms)}
      </td>
      <td className="clip">{flow.owner ?? <span className="dim">–</span>}</td>
    </tr>
  );
}

function Quick({ flow, onChoose }: { readonly flow: Row; readonly onChoose: (flow: string) => void }) {
  const text = useText();
  const say = useNotes((state) => state.say);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keeps presses on the buttons from choosing the row
    // biome-ignore lint/a11y/useKeyWithClickEvents: keeps presses on the buttons from choosing the row
    <span className="fl-quick" onClick={(event) => event.stopPropagation()}>
      <IconButton
        size="small"
        label={text('flows.details')}
        icon={<Icon name="eye" size={14} />}
        onPress={() => onChoose(flow.name)}
      />
      <Link
        to="/flows/$name"
        params={{ name: flow.name }}
        search={{ ...addressOf(flow), drawer: 'test' }}
        className="k-icon k-icon-small"
        aria-label={text('flows.run')}
        title={text('flows.run')}
      >
        <Icon name="play" size={14} />
      </Link>
      <IconButton
        size="small"
        label={text('flows.copyName')}
        icon={<Icon name="copy" size={14} />}
        onPress={() => void navigator.clipboard.writeText(flow.name).then(() => say(text('trace.copied')))}
      />
    </span>
  );
}
