//! Runs that other runs started: told by the page of the run that did, with the node.

use sdk::{Value, serde_json::json};

use crate::http::{World, world::until};

const FAMILY: &str = "Flow parent
durable: true
nodes:
  kept: {flow: {name: kept, mode: detached}, with: {}}
  each:
    foreach: {in: '[1, 2]', as: n, do: {nodes: {quick: {flow: {name: quick, mode: detached}, with: {}}}}}
---
Flow brief
nodes:
  kept: {flow: {name: kept, mode: detached}, with: {}}
  quick: {flow: {name: quick, mode: detached}, with: {}}
---
Flow kept
durable: true
nodes: {rest: {wait: {for: 1h}}}
---
Flow quick
nodes: {a: {use: map, with: {}}}";

#[tokio::test]
async fn a_run_tells_of_the_runs_it_started_and_they_of_it() {
    let world = World::new(FAMILY).await;
    for flow in ["parent", "brief"] {
        let told = world.call(flow, "", &json!({})).await;
        let id = told.header("x-run-id").unwrap_or_else(|| panic!("{told:?}")).to_owned();
        let children = async || world.get(&format!("/v1/runs/{id}")).await.json()["children"].clone();
        let told = async |status: &str| {
            let all = children().await;
            let those = all.as_array().unwrap().iter().filter(|child| child["status"] == status);
            those.map(|child| format!("{} {}", child["flow"], child["node"])).collect::<Vec<_>>()
        };
        let quick: &[&str] = match flow {
            "parent" => &["\"quick\" \"each[0].quick\"", "\"quick\" \"each[1].quick\""],
            _ => &["\"quick\" \"quick\""],
        };
        until(async || told("succeeded").await.len() == quick.len()).await;
        until(async || told("waiting").await == ["\"kept\" \"kept\""]).await;
        let mut ended = told("succeeded").await;
        ended.sort();
        assert_eq!(ended, quick);
        for child in children().await.as_array().unwrap() {
            let page = world.get(&format!("/v1/runs/{}", child["id"].as_str().unwrap())).await.json();
            assert_eq!((&page["parent"], &page["children"]), (&json!(id), &Value::Array(Vec::new())));
        }
    }
}
