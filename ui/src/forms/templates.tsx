import {
  type ArrayFieldItemTemplateProps,
  type ArrayFieldTemplateProps,
  type FieldTemplateProps,
  type ObjectFieldTemplateProps,
  type WrapIfAdditionalTemplateProps,
  ADDITIONAL_PROPERTY_FLAG,
} from '@rjsf/utils';
import { useText } from '../app/text';
import { Said } from '../described/Said';
import { Button, IconButton } from '../kit/Button';
import { Icon } from '../kit/Icon';
import { ModeChip } from './mode';
import { OriginChip } from './origin';

/** Label, chip for value or expression, the field and its description. */
export function FieldTemplate(props: FieldTemplateProps) {
  const {
    id,
    label,
    children,
    rawDescription,
    required,
    hidden,
    schema,
    displayLabel,
    fieldPathId,
    formData,
    registry,
  } = props;
  if (hidden === true) return <div hidden>{children}</div>;
  const isRoot = fieldPathId.path.length === 0;
  const isBox = schema.type === 'boolean';
  const isItem = typeof fieldPathId.path.at(-1) === 'number';
  const isGroup = schema.type === 'object' || schema.type === 'array';
  const { WrapIfAdditionalTemplate: Wrap } = registry.templates;
  return (
    <Wrap {...props}>
      <div className={isRoot ? 'form-root' : 'form-field'}>
        {isRoot || (isItem && Reflect.get(schema, 'x-plain') === true) ? null : (
          <div className="form-head">
            {displayLabel === false && !isGroup ? null : (
              <label className="k-label" htmlFor={id}>
                {isBox || isItem ? '' : label}
                {required === true && !isItem ? <i aria-hidden="true">*</i> : null}
              </label>
            )}
            {isItem ? null : <Written name={String(fieldPathId.path.at(-1))} label={label} />}
            <OriginChip
              path={fieldPathId.path}
              isStated={formData !== undefined}
              hasDefault={'x-default' in schema}
            />
            <ModeChip />
          </div>
        )}
        {children}
        {rawDescription === undefined || rawDescription === '' || isRoot ? null : (
          <p className="k-hint">
            <Said message={firstSentence(rawDescription)} />
          </p>
        )}
      </div>
    </Wrap>
  );
}

/** What stands in the file, where people call it something else. */
export function Written({ name, label }: { readonly name: string; readonly label: string | undefined }) {
  const isSame = label === undefined || label === '' || label.toLowerCase() === name.toLowerCase();
  return isSame ? null : <code className="form-written">{name}</code>;
}

/** The first sentence helps while typing; the rest is in the documentation. */
function firstSentence(text: string): string {
  const end = text.search(/[.。](\s|$)/);
  return end < 0 ? text : text.slice(0, end + 1);
}

export function ObjectFieldTemplate(props: ObjectFieldTemplateProps) {
  const { properties, schema, onAddProperty, fieldPathId, readonly } = props;
  const text = useText();
  const isRoot = fieldPathId.path.length === 0;
  const open = schema.additionalProperties !== undefined && schema.additionalProperties !== false;
  return (
    <div className={isRoot ? 'form-object' : 'form-object form-nested'}>
      {properties.filter((one) => !one.hidden).map((one) => one.content)}
      {open && readonly !== true ? (
        <Button
          size="small"
          look="quiet"
          icon={<Icon name="plus" size={14} />}
          onPress={() => onAddProperty()}
        >
          {text('form.addField')}
        </Button>
      ) : null}
    </div>
  );
}

export function ArrayFieldTemplate({ items, canAdd, onAddClick, readonly }: ArrayFieldTemplateProps) {
  const text = useText();
  return (
    <div className="form-nested">
      {items}
      {canAdd === true && readonly !== true ? (
        <Button size="small" look="quiet" icon={<Icon name="plus" size={14} />} onPress={() => onAddClick()}>
          {text('form.addItem')}
        </Button>
      ) : null}
    </div>
  );
}

export function ArrayFieldItemTemplate({ children, buttonsProps, readonly }: ArrayFieldItemTemplateProps) {
  const text = useText();
  return (
    <div className="form-item">
      <div className="form-item-body">{children}</div>
      {readonly === true ? null : (
        <div className="form-item-tools">
          {buttonsProps.hasMoveUp ? (
            <IconButton
              size="small"
              label={text('form.moveUp')}
              icon={<span aria-hidden="true">↑</span>}
              onPress={() => buttonsProps.onMoveUpItem()}
            />
          ) : null}
          <IconButton
            size="small"
            label={text('form.removeItem')}
            icon={<Icon name="x" size={14} />}
            onPress={() => buttonsProps.onRemoveItem()}
          />
        </div>
      )}
    </div>
  );
}

/** A key a person chose: it can be renamed and taken away. */
export function WrapIfAdditionalTemplate(props: WrapIfAdditionalTemplateProps) {
  const { children, schema, label, onKeyRenameBlur, onRemoveProperty, readonly } = props;
  const text = useText();
  if (!(ADDITIONAL_PROPERTY_FLAG in schema)) return <>{children}</>;
  return (
    <div className="form-item">
      <input
        className="k-input k-code form-key"
        defaultValue={label}
        readOnly={readonly}
        aria-label={text('form.key')}
        onBlur={onKeyRenameBlur}
      />
      <div className="form-item-body">{children}</div>
      <div className="form-item-tools">
        <IconButton
          size="small"
          label={text('form.removeItem')}
          icon={<Icon name="x" size={14} />}
          onPress={() => onRemoveProperty()}
        />
      </div>
    </div>
  );
}

export const TEMPLATES = {
  FieldTemplate,
  ObjectFieldTemplate,
  ArrayFieldTemplate,
  ArrayFieldItemTemplate,
  WrapIfAdditionalTemplate,
  TitleFieldTemplate: () => null,
  DescriptionFieldTemplate: () => null,
  ErrorListTemplate: () => null,
};
