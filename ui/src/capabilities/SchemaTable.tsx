import { useText } from '../app/text';
import { type FieldRow, fieldsOf } from './schema';
import './schema.css';

/** A JSON Schema as rows: path, type, what it is. */
export function SchemaTable({ schema, label }: { readonly schema: unknown; readonly label: string }) {
  const text = useText();
  const fields = fieldsOf(schema);
  if (fields.length === 0) return <p className="dim">{text('schema.anything')}</p>;
  return (
    <table className="schema" aria-label={label}>
      <tbody>
        {fields.map((field) => (
          <tr key={field.path}>
            <th scope="row" className="mono" style={{ paddingLeft: field.depth * 12 }}>
              {field.name}
              {field.isRequired ? <abbr title={text('schema.required')}>*</abbr> : null}
            </th>
            <td className="mono dim">{field.type}</td>
            <td>{detailOf(field)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function detailOf(field: FieldRow) {
  return (
    <>
      {field.description}
      {field.values === undefined ? null : <span className="mono dim"> {field.values}</span>}
      {field.initial === undefined ? null : <span className="mono dim"> = {field.initial}</span>}
    </>
  );
}
