//! What a caller or an operator was told holds across `kill -9`, and what is told of a run that waits.

use serde_json::{Value, json};

use crate::world::{World, rest, until};

const FLOWS: &str = "apiVersion: bactrian/v1
kind: Flow
metadata: {name: parent, version: 1, title: Begins another, owner: travel}
durable: true
nodes:
  part: {flow: {name: other, mode: detached}, with: {}}
---
apiVersion: bactrian/v1
kind: Flow
metadata: {name: other, version: 1, title: Begun by another, owner: travel}
durable: true
nodes:
  wait: {wait: {for: 300ms}}
---
apiVersion: bactrian/v1
kind: Flow
metadata: {name: booking, version: 1, title: Hold and ask, owner: travel}
durable: true
input: {type: object, required: [key], properties: {key: {type: string}}}
order: [each, asked]
nodes:
  each:
    foreach:
      in: '[1, 2]'
      as: n
      do:
        use: http
        with: {connection: finance, method: POST, path: /reserves, body: {key: '${input.key}-${n}', account: 'buyer:U1', fen: 100}}
        compensate: {use: http, with: {connection: finance, method: POST, path: '/reserves/${input.key}-${n}/release'}}
  asked: {extension: approval, with: {key: '${input.key}'}}
output: '${nodes.asked}'
---
apiVersion: bactrian/v1
kind: ExtensionPoint
metadata: {name: approval, version: 1, title: Ask somebody, owner: travel}
input: {type: object}
---
apiVersion: bactrian/v1
kind: Extension
metadata: {name: approval-by-mail, version: 1, title: Ask by mail, owner: travel}
point: approval
for: {useCase: booking}
nodes:
  answer: {wait: {callback: {channel: approvals, key: '${input.key}'}}}
";

async fn begun(world: &World, key: &str) -> String {
    let told = world.call_with("prefer: respond-async\r\n", "/v1/flows/booking", &json!({"key": key})).await;
    told.json()["id"].as_str().unwrap().to_owned()
}

async fn is(world: &World, run: &str, status: &str) {
    until(status, async || world.get(&format!("/v1/runs/{run}")).await["status"] == status).await;
}

#[tokio::test]
async fn a_run_begun_by_another_is_on_disk_before_that_goes_on() {
    let mut world = World::with(&[], &[("more.yaml", FLOWS)]).await;
    let told = world.call("POST", "/v1/flows/parent", &json!({})).await;
    world.kill();
    world.start().await;
    let run = told.json()["run"].as_str().unwrap().to_owned();
    is(&world, &run, "succeeded").await;
    let (page, parent) = (world.get(&format!("/v1/runs/{run}")).await, told.header("x-run-id").unwrap());
    assert_eq!(page["parent"], parent);
    let of_parent = world.get(&format!("/v1/runs/{parent}")).await;
    assert!(page["startedAt"].as_str() >= of_parent["startedAt"].as_str(), "{page} of {of_parent}");
}

#[tokio::test]
async fn who_was_told_that_a_run_is_cancelled_finds_it_so_after_a_crash() {
    let mut world = World::with(&[], &[("more.yaml", FLOWS)]).await;
    world.switch("finance/reserve", &json!({"latencyMs": 500})).await;
    let run = begun(&world, "B").await;
    rest(100).await;
    let told =
        world.call("POST", &format!("/v1/runs/{run}/cancel"), &json!({"reason": "not any more"})).await;
    assert_eq!(told.status, 200, "{told:?}");
    world.kill();
    world.start().await;
    is(&world, &run, "cancelled").await;
    world.audit().await;
}

#[tokio::test]
async fn the_same_words_about_two_things_are_two_messages_and_reach_a_wait_in_an_extension() {
    let world = World::with(&[], &[("more.yaml", FLOWS)]).await;
    for key in ["B1", "B2"] {
        let run = begun(&world, key).await;
        is(&world, &run, "waiting").await;
        let steps = world.get(&format!("/v1/runs/{run}/undo")).await["steps"].clone();
        let steps: Vec<&Value> = steps.as_array().unwrap().iter().map(|step| &step["address"]).collect();
        assert_eq!(steps, ["each[1]", "each[0]"], "what cancelling would undo");
        let path = format!("/v1/callbacks/approvals?key={key}");
        for answer in ["delivered", "duplicate"] {
            assert_eq!(
                world.call("POST", &path, &json!({"ok": true})).await.json()["status"],
                answer,
                "{key}"
            );
        }
        is(&world, &run, "succeeded").await;
    }
}
