//! The pure part of a run: what `step` costs for each node of a chain and of groups side by side.

#![expect(clippy::expect_used, reason = "a bench stops at what it did not expect")]

use std::{collections::VecDeque, hint::black_box, sync::Arc};

use bactrian_engine::{
    catalog::{Sources, compile},
    flow::{
        load::Source,
        plan::{Body, Plan},
        policy::States,
    },
    run::{Effect, Event, State, step},
};
use components as _;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sdk::{Identity, Registry};

/// A flow of `count` nodes in groups of `width` that wait for each other.
fn text(count: usize, width: usize) -> String {
    let names: Vec<String> = (0..count).map(|n| format!("n{n}")).collect();
    let order: Vec<String> = names.chunks(width).map(|group| format!("[{}]", group.join(", "))).collect();
    let nodes: String = names.iter().map(|name| format!("  {name}: {{use: map, with: 1}}\n")).collect();
    format!(
        "apiVersion: bactrian/v1\nkind: Flow\nmetadata: {{name: f, version: 1, title: F, owner: bench}}\n\
         order: [{}]\nnodes:\n{nodes}",
        order.join(", ")
    )
}

fn plan(text: String) -> Arc<Plan> {
    let registry = Registry::collect().expect("components");
    let states = States::default();
    let texts = [Source::new(0, "f.yaml", text)];
    let snapshot =
        compile(Sources { texts: &texts, registry: &registry, states: &states }, None).expect("compiles");
    let identity = Identity::new("f", None, None).expect("a name");
    let entry = snapshot.entry("f").expect("the flow");
    Arc::clone(entry.plans.get(&identity).expect("a plan").value)
}

/// Every node that starts succeeds at once.
fn walk(body: &Body) -> usize {
    let (mut state, mut effects) = (State::new(body), VecDeque::new());
    let mut started = 0;
    step(body, &mut state, Event::Begin, &mut effects);
    while let Some(effect) = effects.pop_front() {
        if let Effect::Start(slot) = effect {
            started += 1;
            step(body, &mut state, Event::Succeeded(slot), &mut effects);
        }
    }
    started
}

fn steps(c: &mut Criterion) {
    let mut group = c.benchmark_group("step");
    for (shape, width) in [("chain", 1), ("groups of ten", 10)] {
        for count in [10, 100, 1_000] {
            let plan = plan(text(count, width));
            assert_eq!(walk(&plan.body), count);
            group.throughput(Throughput::Elements(u64::try_from(count).expect("fits")));
            group.bench_function(BenchmarkId::new(shape, count), |b| b.iter(|| black_box(walk(&plan.body))));
        }
    }
    group.finish();
}

criterion_group!(benches, steps);
criterion_main!(benches);
