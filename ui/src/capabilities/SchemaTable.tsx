import { type Key, type Translate, useText } from '../app/text';
import { Said } from '../described/Said';
import { type FieldRow, fieldsOf } from './schema';
import './schema.css';

/** A JSON Schema as rows: what a field is called and holds, then what it means. */
export function SchemaTable({ schema, label }: { readonly schema: unknown; readonly label: string }) {
  const text = useText();
  const fields = fieldsOf(schema);
  if (fields.length === 0) return <p className="dim">{text('schema.anything')}</p>;
  return (
    <table className="schema" aria-label={label}>
      <tbody>
        {fields.map((field) => (
          <tr key={field.path}>
            <th scope="row" style={{ paddingLeft: field.depth * 12 }}>
              {field.title === undefined || field.title.toLowerCase() === field.name.toLowerCase() ? null : (
                <span>{field.title}</span>
              )}
              <code>
                {field.name}
                {field.isRequired ? <abbr title={text('schema.required')}>*</abbr> : null}
              </code>
              <small className="dim">{typeWords(field.type, text)}</small>
            </th>
            <td>{detailOf(field, text)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const TYPE: Readonly<Record<string, Key>> = {
  string: 'schema.string',
  integer: 'schema.integer',
  number: 'schema.number',
  boolean: 'schema.boolean',
  object: 'schema.object',
  any: 'schema.any',
};

/** `[integer]` → a list of whole numbers. */
function typeWords(type: string, text: Translate): string {
  const inner = /^\[(.*)\]$/.exec(type)?.[1];
  if (inner !== undefined)
    return inner === 'any' ? text('schema.list') : text('schema.listOf', { type: typeWords(inner, text) });
  return type
    .split(' | ')
    .map((one) => {
      const key = TYPE[one];
      return key === undefined ? one : text(key);
    })
    .join(text('schema.or'));
}

function detailOf(field: FieldRow, text: Translate) {
  return (
    <>
      <Said message={field.description} />
      {field.values === undefined ? null : <span className="schema-more mono dim">{field.values}</span>}
      {field.initial === undefined ? null : (
        <span className="schema-more dim">{text('form.default', { value: field.initial })}</span>
      )}
    </>
  );
}
