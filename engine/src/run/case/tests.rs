//! The reference flows with all their cases, and what a failing case tells.

use std::sync::Arc;

use sdk::serde_json::json;

use super::{Given, judge, play};
use crate::run::{
    Mocks, Snapshot,
    trial::{World, told},
};

/// Every case of every flow in a text of the trial; gives the differences by case.
async fn differences(world: &Arc<World>) -> Vec<String> {
    let mut all = Vec::new();
    for (flow, case) in world.cases() {
        let snapshot: Arc<dyn Snapshot> = Arc::clone(world) as Arc<dyn Snapshot>;
        let verdict = judge(flow, case, snapshot).await;
        let name = case.name.as_deref().unwrap_or("unnamed");
        all.extend(verdict.differences.iter().map(|difference| format!("{flow}, {name}: {difference}")));
    }
    all
}

#[tokio::test]
async fn every_case_of_the_reference_flows_passes() {
    let world = World::reference();
    let found = differences(&world).await;
    // The trial has no `decide`; the integration tests have.
    let found: Vec<_> = found.iter().filter(|line| !line.starts_with("calculate-rebate")).collect();
    assert_eq!(found, Vec::<&String>::new());
    assert!(world.cases().count() >= 20, "{}", world.cases().count());
}

#[tokio::test]
async fn a_mock_stands_for_the_innermost_call_and_time_leaps() {
    let text = "Flow f
durable: true
order: [a, each, late, w]
nodes:
  a: {use: act, retry: {attempts: 3, initial: 10m, max: 1h, jitter: none}, fallback: {value: saved}}
  each: {foreach: {in: '[1, 2]', as: n, onItemError: collect, do: {use: act, fallback: {on: [timeout], value: t}}}}
  late: {use: act, timeout: 1s}
  w: {wait: {for: 7d}}
output: ['${nodes.a}', '${nodes.each}', '${nodes.late}']
timeout: 30d
tests:
  - {input: {}, mocks: {a: {fail: UNAVAILABLE}, each: [{fail: TIMEOUT}, {fail: NO}]}, expect: {output: [saved, [t, null], {}], attempts: {a: 3, late: 1}}}
  - {name: wrong, input: {}, mocks: {a: 1, each: [1, {x: [1]}]}, expect: {output: [1, [2, {x: [2], y: 1}], {}], ran: [a], status: failed, skipped: [late]}}
";
    let found = differences(&World::new(text)).await;
    assert_eq!(
        found,
        [
            "f, wrong: output[1][0]: expected 2, found 1",
            "f, wrong: output[1][1].x[0]: expected 2, found 1",
            "f, wrong: output[1][1].y: expected 1, found nothing",
            "f, wrong: status: expected \"failed\", found \"succeeded\"",
            "f, wrong: ran: expected [\"a\"], found [\"a\",\"each\",\"late\",\"w\"]",
            "f, wrong: skipped.late: expected \"skipped\", found \"succeeded\"",
        ]
    );
}

#[tokio::test]
async fn nodes_within_others_are_compared_where_a_case_names_them() {
    let text = "Flow f
nodes:
  each:
    foreach:
      in: '[1, 2]'
      as: n
      do: {order: [q, r, s], nodes: {q: {use: act}, r: {when: n == 1, use: act}, s: {when: n > 2, use: act}}}
tests:
  - {input: {}, expect: {ran: [each]}}
  - {input: {}, expect: {ran: [each, each.q, each.r, 'each[1].q'], skipped: [each.s, 'each[1].r'], attempts: {each.q: 2, each.r: 1}}}
  - {name: wrong, input: {}, expect: {ran: [each, each.s], skipped: [each.r], attempts: {each.s: 1}}}
";
    assert_eq!(
        differences(&World::new(text)).await,
        [
            "f, wrong: ran: expected [\"each\",\"each.s\"], found [\"each\"]",
            "f, wrong: skipped.each.r: expected \"skipped\", found \"succeeded\"",
            "f, wrong: attempts.each.s: expected 1, found 0",
        ]
    );
}

#[tokio::test]
async fn a_run_may_end_at_a_node() {
    let text = "Flow f
order: [a, b]
nodes:
  a: {use: map, with: {n: 1}}
  b: {use: act}
";
    let world = World::new(text);
    let given = Given { mocks: Some(Mocks::default()), until: Some("a".into()), ..Given::default() };
    let (finished, _) = play("f", given, Arc::clone(&world) as Arc<dyn Snapshot>).await;
    assert_eq!(told(&finished), format!("succeeded {}", json!({"n": 1})));
}
