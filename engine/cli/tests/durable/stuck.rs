//! A child flow that cannot undo what it did: nothing that comes after it begins, whatever its parent says of failures,
//! and an operator may only do to it what a saga allows.

use serde_json::{Value, json};

use crate::world::{Told, World, until};

/// A child that reserves money and then fails, within a parent that tries it twice, gives it up, or has a fallback.
const FLOWS: &str = "apiVersion: bactrian/v1
kind: Flow
metadata: {name: trip, version: 1, title: A trip, owner: travel}
durable: true
input: {type: object, required: [key], properties: {key: {type: string}}}
order: [first, part, after]
nodes:
  first: {flow: {name: hold, mode: inline}, with: {key: '${input.key}-first'}}
  part: {flow: {name: leg, mode: child}, with: {key: '${input.key}-leg'}, MERCY}
  after: {use: http, with: {connection: finance, method: POST, path: '/reserves/${input.key}-first/confirm'}}
---
apiVersion: bactrian/v1
kind: Flow
metadata: {name: leg, version: 1, title: A leg of a trip, owner: travel}
durable: true
input: {type: object, required: [key], properties: {key: {type: string}}}
vars: {no: '${uuid()}'}
compensation: {retry: {attempts: 1}}
order: [book, full]
nodes:
  book: {flow: {name: hold, mode: inline}, with: {key: '${input.key}-${vars.no}'}}
  full: {fail: {code: FULL, class: conflict}}
---
apiVersion: bactrian/v1
kind: Flow
metadata: {name: hold, version: 1, title: Hold money, owner: travel}
durable: true
input: {type: object, required: [key], properties: {key: {type: string}}}
nodes:
  reserve:
    use: http
    with: {connection: finance, method: POST, path: /reserves, body: {key: '${input.key}', account: 'buyer:U1', fen: 100}}
    compensate: {use: http, with: {connection: finance, method: POST, path: '/reserves/${input.key}/release'}}
";

/// A run that is parked because its child cannot release what it has reserved.
async fn parked(mercy: &str) -> (World, String) {
    let text = FLOWS.replace("MERCY", mercy);
    let world = World::with(&[], &[("trip.yaml", &text)]).await;
    world.switch("finance/reserve-release", &json!({"errorRate": 1})).await;
    let told = world.call_with("idempotency-key: T1\r\n", "/v1/flows/trip", &json!({"key": "T"})).await;
    assert_eq!(told.status, 202, "nobody knows yet how it ends: {told:?}");
    let run = told.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(status(&world, &run).await, "parked");
    assert_eq!(world.get(&format!("/v1/runs/{run}")).await["error"]["node"], "part.book.reserve");
    assert_eq!(calls(&world).await, ["reserve", "reserve", "reserve-release"]);
    (world, run)
}

async fn status(world: &World, run: &str) -> String {
    let mut status = String::new();
    until("the run rests", async || {
        status = world.get(&format!("/v1/runs/{run}")).await["status"].as_str().unwrap().to_owned();
        status != "running"
    })
    .await;
    status
}

/// What was asked of the ledger, refused or not.
async fn calls(world: &World) -> Vec<String> {
    let heard = world.service("GET", "/events?service=finance", &Value::Null).await;
    heard["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| call["endpoint"].as_str().unwrap().to_owned())
        .collect()
}

async fn act(world: &World, run: &str, action: &str, body: Value) -> Told {
    world.call("POST", &format!("/v1/runs/{run}/{action}"), &body).await
}

async fn refused(world: &World, run: &str, (action, node): (&str, &str), detail: &str) {
    let told = act(world, run, action, json!({"node": node})).await;
    assert_eq!(
        (told.status, told.json()["code"].as_str()),
        (409, Some("ACTION_NOT_ALLOWED")),
        "{action} {node}"
    );
    assert_eq!(told.json()["detail"], detail);
}

#[tokio::test]
async fn a_child_is_not_tried_again_before_it_is_undone() {
    let (mut world, run) = parked("retry: {attempts: 2, initial: 10ms, on: [conflict]}").await;
    let elsewhere = |node: &str| {
        format!(
            "nothing is stuck at `{node}`; the run cannot undo `part.book.reserve`: say this as `node`, or none"
        )
    };
    for action in ["retry", "resume", "skip"] {
        for node in ["first", "first.reserve", "part", "nowhere"] {
            refused(&world, &run, (action, node), &elsewhere(node)).await;
        }
    }
    assert_eq!(act(&world, &run, "retry", json!({"node": "part.book.reserve"})).await.status, 200);
    assert_eq!(status(&world, &run).await, "parked");
    world.kill();
    world.start().await;
    assert_eq!(status(&world, &run).await, "parked");
    assert_eq!(calls(&world).await, ["reserve", "reserve", "reserve-release", "reserve-release"]);
    world.service("DELETE", "/switches", &Value::Null).await;
    assert_eq!(act(&world, &run, "retry", json!({})).await.status, 200);
    assert_eq!(status(&world, &run).await, "compensated");
    let after = calls(&world).await.split_off(4);
    // The first try, the second and its undoing, and what came before the child.
    assert_eq!(after, ["reserve-release", "reserve", "reserve-release", "reserve-release"]);
    for action in ["retry", "resume", "skip", "cancel"] {
        let told = act(&world, &run, action, json!({})).await;
        assert_eq!(told.status, 409, "{action}: {told:?}");
    }
    world.audit().await;
}

#[tokio::test]
async fn what_bears_a_failed_child_begins_once_it_is_undone_or_left_out() {
    for mercy in ["critical: false", "fallback: {value: none}"] {
        let (world, run) = parked(mercy).await;
        let body = json!({"reason": "released by hand"});
        assert_eq!(act(&world, &run, "skip", body).await.status, 200);
        assert_eq!(status(&world, &run).await, "succeeded");
        assert_eq!(calls(&world).await.split_off(3), ["reserve-confirm"], "{mercy}");
    }
}

#[tokio::test]
async fn who_cancels_a_run_that_is_stuck_has_all_of_it_undone() {
    let (world, run) = parked("critical: false").await;
    world.service("DELETE", "/switches", &Value::Null).await;
    assert_eq!(act(&world, &run, "cancel", json!({})).await.status, 200);
    assert_eq!(status(&world, &run).await, "cancelled");
    assert_eq!(calls(&world).await.split_off(3), ["reserve-release", "reserve-release"]);
    world.audit().await;
}
