import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Fragment } from 'react';
import { Button } from 'react-aria-components';
import { pointsQuery } from '../api/extensions';
import { flowsQuery } from '../api/flows';
import type { Identity } from '../api/identity';
import { unique } from '../core/json';
import { Icon } from '../kit/Icon';
import { type Action, Menu } from '../kit/Menu';
import { hueOf } from '../kit/Panel';
import { type IdentitySearch, stated } from './search';
import { type Key, useText } from './text';

type Part = 'useCase' | 'bizId' | 'scenario';
const PARTS: readonly { part: Part; key: Key; all: Key }[] = [
  { part: 'useCase', key: 'identity.useCase', all: 'identity.allUseCases' },
  { part: 'bizId', key: 'identity.bizId', all: 'identity.default' },
  { part: 'scenario', key: 'identity.scenario', all: 'identity.default' },
];

/** useCase ▸ bizId ▸ scenario: always visible, filters every screen, kept in the URL. */
export function IdentityBar() {
  const text = useText();
  const identity: IdentitySearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const known = useKnownIdentities();
  const choose = (part: Part, value: string | undefined) => {
    const next = { ...identity, [part]: value };
    const kept = next.bizId === undefined ? { ...next, scenario: undefined } : next;
    void navigate({ to: '.', search: (old) => stated({ ...old, ...kept }) });
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as one line in every browser
    <div className="identity" role="group" aria-label={text('identity.label')}>
      {PARTS.map(({ part, key, all }, i) => {
        const value = identity[part];
        const isOff = part === 'scenario' && identity.bizId === undefined;
        return (
          <Fragment key={part}>
            {i === 0 ? null : (
              <span className="identity-sign" aria-hidden="true">
                <Icon name="chevron-right" size={12} />
              </span>
            )}
            <Menu
              label={text(key)}
              placement="bottom start"
              actions={choices(known, part, identity, text(all))}
              onAction={(id) => choose(part, id === '' ? undefined : id)}
            >
              <Button
                className="identity-part"
                isDisabled={isOff}
                {...(value === undefined ? { 'data-unset': true } : {})}
              >
                {part === 'bizId' && value !== undefined ? (
                  <span
                    className="k-identity"
                    style={{ ['--hue' as string]: `var(--hue-${hueOf(value)})` }}
                  />
                ) : null}
                <small>{text(key)}</small>
                <strong className="clip">{value ?? text(all)}</strong>
              </Button>
            </Menu>
          </Fragment>
        );
      })}
    </div>
  );
}

function choices(known: readonly Identity[], part: Part, chosen: IdentitySearch, all: string): Action[] {
  const fitting = known.filter(
    (one) =>
      (part === 'useCase' || chosen.useCase === undefined || one.useCase === chosen.useCase) &&
      (part !== 'scenario' || one.bizId === chosen.bizId),
  );
  const values = unique(
    fitting.map((one) => one[part]).filter((value) => typeof value === 'string' && value !== ''),
  );
  return [
    { id: '', label: all, isOn: chosen[part] === undefined },
    ...values.sort().map((value, i) => ({
      id: String(value),
      label: String(value),
      isOn: chosen[part] === value,
      starts: i === 0,
    })),
  ];
}

/** Every identity that a flow variant or an extension names. */
export function useKnownIdentities(): readonly Identity[] {
  const flows = useQuery(flowsQuery);
  const points = useQuery(pointsQuery);
  const byFlow = (flows.data?.items ?? []).flatMap((flow) => [
    { useCase: flow.useCase },
    ...flow.variants.map((variant) => ({
      useCase: flow.useCase,
      bizId: variant.bizId,
      scenario: variant.scenario,
    })),
  ]);
  return [...byFlow, ...(points.data?.identities ?? [])];
}
