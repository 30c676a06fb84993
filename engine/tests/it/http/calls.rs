//! Calling flows: by name, by their own routes, early and late answers, keys, background.

use sdk::serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

use super::world::{World, until};

pub(super) const DOUBLE: &str = "Flow double
input: {type: object, required: [n], properties: {n: {type: integer}, by: {type: integer, default: 2}}}
nodes:
  times: {use: map, with: {n: '${input.n * input.by}'}}
output: '${nodes.times}'";

const SLOW: &str = "Flow slow
timeout: 10m
nodes:
  wait: {use: delay, with: {wait: 5m}}";

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
async fn a_run_that_was_called_says_so_whether_it_is_durable_or_not() {
    let by = "nodes: {say: {use: map, with: '${trigger.kind}'}}";
    let world = World::new(&format!("Flow quick\n{by}\n---\nFlow kept\ndurable: true\n{by}")).await;
    for flow in ["quick", "kept"] {
        assert_eq!(world.call(flow, "", &json!({})).await.json(), json!("call"), "{flow}");
    }
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

#[tokio::test]
async fn identity_comes_from_believed_headers_else_rules_and_from_nothing_else() {
    let world = World::new(
        "Flow who
nodes:
  say: {use: map, with: '${identity}'}
---
Identity rules
rules:
  - when: orDefault(request.body.goods, '') == 'car'
    bizId: used-car",
    )
    .await;
    let biz =
        async |headers: &str, body: Value| world.call("who", headers, &body).await.json()["bizId"].clone();
    assert_eq!(biz("", json!({"goods": "car"})).await, "used-car");
    assert_eq!(biz("x-biz-id: travel\r\n", json!({"goods": "car"})).await, "travel");
    assert_eq!(biz("X-BIZ-ID: 二手车\r\n", json!({})).await, "二手车");
    let names = "identity: evil\r\nx-plan-level: 1\r\nbizId: evil\r\nx-biz-id-2: evil\r\nx_biz_id: evil\r\nconfig: evil\r\n";
    assert_eq!(
        biz(names, json!({"bizId": "evil", "identity": {"bizId": "evil"}, "run": "evil"})).await,
        Value::Null
    );
    let query = world.post("/v1/flows/who?bizId=evil&x-biz-id=evil&level=1", "", &json!({})).await;
    assert_eq!((query.json()["bizId"].clone(), query.header("x-plan-level")), (Value::Null, Some("3")));
    for headers in
        ["x-biz-id: a\r\nX-Biz-Id: b\r\n", "x-biz-id: \r\n", "x-biz-id: default\r\n", "x-biz-id: *\r\n"]
    {
        let told = world.call("who", headers, &json!({})).await;
        assert_eq!((told.status, told.code().as_str()), (400, "IDENTITY_INVALID"), "{headers}");
    }
}

#[tokio::test]
async fn a_flows_own_route_shapes_its_input_and_knows_its_methods() {
    let world = World::new(
        "Flow page
triggers: {http: {method: GET, path: '/page/{id}', input: {id: '${request.params.id}', tags: '${request.query.tag}'}}}
nodes:
  say: {use: map, with: {id: '${input.id}', tags: '${input.tags}', agent: '${request.headers[\"user-agent\"]}'}}",
    )
    .await;
    let told =
        world.send("GET", "/page/a%20b?tag=x&tag=y", "user-agent: me\r\nauthorization: no\r\n", b"").await;
    assert_eq!(told.json(), json!({"id": "a b", "tags": ["x", "y"], "agent": "me"}));
    let other = world.send("POST", "/page/1", "", b"").await;
    assert_eq!((other.status, other.header("allow")), (405, Some("GET")));
    let lacking = world.get("/page/1").await;
    assert_eq!((lacking.status, lacking.code().as_str()), (400, "REQUEST_INVALID"));
    assert!(lacking.json()["detail"].as_str().unwrap().contains("`tag`"), "{lacking:?}");
}

#[tokio::test]
async fn what_a_route_does_not_find_in_the_request_is_for_the_contract_to_say() {
    let world = World::new(
        "Flow cancel
triggers:
  http:
    method: POST
    path: '/orders/{id}/cancel'
    idempotencyKey: '${request.headers[\"idempotency-key\"]}'
    input: {id: '${request.params.id}', reason: '${request.body.reason}', by: '${request.body.by}'}
input: {required: [by], properties: {reason: {type: string, default: none}, by: {type: string}}}
nodes:
  say: {use: map, with: '${input}'}",
    )
    .await;
    let told = world.post("/orders/O1/cancel", "", &json!({"by": "me"})).await;
    assert_eq!(told.json(), json!({"id": "O1", "by": "me", "reason": "none"}));
    let lacking = world.post("/orders/O1/cancel", "", &json!({})).await;
    assert_eq!((lacking.status, lacking.code().as_str()), (400, "INPUT_INVALID"));
    assert_eq!(lacking.json()["errors"][0]["path"], "/by");
}

#[tokio::test]
async fn the_same_idempotency_key_gives_the_same_bytes_and_another_body_is_refused() {
    let world = World::new(
        "Flow draw
nodes:
  id: {use: map, with: {id: '${uuid()}', n: '${input.n}'}}",
    )
    .await;
    let key = "idempotency-key: k1\r\n";
    let first = world.call("draw", key, &json!({"n": 1})).await;
    let again = world.call("draw", key, &json!({"n": 1})).await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(first.header("x-run-id"), again.header("x-run-id"));
    assert_eq!(
        (first.header("idempotency-replayed"), again.header("idempotency-replayed")),
        (None, Some("true"))
    );
    let other = world.call("draw", key, &json!({"n": 2})).await;
    assert_eq!((other.status, other.code().as_str()), (422, "IDEMPOTENCY_KEY_REUSED"));
    let business = world.call("draw", "idempotency-key: k1\r\nx-biz-id: travel\r\n", &json!({"n": 1})).await;
    assert_ne!(business.header("x-run-id"), first.header("x-run-id"));
    let bad = world.call("draw", "idempotency-key: \r\n", &json!({"n": 1})).await;
    assert_eq!((bad.status, bad.code().as_str()), (400, "IDEMPOTENCY_KEY_INVALID"));
}

#[tokio::test]
async fn two_calls_with_one_key_at_once_are_one_run() {
    let world = World::new(
        "Flow nap
nodes:
  nap: {use: delay, with: {wait: 100ms}}",
    )
    .await;
    let call = async || world.call("nap", "idempotency-key: k\r\n", &json!({})).await;
    let (one, two) = tokio::join!(call(), call());
    assert_eq!((one.status, one.header("x-run-id")), (200, two.header("x-run-id")));
}

#[tokio::test]
async fn respond_answers_now_and_the_run_goes_on() {
    let world = World::new(
        "Flow early
timeout: 10m
order: [tell, wait]
nodes:
  tell: {respond: {status: 202, body: {taken: true}, headers: {x-queue: '7', set-cookie: evil, x-run-id: evil}}}
  wait: {use: delay, with: {wait: 5m}}",
    )
    .await;
    let told = world.call("early", "", &json!({})).await;
    assert_eq!((told.status, told.json(), told.header("x-queue")), (202, json!({"taken": true}), Some("7")));
    assert_eq!(told.header("set-cookie"), None);
    let id = told.header("x-run-id").unwrap().to_owned();
    assert_eq!(world.get(&format!("/v1/runs/{id}")).await.json()["status"], "running");
}

#[tokio::test]
async fn a_call_in_the_background_is_told_where_to_look_and_can_be_cancelled() {
    let world = World::new(SLOW).await;
    let told = world.call("slow", "prefer: wait=5, respond-async\r\n", &json!({})).await;
    let place = told.header("location").unwrap().to_owned();
    assert_eq!(told.status, 202);
    let run = world.get(&place).await.json();
    assert_eq!((&run["status"], &run["actions"]), (&json!("running"), &json!(["cancel"])));
    assert_eq!(world.post(&format!("{place}/resume"), "", &json!({})).await.status, 409);
    let mut dry = json!({"action": "cancel", "ids": [run["id"], "none"], "dryRun": true});
    let results = world.post("/v1/runs/actions", "", &dry).await.json();
    assert_eq!(results["results"][1], json!({"id": "none", "ok": false, "code": "RUN_NOT_FOUND"}));
    dry["dryRun"] = json!(false);
    assert_eq!(world.post("/v1/runs/actions", "", &dry).await.json()["results"][0]["ok"], true);
    until(async || world.get(&place).await.json()["status"] == "cancelled").await;
    assert_eq!(world.post(&format!("{place}/cancel"), "", &json!({})).await.status, 409);
}

#[tokio::test]
async fn a_caller_that_leaves_cancels_its_run() {
    let world = World::new(SLOW).await;
    let mut stream = world.connect().await;
    let call = "POST /v1/flows/slow HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n";
    stream.write_all(call.as_bytes()).await.unwrap();
    until(async || world.get("/v1/runs?status=running").await.json()["items"][0]["flow"] == "slow").await;
    drop(stream);
    until(async || world.get("/v1/runs?status=cancelled").await.json()["items"][0]["flow"] == "slow").await;
}

#[tokio::test]
async fn a_failure_is_problem_json_without_the_texts_of_its_causes() {
    let world = World::new(
        "Flow fails
nodes:
  check: {use: assert, with: {that: '${input.ok}', code: NOT_OK, message: canary}}
errors:
  - {match: {code: NOT_OK}, status: 409, code: REFUSED, message: 'no'}
---
Flow unruled
nodes:
  no: {fail: {code: NO}}
---
Flow ruled
nodes:
  no: {fail: {code: NO, status: 418, message: short and stout}}",
    )
    .await;
    let ruled = world.call("fails", "", &json!({"ok": false})).await;
    assert_eq!((ruled.status, ruled.code().as_str()), (409, "REFUSED"));
    assert!(!String::from_utf8(ruled.body).unwrap().contains("canary"));
    let unruled = world.call("unruled", "", &json!({})).await;
    assert_eq!((unruled.status, unruled.code().as_str()), (500, "NO"));
    let told = world.call("ruled", "", &json!({})).await;
    assert_eq!((told.status, told.header("content-type")), (418, Some("application/problem+json")));
    let told = told.json();
    assert_eq!(
        (&told["code"], &told["detail"], &told["node"]),
        (&json!("NO"), &json!("short and stout"), &json!("no"))
    );
    assert_eq!(told["causes"], json!([{"node": "no", "code": "NO", "class": "business"}]));
    let failed = world.get("/v1/runs?status=failed&q=ruled").await.json();
    assert_eq!(failed["items"].as_array().unwrap().len(), 2);
}
