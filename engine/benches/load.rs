//! From texts to a snapshot: 1,000 and 10,000 flows, and the same again with one of them changed.

#![expect(clippy::expect_used, reason = "a bench stops at what it did not expect")]

use std::{hint::black_box, time::Duration};

use bactrian_engine::{
    catalog::{Snapshot, Sources, compile},
    flow::{load::Source, policy::States},
};
use components as _;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use sdk::Registry;

/// One file per flow: five nodes, an input schema, a route, conditions and templates.
fn text(n: usize, rate: usize) -> String {
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

fn texts(count: usize) -> Vec<Source> {
    let id = |n: usize| u32::try_from(n).expect("fits");
    (0..count).map(|n| Source::new(id(n), format!("flow-{n:05}.yaml"), text(n, 3))).collect()
}

fn load(c: &mut Criterion) {
    let registry = Registry::collect().expect("components");
    let states = States::default();
    let run = |texts: &[Source], before: Option<&Snapshot>| {
        compile(Sources { texts, registry: &registry, states: &states }, before).expect("compiles")
    };
    let mut group = c.benchmark_group("load");
    group.sample_size(10).measurement_time(Duration::from_secs(10)).warm_up_time(Duration::from_millis(100));
    for count in [1_000, 10_000] {
        let mut texts = texts(count);
        group.bench_function(BenchmarkId::new("all", count), |b| b.iter(|| black_box(run(&texts, None))));
        let before = run(&texts, None);
        texts[count / 2] =
            Source::new(u32::try_from(count / 2).expect("fits"), "changed.yaml", text(count / 2, 4));
        group.bench_function(BenchmarkId::new("one changed", count), |b| {
            b.iter(|| {
                let after = run(&texts, Some(&before));
                assert_eq!(after.reused(), count - 1);
                black_box(after)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, load);
criterion_main!(benches);
