/** Which variant states a part of the effective flow, if one does. */
import { type Json, type JsonObject, type Path, isObject } from '../json';
import { type VariantPatch, objectAt } from './effective';

/** The innermost variant that states what stands at a path; undefined when the flow itself does. */
export function statedBy(patches: readonly VariantPatch[], path: Path): string | undefined {
  return [...patches].reverse().find(({ patch }) => states(patch, path))?.name;
}

function states(patch: JsonObject, path: Path): boolean {
  if (reaches(patch['set'], path)) return true;
  const [top, id, ...rest] = path;
  if (top !== 'nodes' || id === undefined) return false;
  return ['add', 'replace'].some((home) => reaches(objectAt(patch, home)[String(id)], rest));
}

/** Whether a merge patch says something at a path, below it, or about the whole it is part of. */
function reaches(patch: Json | undefined, path: Path): boolean {
  let value = patch;
  for (const step of path) {
    if (value === undefined) return false;
    if (!isObject(value)) return true;
    value = value[String(step)];
  }
  return value !== undefined;
}
