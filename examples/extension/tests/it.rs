//! The three extensions against the real services: the sandbox in this process, no engine.
#![cfg(test)]

use std::net::SocketAddr;
use std::sync::Arc;

use bactrian_example_extension as _;
use sdk::testing::Bench;
use sdk::{Error, Registry, Resource, Shared, Value};
use serde_json::json;

/// Calls the one extension registered for the point, on services that the sandbox plays.
async fn check(point: &str, now_ms: i64, input: Value, expected: Result<Value, &str>) {
    let data = tempfile::tempdir().unwrap();
    let sandbox = bactrian_sandbox::start(bactrian_sandbox::Settings {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        data: data.path().to_owned(),
        seed: 1,
        callback_url: None,
        callback_secret: bactrian_sandbox::DEMO_SECRET.to_owned(),
        bank_key: None,
    })
    .await
    .unwrap();
    let bench = Arc::new(Bench::default());
    bench.clock.set(now_ms);
    for name in ["suppliers", "points", "catalog"] {
        let base = format!("http://{}/{name}", sandbox.address());
        bench.publish(Resource::new(
            "Connection",
            name,
            json!({"type": "http", "baseUrl": base, "internal": true}),
        ));
    }
    let registry = Registry::collect().unwrap();
    let [entry] = registry.extensions().iter().filter(|entry| entry.point == point).collect::<Vec<_>>()[..]
    else {
        panic!("one extension of {point}");
    };
    assert_eq!((entry.place.biz_id, entry.place.scenario), (Some("travel"), Some("train")));
    let outcome = (entry.build)().run(&bench.context().unwrap(), Shared::new(input)).await;
    let outcome: Result<Value, Error> = outcome.map(|output| Value::clone(&output));
    match (outcome, expected) {
        (Ok(output), Ok(expected)) => assert_eq!(output, expected),
        (Err(error), Err(code)) => assert_eq!(&*error.code, code),
        (outcome, expected) => panic!("{outcome:?} instead of {expected:?}"),
    }
}

fn now_ms() -> i64 {
    chrono::Utc::now().timestamp_millis()
}

#[tokio::test]
async fn a_train_in_three_days_costs_five_percent() {
    let expected = json!({"cancelled": true, "feeFen": 2_765});
    check("cancel-supplier-order", now_ms(), json!({"supplierRef": "E3011"}), Ok(expected)).await;
}

#[tokio::test]
async fn a_train_that_has_left_is_not_refunded() {
    let in_a_week = now_ms() + 7 * 24 * 3_600_000;
    check("cancel-supplier-order", in_a_week, json!({"supplierRef": "E3011"}), Err("TRAIN_DEPARTED")).await;
}

#[tokio::test]
async fn a_number_that_climbs_stays_one_segment_of_the_path() {
    check("cancel-supplier-order", now_ms(), json!({"supplierRef": "../hotels"}), Err("REQUEST_INVALID"))
        .await;
}

#[tokio::test]
async fn points_come_back_in_tens() {
    let input = json!({"orderId": "T3011", "userId": "U3", "points": 55});
    check("points-return", now_ms(), input, Ok(json!({"returned": 50}))).await;
}

#[tokio::test]
async fn a_train_price_is_a_price_from() {
    check("price-view", now_ms(), json!({"id": "S1"}), Ok(json!({"text": "from 299.00"}))).await;
}
