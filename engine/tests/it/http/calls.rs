//! Calling flows: by name, by their own routes, early and late answers, keys, background.

use sdk::serde_json::json;

use super::world::World;

const DOUBLE: &str = "Flow double
input: {type: object, required: [n], properties: {n: {type: integer}, by: {type: integer, default: 2}}}
nodes:
  times: {use: map, with: {n: '${input.n * input.by}'}}
output: '${nodes.times}'";

#[tokio::test]
async fn a_flow_answers_its_output_and_says_which_run_and_level_gave_it() {
    let world = World::new(DOUBLE).await;
    let told = world.call("double", "", &json!({"n": 21})).await;
    assert_eq!((told.status, told.json()), (200, json!({"n": 42})));
    assert_eq!(told.header("x-plan-level"), Some("3"));
    let id = told.header("x-run-id").unwrap().to_owned();
    let run = world.get(&format!("/v1/runs/{id}")).await.json();
    assert_eq!((&run["status"], &run["nodes"][0]["output"]), (&json!("succeeded"), &json!({"n": 42})));
    let list = world.get("/v1/runs?flow=double").await.json();
    assert_eq!((&list["items"][0]["id"], &list["counts"]["succeeded"]), (&json!(id), &json!(1)));
}

#[tokio::test]
async fn an_input_that_does_not_fit_is_400_with_every_path() {
    let world = World::new(DOUBLE).await;
    let told = world.call("double", "", &json!({"n": "x", "by": []})).await;
    assert_eq!((told.status, told.code().as_str()), (400, "INPUT_INVALID"));
    let paths: Vec<_> = told.json()["errors"].as_array().unwrap().iter().map(|e| e["path"].clone()).collect();
    assert_eq!(paths, [json!("/n"), json!("/by")]);
    let missing = world.call("dobule", "", &json!({})).await;
    assert_eq!((missing.status, missing.code().as_str()), (404, "FLOW_NOT_FOUND"));
    assert!(missing.json()["detail"].as_str().unwrap().contains("did you mean `double`"));
}
