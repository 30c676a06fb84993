/** Flows to begin with: none at all, or three. Each loads as it stands: no connection is needed before the first run. */
import type { Key } from '../app/text';

export interface Template {
  readonly name: string;
  readonly title: Key;
  readonly help: Key;
  readonly nodes: readonly { readonly id: string; readonly kind: string }[];
  /** Everything below the header. */
  readonly body: string;
}

/** The file of a new flow. */
export function fileOf(template: Template, name: string, title: string): string {
  const said = title === '' ? '' : `, title: ${JSON.stringify(title)}`;
  return `apiVersion: bactrian/v1\nkind: Flow\nmetadata: {name: ${name}, version: 1${said}}\n${template.body}`;
}

export const TEMPLATES: readonly Template[] = [
  {
    name: 'new-flow',
    title: 'flows.templateBlank',
    help: 'flows.templateBlankHelp',
    nodes: [],
    body: 'nodes: {}\n',
  },
  {
    name: 'place-order',
    title: 'flows.templateOrder',
    help: 'flows.templateOrderHelp',
    nodes: [
      { id: 'check', kind: 'use' },
      { id: 'price', kind: 'use' },
      { id: 'create', kind: 'use' },
    ],
    body: `input:
  type: object
  required: [userId, lines]
  properties:
    userId: {type: string}
    lines: {type: array, items: {type: object, required: [sku, fen], properties: {sku: {type: string}, fen: {type: integer}}}}
order: [check, price, create]
nodes:
  check:
    use: assert
    with: {that: '\${size(input.lines) > 0}', code: NO_LINES, message: 'an order needs a line'}
  price:
    use: map
    with: {lines: '\${input.lines}'}
  create:
    use: map
    with: {orderId: '\${run.id}', userId: '\${input.userId}', status: CREATED}
output: '\${nodes.create}'
`,
  },
  {
    name: 'pay-callback',
    title: 'flows.templatePay',
    help: 'flows.templatePayHelp',
    nodes: [
      { id: 'check', kind: 'use' },
      { id: 'once', kind: 'switch' },
      { id: 'book', kind: 'use' },
      { id: 'done', kind: 'use' },
    ],
    body: `durable: true
input:
  type: object
  required: [orderId, payNo, state]
  properties: {orderId: {type: string}, payNo: {type: string}, state: {type: string}}
nodes:
  check:
    use: assert
    with: {that: '\${input.payNo != ""}', code: NO_PAY_NO, message: 'a callback names its payment'}
  once:
    needs: [check]
    switch:
      - {case: input.state == "PAID", to: book}
      - {default: true, to: ignore}
  book:
    use: map
    with: {orderId: '\${input.orderId}', booked: true}
  ignore:
    use: map
    with: {orderId: '\${input.orderId}', booked: false}
output: {orderId: '\${input.orderId}', state: '\${input.state}'}
`,
  },
  {
    name: 'reconcile',
    title: 'flows.templateRecon',
    help: 'flows.templateReconHelp',
    nodes: [
      { id: 'pages', kind: 'use' },
      { id: 'each', kind: 'foreach' },
      { id: 'report', kind: 'use' },
    ],
    body: `durable: true
input:
  type: object
  required: [day, pages]
  properties: {day: {type: string}, pages: {type: array, items: {type: integer}}}
order: [each, report]
nodes:
  each:
    foreach:
      in: input.pages
      as: page
      concurrency: 4
      onItemError: collect
      do:
        use: map
        with: {page: '\${page}', differences: 0}
  report:
    use: map
    with: {day: '\${input.day}', pages: '\${nodes.each}'}
output: '\${nodes.report}'
`,
  },
];
