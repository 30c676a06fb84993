import { expect, test } from 'vitest';
import {
  addField,
  addTrigger,
  removeField,
  removeTrigger,
  renameField,
  requireField,
  setTop,
} from './commands/fields';
import type { Outcome } from './commands/run';
import { applyChanges } from './lines';
import { type Tree, parseTree } from './tree';

const FLOW = `# head
kind: Flow
metadata: {name: f}
triggers:   # what starts it
  http: {method: POST, path: '/f', input: {no: '\${request.body.no}', at: now}}
input:
  type: object   # flat
  required: [no, by]
  properties:
    # the order's number
    no: {type: string, minLength: 1}
    by: {type: string}
nodes:
  a: {use: map, with: {no: '\${input.no}', in: '\${nodes.b.input.no} \${input["no"]}'}, when: input.no != "no"}
tests:
  - {name: one, input: {no: '1'}}
`;

function done<A>(text: string, command: (text: string, tree: Tree, args: A) => Outcome, args: A): string {
  const outcome = command(text, parseTree(text), args);
  if (!outcome.ok) throw new Error(outcome.code);
  return applyChanges(text, outcome.changes);
}

/** Lines that went, then lines that came. */
function edit(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `-${line.trim()}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+${line.trim()}`),
  ];
}
const told = (after: string) => edit(FLOW, after);
const at = { document: 0 };

test('a field is added, required and taken away by the lines that say so', () => {
  const added = done(FLOW, addField, { ...at, name: 'fen' });
  expect(told(added)).toEqual(['+fen: {type: string}']);
  const must = done(added, requireField, { ...at, name: 'fen', isRequired: true });
  expect(edit(added, must)).toEqual(['-required: [no, by]', '+required: [no, by, fen]']);
  const may = done(must, requireField, { ...at, name: 'fen', isRequired: false });
  expect(may).toBe(added);
  expect(told(done(must, removeField, { ...at, name: 'fen' }))).toEqual([]);
  expect(told(done(FLOW, removeField, { ...at, name: 'no' }))).toEqual([
    '-required: [no, by]',
    "-# the order's number",
    '-no: {type: string, minLength: 1}',
    '+required: [by]',
  ]);
});

test('the last required field takes the list along, the first brings it above the fields', () => {
  const none = done(done(FLOW, removeField, { ...at, name: 'no' }), requireField, {
    ...at,
    name: 'by',
    isRequired: false,
  });
  expect(none).not.toContain('required');
  const again = done(none, requireField, { ...at, name: 'by', isRequired: true });
  expect(again).toContain('  type: object   # flat\n  required: [by]\n  properties:\n');
});

test('a field is renamed in the schema, in what fills and reads it and in the cases, nowhere else', () => {
  expect(told(done(FLOW, renameField, { ...at, name: 'no', next: 'number' }))).toEqual([
    "-http: {method: POST, path: '/f', input: {no: '${request.body.no}', at: now}}",
    '-required: [no, by]',
    '-no: {type: string, minLength: 1}',
    '-a: {use: map, with: {no: \'${input.no}\', in: \'${nodes.b.input.no} ${input["no"]}\'}, when: input.no != "no"}',
    "-- {name: one, input: {no: '1'}}",
    "+http: {method: POST, path: '/f', input: {number: '${request.body.no}', at: now}}",
    '+required: [number, by]',
    '+number: {type: string, minLength: 1}',
    '+a: {use: map, with: {no: \'${input.number}\', in: \'${nodes.b.input.no} ${input["number"]}\'}, when: input.number != "no"}',
    "+- {name: one, input: {number: '1'}}",
  ]);
  const taken = renameField(FLOW, parseTree(FLOW), { ...at, name: 'no', next: 'by' });
  expect(taken).toMatchObject({ ok: false, code: 'taken-field' });
});

test('what a flow does not have yet goes where people look for it', () => {
  const bare = 'kind: Flow\nmetadata: {name: f}\n\n# steps\nnodes:\n  a: {use: map}\n';
  const cron = { schedule: '0 2 * * *' };
  const timed = done(bare, addTrigger, { ...at, kind: 'cron', value: cron });
  expect(timed).toBe(
    'kind: Flow\nmetadata: {name: f}\ntriggers:\n  cron:\n    schedule: 0 2 * * *\n\n# steps\nnodes:\n  a: {use: map}\n',
  );
  const both = done(timed, addTrigger, { ...at, kind: 'http', value: { method: 'POST', path: '/f' } });
  expect(done(both, removeTrigger, { ...at, kind: 'http' })).toBe(timed);
  expect(done(timed, removeTrigger, { ...at, kind: 'cron' })).toBe(bare);
  const given = done(timed, addField, { ...at, name: 'fen' });
  expect(edit(timed, given)).toEqual(['+input:', '+type: object', '+properties:', '+fen:', '+type: string']);
  expect(given.indexOf('input:')).toBeGreaterThan(given.indexOf('triggers:'));
  expect(given.indexOf('input:')).toBeLessThan(given.indexOf('# steps'));
  expect(done(FLOW, setTop, { ...at, key: 'durable', value: true })).toContain('durable: true\ntriggers:');
});
