//! Whole flows without a store: what each kind of node and each word of the language does.

use std::sync::Arc;

use sdk::{Class, Context, Error, Outcome, Shared, async_trait, serde_json::json};

use super::{
    RunStatus, begin,
    trial::{World, nodes, told},
};

async fn check(text: &str, input: sdk::Value, expected: &str) {
    let world = World::new(text);
    let name = text.split_whitespace().nth(1).unwrap();
    assert_eq!(told(&world.run(name, input).await), expected, "{text}");
}

#[tokio::test(start_paused = true)]
async fn values_flow_from_node_to_node() {
    let text = "Flow f
vars: {base: 10, twice: '${vars.base * 2}'}
order: [a, [b, c], d]
nodes:
  a: {use: map, with: {n: '${input.n}'}}
  b: {use: map, with: '${nodes.a.n + 1}'}
  c: {use: map, with: '${nodes.a.n + vars.twice}', output: {raw: '${nodes.c}'}}
  d: {use: map, with: ['${nodes.b}', '${nodes.c.raw}', '${status.b}', '${run.id}']}
";
    check(text, json!({"n": 1}), r#"succeeded [2,21,"succeeded","r1"]"#).await;
}

#[tokio::test(start_paused = true)]
async fn an_optional_step_and_a_route_not_taken_differ() {
    let text = "Flow f
order: [maybe, pick]
nodes:
  maybe: {when: input.on, use: map, with: 1, otherwise: 7}
  pick:
    switch:
      - {case: nodes.maybe == 7, to: left}
      - {default: true, to: right}
  left: {use: map, with: left}
  right: {use: map, with: right}
  after_right: {needs: [right], use: map, with: after}
  join: {needs: [left, after_right], use: map, with: {l: '${orDefault(nodes.left, null)}', s: '${status.right}', m: '${status.maybe}'}}
";
    check(text, json!({"on": false}), r#"succeeded {"l":"left","s":"skipped","m":"skipped"}"#).await;
    check(text, json!({"on": true}), r#"succeeded {"l":null,"s":"succeeded","m":"succeeded"}"#).await;
    let finished = World::new(text).run("f", json!({"on": false})).await;
    let skips: Vec<_> =
        finished.report.nodes.iter().filter_map(|node| node.skip).map(|skip| skip.kind).collect();
    assert_eq!(skips, ["when", "dead", "dead"]);
}

#[tokio::test(start_paused = true)]
async fn a_failure_reaches_the_caller_through_the_rules() {
    let text = "Flow f
nodes:
  load: {use: act, with: {effect: read, fail: NOT_FOUND}}
errors:
  - {match: {node: load, code: NOT_FOUND}, status: 404, code: NO_ORDER, message: 'no order ${input.id}'}
";
    let finished = World::new(text).run("f", json!({"id": "O1"})).await;
    let failure = finished.answer.unwrap_err();
    assert_eq!((failure.status, &*failure.code, &*failure.detail), (404, "NO_ORDER", "no order O1"));
    assert_eq!((failure.node.as_deref(), failure.causes.len()), (Some("load"), 1));
    let refused = "Flow f
nodes:
  no: {fail: {code: NO, status: 409, message: 'not ${input.x}'}}
";
    check(refused, json!({"x": 1}), "failed NO 409").await;
    check(
        "Flow f\nnodes:\n  s: {switch: [{case: 'false', to: a}]}\n  a: {use: map, with: 1}\n",
        json!({}),
        "failed NO_CASE 500",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_input_that_does_not_fit_is_refused_before_anything_runs() {
    let text = "Flow f
input: {type: object, required: [id, n], properties: {id: {type: string}, n: {type: integer}}}
nodes:
  a: {use: act}
";
    let world = World::new(text);
    let failure = begin(world.start("f", json!({"n": "x"}))).err().unwrap();
    assert_eq!((failure.status, &*failure.code), (400, "INPUT_INVALID"));
    assert!(failure.detail.contains("/n") && failure.detail.contains("id"), "{}", failure.detail);
    assert!(world.log().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_first_failure_drops_reads_and_waits_for_writes() {
    let text = "Flow f
nodes:
  bad: {use: act, with: {effect: read, take: 1s, fail: UNAVAILABLE}}
  read: {use: act, with: {effect: read, take: 1h}}
  write: {use: act, with: {take: 5s}}
  later: {needs: [write], use: act}
";
    let world = World::new(text);
    let begun = world.clock().now();
    let finished = world.run("f", json!({})).await;
    assert_eq!(told(&finished), "failed UNAVAILABLE 503");
    assert_eq!(world.clock().now() - begun, 5_000);
    assert!(
        !world.log().iter().any(|line| line == "read done" || line.starts_with("later")),
        "{:?}",
        world.log()
    );
    assert_eq!(nodes(&finished), ["bad:failed", "read:cancelled", "write:succeeded", "later:pending"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_critical_degrades_the_run() {
    let text = "Flow f
order: [a, b]
nodes:
  a: {use: act, with: {fail: TIMEOUT}, critical: false, otherwise: [none]}
  b: {use: map, with: {a: '${nodes.a}', degraded: '${run.degraded}', code: '${errors.a.code}', was: '${status.a}'}}
";
    check(text, json!({}), r#"succeeded {"a":["none"],"degraded":true,"code":"TIMEOUT","was":"failed"}"#)
        .await;
}

#[tokio::test(start_paused = true)]
async fn foreach_keeps_the_order_and_bounds_what_is_at_once() {
    let text = "Flow f
nodes:
  each:
    foreach:
      in: input.items
      as: order
      concurrency: 2
      do: {use: act, with: {effect: read, take: '${order.take}', say: '${order.id}'}}
";
    let world = World::new(text);
    let begun = world.clock().now();
    let items =
        json!({"items": [{"id": "a", "take": "3s"}, {"id": "b", "take": "1s"}, {"id": "c", "take": "1s"}]});
    assert_eq!(told(&world.run("f", items).await), r#"succeeded ["a","b","c"]"#);
    assert_eq!(world.clock().now() - begun, 3_000);
    assert_eq!(world.log()[..3], ["each[0] -", "each[1] -", "each[1] done"]);
    check(text, json!({"items": []}), "succeeded []").await;
    check(text, json!({"items": null}), "failed NOT_A_LIST 422").await;
}

#[tokio::test(start_paused = true)]
async fn a_failed_item_fails_the_node_is_collected_or_dropped() {
    let flow = |on_error: &str| {
        format!(
            "Flow f
order: [each, out]
nodes:
  each:
    critical: false
    foreach:
      in: '[1, 2, 3]'
      as: n
      onItemError: {on_error}
      do:
        order: [check, double]
        nodes:
          check: {{when: n == 2, fail: {{code: TWO}}}}
          double: {{use: map, with: '${{n * 2 + index}}'}}
  out: {{use: map, with: {{got: '${{nodes.each}}', errors: '${{errors.each}}'}}}}
"
        )
    };
    let item = r#"{"index":1,"code":"TWO","class":"business","message":"the flow refused to go on"}"#;
    check(&flow("collect"), json!({}), &format!(r#"succeeded {{"got":[2,null,8],"errors":[{item}]}}"#)).await;
    check(&flow("drop"), json!({}), &format!(r#"succeeded {{"got":[2,8],"errors":[{item}]}}"#)).await;
    let finished = World::new(&flow("fail")).run("f", json!({})).await;
    assert!(told(&finished).starts_with(r#"succeeded {"got":null"#), "{}", told(&finished));
    assert_eq!(&*finished.report.causes[0].node, "each[1].check");
}

#[tokio::test(start_paused = true)]
async fn a_loop_sees_its_last_round_and_ends() {
    let text = "Flow f
nodes:
  ask:
    loop:
      after: 5s
      every: 2s
      max: 5
      until: last.n >= input.until
      do: {use: map, with: {n: '${index + 1}', before: '${last}'}}
";
    let world = World::new(text);
    let begun = world.clock().now();
    let expected = r#"succeeded {"n":2,"before":{"n":1,"before":null}}"#;
    assert_eq!(told(&world.run("f", json!({"until": 2})).await), expected);
    assert_eq!(world.clock().now() - begun, 7_000);
    check(text, json!({"until": 9}), "failed LOOP_EXHAUSTED 504").await;
}

#[tokio::test(start_paused = true)]
async fn the_first_success_wins_a_race_and_the_losers_stop() {
    let text = "Flow f
nodes:
  fastest:
    race:
      slow: {use: act, with: {effect: read, take: 1h, say: slow}}
      failing: {use: act, with: {effect: read, fail: UNAVAILABLE}}
      quick: {use: act, with: {effect: read, take: 1s, say: quick}}
";
    let world = World::new(text);
    let begun = world.clock().now();
    assert_eq!(told(&world.run("f", json!({})).await), r#"succeeded "quick""#);
    assert_eq!(world.clock().now() - begun, 1_000);
    let lost = "Flow f
nodes:
  all: {race: {a: {use: act, with: {effect: read, fail: TIMEOUT}}, b: {fail: {code: NO}}}}
";
    check(lost, json!({}), "failed RACE_ALL_FAILED 422").await;
}

#[tokio::test(start_paused = true)]
async fn joins_wait_for_as_many_as_they_ask_for() {
    let flow = |join: &str| {
        format!(
            "Flow f
nodes:
  a: {{use: act, with: {{effect: read, take: 1s, say: a}}}}
  b: {{use: act, with: {{effect: read, take: 2s, fail: UNAVAILABLE}}}}
  c: {{use: act, with: {{effect: read, take: 3s, say: c}}}}
  out: {{needs: [a, b, c], join: {join}, use: map, with: ['${{orDefault(nodes.a, 0)}}', '${{status.b}}', '${{orDefault(nodes.c, 0)}}']}}
"
        )
    };
    check(&flow("any"), json!({}), r#"succeeded ["a","pending",0]"#).await;
    check(&flow("{n: 2}"), json!({}), r#"succeeded ["a","failed","c"]"#).await;
    check(&flow("settled"), json!({}), r#"succeeded ["a","failed","c"]"#).await;
    check(&flow("{n: 3}"), json!({}), "failed UNAVAILABLE 503").await;
    check(&flow("all"), json!({}), "failed UNAVAILABLE 503").await;
}

const POINT: &str = "
---
ExtensionPoint points
input: {type: object, required: [n], properties: {n: {type: integer}, rate: {type: integer, default: 2}}}
output: {type: object, required: [points]}
---
Extension car
point: points
for: {useCase: f, bizId: car}
order: [a, b]
nodes:
  a: {use: map, with: '${input.n * input.rate}'}
  b: {use: act, with: {say: {points: '${nodes.a}'}}}
output: '${nodes.b}'
---
Extension odd
point: points
for: {useCase: f}
when: input.n % 2 == 1
use: map
with: {points: -1}
";

#[tokio::test(start_paused = true)]
async fn the_identity_and_the_guard_pick_the_extension() {
    let text = format!(
        "Flow f\nnodes:\n  p: {{extension: points, with: {{n: '${{input.n}}'}}, idempotencyKey: 'key-${{input.n}}'}}\n{POINT}"
    );
    let world = World::new(&text);
    let run = async |biz_id, n: u32| {
        begin(world.start_for("f", biz_id, Some("live").filter(|_| biz_id.is_some()), json!({"n": n})))
            .unwrap()
            .future
            .await
    };
    let car = run(Some("car"), 4).await;
    assert_eq!(told(&car), r#"succeeded {"points":8}"#);
    assert_eq!(world.log()[0], "p.b key-4:.b");
    let answered = car.report.nodes.last().unwrap().extension.clone().unwrap();
    assert_eq!((&*answered.name, answered.tried.len()), ("car", 2));
    assert_eq!(told(&run(Some("other"), 3).await), r#"succeeded {"points":-1}"#);
    let missed = run(Some("other"), 4).await.answer.unwrap_err();
    assert_eq!(&*missed.code, "EXTENSION_NOT_FOUND");
    for key in ["(f, other, live)", "(f, other, default)", "(f, default, default)"] {
        assert!(missed.detail.contains(key), "{}", missed.detail);
    }
}

struct Twice;

#[async_trait]
impl sdk::Implementation for Twice {
    async fn run(&self, _: &Context, input: Shared) -> Outcome {
        let n = input["n"].as_i64().ok_or_else(|| Error::new(Class::Validation, "NO_N", "no n"))?;
        Ok(Shared::new(json!({"points": n * 2, "by": "code"})))
    }
}

#[tokio::test(start_paused = true)]
async fn several_extensions_are_reduced_by_priority() {
    let flow = |reduce: &str| {
        format!(
            "Flow f
nodes:
  p: {{extension: all, reduce: {reduce}, with: {{n: 4}}}}
---
ExtensionPoint all
input: {{type: object}}
---
Extension low
point: all
for: {{useCase: f}}
priority: 1
use: map
with: {{a: low, b: low}}
---
Extension high
point: all
for: {{useCase: f}}
priority: 9
use: map
with: {{a: high}}
"
        )
    };
    check(&flow("collect"), json!({}), r#"succeeded [{"a":"high"},{"a":"low","b":"low"}]"#).await;
    check(&flow("merge"), json!({}), r#"succeeded {"a":"high","b":"low"}"#).await;
    check(&flow("first"), json!({}), r#"succeeded {"a":"high"}"#).await;
    check(&flow("none"), json!({}), "succeeded true").await;
    let text = format!("Flow g\nnodes:\n  p: {{extension: points, with: {{n: 4}}}}\n{POINT}");
    let world = World::new(&text).with_code("points", "g", Arc::new(Twice));
    assert_eq!(told(&world.run("g", json!({})).await), r#"succeeded {"points":8,"by":"code"}"#);
}

#[tokio::test(start_paused = true)]
async fn a_sub_flow_is_its_own_run_or_part_of_this_one() {
    let text = "Flow f
order: [child, inside, away]
nodes:
  child: {flow: {name: sub, mode: child}, with: {n: 1}}
  inside: {flow: {name: sub, mode: inline}, with: {n: 2}}
  away: {flow: {name: sub, mode: detached}, with: {n: 3}}
output: ['${nodes.child}', '${nodes.inside}']
---
Flow sub
input: {type: object, properties: {n: {type: integer}, m: {type: integer, default: 5}}}
vars: {sum: '${input.n + input.m}'}
nodes:
  a: {use: act, with: {say: '${vars.sum}'}}
output: {got: '${nodes.a}', for: '${identity.useCase}'}
";
    let world = World::new(text);
    assert_eq!(
        told(&world.run("f", json!({})).await),
        r#"succeeded [{"got":6,"for":"sub"},{"got":7,"for":"sub"}]"#
    );
    assert!(world.log()[0].starts_with("a ") && world.log()[2].starts_with("inside.a "), "{:?}", world.log());
    assert_eq!(world.launched(), 1);
}

#[tokio::test(start_paused = true)]
async fn policies_stand_around_the_call() {
    let text = "Flow f
order: [flaky, slow]
nodes:
  flaky: {use: act, with: {fail: UNAVAILABLE, failFirst: 2, say: ok}, retry: {attempts: 3}}
  slow: {use: act, with: {take: 1h}, timeout: 2s, fallback: {on: [timeout], value: late}}
output: ['${nodes.flaky}', '${nodes.slow}']
";
    let world = World::new(text);
    let finished = world.run("f", json!({})).await;
    assert_eq!(told(&finished), r#"succeeded ["ok","late"]"#);
    let attempts: Vec<usize> = finished.report.nodes.iter().map(|node| node.attempts.len()).collect();
    assert_eq!(attempts, [3, 1]);
    assert_eq!(
        world.log().iter().filter(|line| *line == "flaky r1:flaky").count(),
        3,
        "one key over all attempts"
    );
}

#[tokio::test(start_paused = true)]
async fn respond_answers_early_and_the_run_goes_on() {
    let text = "Flow f
order: [soon, long]
nodes:
  soon: {respond: {status: 202, body: {id: '${input.id}'}, headers: {x-a: '${input.id}'}}}
  long: {use: act, with: {take: 10s, say: end}}
";
    let world = World::new(text);
    let begun = world.begin("f", json!({"id": "P1"}));
    let (mut early, future) = (begun.early, begun.future);
    let finished = future.await;
    let answer = early.try_recv().unwrap();
    assert_eq!(
        (answer.status, answer.value.to_string(), &*answer.headers["x-a"]),
        (202, r#"{"id":"P1"}"#.into(), "P1")
    );
    assert_eq!(told(&finished), r#"succeeded "end""#);
}

#[tokio::test(start_paused = true)]
async fn time_and_cancelling_end_a_run_and_finally_comes_last() {
    let text = "Flow f
timeout: 5s
nodes:
  long: {use: act, with: {effect: read, take: 1h}}
finally:
  nodes:
    bye: {use: act, with: {say: bye}}
";
    let world = World::new(text);
    let late = world.run("f", json!({})).await;
    assert_eq!((told(&late), late.report.duration_ms), ("timed_out TIMEOUT 504".into(), 5000.0));
    assert_eq!(world.log().last().unwrap(), "finally.bye done");
    let begun = world.begin("f", json!({}));
    let handle = begun.handle.clone();
    let cancel = async {
        world.clock().sleep(std::time::Duration::from_secs(1)).await;
        handle.cancel();
    };
    let (finished, ()) = futures_util::future::join(begun.future, cancel).await;
    assert_eq!(finished.report.status, RunStatus::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_items_and_two_thousand_nodes() {
    let text = "Flow f
nodes:
  each: {foreach: {in: input, as: n, max: 10000, concurrency: 100, do: {use: map, with: '${n}'}}}
";
    let items: Vec<u32> = (0..10_000).collect();
    let finished = World::new(text).run("f", json!(items)).await;
    assert_eq!(finished.answer.unwrap().value.as_array().unwrap().len(), 10_000);
    let nodes: String =
        (1..2_000).map(|n| format!("  n{n}: {{needs: [n{}], use: map, with: {n}}}\n", n - 1)).collect();
    check(&format!("Flow f\nnodes:\n  n0: {{use: map, with: 0}}\n{nodes}"), json!({}), "succeeded 1999")
        .await;
}
