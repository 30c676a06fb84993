//! Paying through the bank: callbacks on time, early, twice, late or never, in every mix, and an engine that dies
//! meanwhile. It always ends right and nothing is ever booked twice.

use futures_util::future::join;
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

/// What the bank says of the callbacks it sent for a payment: how each was answered, in order.
async fn callbacks(world: &World, number: &str) -> Vec<String> {
    let sent = world.heard("bank", "callback", number).await;
    sent.iter().map(|event| event["answer"].as_str().unwrap_or("no answer").to_owned()).collect()
}

/// Minutes become moments.
const SOON: &[(&str, &str)] = &[("after: 5m", "after: 1s"), ("every: 2m", "every: 300ms")];

/// When the callback comes: what the bank does for it, and what it is answered.
const TIMES: [(&str, &str, &str, Option<&str>); 4] = [
    ("on time", "bank/callback", "{}", Some("delivered")),
    // The bank answers after it has called back: nobody waits for the message yet.
    ("early", "bank/create", r#"{"replyDelayMs": 600}"#, Some("early")),
    ("late", "bank/callback", r#"{"latencyMs": 1200}"#, Some("late")),
    ("missing", "bank/callback", r#"{"dropRate": 1}"#, None),
];

/// Pays, and looks at everything that came of it.
async fn ends(world: &World, number: &str, expected: &str, answers: &[&str]) {
    let (_, fen) = number.rsplit_once('-').unwrap();
    pay(world, number, fen.parse().unwrap()).await;
    assert_eq!(outcome(world, number).await, expected, "{number}");
    until(number, async || callbacks(world, number).await.len() >= answers.len()).await;
    assert_eq!(callbacks(world, number).await, answers, "{number}");
    let is_booked = usize::from(expected == "SUCCESS");
    assert_eq!(effects(world, "finance", "book", &format!("{number}:book")).await, is_booked, "{number}");
}

#[tokio::test]
async fn in_every_mix_of_callbacks_a_payment_is_booked_once() {
    let world = World::new(SOON).await;
    for (when, endpoint, switch, answer) in TIMES {
        for is_doubled in [false, true] {
            let mut callback = serde_json::from_str::<Value>(switch).unwrap();
            world.switch(endpoint, &callback).await;
            if is_doubled {
                callback = if endpoint == "bank/callback" { callback } else { json!({}) };
                callback["duplicateRate"] = json!(1);
                world.service("PUT", "/switches/bank/callback", &callback).await;
            }
            let answers: Vec<&str> = match answer {
                Some(answer) if is_doubled => vec![answer, "duplicate"],
                answer => answer.into_iter().collect(),
            };
            let name = format!("{}-{is_doubled}", when.replace(' ', "-"));
            // The payer's bank refuses an amount that ends in 44.
            let (paid, refused) = (format!("{name}-100"), format!("{name}-144"));
            join(ends(&world, &paid, "SUCCESS", &answers), ends(&world, &refused, "FAIL", &answers)).await;
        }
    }
    world.audit().await;
}

#[tokio::test]
async fn a_late_callback_stays_to_be_seen() {
    let world = World::new(SOON).await;
    check(&world, ("P1", 100), "bank/callback", json!({"latencyMs": 1500, "duplicateRate": 1}), "SUCCESS")
        .await;
    let found = world.get("/v1/runs?flow=pay-order&limit=1").await;
    let run = format!("/v1/runs/{}", found["items"][0]["id"].as_str().unwrap());
    until("the late callback is seen", async || {
        world.get(&run).await["late"].as_array().is_some_and(|late| late.len() == 1)
    })
    .await;
    until("it came twice", async || callbacks(&world, "P1").await == ["late", "duplicate"]).await;
    assert_eq!(effects(&world, "finance", "book", "P1:book").await, 1, "a late callback books nothing");
    world.audit().await;
}

#[tokio::test]
async fn a_transfer_whose_answer_is_lost_is_asked_for_again_under_its_key() {
    let world = World::new(&[]).await;
    for number in ["P1", "P2", "P3", "P4"] {
        check(&world, (number, 100), "bank/create", json!({"lostResponseRate": 0.5}), "SUCCESS").await;
    }
    let created = world.service("GET", "/events?service=bank&endpoint=create", &Value::Null).await;
    let created = created["events"].as_array().unwrap();
    assert!(created.len() > 4 && created.iter().any(|call| call["lost"] == json!(true)), "{created:?}");
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
