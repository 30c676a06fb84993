/** Text of an effective flow to look at and to try commands on. It is never saved: what is saved is the patch. */
import { stringify } from 'yaml';
import type { JsonObject } from '../json';

export function scratchOf(flow: JsonObject): string {
  return stringify(flow, { lineWidth: 0, aliasDuplicateObjects: false });
}
