//! Nodes with bodies of their own: items, rounds, branches, extensions, sub-flows; and how they join.

use sdk::{Context, Error, Extension, ExtensionEntry, ExtensionPoint, Place, async_trait, serde_json::json};

use super::{
    begin,
    trial::{World, told},
};

async fn check(text: &str, input: sdk::Value, expected: &str) {
    let world = World::new(text);
    let name = text.split_whitespace().nth(1).unwrap();
    assert_eq!(told(&world.run(name, input).await), expected, "{text}");
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
    check(text, json!({"items": null}), "failed NOT_A_LIST 500").await;
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
async fn to_drop_every_item_is_no_success() {
    let text = "Flow f
nodes:
  each:
    foreach: {in: input.l, as: n, onItemError: drop, do: {nodes: {no: {when: n > 1, fail: {code: TWO}}}, output: '${n}'}}
";
    check(text, json!({"l": []}), "succeeded []").await;
    check(text, json!({"l": [1, 2]}), "succeeded [1]").await;
    check(text, json!({"l": [2, 3]}), "failed TWO 500").await;
}

#[tokio::test(start_paused = true)]
async fn a_parent_is_told_what_the_rules_of_a_sub_flow_say() {
    let text = "Flow f
nodes:
  sub: {flow: g, critical: false}
output: '${errors.sub.message}'
---
Flow g
nodes:
  no: {fail: {code: LOW, message: inner}}
errors: [{match: {code: LOW}, code: HIGH, message: 'no order ${input.id}'}]
";
    check(&text.replace("{flow: g,", "{flow: g, with: {id: O1},"), json!({}), "succeeded \"no order O1\"")
        .await;
}

#[tokio::test(start_paused = true)]
async fn the_status_of_a_fail_reaches_the_caller_out_of_bodies() {
    let text = "Flow f
nodes:
  each:
    foreach:
      in: '[1, 2]'
      as: n
      do:
        nodes:
          pair: {foreach: {in: '[n]', as: m, do: {nodes: {no: {when: m == 2, fail: {code: TWO, status: 418}}}}}}
";
    check(text, json!({}), "failed TWO 418").await;
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
    check(text, json!({"until": 9}), "failed LOOP_EXHAUSTED 500").await;
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
    check(lost, json!({}), "failed RACE_ALL_FAILED 500").await;
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
    check(&flow("{n: 3}"), json!({}), "failed UNAVAILABLE 500").await;
    check(&flow("all"), json!({}), "failed UNAVAILABLE 500").await;
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
    assert_eq!(world.log()[0], "p.b key-4:b");
    let answered = car.report.nodes.last().unwrap().extension.clone().unwrap();
    assert_eq!((&*answered.name, answered.tried.len()), ("car", 2));
    assert_eq!(told(&run(Some("other"), 3).await), r#"succeeded {"points":-1}"#);
    let missed = run(Some("other"), 4).await.answer.unwrap_err();
    assert_eq!(&*missed.code, "EXTENSION_NOT_FOUND");
    for key in ["(f, other, live)", "(f, other, default)", "(f, default, default)"] {
        assert!(missed.detail.contains(key), "{}", missed.detail);
    }
    let tried = json!([["f", "other", "live"], ["f", "other", "default"], ["f", "default", "default"]]);
    assert_eq!(missed.error.data.as_deref(), Some(&tried));
}

struct Points;

#[derive(sdk::serde::Deserialize, sdk::schemars::JsonSchema)]
struct Given {
    n: i64,
}

#[derive(sdk::serde::Serialize, sdk::schemars::JsonSchema)]
struct Answer {
    points: i64,
}

impl ExtensionPoint for Points {
    type Input = Given;
    type Output = Answer;
    const NAME: &'static str = "points";
}

#[derive(Default)]
struct Twice;

#[async_trait]
impl Extension<Points> for Twice {
    async fn run(&self, _: &Context, input: Given) -> Result<Answer, Error> {
        Ok(Answer { points: input.n * 2 })
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
    // Objects are neither true nor false: that none of them is true would be said in silence.
    check(&flow("none"), json!({}), "failed EXTENSION_OUTPUT 500").await;
    let truth = |reduce: &str| {
        flow(reduce).replace("{a: low, b: low}", "'${input.n > 3}'").replace("{a: high}", "'${input.n > 4}'")
    };
    check(&truth("any"), json!({}), "succeeded true").await;
    check(&truth("all"), json!({}), "succeeded false").await;
    let text = format!("Flow g\nnodes:\n  p: {{extension: points, with: {{n: 4}}}}\n{POINT}");
    let place = Place { use_case: "g", biz_id: None, scenario: None };
    let world = World::with_extension(&text, ExtensionEntry::of::<Points, Twice>("Twice", place, 0, "trial"));
    assert_eq!(told(&world.run("g", json!({})).await), r#"succeeded {"points":8}"#);
}

#[tokio::test(start_paused = true)]
async fn points_that_ask_each_other_without_end_fail_and_do_not_end_the_process() {
    let text = "Flow f
nodes:
  p: {extension: here, with: {n: '${input.n}'}}
---
ExtensionPoint here
input: {type: object}
---
ExtensionPoint there
default: {use: map, with: done}
---
Extension one
point: here
for: {useCase: f}
nodes: {a: {race: {b: {extension: there, with: {n: '${input.n - 1}'}}, c: {fail: {code: NO}}}}}
---
Extension two
point: there
for: {useCase: f}
when: input.n != 0
nodes: {a: {foreach: {in: '[1]', do: {extension: here, with: '${input}'}}}}
output: '${nodes.a[0]}'
";
    check(text, json!({"n": 3}), r#"succeeded "done""#).await;
    check(text, json!({"n": -1}), "failed RACE_ALL_FAILED 500").await;
    let finished = World::new(text).run("f", json!({"n": -1})).await;
    assert!(finished.report.causes.iter().any(|cause| &*cause.error.code == "EXTENSION_TOO_DEEP"));
}

#[tokio::test(start_paused = true)]
async fn the_status_of_a_fail_reaches_the_caller_out_of_a_sub_flow() {
    for mode in ["child", "inline"] {
        let text = format!(
            "Flow f\nnodes:\n  s: {{flow: {{name: sub, mode: {mode}}}}}\n---\nFlow sub\nnodes:\n  x: {{fail: {{code: TAKEN, status: 409}}}}\n"
        );
        check(&text, json!({}), "failed TAKEN 409").await;
    }
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
