//! `http` against a real server: what is sent, what each failure means, and what never leaks.

use std::sync::Arc;

use bactrian_components::http::Http;
use sdk::{Class, Component as _, Error, Outcome, Resource, Shared, Value, testing::Bench};
use serde_json::json;

use crate::{patience::Patience, server::Server};

const CANARY: &str = "canary-token";

fn bench(server: &Server, more: &Value) -> Arc<Bench> {
    let bench = Arc::new(Bench::default());
    bench.set_secret("token", CANARY);
    let mut body = json!({
        "type": "http",
        "baseUrl": format!("{}/base/", server.url()),
        "internal": true,
        "auth": {"bearer": "secret://token"},
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    bench.publish(Resource::new("Connection", "far", body));
    bench
}

async fn call(server: &Server, connection: Value, with: Value) -> Outcome {
    let mut full = json!({"connection": "far"});
    full.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    bench(server, &connection).run::<Http>(full, Value::Null).await
}

fn root(server: &Server) -> Value {
    json!({"baseUrl": server.url()})
}

async fn refused(server: &Server, with: Value) -> Error {
    let error = call(server, root(server), with).await.unwrap_err();
    for secret in [CANARY, "127.0.0.1", "http://"] {
        assert!(!error.to_string().contains(secret), "{error} shows {secret}");
    }
    error
}

#[tokio::test]
async fn a_write_carries_credentials_and_the_same_key_on_every_attempt() {
    let server = Server::start().await;
    let bench = bench(&server, &json!({}));
    let with = json!({"connection": "far", "method": "POST", "path": "/orders", "body": {"a": 1}});
    for _ in 0..2 {
        let echo = bench.run::<Http>(with.clone(), Value::Null).await.unwrap();
        assert_eq!(
            *echo,
            json!({"method": "POST", "path": "/base/orders", "type": "application/json", "key": "key-1",
                   "auth": format!("Bearer {CANARY}"), "body": {"a": 1}})
        );
    }
    let read = bench.run::<Http>(json!({"connection": "far", "path": "/x"}), Value::Null).await.unwrap();
    assert_eq!(read["key"], Value::Null);
}

#[tokio::test]
async fn each_status_has_its_class_and_says_whether_a_write_may_have_happened() {
    let server = Server::start().await;
    for (path, class, code, is_unknown) in [
        ("/status/404", Class::NotFound, "NOT_FOUND", false),
        ("/status/409", Class::Conflict, "CONFLICT", false),
        ("/status/408", Class::Timeout, "TIMEOUT", true),
        ("/status/504", Class::Timeout, "TIMEOUT", true),
        ("/status/429", Class::RateLimited, "RATE_LIMITED", false),
        ("/status/500", Class::Unavailable, "UNAVAILABLE", true),
        ("/status/502", Class::Unavailable, "UNAVAILABLE", true),
        ("/status/503", Class::Unavailable, "UNAVAILABLE", false),
        ("/status/400", Class::Business, "HTTP_400", false),
        ("/status/302", Class::Business, "HTTP_302", false),
        ("/hang-up", Class::Unavailable, "UNAVAILABLE", true),
        ("/broken", Class::Unavailable, "UNAVAILABLE", true),
        ("/garbled", Class::Internal, "RESPONSE_INVALID", true),
    ] {
        for (method, is_write) in [("POST", true), ("GET", false)] {
            let error = refused(&server, json!({"method": method, "path": path})).await;
            let found = (error.class, &*error.code, error.is_outcome_unknown);
            assert_eq!(found, (class, code, is_unknown && is_write), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_problem_names_its_code_and_when_to_come_back() {
    let server = Server::start().await;
    let shipped = json!({"path": "/status/422", "query": {"code": "ORDER_SHIPPED"}});
    let error = refused(&server, shipped).await;
    assert_eq!((error.class, &*error.code), (Class::Business, "ORDER_SHIPPED"));
    assert_eq!(error.data.unwrap()["body"]["detail"], "canary");
    let forged = refused(&server, json!({"path": "/status/422", "query": {"code": "<script>"}})).await;
    assert_eq!(&*forged.code, "HTTP_422");
    let busy = refused(&server, json!({"path": "/status/429", "query": {"wait": 7}})).await;
    assert_eq!(busy.retry_after_ms, Some(7_000));
}

#[tokio::test]
async fn a_timeout_is_unknown_only_once_something_was_sent() {
    let server = Server::start().await;
    let with = json!({"method": "POST", "path": "/never"});
    // The bench's clock stands still: its sleep is over at once, before a connection is made.
    let error = call(&server, json!({"timeout": "3s"}), with).await.unwrap_err();
    assert_eq!((error.class, error.is_outcome_unknown), (Class::Timeout, false));
}

#[tokio::test]
async fn a_write_that_was_sent_and_not_answered_may_have_happened() {
    for (method, is_unknown) in [("POST", true), ("GET", false)] {
        let server = Arc::new(Server::start().await);
        let with = json!({"connection": "far", "method": method, "path": "/never"});
        let bench = bench(&server, &json!({"baseUrl": server.url(), "timeout": "3s"}));
        let cx = Patience { bench, server }.context();
        let error = Http::build(with).unwrap().run(&cx, Shared::default()).await.unwrap_err();
        assert_eq!((error.class, error.is_outcome_unknown), (Class::Timeout, is_unknown), "{method}");
    }
}

#[tokio::test]
async fn nobody_listening_is_unavailable_and_known_not_to_have_happened() {
    let server = Server::start().await;
    let url = server.url();
    drop(server);
    let other = Server::start().await;
    let error =
        call(&other, json!({"baseUrl": url}), json!({"method": "POST", "path": "/x"})).await.unwrap_err();
    assert_eq!((error.class, error.is_outcome_unknown), (Class::Unavailable, false));
}

#[tokio::test]
async fn an_answer_over_the_cap_is_refused() {
    let server = Server::start().await;
    let over = json!({"path": "/large", "query": {"bytes": 1025}, "maxResponse": "1KiB"});
    assert_eq!(&*refused(&server, over).await.code, "RESPONSE_TOO_LARGE");
    let at = json!({"path": "/large", "query": {"bytes": 1024}, "maxResponse": "1KiB"});
    assert_eq!(call(&server, root(&server), at).await.unwrap().as_str().unwrap().len(), 1024);
}

#[tokio::test]
async fn loopback_needs_an_internal_connection() {
    let server = Server::start().await;
    let error = call(&server, json!({"internal": false}), json!({"path": "/x"})).await.unwrap_err();
    assert_eq!(&*error.code, "ADDRESS_REFUSED");
    assert!(!error.to_string().contains("127.0.0.1"), "{error}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn redirects_stay_at_home_and_end() {
    let (server, other) = (Server::start().await, Server::start().await);
    let home = json!({"path": "/redirect", "query": {"to": "/echo", "status": 302}});
    let echo = call(&server, root(&server), home).await.unwrap();
    assert_eq!((&echo["path"], &echo["auth"]), (&json!("/echo"), &json!(format!("Bearer {CANARY}"))));

    let away = json!({"path": "/redirect", "query": {"to": format!("{}/echo", other.url()), "status": 302}});
    assert_eq!(&*refused(&server, away.clone()).await.code, "REDIRECT_REFUSED");
    for to in ["http://169.254.169.254/latest", "//metadata", "file:///etc/passwd", "http://[::1]/"] {
        let hostile = json!({"path": "/redirect", "query": {"to": to, "status": 307}});
        assert_eq!(&*refused(&server, hostile).await.code, "REDIRECT_REFUSED", "{to}");
    }
    assert!(other.seen().is_empty());

    let mut listed = root(&server);
    listed["redirectTo"] = json!([other.url()]);
    let mut with = away;
    with["headers"] = json!({"x-token": "of-the-flow"});
    let echo = call(&server, listed, with).await.unwrap();
    assert_eq!(echo["auth"], Value::Null);
    assert!(!other.seen()[0].headers.contains_key("x-token"));
}

#[tokio::test]
async fn a_redirect_loop_ends_after_three() {
    let server = Server::start().await;
    assert_eq!(&*refused(&server, json!({"path": "/loop"})).await.code, "REDIRECT_REFUSED");
    assert_eq!(server.seen().len(), 4);
}

#[tokio::test]
async fn a_write_is_not_turned_into_something_else_by_a_redirect() {
    let server = Server::start().await;
    for (status, followed) in [(301, false), (302, false), (303, false), (307, true), (308, true)] {
        let with = json!({"method": "POST", "path": "/redirect", "query": {"to": "/echo", "status": status}, "body": 7});
        let outcome = call(&server, root(&server), with).await;
        match outcome {
            Ok(echo) => {
                assert!(followed && echo["method"] == "POST" && echo["body"] == 7, "{status}: {echo}")
            }
            Err(error) => assert!(!followed && *error.code == *format!("HTTP_{status}"), "{status}: {error}"),
        }
    }
}
