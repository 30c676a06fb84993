//! One idempotency key, many callers and a crash: one run, and the same bytes for everybody.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::world::{Told, World, until};

const CALLERS: usize = 64;

fn lot() -> Value {
    json!({"vehicleId": "V1", "buyer": "U1", "priceFen": 8_800_000})
}

/// Calls until somebody answers with an end.
async fn insistent(world: &World) -> Told {
    let mut answer = None;
    until("an answer", async || {
        let told = world.try_call("POST", "/auctions/L1/close", &lot()).await;
        answer = told.filter(|told| told.status == 200);
        answer.is_some()
    })
    .await;
    answer.unwrap()
}

async fn all_alike(world: &World) -> (String, String) {
    let told = join_all((0..CALLERS).map(|_| insistent(world))).await;
    let run = |told: &Told| told.header("x-run-id").unwrap().to_owned();
    let alike: BTreeSet<_> = told.iter().map(|told| (run(told), told.body.clone())).collect();
    assert_eq!(alike.len(), 1, "{alike:?}");
    alike.into_iter().next().unwrap()
}

#[tokio::test]
async fn sixty_four_callers_and_a_crash_are_one_run_and_one_answer() {
    let mut world = World::new(&[]).await;
    world.switch("*/*", &json!({"latencyMs": 60, "jitterMs": 60})).await;
    let calls = lot();
    let interrupted = join_all((0..CALLERS).map(|_| world.try_call("POST", "/auctions/L1/close", &calls)));
    let on_its_way = async {
        until("the far side has been called", async || {
            let heard = world.service("GET", "/events", &Value::Null).await;
            !heard["events"].as_array().unwrap().is_empty()
        })
        .await;
        world.get("/v1/runs?flow=close-auction&limit=9").await["items"].clone()
    };
    let known = tokio::select! {
        told = interrupted => panic!("they were answered before the process died: {told:?}"),
        known = on_its_way => known,
    };
    world.kill();
    let known: Vec<_> = known.as_array().unwrap().iter().map(|run| (&run["id"], &run["status"])).collect();
    assert_eq!(known.len(), 1, "one run for all of them: {known:?}");
    assert_eq!(known[0].1, "running", "it dies on the way");
    world.start().await;
    let after_the_crash = all_alike(&world).await;
    assert_eq!(known[0].0, &json!(after_the_crash.0), "the same run went on");
    world.kill();
    world.start().await;
    assert_eq!(all_alike(&world).await, after_the_crash, "from the store alone");
    assert_eq!(world.runs("close-auction").await, ["succeeded"]);
    let orders = world.service("GET", "/events?service=orders&endpoint=create", &Value::Null).await;
    let orders = orders["events"].as_array().unwrap();
    let made: BTreeSet<_> = orders.iter().map(|made| made["key"].as_str().unwrap()).collect();
    assert_eq!(made.len(), 1, "every try had one key");
    let other = json!({"vehicleId": "V1", "buyer": "U2", "priceFen": 8_800_000});
    assert_eq!(world.call("POST", "/auctions/L1/close", &other).await.status, 422);
    world.audit().await;
}
