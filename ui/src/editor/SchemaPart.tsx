import type { JsonObject, Path } from '../core/json';
import { SchemaForm } from '../forms/SchemaForm';
import { OriginContext } from '../forms/origin';
import { isShowable } from '../forms/schema';
import { useOrigin } from './origin';
import { usePatches } from './patches';
import { useEditing } from './session';
import { YamlField } from './YamlField';

interface PartProps {
  readonly id: string;
  readonly path: Path;
  readonly schema: JsonObject;
  readonly value: Parameters<typeof SchemaForm>[0]['value'];
}

/** A schema's form, or the text itself where the form cannot show the schema. */
export function Part({ id, path, schema, value }: PartProps) {
  const { isReadOnly } = useEditing();
  const emit = usePatches(path);
  const origin = useOrigin(path);
  if (!isShowable(schema)) return <YamlField path={path} label={String(path.at(-1))} />;
  return (
    <OriginContext value={origin}>
      <SchemaForm id={id} schema={schema} value={value} isReadOnly={isReadOnly} onPatches={emit} />
    </OriginContext>
  );
}
