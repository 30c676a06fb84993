//! Each limit of what a caller may send: at it a request passes, one over it is refused with its own code.

use std::time::Duration;

use bactrian_engine::serve::Limits;
use sdk::serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::world::{World, read, until};

const ECHO: &str = "Flow echo
nodes:
  say: {use: map, with: '${input}'}
---
Flow nap
timeout: 10m
nodes:
  nap: {use: delay, with: {wait: 5m}}";

async fn limited(change: impl FnOnce(&mut Limits)) -> World {
    World::with(ECHO, |settings| change(&mut settings.limits)).await
}

/// A JSON text of exactly so many bytes.
fn of(bytes: usize) -> Value {
    json!("x".repeat(bytes - 2))
}

async fn check(world: &World, headers: &str, body: &Value, expected: (u16, &str)) {
    let told = world.call("echo", headers, body).await;
    assert_eq!((told.status, told.code().as_str()), expected);
}

#[tokio::test]
async fn bytes_of_a_body() {
    let world = limited(|limits| limits.body_bytes = 1_000).await;
    check(&world, "", &of(1_000), (200, "")).await;
    check(&world, "", &of(1_001), (413, "BODY_TOO_LARGE")).await;
    let chunked = |bytes: usize| {
        let body = of(bytes).to_string();
        format!(
            "POST /v1/flows/echo HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             transfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
            body.len()
        )
    };
    assert_eq!(world.raw(chunked(1_000).as_bytes()).await.unwrap().status, 200);
    assert_eq!(world.raw(chunked(1_001).as_bytes()).await.unwrap().code(), "BODY_TOO_LARGE");
}

#[tokio::test]
async fn the_default_body_is_one_mebibyte() {
    let world = World::new(ECHO).await;
    check(&world, "", &of(1 << 20), (200, "")).await;
    check(&world, "", &of((1 << 20) + 1), (413, "BODY_TOO_LARGE")).await;
    // A caller that sends all of it before it looks is told so too.
    for _ in 0..3 {
        check(&world, "", &of(5 << 20), (413, "BODY_TOO_LARGE")).await;
    }
}

#[tokio::test]
async fn depth_and_width_of_json() {
    let world = limited(|limits| limits.json_items = 1_000).await;
    let deep = |depth: usize| {
        sdk::serde_json::from_str(&format!("{}1{}", "[".repeat(depth), "]".repeat(depth))).unwrap()
    };
    check(&world, "", &deep(64), (200, "")).await;
    check(&world, "", &deep(65), (400, "JSON_TOO_DEEP")).await;
    check(&world, "", &json!(vec![0; 1_000]), (200, "")).await;
    check(&world, "", &json!(vec![0; 1_001]), (400, "JSON_TOO_WIDE")).await;
}

#[tokio::test]
async fn bytes_and_number_of_headers() {
    let world = World::new(ECHO).await;
    let many = |number: usize| (0..number).map(|n| format!("x-{n}: 1\r\n")).collect::<String>();
    // Beside them there are host, content-length and content-type.
    check(&world, &many(97), &json!(1), (200, "")).await;
    let one_more = world.call("echo", &many(98), &json!(1)).await;
    assert_eq!((one_more.status, one_more.body.len()), (431, 0), "hyper has answered");
    check(&world, &format!("x: {}\r\n", "a".repeat(16_000)), &json!(1), (200, "")).await;
    check(&world, &format!("x: {}\r\n", "a".repeat(16_400)), &json!(1), (431, "HEADERS_TOO_LARGE")).await;
}

#[tokio::test]
async fn bytes_of_the_target() {
    let world = World::new(ECHO).await;
    let path = |bytes: usize| format!("/v1/runs?q={}", "a".repeat(bytes - "/v1/runs?q=".len()));
    assert_eq!(world.get(&path(8_192)).await.status, 200);
    assert_eq!(world.get(&path(8_193)).await.code(), "URI_TOO_LONG");
}

#[tokio::test]
async fn time_for_head_and_body() {
    let world = limited(|limits| {
        limits.head_time = Duration::from_millis(50);
        limits.body_time = Duration::from_millis(50);
        limits.body_bytes = 10;
        limits.body_rate = 1_000;
    })
    .await;
    let mut stream = world.connect().await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: loc").await.unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.ok();
    assert!(!String::from_utf8_lossy(&rest).contains("200 OK"), "a head that never ends is not waited for");
    let mut stream = world.connect().await;
    let head = "POST /v1/flows/echo HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n1";
    stream.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(read(&mut stream).await.unwrap().code(), "BODY_TOO_SLOW");
}

#[tokio::test]
async fn connections_at_once() {
    let world = limited(|limits| limits.connections = 1).await;
    let mut first = world.connect().await;
    first.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    assert_eq!(read(&mut first).await.unwrap().status, 200);
    assert!(world.raw(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.is_none());
}

#[tokio::test]
async fn requests_at_once_beyond_which_only_probes_are_answered() {
    let world = limited(|limits| limits.requests = 1).await;
    let mut napping = world.connect().await;
    let call = "POST /v1/flows/nap HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n";
    napping.write_all(call.as_bytes()).await.unwrap();
    until(async || world.engine.runs().all_live().len() == 1).await;
    let told = world.call("echo", "", &json!(1)).await;
    assert_eq!((told.code().as_str(), told.header("retry-after")), ("OVERLOADED", Some("1")));
    assert_eq!((world.get("/healthz").await.status, world.get("/readyz").await.status), (200, 200));
    drop(napping);
    until(async || world.call("echo", "", &json!(1)).await.status == 200).await;
}

#[tokio::test]
async fn runs_in_the_background_and_streams_at_once() {
    let world = limited(|limits| {
        limits.tasks = 1;
        limits.streams_of_events = 0;
    })
    .await;
    let call = async || world.call("nap", "prefer: respond-async\r\n", &json!({})).await;
    assert_eq!(call().await.status, 202);
    assert_eq!(call().await.code(), "OVERLOADED");
    assert_eq!(world.get("/v1/live/echo").await.code(), "OVERLOADED");
}

#[tokio::test]
async fn one_content_type_and_no_body_where_none_is_taken() {
    let world = World::new(ECHO).await;
    let send = async |headers: &str, body: &str| {
        world.send("POST", "/v1/flows/echo", headers, body.as_bytes()).await.status
    };
    let json = "content-type: application/json\r\n";
    assert_eq!(send(json, "{}").await, 200);
    assert_eq!(send("", "{}").await, 415);
    assert_eq!(send(&json.repeat(2), "{}").await, 415);
    assert_eq!(send("content-type: multipart/form-data; boundary=x\r\n", "{}").await, 415);
    assert_eq!(send("content-type: text/plain\r\n", "{}").await, 415);
    assert_eq!(world.send("GET", "/v1/runs", json, b"{}").await.code(), "BODY_UNEXPECTED");
}

#[tokio::test]
async fn other_hosts_and_origins() {
    let world = World::new(ECHO).await;
    let raw = async |head: &str| {
        world.raw(format!("{head}\r\n\r\n").as_bytes()).await.map_or(0, |told| told.status)
    };
    assert_eq!(raw("GET /v1/runs HTTP/1.1\r\nhost: evil.example").await, 403);
    assert_eq!(raw("GET /v1/runs HTTP/1.0").await, 403);
    let foreign = "host: localhost\r\norigin: https://evil.example\r\ncontent-length: 0";
    for row in bactrian_engine::serve::rows() {
        let path = row.path.replace(['{', '}', '*'], "");
        assert_eq!(raw(&format!("{} {path} HTTP/1.1\r\n{foreign}", row.method)).await, 403, "{path}");
    }
    let own = world.send("POST", "/v1/flows/echo", "origin: http://localhost:1\r\n", b"").await;
    assert!(own.headers.iter().all(|(name, _)| !name.starts_with("access-control")));
    assert_eq!(own.status, 200);
}
