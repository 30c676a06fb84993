/** Commands on a flow's own parts: what starts it, and the fields of its input. */
import { entry, insertAt, setAt, splice, unsetAt, verbatim } from '../edit';
import { type Json, type JsonObject, isList, isObject } from '../json';
import type { Change } from '../lines';
import { type Draft, isCollection, locate } from '../place';
import { flowText, scalarText } from '../print';
import { namesIn } from '../sites';
import { type Member, type Tree, member, nodeAt, readValue } from '../tree';
import { type Outcome, refuse, run, steps } from './run';

interface At {
  readonly document: number;
}
type Field = At & { readonly name: string };

/** Keys of a flow as they are written one below the other. */
const ORDER = [
  ...['apiVersion', 'kind', 'metadata', 'useCase', 'durable', 'timeout', 'triggers', 'input', 'vars'],
  ...['defaults', 'policies', 'order', 'nodes', 'output', 'errors', 'compensation', 'finally', 'tests'],
];
/** What an expression can read with a dot. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Sets a key of the flow; a new one goes where people look for it. */
export function setTop(
  text: string,
  tree: Tree,
  args: At & { readonly key: string; readonly value: Json },
): Outcome {
  return run(text, tree, args.document, (draft) => ({
    changes: topChanges(draft, args.key, args.value),
    name: { zh: `设置 ${args.key}`, en: `Set ${args.key}` },
    selection: [[args.key]],
  }));
}

function topChanges(draft: Draft, key: string, value: Json): Change[] {
  const { root } = draft.document;
  const members = isCollection(root) ? root.members : [];
  if (members.some((one) => one.key === key)) return setAt(draft, [key], value);
  const rank = ORDER.indexOf(key);
  const next = members.findIndex((one) => ORDER.indexOf(String(one.key)) > rank);
  return insertAt(draft, [], entry(next < 0 ? members.length : next, key, value), 'map', { [key]: value });
}

/** Adds what starts a flow: a route, a schedule, a topic. */
export function addTrigger(
  text: string,
  tree: Tree,
  args: At & { readonly kind: string; readonly value: JsonObject },
): Outcome {
  return run(text, tree, args.document, (draft) => {
    const isStated = isObject(readValue(nodeAt(draft.document.root, ['triggers'])));
    return {
      changes: isStated
        ? setAt(draft, ['triggers', args.kind], args.value)
        : topChanges(draft, 'triggers', { [args.kind]: args.value }),
      name: { zh: `添加触发方式 ${args.kind}`, en: `Add trigger ${args.kind}` },
      selection: [['triggers', args.kind]],
    };
  });
}

/** Takes a trigger away; with the last one goes the key. */
export function removeTrigger(text: string, tree: Tree, args: At & { readonly kind: string }): Outcome {
  return run(text, tree, args.document, (draft) => {
    const stated = readValue(nodeAt(draft.document.root, ['triggers']));
    const isLast = isObject(stated) && Object.keys(stated).length === 1;
    return {
      changes: unsetAt(draft, isLast ? ['triggers'] : ['triggers', args.kind]),
      name: { zh: `移除触发方式 ${args.kind}`, en: `Remove trigger ${args.kind}` },
      selection: [],
    };
  });
}

/** Adds a field to the input, as a text; the type is chosen then. */
export function addField(text: string, tree: Tree, { document, name }: Field): Outcome {
  return run(text, tree, document, (draft) => {
    check(draft, name);
    const path = ['input', 'properties'];
    const schema = { type: 'string' };
    const { root } = draft.document;
    const list = nodeAt(root, path);
    const line = `${scalarText(name, true)}: ${flowText(schema)}`;
    return {
      changes: isCollection(list)
        ? splice(draft, locate(draft, path), [], [verbatim(list.members.length, [line], line)])
        : isObject(readValue(nodeAt(root, ['input'])))
          ? setAt(draft, path, { [name]: schema })
          : topChanges(draft, 'input', { type: 'object', properties: { [name]: schema } }),
      name: { zh: `添加输入字段 ${name}`, en: `Add input field ${name}` },
      selection: [[...path, name]],
    };
  });
}

function check(draft: Draft, name: string): void {
  if (!NAME.test(name)) refuse('bad-field', { id: name });
  if (nodeAt(draft.document.root, ['input', 'properties', name]) !== undefined)
    refuse('taken-field', { id: name });
}

export function removeField(text: string, tree: Tree, { document, name }: Field): Outcome {
  return run(text, tree, document, (draft) => ({
    changes: steps(draft, [
      (now) => unrequire(now, name),
      (now) => unsetAt(now, ['input', 'properties', name]),
    ]),
    name: { zh: `移除输入字段 ${name}`, en: `Remove input field ${name}` },
    selection: [['input']],
  }));
}

/** States that a field must be there, or that it may be absent. */
export function requireField(
  text: string,
  tree: Tree,
  { document, name, isRequired }: Field & { readonly isRequired: boolean },
): Outcome {
  return run(text, tree, document, (draft) => ({
    changes: isRequired ? required(draft, name) : unrequire(draft, name),
    name: isRequired
      ? { zh: `输入字段 ${name} 设为必填`, en: `Make input field ${name} required` }
      : { zh: `输入字段 ${name} 设为选填`, en: `Make input field ${name} optional` },
    selection: [['input', 'properties', name]],
  }));
}

function required(draft: Draft, name: string): Change[] {
  const { root } = draft.document;
  const list = nodeAt(root, ['input', 'required']);
  const word = scalarText(name, true);
  if (isCollection(list))
    return splice(
      draft,
      locate(draft, ['input', 'required']),
      [],
      [verbatim(list.members.length, [`- ${word}`], word)],
    );
  const input = nodeAt(root, ['input']);
  if (!isCollection(input)) return [];
  const before = input.members.findIndex((one) => one.key === 'properties');
  const line = `required: [${word}]`;
  const at = before < 0 ? input.members.length : before;
  return splice(draft, locate(draft, ['input']), [], [verbatim(at, [line], line)]);
}

function unrequire(draft: Draft, name: string): Change[] {
  const list = readValue(nodeAt(draft.document.root, ['input', 'required']));
  if (!isList(list) || !list.includes(name)) return [];
  const path = ['input', 'required'];
  return unsetAt(draft, list.length === 1 ? path : [...path, list.indexOf(name)]);
}

/** Renames a field wherever the flow names it: the schema, what fills it, what reads it and the cases. */
export function renameField(
  text: string,
  tree: Tree,
  { document, name, next }: Field & { readonly next: string },
): Outcome {
  return run(text, tree, document, (draft) => {
    check(draft, next);
    const { root } = draft.document;
    const list = readValue(nodeAt(root, ['input', 'required']));
    const at = isList(list) ? list.indexOf(name) : -1;
    const stated = at < 0 ? undefined : nodeAt(root, ['input', 'required', at]);
    const reads = namesIn(draft, []).reads.filter((one) => one.root === 'input' && one.name === name);
    return {
      changes: [
        ...(stated === undefined ? [] : [word(stated.start, stated.end, next)]),
        ...fillers(draft)
          .flatMap((map) => member(nodeAt(root, map) ?? root, name) ?? [])
          .map((found: Member) => word(found.start, found.keyEnd, next)),
        ...reads.map(({ to }) => ({ from: to - name.length, to, insert: next })),
      ],
      name: { zh: `重命名输入字段 ${name} 为 ${next}`, en: `Rename input field ${name} to ${next}` },
      selection: [['input', 'properties', next]],
    };
  });
}

function word(from: number, to: number, name: string): Change {
  return { from, to, insert: scalarText(name, true) };
}

/** Maps with the input's fields as keys. */
function fillers(draft: Draft): (string | number)[][] {
  const { root } = draft.document;
  const triggers = readValue(nodeAt(root, ['triggers']));
  const tests = readValue(nodeAt(root, ['tests']));
  return [
    ['input', 'properties'],
    ...Object.keys(isObject(triggers) ? triggers : {}).map((kind) => ['triggers', kind, 'input']),
    ...(isList(tests) ? tests : []).map((_, i) => ['tests', i, 'input']),
  ].filter((path) => isObject(readValue(nodeAt(root, path))));
}
