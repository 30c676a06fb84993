//! The engine inside an axum app: the app's own routes call flows as functions, and the engine's whole HTTP
//! surface (invoke, own routes of flows, runs, catalog, metrics) is mounted behind them.
//!
//! ```text
//! cargo run -p bactrian-example-embed -- examples/embed/flows 127.0.0.1:8090
//! curl http://127.0.0.1:8090/greet/Ada                    # the app's route
//! curl -H 'X-Biz-Id: used-car' http://127.0.0.1:8090/greet/Ada
//! curl -X POST http://127.0.0.1:8090/v1/flows/greet -H 'content-type: application/json' -d '{"name": "Ada"}'
//! ```
#![expect(clippy::print_stdout, reason = "a program for people")]

// Linking a crate registers what is in it.
use components as _;

use std::path::PathBuf;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::get,
};
use engine::{Engine, Invocation, OpenError, Settings, serve::service};
use sdk::{Registry, Shared};
use serde_json::{Value, json};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let flows = PathBuf::from(arguments.next().unwrap_or_else(|| "examples/embed/flows".to_owned()));
    let listen = arguments.next().unwrap_or_else(|| "127.0.0.1:8090".to_owned());

    let settings = Settings { flows: vec![flows], ..Settings::new(Registry::collect()?) };
    let engine = match Engine::open(settings).await {
        Err(OpenError::Refused(rejected)) => return Err(rejected.to_text().into()),
        opened => opened?,
    };
    // Loopback only: the engine believes what its callers say of themselves.
    let listener = TcpListener::bind(&listen).await?;
    let address = listener.local_addr()?;
    let app = Router::new()
        .route("/greet/{name}", get(greet))
        .with_state(engine.clone())
        .fallback_service(service(&engine, address));
    println!("the app listens on http://{address}");
    axum::serve(listener, app).await?;
    Ok(())
}

/// The app's own route: a flow called as a function, with the identity the app decides.
async fn greet(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> (StatusCode, Json<Value>) {
    let biz_id = headers.get("x-biz-id").and_then(|value| value.to_str().ok());
    let input = Shared::new(json!({"name": name}));
    match engine.invoke(Invocation { flow: "greet", input, biz_id, scenario: None }).await {
        Ok(answer) => (status(answer.status), Json(Value::clone(&answer.value))),
        Err(failure) => {
            (status(failure.status), Json(json!({"code": failure.code, "detail": failure.detail})))
        }
    }
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
