//! Callbacks for runs that are pinned to an earlier revision: they come in as that revision says, and as no other.

use bactrian_engine::secrets::Secrets;
use sdk::{
    Value,
    serde_json::{Map, json},
};
use standardwebhooks::Webhook;

use crate::http::{World, document, world::until};

const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEW: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// A flow that waits on a channel, as a revision has it: verified by a connection, keyed by a field.
fn pay(channel: &str, verify: &str, key: &str) -> String {
    format!(
        "Flow pay\ndurable: true\nnodes:\n  paid: {{wait: {{callback: {{channel: {channel}, key: '${{input.{key}}}'{verify}}}}}}}\n\
         output: {{fen: '${{nodes.paid.fen}}'}}\n---\n{}\n---\n{}",
        "Connection old\ntype: http\nbaseUrl: 'http://localhost'\nsignature: {algorithm: standard-webhooks, secret: 'secret://old'}",
        "Connection new\ntype: http\nbaseUrl: 'http://localhost'\nsignature: {algorithm: standard-webhooks, secret: 'secret://new'}",
    )
}

const BY_OLD: &str = ", verify: {connection: old}";
const BY_NEW: &str = ", verify: {connection: new}";

async fn world(first: &str) -> World {
    let secrets = [("old".to_owned(), OLD.to_owned()), ("new".to_owned(), NEW.to_owned())];
    World::with(first, |settings| settings.secrets = Secrets::new(secrets)).await
}

async fn serve(world: &World, documents: &str) {
    let texts: Vec<String> = documents.split("\n---\n").map(document).collect();
    std::fs::write(world.flows.path().join("all.yaml"), texts.join("---\n")).unwrap();
    world.engine.reload().await.unwrap();
}

/// A run that waits; gives its address.
async fn waiting(world: &World, input: &Value) -> String {
    let accepted = world.call("pay", "prefer: respond-async\r\n", input).await;
    let place = accepted.header("location").unwrap_or_else(|| panic!("{accepted:?}")).to_owned();
    until(async || world.get(&place).await.json()["status"] == "waiting").await;
    place
}

/// What a message is answered: its status word, or the code of its problem.
async fn told(world: &World, channel: &str, secret: Option<&str>, body: &Value) -> String {
    let mut headers = String::new();
    if let Some(secret) = secret {
        let at = world.engine.settings().clock.now() / 1_000;
        let id = format!("msg-{body}").replace(['"', '{', '}', ' ', ','], "-");
        let signature = Webhook::new(secret).unwrap().sign(&id, at, body.to_string().as_bytes()).unwrap();
        headers =
            format!("webhook-id: {id}\r\nwebhook-timestamp: {at}\r\nwebhook-signature: {signature}\r\n");
    }
    let told = world.post(&format!("/v1/callbacks/{channel}"), &headers, body).await;
    told.json()["status"].as_str().map_or_else(|| told.code(), str::to_owned)
}

fn paid(no: &str, fen: u32) -> Value {
    Value::from(Map::from_iter([("no".to_owned(), json!(no)), ("fen".to_owned(), json!(fen))]))
}

async fn ended(world: &World, place: &str) -> Value {
    until(async || world.get(place).await.json()["status"] == "succeeded").await;
    world.get(place).await.json()["output"].clone()
}

#[tokio::test]
async fn a_channel_that_only_earlier_runs_wait_on_is_answered_as_they_began() {
    let world = world(&pay("bank", BY_OLD, "no")).await;
    let place = waiting(&world, &json!({"no": "P1"})).await;
    serve(&world, &pay("till", "", "no")).await;
    assert_eq!(told(&world, "bnak", Some(OLD), &paid("P1", 1)).await, "CHANNEL_NOT_FOUND");
    assert_eq!(told(&world, "bank", None, &paid("P1", 1)).await, "CALLBACK_UNSIGNED");
    assert_eq!(told(&world, "bank", Some(NEW), &paid("P1", 2)).await, "CALLBACK_FORGED");
    // Another run of then may come to wait for it.
    assert_eq!(told(&world, "bank", Some(OLD), &paid("P2", 3)).await, "early");
    assert_eq!(told(&world, "bank", Some(OLD), &paid("P1", 7)).await, "delivered");
    assert_eq!(ended(&world, &place).await, json!({"fen": 7}));
    assert_eq!(told(&world, "bank", Some(OLD), &paid("P1", 7)).await, "duplicate");
    assert_eq!(told(&world, "bank", Some(OLD), &paid("P1", 8)).await, "late");
    // Nobody of then is on its way any more.
    assert_eq!(told(&world, "bank", Some(OLD), &paid("P3", 9)).await, "CHANNEL_NOT_FOUND");
}

#[tokio::test]
async fn a_sender_that_serves_no_more_reaches_the_runs_of_then_and_none_of_today() {
    let world = world(&pay("bank", BY_OLD, "no")).await;
    let (then, also) =
        (waiting(&world, &json!({"no": "P1"})).await, waiting(&world, &json!({"no": "P2"})).await);
    serve(&world, &pay("bank", BY_NEW, "order")).await;
    let today = waiting(&world, &json!({"order": "P3"})).await;
    let by = async |secret, no: &str, fen| told(&world, "bank", secret, &paid(no, fen)).await;
    assert_eq!(by(None, "P1", 1).await, "CALLBACK_UNSIGNED");
    assert_eq!(by(Some(OLD), "P1", 2).await, "delivered");
    assert_eq!(ended(&world, &then).await, json!({"fen": 2}));
    // A sender that has the new key already says what it is about as today's flow asks.
    let new = json!({"order": "P2", "fen": 4});
    assert_eq!(told(&world, "bank", Some(NEW), &new).await, "delivered");
    assert_eq!(ended(&world, &also).await, json!({"fen": 4}));
    let forged = json!({"no": "P3", "order": "P3", "fen": 5});
    assert_eq!(told(&world, "bank", Some(OLD), &forged).await, "CALLBACK_FORGED");
    let early = json!({"no": "P4", "order": "P4", "fen": 6});
    assert_eq!(told(&world, "bank", Some(OLD), &early).await, "CALLBACK_FORGED");
    assert_eq!(told(&world, "bank", Some(NEW), &json!({"order": "P3", "fen": 8})).await, "delivered");
    assert_eq!(ended(&world, &today).await, json!({"fen": 8}));
}

#[tokio::test]
async fn a_check_that_was_dropped_still_holds_for_the_runs_that_asked_for_it() {
    let world = world(&pay("bank", BY_OLD, "no")).await;
    let place = waiting(&world, &json!({"no": "P1"})).await;
    serve(&world, &pay("bank", "", "no")).await;
    assert_eq!(told(&world, "bank", None, &paid("P1", 1)).await, "CALLBACK_UNSIGNED");
    assert_eq!(told(&world, "bank", None, &paid("P2", 2)).await, "early");
    assert_eq!(told(&world, "bank", Some(OLD), &paid("P1", 3)).await, "delivered");
    assert_eq!(ended(&world, &place).await, json!({"fen": 3}));
}

#[tokio::test]
async fn what_a_run_of_an_earlier_revision_would_undo_is_told_as_that_one_says() {
    let undoable = "Flow pay\ndurable: true\nnodes:\n  \
                    booked: {use: map, with: {}, compensate: {use: map, with: {}}}\n  \
                    paid: {needs: [booked], wait: {callback: {channel: bank, key: '${input.no}'}}}";
    let world = world(undoable).await;
    let place = waiting(&world, &json!({"no": "P1"})).await;
    let undo = async || world.get(&format!("{place}/undo")).await.json();
    let before = undo().await;
    assert_eq!(before["steps"][0]["address"], "booked", "{before}");
    serve(&world, "Flow other\nnodes: {a: {use: map, with: {}}}").await;
    assert_eq!(undo().await, before);
    let page = world.get(&place).await.json();
    assert_eq!(page["nodes"][0]["use"], "map", "{page}");
}
