//! Flows by the thousand: five nodes each, an input schema, a route, conditions and templates; every tenth has
//! a variant.

use engine::flow::load::Source;

fn flow(n: usize, rate: usize) -> String {
    format!(
        "apiVersion: bactrian/v1
kind: Flow
metadata: {{name: flow-{n}, version: 1, title: Flow {n}, owner: bench}}
triggers: {{http: {{method: POST, path: '/bench/{n}/{{id}}', input: {{id: '${{request.params.id}}', amount: '${{request.body.amount}}'}}}}}}
input: {{type: object, required: [id, amount], properties: {{id: {{type: string}}, amount: {{type: integer, minimum: 0}}}}}}
order: [read, guard, [left, right], join]
nodes:
  read: {{use: map, with: {{id: '${{input.id}}', fee: '${{input.amount * {rate} / 100}}'}}}}
  guard: {{when: input.amount > {n}000, fail: {{code: TOO_MUCH, message: 'amount ${{input.amount}}'}}}}
  left: {{use: map, with: {{a: '${{nodes.read.id}}', b: 'left ${{nodes.read.fee}}'}}}}
  right: {{when: nodes.read.fee > 10, use: map, with: {{c: '${{nodes.read.fee + 1}}'}}, otherwise: {{c: 0}}}}
  join: {{use: map, with: {{a: '${{nodes.left.a}}', c: '${{nodes.right.c}}'}}}}
output: {{value: '${{nodes.join}}', status: 201}}
"
    )
}

fn variant(n: usize) -> String {
    format!(
        "apiVersion: bactrian/v1
kind: Variant
metadata: {{name: flow-{n}-vip, version: 1, title: Nobody is too much, owner: bench}}
of: flow-{n}
for: {{bizId: vip}}
patch:
  remove: [guard]
"
    )
}

/// The texts of `count` flows and their variants.
pub(crate) fn texts(count: usize) -> Vec<Source> {
    let flows = (0..count).map(|n| (format!("flow-{n:05}.yaml"), flow(n, 3)));
    let variants = (0..count).step_by(10).map(|n| (format!("flow-{n:05}-vip.yaml"), variant(n)));
    (0_u32..).zip(flows.chain(variants)).map(|(id, (path, text))| Source::new(id, path, text)).collect()
}

/// The same with one flow in the middle changed.
pub(crate) fn changed(mut texts: Vec<Source>, count: usize) -> Vec<Source> {
    // Not a tenth one, so that exactly one plan is another.
    let at = count / 2 + 1;
    texts[at] = Source::new(texts[at].id.0, &*texts[at].path, flow(at, 4));
    texts
}
