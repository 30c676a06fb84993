//! The sandbox as its callers see it: a real server on a free port, a real journal in a directory of its own.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::post;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::{DEMO_SECRET, Sandbox, Settings, start};

struct Caller(SocketAddr);

impl Caller {
    /// Status and body, or nothing where no answer came.
    async fn call(&self, method: Method, path: &str, key: &str, body: &Value) -> Option<(u16, Value)> {
        let client = Client::builder(TokioExecutor::new()).retry_canceled_requests(false).build_http();
        let mut request = Request::builder().method(method).uri(format!("http://{}{path}", self.0));
        if !key.is_empty() {
            request = request.header("idempotency-key", key);
        }
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let response = client.request(request.body(Full::new(body)).unwrap()).await.ok()?;
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.ok()?.to_bytes();
        Some((status, serde_json::from_slice(&bytes).unwrap()))
    }

    async fn get(&self, path: &str) -> Value {
        self.call(Method::GET, path, "", &Value::Null).await.unwrap().1
    }

    async fn post(&self, path: &str, key: &str, body: Value) -> (u16, Value) {
        self.call(Method::POST, path, key, &body).await.unwrap()
    }

    async fn switch(&self, endpoint: &str, switch: Value) {
        let (status, _) =
            self.call(Method::PUT, &format!("/switches/{endpoint}"), "", &switch).await.unwrap();
        assert_eq!(status, 200);
    }

    async fn codes(&self) -> Vec<Value> {
        let audit = self.get("/audit").await;
        audit["violations"].as_array().unwrap().iter().map(|violation| violation["code"].clone()).collect()
    }
}

async fn sandbox(data: &Path, callback_url: Option<String>) -> (Sandbox, Caller) {
    let settings = Settings {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        data: data.to_owned(),
        seed: 7,
        callback_url,
        callback_secret: DEMO_SECRET.to_owned(),
        bank_key: Some(include_bytes!("../testdata/bank-demo-key.der").to_vec()),
    };
    let sandbox = start(settings).await.unwrap();
    let caller = Caller(sandbox.address());
    (sandbox, caller)
}

#[tokio::test]
async fn the_same_key_gives_the_stored_answer_and_another_body_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let (_sandbox, caller) = sandbox(data.path(), None).await;
    let body = json!({"orderId": "O1001", "fen": 100});
    let first = caller.post("/finance/refunds", "k1", body.clone()).await;
    assert_eq!(first.0, 201);
    assert_eq!(caller.post("/finance/refunds", "k1", body).await, first);
    let (status, answer) =
        caller.post("/finance/refunds", "k1", json!({"orderId": "O1001", "fen": 200})).await;
    assert_eq!((status, &answer["code"]), (422, &json!("KEY_REUSED")));
    assert_eq!(caller.get("/orders/O1001").await["refundedFen"], 100);
    let outcomes: Vec<Value> = caller.get("/events?key=k1").await["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["outcome"].clone())
        .collect();
    assert_eq!(outcomes, ["applied", "replayed", "refused"]);
}

#[tokio::test]
async fn an_effect_applied_twice_without_a_key_is_a_violation() {
    let data = tempfile::tempdir().unwrap();
    let (_sandbox, caller) = sandbox(data.path(), None).await;
    assert!(caller.codes().await.is_empty());
    for _ in 0..2 {
        let answer =
            caller.post("/points/accounts/U1/return", "", json!({"order": "O1001", "points": 20})).await;
        assert_eq!(answer.0, 200);
    }
    assert_eq!(caller.codes().await, ["EFFECT_TWICE"]);
}

#[tokio::test]
async fn state_and_keys_survive_a_restart_and_a_torn_last_line_is_cut() {
    let data = tempfile::tempdir().unwrap();
    let (first, caller) = sandbox(data.path(), None).await;
    let closed = caller.post("/orders/O1001/close", "k", json!({"reason": "r", "expectVersion": 1})).await;
    first.stop().await.unwrap();
    let journal = data.path().join("journal.jsonl");
    let mut bytes = std::fs::read(&journal).unwrap();
    bytes.extend_from_slice(b"{\"event\":null,\"chan");
    std::fs::write(&journal, bytes).unwrap();

    let (_second, caller) = sandbox(data.path(), None).await;
    assert_eq!(caller.get("/orders/O1001").await["status"], "CLOSED");
    assert_eq!(
        caller.post("/orders/O1001/close", "k", json!({"reason": "r", "expectVersion": 1})).await,
        closed
    );
    assert_eq!(caller.get("/events?endpoint=close").await["events"].as_array().unwrap().len(), 2);
    assert!(caller.codes().await.is_empty());
}

#[tokio::test]
async fn a_lost_response_has_its_effect_and_the_key_finds_the_answer() {
    let data = tempfile::tempdir().unwrap();
    let (_sandbox, caller) = sandbox(data.path(), None).await;
    caller.switch("coupons/return", json!({"lostResponseRate": 1.0})).await;
    assert_eq!(caller.call(Method::POST, "/coupons/C1001/return", "k", &Value::Null).await, None);
    assert_eq!(caller.get("/coupons/C1001").await["state"], "USABLE");
    caller.switch("coupons/return", json!({})).await;
    let (status, coupon) = caller.post("/coupons/C1001/return", "k", Value::Null).await;
    assert_eq!((status, &coupon["state"]), (200, &json!("USABLE")));
    assert!(caller.codes().await.is_empty());
}

#[tokio::test]
async fn an_injected_error_has_no_effect() {
    let data = tempfile::tempdir().unwrap();
    let (_sandbox, caller) = sandbox(data.path(), None).await;
    caller.switch("orders/*", json!({"errorRate": 1.0, "status": 500})).await;
    assert_eq!(caller.post("/orders/O1001/close", "k", json!({})).await.0, 500);
    caller.call(Method::DELETE, "/switches", "", &Value::Null).await.unwrap();
    assert_eq!(caller.get("/orders/O1001").await["status"], "PAID");
    let (status, _) = caller.call(Method::PUT, "/switches/orders/nothing", "", &json!({})).await.unwrap();
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_reserve_ends_once_and_a_release_that_came_first_stands() {
    let data = tempfile::tempdir().unwrap();
    let (_sandbox, caller) = sandbox(data.path(), None).await;
    let reserve = |key: &str| json!({"key": key, "account": "customer:U1", "fen": 500});
    assert_eq!(caller.post("/finance/reserves", "", reserve("a")).await.0, 201);
    assert_eq!(caller.get("/audit").await["openReserves"], json!(["a"]));
    for _ in 0..2 {
        assert_eq!(caller.post("/finance/reserves/a/confirm", "", Value::Null).await.0, 200);
    }
    assert_eq!(caller.post("/finance/reserves/a/release", "", Value::Null).await.0, 409);
    assert_eq!(caller.post("/finance/reserves/b/release", "", Value::Null).await.0, 200);
    assert_eq!(caller.post("/finance/reserves", "", reserve("b")).await.0, 409);
    let audit = caller.get("/audit").await;
    assert_eq!((&audit["ok"], &audit["sumFen"]), (&json!(true), &json!(0)));
    assert_eq!(audit["reserves"], json!({"open": 0, "confirmed": 1, "released": 1}));
}

#[tokio::test]
async fn undoing_by_key_works_before_after_and_without_the_deed() {
    let data = tempfile::tempdir().unwrap();
    let (_sandbox, caller) = sandbox(data.path(), None).await;
    let order = json!({"key": "L1", "buyer": "U1", "fen": 8_800_000});
    let (status, created) = caller.post("/orders", "k1", order.clone()).await;
    assert_eq!(status, 201);
    let receivable = json!({"key": "L1", "orderId": created["id"], "fen": 8_800_000});
    assert_eq!(caller.post("/finance/receivables", "k2", receivable).await.0, 201);
    assert_eq!(caller.get("/audit").await["halfSettledLots"][0]["lot"], "L1");
    for _ in 0..2 {
        assert_eq!(caller.post("/finance/receivables/void", "", json!({"key": "L1"})).await.0, 200);
        assert_eq!(caller.post("/orders/cancel-by-key", "", json!({"key": "L1"})).await.0, 200);
        assert_eq!(caller.post("/stock/restore", "", json!({"key": "L1"})).await.0, 200);
    }
    assert_eq!(caller.post("/orders", "k9", order).await.0, 409);
    assert_eq!(caller.post("/stock/deduct", "", json!({"key": "L1", "vehicle": "V1", "n": 1})).await.0, 409);
    let audit = caller.get("/audit").await;
    assert_eq!((&audit["ok"], &audit["halfSettledLots"]), (&json!(true), &json!([])));
}

#[tokio::test]
async fn a_bank_calls_back_signed_and_twice_when_it_is_told_to() {
    let (send, mut received) = mpsc::channel::<(HeaderMap, Bytes)>(8);
    let handler = async move |headers: HeaderMap, body: Bytes| send.send((headers, body)).await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/callbacks/", listener.local_addr().unwrap());
    let mut receiver = tokio::task::JoinSet::new();
    receiver.spawn(async {
        axum::serve(listener, Router::new().route("/callbacks/bank-notify", post(handler))).await
    });

    let data = tempfile::tempdir().unwrap();
    let (_sandbox, caller) = sandbox(data.path(), Some(url)).await;
    caller.switch("bank/callback", json!({"duplicateRate": 1.0})).await;
    let (_, created) = caller.post("/bank/transfers", "k", json!({"no": "P1", "fen": 100})).await;
    assert_eq!(created["code"], "1001");
    let mut ids = Vec::new();
    for _ in 0..2 {
        let (headers, body) = timeout(Duration::from_secs(5), received.recv()).await.unwrap().unwrap();
        Webhook::new(DEMO_SECRET).unwrap().verify(&body, &headers).unwrap();
        assert!(headers.contains_key("x-signature"));
        let notice: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((&notice["paymentNo"], &notice["status"]), (&json!("P1"), &json!("SUCCESS")));
        ids.push(headers["webhook-id"].clone());
    }
    assert_eq!(ids[0], ids[1]);
    assert_eq!(caller.get("/bank/transfers/P1").await["code"], "0000");
}
