import type { Component } from '../api/components';
import { useSettings } from '../app/settings';
import { useText } from '../app/text';
import { IconButton } from '../kit/Button';
import { Icon } from '../kit/Icon';
import { Chip } from '../kit/Panel';
import { EffectMark } from './EffectMark';
import { SchemaTable } from './SchemaTable';

/** How a component is used: what it does, its fields, a sample to copy. */
export function ComponentPanel({
  component,
  onClose,
}: {
  readonly component: Component;
  readonly onClose: () => void;
}) {
  const text = useText();
  const locale = useSettings((state) => state.locale);
  return (
    <aside className="cp-panel scroll" aria-label={component.name}>
      <header>
        <h2>{component.title[locale === 'zh-CN' ? 'zh' : 'en'] || component.name}</h2>
        <IconButton size="small" label={text('kit.close')} icon={<Icon name="x" />} onPress={onClose} />
      </header>
      <p className="cp-facts">
        <span className="mono">{component.name}</span>
        <EffectMark effect={component.effect} />
        <Chip>{text('capabilities.uses', { count: component.uses ?? 0 })}</Chip>
      </p>
      {component.description == null ? null : <p className="cp-about">{component.description}</p>}
      <h3>{text('capabilities.config')}</h3>
      <SchemaTable schema={component.schema} label={text('capabilities.config')} />
    </aside>
  );
}
