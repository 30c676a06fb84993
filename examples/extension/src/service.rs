//! Calls a service through a `Connection`, with the component that flows use: the same pool, credentials, limits and
//! idempotency key. It decides nothing.

use sdk::{Component, Context, Error, PIECES_KEY, Value};
use serde_json::json;

/// GET `before`/`id`/`after` at the connection.
pub(crate) async fn get(
    cx: &Context,
    connection: &str,
    (before, id, after): (&str, &str, &str),
) -> Result<Value, Error> {
    call(cx, json!({"connection": connection, "method": "GET", "path": path(before, id, after)})).await
}

/// POST to `before`/`id`/`after` at the connection.
pub(crate) async fn post(
    cx: &Context,
    connection: &str,
    (before, id, after): (&str, &str, &str),
    body: Value,
) -> Result<Value, Error> {
    call(
        cx,
        json!({"connection": connection, "method": "POST", "path": path(before, id, after), "body": body}),
    )
    .await
}

/// In pieces, so that `id` is escaped and stays one segment whatever it holds.
fn path(before: &str, id: &str, after: &str) -> Value {
    json!({PIECES_KEY: [{"text": before}, {"value": id}, {"text": after}]})
}

async fn call(cx: &Context, with: Value) -> Result<Value, Error> {
    let http = components::http::Http::build(with)?;
    let answer = http.run(cx, sdk::Shared::new(Value::Null)).await?;
    Ok(Value::clone(&answer))
}
