//! Events of durable runs: told after a crash, told again under the same id, parked when they are refused for good.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::world::{World, until};

async fn settle(world: &World, lot: u32) {
    let body = json!({"vehicleId": format!("V{lot}"), "buyer": "U1", "priceFen": 8_800_000});
    let told = world.call("POST", &format!("/auctions/L{lot}/close"), &body).await;
    assert_eq!(told.status, 200, "{told:?}");
}

/// Topic and number of deliveries of every event that came, in order of topic.
async fn told(world: &World) -> Vec<(String, u64)> {
    let notices = world.service("GET", "/notify", &Value::Null).await;
    let notices = notices["notices"].as_array().unwrap().iter();
    let mut told: Vec<_> = notices
        .map(|n| (n["topic"].as_str().unwrap().to_owned(), n["deliveries"].as_u64().unwrap()))
        .collect();
    told.sort();
    told
}

async fn depth(world: &World) -> u64 {
    world.get("/v1/outbox").await["depth"].as_u64().unwrap()
}

fn each(deliveries: u64) -> Vec<(String, u64)> {
    ["auction.settled", "logistics.requested"].map(|topic| (topic.to_owned(), deliveries)).to_vec()
}

#[tokio::test]
async fn an_event_outlives_the_process_that_committed_it() {
    let mut world = World::new(&[]).await;
    world.switch("notify/send", &json!({"errorRate": 1})).await;
    settle(&world, 1).await;
    until("both are kept", async || depth(&world).await == 2).await;
    world.kill();
    assert_eq!(told(&world).await, []);
    world.service("DELETE", "/switches", &Value::Null).await;
    world.start().await;
    until("both are gone", async || depth(&world).await == 0).await;
    assert_eq!(told(&world).await, each(1));
}

#[tokio::test]
async fn an_event_whose_delivery_was_not_marked_comes_again_under_its_id() {
    let mut world = World::new(&[]).await;
    world.switch("notify/send", &json!({"replyDelayMs": 2000})).await;
    settle(&world, 1).await;
    until("both have come", async || told(&world).await == each(1)).await;
    world.kill();
    world.service("DELETE", "/switches", &Value::Null).await;
    world.start().await;
    until("both are gone", async || depth(&world).await == 0).await;
    let calls = world.service("GET", "/events?service=notify&endpoint=send", &Value::Null).await;
    let calls = calls["events"].as_array().unwrap();
    let ids: BTreeSet<_> = calls.iter().map(|call| call["key"].to_string()).collect();
    assert_eq!((calls.len(), ids.len()), (4, 2), "{calls:?}");
    assert_eq!(told(&world).await, each(1), "the far side knows them again");
}

#[tokio::test]
async fn what_is_refused_for_good_is_parked_until_an_operator_decides() {
    let world = World::new(&[]).await;
    world.switch("notify/send", &json!({"errorRate": 1, "status": 422})).await;
    settle(&world, 1).await;
    until("both are parked", async || {
        world.get("/v1/outbox").await["parked"].as_array().is_some_and(|parked| parked.len() == 2)
    })
    .await;
    until("they hold up nobody", async || depth(&world).await == 0).await;
    let parked = world.get("/v1/outbox").await["parked"].clone();
    assert_eq!((&parked[0]["attempts"], &parked[0]["code"]), (&json!(5), &json!("INJECTED")));
    let path = |nth: usize| format!("/v1/outbox/{}", parked[nth]["id"].as_str().unwrap());
    let refused = world.call("POST", &format!("{}/retry", path(0)), &Value::Null).await;
    assert_eq!((refused.status, &refused.json()["code"]), (502, &json!("INJECTED")));
    world.service("DELETE", "/switches", &Value::Null).await;
    assert_eq!(world.call("POST", &format!("{}/retry", path(0)), &Value::Null).await.status, 200);
    assert_eq!(world.call("DELETE", &path(1), &Value::Null).await.status, 200);
    assert_eq!(world.call("DELETE", &path(1), &Value::Null).await.status, 404);
    assert_eq!(told(&world).await.len(), 1);
    assert_eq!(world.get("/v1/outbox").await["parked"], json!([]));
}
