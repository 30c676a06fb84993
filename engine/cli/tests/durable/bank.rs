//! Paying through the bank: callbacks on time, early, twice, late or never, and an engine that dies meanwhile. It
//! always ends right and nothing is ever booked twice.

use serde_json::{Value, json};

use crate::world::{World, until};

async fn pay(world: &World, number: &str, fen: u64) {
    let body = json!({"paymentNo": number, "orderId": "O1102", "fen": fen, "channel": "bank"});
    let told = world.call("POST", "/payments", &body).await;
    assert_eq!(told.status, 202, "{told:?}");
    assert_eq!(told.json()["paymentNo"], number);
}

/// Calls of the sandbox's endpoints that took effect, by endpoint.
async fn effects(world: &World, service: &str, endpoint: &str, key: &str) -> usize {
    let is_first = |event: &&Value| event["status"].as_u64().is_some_and(|status| status < 300);
    world.heard(service, endpoint, key).await.iter().filter(is_first).count()
}

/// Waits until a payment has ended, and says how.
async fn outcome(world: &World, number: &str) -> Value {
    let mut output = Value::Null;
    until(number, async || {
        let body = json!({"paymentNo": number});
        let page = world.get("/v1/runs?flow=pay-order&limit=500").await;
        for item in page["items"].as_array().unwrap() {
            let run = world.get(&format!("/v1/runs/{}", item["id"].as_str().unwrap())).await;
            if run["input"]["paymentNo"] == body["paymentNo"] && run["status"] == "succeeded" {
                output = run["output"]["status"].clone();
                return true;
            }
            assert!(run["status"] == "waiting" || run["status"] == "running" || run["status"] == "succeeded");
        }
        false
    })
    .await;
    output
}

/// One payment under one switch of the bank: what it came to, and whether it was booked, once.
async fn check(world: &World, (number, fen): (&str, u64), endpoint: &str, switch: Value, expected: &str) {
    world.switch(endpoint, &switch).await;
    pay(world, number, fen).await;
    assert_eq!(outcome(world, number).await, expected, "{number}: {switch}");
    let is_booked = usize::from(expected == "SUCCESS");
    assert_eq!(effects(world, "finance", "book", &format!("{number}:book")).await, is_booked, "{number}");
}

#[tokio::test]
async fn a_callback_on_time_early_or_twice_books_once() {
    let world = World::new(&[]).await;
    check(&world, ("P1", 100), "bank/callback", json!({}), "SUCCESS").await;
    check(&world, ("P2", 100), "bank/callback", json!({"duplicateRate": 1}), "SUCCESS").await;
    // The bank answers after it has called back: nobody waits for the message yet.
    world.switch("bank/create", &json!({"replyDelayMs": 600})).await;
    let before = world.answered().await;
    pay(&world, "P3", 100).await;
    let between = world.answered().await - before;
    assert!(
        between >= 3,
        "figures, a callback, then the payment: it was there before the run could wait for it"
    );
    assert_eq!(outcome(&world, "P3").await, "SUCCESS");
    assert_eq!(effects(&world, "finance", "book", "P3:book").await, 1);
    // Its answer is lost, and the transfer is asked for again under the same key.
    check(&world, ("P4", 100), "bank/create", json!({"lostResponseRate": 0.5}), "SUCCESS").await;
    let created = world.service("GET", "/events?service=bank&endpoint=create", &Value::Null).await;
    let created = created["events"].as_array().unwrap().iter();
    let created: Vec<_> =
        created.filter(|call| call["key"].as_str().is_some_and(|k| k.contains("P4"))).collect();
    assert!(created.len() > 1 && created[0]["lost"] == json!(true), "{created:?}");
    check(&world, ("P5", 144), "bank/callback", json!({"duplicateRate": 1}), "FAIL").await;
    world.audit().await;
}

/// Minutes become moments.
const SOON: &[(&str, &str)] = &[("after: 5m", "after: 1s"), ("every: 2m", "every: 300ms")];

#[tokio::test]
async fn a_callback_that_is_late_or_missing_is_made_up_for_by_asking() {
    let world = World::new(SOON).await;
    check(&world, ("P1", 100), "bank/callback", json!({"dropRate": 1}), "SUCCESS").await;
    check(&world, ("P2", 144), "bank/callback", json!({"dropRate": 1}), "FAIL").await;
    check(&world, ("P3", 100), "bank/callback", json!({"latencyMs": 1500, "duplicateRate": 1}), "SUCCESS")
        .await;
    let found = world.get("/v1/runs?flow=pay-order&limit=1").await;
    let run = format!("/v1/runs/{}", found["items"][0]["id"].as_str().unwrap());
    until("the late callback is seen", async || {
        world.get(&run).await["late"].as_array().is_some_and(|late| late.len() == 1)
    })
    .await;
    assert_eq!(effects(&world, "finance", "book", "P3:book").await, 1, "a late callback books nothing");
    world.audit().await;
}

#[tokio::test]
async fn what_nobody_pays_is_closed_at_the_bank_and_left_to_reconciliation() {
    let world = World::new(&[
        ("after: 5m", "after: 300ms"),
        ("every: 2m", "every: 300ms"),
        ("timeout: 30m", "timeout: 1500ms"),
    ])
    .await;
    check(&world, ("P1", 100), "bank/settle", json!({"dropRate": 1}), "UNKNOWN").await;
    let queue = world.service("GET", "/finance/recon/queue", &Value::Null).await;
    assert_eq!(queue["queue"][0]["no"], "P1");
    let transfer = world.service("GET", "/bank/transfers/P1", &Value::Null).await;
    assert_eq!(transfer["code"], "2003", "a late payer is refused");
}

#[tokio::test]
async fn a_callback_reaches_its_run_through_a_crash() {
    let mut world = World::new(&[]).await;
    // The engine dies before the bank calls: the bank tries again.
    world.switch("bank/settle", &json!({"latencyMs": 300})).await;
    for number in 1..=8 {
        pay(&world, &format!("P{number}"), 100).await;
    }
    let left = world.runs("pay-order").await;
    assert!(left.iter().any(|status| status == "waiting"), "{left:?}");
    world.kill();
    crate::world::rest(700).await;
    world.start().await;
    // And once more after some of them have.
    crate::world::rest(300).await;
    world.kill();
    world.start().await;
    assert_eq!(world.ended("pay-order").await, ["succeeded"; 8]);
    for number in 1..=8 {
        assert_eq!(outcome(&world, &format!("P{number}")).await, "SUCCESS");
        assert_eq!(effects(&world, "finance", "book", &format!("P{number}:book")).await, 1, "P{number}");
    }
    world.audit().await;
}
