//! Durable runs in a whole engine: they wait as rows, are woken by time and messages, survive a restart on the
//! revision they began with, and answer a key once.

use std::{path::Path, sync::Arc, time::Duration};

use bactrian_engine::{
    Engine, Invocation, OpenError, Settings,
    recent::Keeping,
    state::{Correlation, Delivered, Fault, Filter, Inbound, Memory, Status, Tenant},
};
use sdk::{Registry, Shared, Value, serde_json::json};

use crate::http::{World, document, events::events, world::until};

const PAY: &str = "Flow pay
durable: true
input: {type: object, required: [no], properties: {no: {type: string}}}
nodes:
  paid: {wait: {callback: {channel: bank, key: '${input.no}', match: message.body.status == \"SUCCESS\"}}}
output: {no: '${input.no}', fen: '${nodes.paid.fen}'}";

const SLOW: &str = "Flow slow
durable: true
nodes:
  rest: {wait: {for: 3h}}
  done: {needs: [rest], use: map, with: {is: done}}
output: '${nodes.done}'";

async fn open(flows: &Path, data: Option<&Path>) -> Engine {
    let mut settings = Settings::new(Registry::collect().unwrap());
    settings.flows = vec![flows.to_owned()];
    settings.data = data.map(Path::to_owned);
    match Engine::open(settings).await {
        Ok(engine) => engine,
        Err(OpenError::Refused(rejected)) => panic!("{}", rejected.to_text()),
        Err(fault) => panic!("{fault}"),
    }
}

fn write(flows: &Path, documents: &str) {
    let texts: Vec<String> = documents.split("\n---\n").map(document).collect();
    std::fs::write(flows.join("all.yaml"), texts.join("---\n")).unwrap();
}

async fn invoke(engine: &Engine, flow: &str, input: Value) -> Result<Value, String> {
    let invocation = Invocation { flow, input: Shared::new(input), ..Invocation::default() };
    match engine.invoke(invocation).await {
        Ok(answer) => Ok((*answer.value).clone()),
        Err(failure) => Err(failure.code.to_string()),
    }
}

async fn deliver(engine: &Engine, event: &str, key: &str, body: Value) -> Delivered {
    let message = Inbound {
        tenant: Tenant::default(),
        correlation: Correlation { channel: "bank".into(), key: key.into() },
        event: event.into(),
        payload: Shared::new(json!({"id": event, "body": body})),
        now: engine.settings().clock.now(),
    };
    engine.deliver(message).await.unwrap()
}

/// Waits until a run of this status is there.
async fn seen(engine: &Engine, status: Status) {
    let filter = Filter { statuses: vec![status], limit: 10, ..Filter::default() };
    for _ in 0..100 {
        if !engine.store().list(&filter).await.unwrap().rows.is_empty() {
            return;
        }
        engine.settings().clock.sleep(Duration::from_millis(10)).await;
    }
    panic!("no run is {}", status.word());
}

#[tokio::test(start_paused = true)]
async fn a_timer_wakes_a_run_and_never_early() {
    let flows = tempfile::tempdir().unwrap();
    write(flows.path(), SLOW);
    let engine = open(flows.path(), None).await;
    engine.work();
    let before = tokio::time::Instant::now();
    assert_eq!(invoke(&engine, "slow", json!({})).await, Ok(json!({"is": "done"})));
    let late = before.elapsed() - Duration::from_secs(3 * 3600);
    assert!(late < Duration::from_millis(250), "{late:?}");
}

#[tokio::test(start_paused = true)]
async fn a_message_wakes_its_run_once_whenever_it_comes() {
    let flows = tempfile::tempdir().unwrap();
    write(flows.path(), PAY);
    let engine = open(flows.path(), None).await;
    engine.work();
    let paid = json!({"status": "SUCCESS", "fen": 7});
    assert_eq!(deliver(&engine, "e1", "P1", paid.clone()).await, Delivered::Early);
    assert_eq!(invoke(&engine, "pay", json!({"no": "P1"})).await, Ok(json!({"no": "P1", "fen": 7})));
    assert!(matches!(deliver(&engine, "e1", "P1", paid.clone()).await, Delivered::Seen { .. }));
    assert!(matches!(deliver(&engine, "e2", "P1", paid.clone()).await, Delivered::Late { .. }));
    let waits = async {
        seen(&engine, Status::Waiting).await;
        // What does not match is taken in and changes nothing.
        deliver(&engine, "e3", "P2", json!({"status": "PENDING"})).await;
        deliver(&engine, "e4", "P2", paid).await
    };
    let (answer, told) = tokio::join!(invoke(&engine, "pay", json!({"no": "P2"})), waits);
    assert!(matches!(told, Delivered::New { .. }), "{told:?}");
    assert_eq!(answer, Ok(json!({"no": "P2", "fen": 7})));
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a caller that goes away needs a task of its own")]
async fn a_run_goes_on_after_a_restart_on_the_revision_it_began_with() {
    let (flows, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(flows.path(), PAY);
    let engine = open(flows.path(), Some(data.path())).await;
    engine.work();
    let other = engine.clone();
    let caller = tokio::spawn(async move { invoke(&other, "pay", json!({"no": "P1"})).await });
    seen(&engine, Status::Waiting).await;
    caller.abort();
    assert!(caller.await.is_err());
    engine.close();
    assert!(engine.drained(Duration::from_secs(5)).await);
    drop(engine);
    // What serves now gives another output, and to new runs alone.
    write(flows.path(), &PAY.replace("fen: '${nodes.paid.fen}'", "fen: 0"));
    let engine = reopened(flows.path(), data.path()).await;
    engine.work();
    deliver(&engine, "e1", "P1", json!({"status": "SUCCESS", "fen": 7})).await;
    seen(&engine, Status::Succeeded).await;
    let row = engine.store().list(&Filter { limit: 1, ..Filter::default() }).await.unwrap().rows.remove(0);
    let known = engine.store().read(row.run).await.unwrap().unwrap();
    let output = known.records.iter().find_map(|record| match &record.entry {
        bactrian_engine::state::Entry::Ended { output, .. } => output.clone(),
        _ => None,
    });
    assert_eq!(output.as_deref(), Some(&json!({"no": "P1", "fen": 7})));
}

#[tokio::test]
async fn a_run_the_store_cannot_go_on_with_is_left_to_an_operator() {
    let flows = tempfile::tempdir().unwrap();
    write(flows.path(), PAY);
    let engine = open(flows.path(), None).await;
    engine.work();
    let told = invoke(&engine, "pay", json!({"no": "9".repeat(5_000)})).await;
    assert_eq!(told, Err("UNAVAILABLE".to_owned()));
    seen(&engine, Status::Parked).await;
    let row = engine.store().list(&Filter { limit: 1, ..Filter::default() }).await.unwrap().rows.remove(0);
    assert_eq!(row.failure.unwrap().code.as_ref(), "STORE_KEY");
}

/// The files are free once the last task of the engine before has let go of them.
#[expect(clippy::disallowed_methods, reason = "waits for the file system, not for the engine")]
async fn reopened(flows: &Path, data: &Path) -> Engine {
    for _ in 0..100 {
        let mut settings = Settings::new(Registry::collect().unwrap());
        settings.flows = vec![flows.to_owned()];
        settings.data = Some(data.to_owned());
        match Engine::open(settings).await {
            Ok(engine) => return engine,
            Err(OpenError::Store(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(fault) => panic!("{fault}"),
        }
    }
    panic!("the store stays locked");
}

#[tokio::test]
async fn a_key_has_one_run_whose_answer_is_given_again() {
    let world = World::new(PAY).await;
    let key = "idempotency-key: k1\r\n";
    let input = json!({"no": "P1"});
    let accepted = world.call("pay", &format!("{key}prefer: respond-async\r\n"), &input).await;
    assert_eq!(accepted.status, 202);
    let place = accepted.header("location").unwrap().to_owned();
    let again = world.call("pay", &format!("{key}prefer: respond-async\r\n"), &input).await;
    assert_eq!((again.status, again.header("location")), (202, Some(place.as_str())));
    let other = world.call("pay", key, &json!({"no": "P2"})).await;
    assert_eq!((other.status, other.code().as_str()), (422, "IDEMPOTENCY_KEY_REUSED"));
    let waiting = world.call("pay", key, &input);
    let body = json!({"no": "P1", "status": "SUCCESS", "fen": 7});
    let paid = async {
        assert_eq!(world.post("/v1/callbacks/bnak", "", &body).await.code(), "CHANNEL_NOT_FOUND");
        assert_eq!(world.post("/v1/callbacks/bank", "", &json!({})).await.code(), "CALLBACK_WITHOUT_KEY");
        world.post("/v1/callbacks/bank", "", &body).await
    };
    let (first, told) = tokio::join!(waiting, paid);
    assert_eq!((told.status, told.json()), (202, json!({"status": "delivered"})));
    let told = world.post("/v1/callbacks/bank", "", &body).await;
    assert_eq!((told.status, told.json()), (202, json!({"status": "duplicate"})));
    assert_eq!((first.status, first.json()), (200, json!({"no": "P1", "fen": 7})));
    let replayed = world.call("pay", key, &input).await;
    assert_eq!((replayed.status, &replayed.body), (200, &first.body));
    assert_eq!(replayed.header("x-run-id"), first.header("x-run-id"));
    let page = world.get(&place).await.json();
    assert_eq!(page["nodes"][0]["address"], "paid");
    let list = world.get("/v1/runs?flow=pay&status=succeeded").await.json();
    assert_eq!((&list["items"][0]["id"], list["items"].as_array().unwrap().len()), (&page["id"], 1));
    assert_eq!((&page["status"], &page["output"]), (&json!("succeeded"), &json!({"no": "P1", "fen": 7})));
}

#[tokio::test]
async fn a_run_that_has_ended_is_run_again_with_another_input_and_stays_what_it_was() {
    let world = World::new(&format!("{PAY}\n---\nFlow brief\nnodes: {{a: {{use: map, with: {{}}}}}}")).await;
    let headers = "prefer: respond-async\r\nx-biz-id: travel\r\n";
    let accepted = world.call("pay", headers, &json!({"no": "P1"})).await;
    let old = accepted.header("location").unwrap().to_owned();
    let again = format!("{old}/rerun");
    until(async || world.get(&old).await.json()["status"] == "waiting").await;
    let early = world.post(&again, "", &json!({})).await;
    assert_eq!((early.status, early.code().as_str()), (409, "ACTION_NOT_ALLOWED"));
    world.post(&format!("{old}/cancel"), "", &json!({})).await;
    until(async || world.get(&old).await.json()["status"] == "cancelled").await;
    let before = world.get(&old).await.json();
    let invalid = world.post(&again, "", &json!({"input": {"no": 7}})).await;
    assert_eq!((invalid.status, invalid.code().as_str()), (400, "INPUT_INVALID"));
    for (asked, no) in [(json!({}), "P1"), (json!({"input": {"no": "P2"}, "reason": "mistyped"}), "P2")] {
        let told = world.post(&again, "", &asked).await;
        assert_eq!(told.status, 202, "{}", told.json());
        let new = told.header("location").unwrap().to_owned();
        until(async || world.get(&new).await.json()["status"] == "waiting").await;
        let page = world.get(&new).await.json();
        assert_eq!((&page["parent"], &page["waits"][0]["key"]), (&before["id"], &json!(no)));
        assert_eq!(page["identity"], before["identity"]);
        assert_eq!((&page["trigger"], &before["trigger"]), (&json!("rerun"), &json!("call")));
    }
    let mut after = world.get(&old).await.json();
    let children = after["children"].take();
    assert_eq!((children.as_array().unwrap().len(), &children[0]["node"]), (2, &json!(null)));
    after["children"] = json!([]);
    assert_eq!(after, before);
    let found = format!("/v1/runs?limit=1&q={}", old.trim_start_matches("/v1/runs/"));
    let page = world.get(&found).await.json();
    assert_eq!(
        (&page["items"][0]["id"], &page["next"]),
        (&before["id"], &json!(null)),
        "newer ones do not fit"
    );
    let page = world.get("/v1/runs?limit=1&trigger=call").await.json();
    assert_eq!((&page["items"][0]["id"], &page["counts"]), (&before["id"], &json!({"cancelled": 1})));
    let brief = world.call("brief", "", &json!({})).await.header("x-run-id").unwrap().to_owned();
    for (id, status) in [(brief.as_str(), 409), ("01a0f000-0000-7000-8000-000000000000", 404), ("x", 404)] {
        assert_eq!(world.post(&format!("/v1/runs/{id}/rerun"), "", &json!({})).await.status, status, "{id}");
    }
}

const BOOK: &str = "Flow book
durable: true
compensation: {order: reverse}
nodes:
  room:
    use: map
    with: {room: 1}
    compensate: {use: map, with: {freed: 1}}
  skipped: {needs: [room], when: 'false', use: map}
  refused: {needs: [skipped], fail: {code: FULL, status: 409}}";

#[tokio::test]
async fn a_durable_run_has_the_page_and_the_stream_every_run_has() {
    let world = World::new(&format!("{PAY}\n---\n{BOOK}")).await;
    let accepted = world.call("pay", "prefer: respond-async\r\n", &json!({"no": "P1"})).await;
    let place = accepted.header("location").unwrap().to_owned();
    let mut page = world.get(&place).await.json();
    for _ in 0..100 {
        if page["status"] == "waiting" {
            break;
        }
        page = world.get(&place).await.json();
    }
    let wait = &page["waits"][0];
    assert_eq!((&wait["kind"], &wait["channel"]), (&json!("callback"), &json!("bank")), "{page}");
    assert_eq!((&wait["address"], &wait["key"]), (&json!("paid"), &json!("P1")));
    let node = &page["nodes"][0];
    assert_eq!((&node["kind"], &node["status"]), (&json!("wait"), &json!("waiting")));
    assert_eq!(world.get(&format!("{place}/undo")).await.json(), json!({"steps": []}));
    let told = world.get("/v1/runs?flow=pay&status=failed&limit=1").await.json();
    assert_eq!(told["counts"], json!({"waiting": 1}), "counts are for the filter without its status");

    let failed = world.call("book", "", &json!({})).await;
    let id = failed.header("x-run-id").unwrap().to_owned();
    let page = world.get(&format!("/v1/runs/{id}")).await.json();
    let node = |id: &str| page["nodes"].as_array().unwrap().iter().find(|node| node["id"] == id).cloned();
    assert_eq!(node("skipped").unwrap()["skip"]["kind"], "when", "{page}");
    assert_eq!(node("refused").unwrap()["kind"], "fail");
    let told = events(&world, &format!("/v1/runs/{id}/events"), |name, _| name == "run").await;
    assert_eq!(told.iter().filter(|(name, _)| name == "node").count(), 4);
    assert_eq!(page["compensations"][0]["attempts"].as_array().map(Vec::len), Some(1), "{page}");
    assert_eq!(page["compensations"][0]["use"], "map");
}

#[tokio::test]
async fn a_page_tells_what_the_journal_leaves_out_though_nobody_here_saw_the_run() {
    let told = "Flow told
durable: true
input: {type: object, required: [no], properties: {no: {type: string}}}
nodes:
  paid: {wait: {callback: {channel: bank, key: '${input.no}'}}}
  guard: {needs: [paid], when: nodes.paid.fen < 0, fail: {code: WRONG}}
  sum: {needs: [guard], use: map, with: {fen: '${nodes.paid.fen}'}}";
    let forget = Keeping { runs: 0, failed: 0, ..Keeping::default() };
    let world = World::with(told, |settings| settings.keeping = forget).await;
    let accepted = world.call("told", "prefer: respond-async\r\n", &json!({"no": "P1"})).await;
    let place = accepted.header("location").unwrap().to_owned();
    world.post("/v1/callbacks/bank", "", &json!({"no": "P1", "fen": 7})).await;
    until(async || world.get(&place).await.json()["status"] == "succeeded").await;
    let page = world.get(&place).await.json();
    let node = |id: &str| page["nodes"].as_array().unwrap().iter().find(|node| node["id"] == id).cloned();
    assert_eq!(node("guard").unwrap()["skip"]["kind"], "when", "{page}");
    let sum = node("sum").unwrap();
    assert_eq!((&sum["input"], &sum["output"]), (&json!({"fen": 7}), &json!({"fen": 7})));
    assert_eq!(node("paid").unwrap()["output"]["fen"], 7);
}

#[tokio::test]
async fn a_run_that_failed_keeps_its_answer_and_a_start_that_was_refused_keeps_none() {
    let store = Arc::new(Memory::new(0).unwrap());
    let mut is_full = true;
    store.on_call(move |call| (call == "create" && std::mem::take(&mut is_full)).then_some(Fault::Full));
    let down = "Flow down\ndurable: true\nnodes:\n  \
                a: {fail: {code: DOWN, status: 503, class: unavailable, message: not now}}";
    let world = World::with(down, |settings| settings.store = Some(store)).await;
    let call = async |key: &str| world.call("down", &format!("idempotency-key: {key}\r\n"), &json!({})).await;
    let refused = call("k").await;
    assert_eq!((refused.status, refused.code().as_str()), (507, "STORE_FULL"));
    let failed = call("k").await;
    assert_eq!((failed.status, failed.code().as_str()), (503, "DOWN"), "nothing was kept of the refusal");
    let again = call("k").await;
    assert_eq!((again.status, &again.body), (503, &failed.body), "it has run, and so it answered");
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_ne!(call("k2").await.header("x-run-id"), failed.header("x-run-id"), "another try has another key");
}

#[tokio::test]
async fn a_run_whose_plan_is_gone_is_parked_and_ends_when_an_operator_cancels_it() {
    let world = World::new(PAY).await;
    let accepted = world.call("pay", "prefer: respond-async\r\n", &json!({"no": "P1"})).await;
    let place = accepted.header("location").unwrap().to_owned();
    let is = async |status: &str| until(async || world.get(&place).await.json()["status"] == status).await;
    is("waiting").await;
    write(world.flows.path(), SLOW);
    world.engine.reload().await.unwrap();
    world.engine.documents().remove("revision", "000000000001").await.unwrap();
    let act = async |action: &str| world.post(&format!("{place}/{action}"), "", &json!({})).await.status;
    world.post("/v1/callbacks/bank", "", &json!({"no": "P1", "status": "SUCCESS", "fen": 7})).await;
    is("parked").await;
    assert_eq!(world.get(&place).await.json()["error"]["code"], "PLAN_GONE");
    assert_eq!(act("resume").await, 200);
    is("parked").await;
    assert_eq!(act("cancel").await, 200);
    is("cancelled").await;
    let page = world.get(&place).await.json();
    assert_eq!((&page["error"]["code"], &page["waits"]), (&json!("PLAN_GONE"), &json!([])));
    let message = page["error"]["message"].as_str().unwrap();
    assert!(message.ends_with("it had written nothing"), "{message}");
    assert_eq!(act("cancel").await, 409);
}
