//! Cancels an order over HTTP and prints which steps ran: `cargo run -p bactrian-example-invoke -- O1001 [BIZ [SCENARIO]]`.
//! It knows the engine by its HTTP API only.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

use std::process::ExitCode;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

/// Where the engine is, unless `BACTRIAN_URL` says otherwise.
const ENGINE: &str = "http://127.0.0.1:8080";
const PATIENCE: Duration = Duration::from_secs(35);

struct Engine {
    url: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Engine {
    #[expect(clippy::disallowed_methods, reason = "a program reads its settings itself")]
    fn new() -> Self {
        let url = std::env::var("BACTRIAN_URL").unwrap_or_else(|_| ENGINE.to_owned());
        Self { url, client: Client::builder(TokioExecutor::new()).build_http() }
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Result<(StatusCode, HeaderMap, Value), String> {
        let answer = tokio::time::timeout(PATIENCE, self.client.request(request));
        let response =
            answer.await.map_err(|_| "no answer in time".to_owned())?.map_err(|fault| fault.to_string())?;
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.map_err(|fault| fault.to_string())?.to_bytes();
        let body = serde_json::from_slice(&bytes).map_err(|fault| fault.to_string())?;
        Ok((head.status, head.headers, body))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(order) = arguments.next() else {
        eprintln!("usage: bactrian-example-invoke ORDER [BIZ [SCENARIO]]");
        return ExitCode::from(2);
    };
    match cancel(&order, arguments.next(), arguments.next()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

async fn cancel(order: &str, biz: Option<String>, scenario: Option<String>) -> Result<(), String> {
    let engine = Engine::new();
    let mut request = Request::post(format!("{}/v1/flows/cancel-order", engine.url))
        .header("content-type", "application/json")
        // The same key gives the same answer, so this call may be repeated after a timeout.
        .header("idempotency-key", format!("cancel-{order}"));
    if let Some(biz) = biz {
        request = request.header("x-biz-id", biz);
    }
    if let Some(scenario) = scenario {
        request = request.header("x-biz-scenario", scenario);
    }
    let body = json!({"orderId": order, "reason": "changed my mind"});
    let request = request.body(Full::from(body.to_string())).map_err(|fault| fault.to_string())?;
    let (status, headers, answer) = engine.send(request).await?;
    if !status.is_success() {
        // RFC 9457: `code` is for programs, `detail` for people.
        return Err(format!("{status} {}: {}", answer["code"], answer["detail"]));
    }
    println!("{answer}");
    let run = headers.get("x-run-id").and_then(|run| run.to_str().ok()).unwrap_or_default();
    let request = Request::get(format!("{}/v1/runs/{run}", engine.url))
        .body(Full::default())
        .map_err(|fault| fault.to_string())?;
    let (_, _, run) = engine.send(request).await?;
    for node in run["nodes"].as_array().into_iter().flatten() {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let level = &node["extension"]["level"];
        let level =
            if level.is_null() { String::new() } else { format!("  (extension, level {})", text(level)) };
        println!("{:<24} {}{level}", text(&node["address"]), text(&node["status"]));
    }
    Ok(())
}
