import { Label, Radio, RadioGroup } from 'react-aria-components';
import { useText } from '../app/text';
import { MiniLine } from '../kit/MiniLine';
import { TEMPLATES, type Template } from './templates';

/** What a flow begins with, as cards. */
export function TemplateChoice({
  chosen,
  onChoose,
}: {
  readonly chosen: Template | undefined;
  readonly onChoose: (template: Template | undefined) => void;
}) {
  const text = useText();
  return (
    <RadioGroup
      className="fl-cards"
      value={chosen?.name ?? null}
      onChange={(name) => onChoose(TEMPLATES.find((one) => one.name === name))}
    >
      <Label className="k-label">{text('flows.beginWith')}</Label>
      {TEMPLATES.map((template) => (
        <Radio key={template.name} value={template.name} className="fl-card">
          <strong>{text(template.title)}</strong>
          <span className="dim">{text(template.help)}</span>
          <MiniLine nodes={template.nodes} label={text('flows.nodes', { count: template.nodes.length })} />
        </Radio>
      ))}
    </RadioGroup>
  );
}
