//! Whole flows without a store: what each kind of node and each word of the language does.

use sdk::serde_json::json;

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
    assert_eq!(told(&finished), "failed UNAVAILABLE 500");
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
async fn what_stands_for_the_last_node_is_the_output() {
    let failing = "Flow f
order: [first, last]
nodes:
  first: {use: map, with: 1}
  last: {use: act, with: {effect: read, fail: TIMEOUT}, critical: false, otherwise: {was: '${errors.last.code}'}}
";
    check(failing, json!({}), r#"succeeded {"was":"TIMEOUT"}"#).await;
    let skipped = "Flow f
order: [first, last]
nodes:
  first: {use: map, with: 1}
  last: {when: input.on, use: map, with: 2, otherwise: 3}
";
    check(skipped, json!({"on": false}), "succeeded 3").await;
    check(&skipped.replace(", otherwise: 3", ""), json!({"on": false}), "succeeded 1").await;
}

#[tokio::test(start_paused = true)]
async fn a_fallback_may_read_the_failure_it_stands_for() {
    for fallback in ["value: {was: '${errors.a.code}'}", "use: map, with: {was: '${errors.a.code}'}"] {
        let text = format!(
            "Flow f\nnodes:\n  a: {{use: act, with: {{effect: read, fail: TIMEOUT}}, fallback: {{{fallback}}}}}\n"
        );
        check(&text, json!({}), r#"succeeded {"was":"TIMEOUT"}"#).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_caller_is_told_what_the_flow_says_of_itself_and_nothing_of_a_far_side() {
    for (node, expected) in [
        ("fail: {code: CLOSED, class: unavailable, message: 'closed until ${input.n}'}", "closed until 9"),
        ("switch: [{case: input.n == 1, to: b}]", "no case holds and there is no default"),
        ("loop: {until: last == 1, max: 2, do: {use: map, with: 0}}", "`until` did not hold after 2 rounds"),
        ("use: map, with: '${input.gone.n}'", "an expression of the flow could not be computed"),
        ("use: act, with: {effect: read, fail: UNAVAILABLE}", "a service this flow needs is not available"),
    ] {
        let text = format!("Flow f\nnodes:\n  a: {{{node}}}\n  b: {{needs: [a], use: map, with: 1}}\n");
        let failure = World::new(&text).run("f", json!({"n": 9})).await.answer.unwrap_err();
        assert_eq!(failure.detail, expected, "{node}");
    }
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
    assert_eq!(cancelled(&world).await, RunStatus::Cancelled);
    let late = world.run("f", json!({})).await;
    assert_eq!((told(&late), late.report.duration_ms), ("timed_out TIMEOUT 504".into(), 5000.0));
    assert_eq!(world.log().last().unwrap(), "finally.bye done");
}

/// How a run ends that is cancelled after a second.
async fn cancelled(world: &std::sync::Arc<World>) -> RunStatus {
    let begun = world.begin("f", json!({}));
    let handle = begun.handle.clone();
    let cancel = async {
        world.clock().sleep(std::time::Duration::from_secs(1)).await;
        handle.cancel();
    };
    futures_util::future::join(begun.future, cancel).await.0.report.status
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_cancelled_between_two_attempts_has_not_succeeded() {
    let failing = "use: act, with: {fail: UNAVAILABLE}, retry: {attempts: 2, initial: 1h, jitter: none}";
    for more in ["", "\n  b: {needs: [a], use: act}", "\n  c: {use: act}\n  b: {needs: [a, c], use: act}"] {
        let world = World::new(&format!("Flow f\nnodes:\n  a: {{{failing}}}{more}\n"));
        assert_eq!(cancelled(&world).await, RunStatus::Cancelled, "{more}");
        assert!(!world.log().iter().any(|line| line.starts_with("b ")), "{more}");
    }
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
