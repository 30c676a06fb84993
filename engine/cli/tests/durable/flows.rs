//! The other shipped flows: each identity cancels in its own way, checks are tried again, a sale that fails is undone.

use serde_json::{Value, json};

use crate::world::{World, rest};

#[tokio::test]
async fn each_business_cancels_by_its_own_steps_once() {
    let world = World::new(&[]).await;
    for (order, headers, service, endpoint) in [
        ("O1001", "", "coupons", "return"),
        ("U2001", "x-biz-id: used-car\r\n", "wanlitong", "refund"),
        ("T3001", "x-biz-id: travel\r\nx-biz-scenario: hotel\r\n", "suppliers", "hotel-cancel"),
        ("T3002", "x-biz-id: travel\r\nx-biz-scenario: flight\r\n", "suppliers", "flight-cancel"),
    ] {
        let path = format!("/orders/{order}/cancel");
        let told = world.call_with(headers, &path, &json!({})).await;
        assert_eq!((told.status, &told.json()["refunded"]), (200, &json!(true)), "{order}: {told:?}");
        let events = world.service("GET", &format!("/events?service={service}"), &Value::Null).await;
        let names: Vec<_> =
            events["events"].as_array().unwrap().iter().map(|e| e["endpoint"].clone()).collect();
        assert!(names.contains(&json!(endpoint)), "{order}: {names:?}");
        let again = world.call_with(headers, &path, &json!({})).await;
        assert_eq!((again.status, &again.json()["code"]), (409, &json!("ORDER_NOT_CANCELLABLE")));
    }
    world.audit().await;
}

#[tokio::test]
async fn an_account_is_opened_once_its_checks_answer_again_even_after_a_crash() {
    let mut world = World::new(&[("initial: 500ms", "initial: 100ms")]).await;
    world.switch("identity-check/*", &json!({"errorRate": 0.4})).await;
    let body = json!({"applicationNo": "A1", "name": "Li", "idCard": "11010519491231002X", "photo": "p1"});
    tokio::select! {
        _ = world.try_call("POST", "/accounts", &body) => {}
        () = rest(80) => {}
    }
    world.kill();
    world.start().await;
    let told = world.call("POST", "/accounts", &body).await;
    assert_eq!((told.status, &told.json()["status"]), (200, &json!("ACTIVE")), "{told:?}");
    assert_eq!(world.runs("open-account").await, ["succeeded"]);
}

#[tokio::test]
async fn a_sale_that_fails_for_good_is_undone_and_the_vehicle_is_free_again() {
    let mut world = World::new(&[]).await;
    world.switch("finance/receivable", &json!({"errorRate": 1, "status": 422, "latencyMs": 400})).await;
    let body = json!({"vehicleId": "V1", "buyer": "U1", "priceFen": 8_800_000});
    tokio::select! {
        told = world.try_call("POST", "/auctions/L1/close", &body) => panic!("{told:?}"),
        () = rest(200) => {}
    }
    world.kill();
    world.start().await;
    let told = world.call("POST", "/auctions/L1/close", &body).await;
    assert_eq!((told.status, &told.json()["code"]), (502, &json!("RECEIVABLE_FAILED")), "{told:?}");
    assert_eq!(world.runs("close-auction").await, ["compensated"]);
    let vehicle = world.service("GET", "/vehicles/V1", &Value::Null).await;
    assert_eq!(vehicle["lock"], Value::Null);
    world.audit().await;
}
