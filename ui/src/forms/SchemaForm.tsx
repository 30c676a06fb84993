import Form, { getDefaultRegistry } from '@rjsf/core';
import type { FieldProps, RJSFSchema } from '@rjsf/utils';
import { useMemo, useState } from 'react';
import type { Json, JsonObject } from '../core/json';
import { Said } from '../described/Said';
import { isExpression } from '../core/cel';
import { AnyField } from './AnyField';
import { ExpressionInput } from './ExpressionInput';
import { ModeChip, ModeContext } from './mode';
import { type Patch, diff } from '../core/diff';
import { OriginChip } from './origin';
import { UI, asForm, isShowable } from './schema';
import { TEMPLATES, Written } from './templates';
import { fits, validator } from './validator';
import { WIDGETS } from './widgets';
import './forms.css';

const Base = getDefaultRegistry().fields['SchemaField'];

export interface SchemaFormProps {
  readonly id: string;
  readonly schema: JsonObject;
  readonly value: Json | undefined;
  readonly isReadOnly?: boolean;
  readonly onPatches: (patches: readonly Patch[]) => void;
}

/** The form of a schema over a part of the text. What it emits are edits, never a whole object. */
export function SchemaForm({ id, schema, value, isReadOnly = false, onPatches }: SchemaFormProps) {
  const form = useMemo(() => asForm(schema), [schema]);
  return (
    <Form
      className="form"
      tagName="div"
      idPrefix={id}
      schema={form}
      uiSchema={UI}
      formData={value === null ? undefined : value}
      validator={validator}
      widgets={WIDGETS}
      templates={TEMPLATES}
      fields={FIELDS}
      readonly={isReadOnly}
      noHtml5Validate
      showErrorList={false}
      experimental_defaultFormStateBehavior={NO_DEFAULTS}
      onChange={(event) => {
        const patches = diff(plain(value), plain(event.formData));
        if (patches.length > 0) onPatches(patches);
      }}
    />
  );
}

const NO_DEFAULTS = {
  emptyObjectFields: 'skipDefaults',
  arrayMinItems: { populate: 'never' },
  constAsDefaults: 'never',
  allOf: 'skipDefaults',
  requiredBooleanDefault: 'skip',
} as const;

function plain(value: unknown): Json | undefined {
  return value === undefined || value === null ? undefined : JSON.parse(JSON.stringify(value));
}

/** Every field takes a value or an expression; data that is one `${ }` opens as an expression. */
function ValueOrExpression(props: FieldProps) {
  const { schema } = props;
  if (Reflect.get(schema, 'x-cel') === true) return <BareExpression {...props} />;
  return <EitherField {...props} />;
}

/** A key whose text is CEL already. */
function BareExpression({ formData, fieldPathId, onChange, name, readonly, schema }: FieldProps) {
  return (
    <div className="form-field">
      <div className="form-head">
        <span className="k-label">{labelOf(schema, name)}</span>
        <Written name={name} label={schema.title} />
        <OriginChip
          path={fieldPathId.path}
          isStated={formData !== undefined}
          hasDefault={'x-default' in schema}
        />
      </div>
      <ExpressionInput
        label={labelOf(schema, name)}
        value={typeof formData === 'string' ? formData : ''}
        isReadOnly={readonly === true}
        onCommit={(text) => onChange(text === '' ? undefined : text, fieldPathId.path)}
      />
    </div>
  );
}

function EitherField(props: FieldProps) {
  const { formData, fieldPathId, onChange, name, readonly, schema } = props;
  const stated = typeof formData === 'string' && isExpression(formData);
  const [asked, setAsked] = useState<boolean>();
  const isOn = asked ?? stated;
  if (Base === undefined) return null;
  if (fieldPathId.path.length === 0) return <Base {...props} />;
  const isPlain = readonly === true || Reflect.get(schema, 'x-plain') === true;
  const toggle = () => {
    setAsked(!isOn);
    if (isOn && stated) onChange(undefined, fieldPathId.path);
  };
  return (
    <ModeContext value={{ isExpression: isOn, toggle: isPlain ? undefined : toggle }}>
      {isOn ? (
        <div className="form-field">
          <div className="form-head">
            <span className="k-label">{labelOf(schema, name)}</span>
            <Written name={name} label={schema.title} />
            <OriginChip
              path={fieldPathId.path}
              isStated={formData !== undefined}
              hasDefault={'x-default' in schema}
            />
            <ModeChip />
          </div>
          <ExpressionInput
            label={labelOf(schema, name)}
            value={stated ? formData.slice(2, -1) : ''}
            isReadOnly={readonly === true}
            onCommit={(text) => onChange(text === '' ? undefined : `\${${text}}`, fieldPathId.path)}
          />
        </div>
      ) : isOpen(props) ? (
        <div className="form-field">
          <div className="form-head">
            <span className="k-label">{labelOf(schema, name)}</span>
            <Written name={name} label={schema.title} />
            <OriginChip
              path={fieldPathId.path}
              isStated={formData !== undefined}
              hasDefault={'x-default' in schema}
            />
            <ModeChip />
          </div>
          <AnyField {...props} />
          {schema.description === undefined ? null : (
            <p className="k-hint">
              <Said message={schema.description} />
            </p>
          )}
        </div>
      ) : (
        <Base {...props} />
      )}
    </ModeContext>
  );
}

/** A schema that says nothing of the shape, or that says it in words the form does not know. */
function isOpen({ schema, registry, formData }: FieldProps): boolean {
  const full = registry.schemaUtils.retrieveSchema(schema, formData);
  const { type, oneOf, anyOf, properties, enum: allowed, additionalProperties } = full;
  if (type === 'object' && properties === undefined && typeof additionalProperties !== 'object') return true;
  const root = registry.schemaUtils.getRootSchema();
  if (formData !== undefined && !fits(json(full), json(formData), json(root))) return true;
  const says = type ?? oneOf ?? anyOf ?? properties ?? allowed ?? full.const;
  return says === undefined || (Array.isArray(type) && type.length > 2) || !isShowable(json(full));
}

function json(value: unknown): Json {
  return JSON.parse(JSON.stringify(value ?? null));
}

function labelOf(schema: RJSFSchema, name: string): string {
  return schema.title ?? name;
}

const FIELDS = { SchemaField: ValueOrExpression };
