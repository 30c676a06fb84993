//! What the engine says about itself.

use http_body_util::Either;
use hyper::{
    StatusCode,
    header::{ACCEPT, CONTENT_SECURITY_POLICY, HeaderValue},
};
use schemars::JsonSchema;
use sdk::{Class, Timestamp};
use serde::Serialize;

use super::ok;
use crate::{
    clock::as_text,
    error,
    flow::{policy::BreakerState, report::Finding},
    publish::Conflict,
    serve::{
        Answer, Ask, Permission, Problem, bytes,
        openapi::{Media, Operation, Tag},
    },
    telemetry::{OUTBOX, STORE_BYTES, STORE_FLUSHES, STORE_KEYS, TASKS},
};

/// Who asks.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct Me {
    /// The name in histories.
    name: &'static str,
    /// What they may do.
    rights: Vec<Permission>,
    /// The language their browser asks for.
    #[schemars(extend("enum" = ["en", "zh"]))]
    locale: &'static str,
}

/// What serves, and what was refused.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct EngineStatus {
    /// Of the program.
    version: String,
    /// Whether the designer is built in.
    ui: bool,
    /// The revision that serves.
    revision: u64,
    /// SHA-256 over its documents, in hex.
    hash: String,
    /// When it was published.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    published_at: Timestamp,
    /// How many documents serve.
    documents: usize,
    /// How many warnings they have.
    warnings: usize,
    /// The last set that did not load, until one does.
    rejected: Option<RejectedSet>,
    /// Files that both the directory and a publish have changed.
    conflicts: Vec<Conflict>,
    /// Circuit breakers.
    breakers: Vec<BreakerStatus>,
    /// Where state is kept.
    store: StoreStatus,
    /// It is stopping.
    is_closing: bool,
}

/// A set of documents that does not load.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct RejectedSet {
    /// When it was refused.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    at: Timestamp,
    /// Everything found.
    diagnostics: Vec<Finding>,
}

/// One circuit breaker.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct BreakerStatus {
    /// Component and target.
    key: String,
    /// What it does with calls.
    state: BreakerState,
}

/// Where state is kept.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct StoreStatus {
    /// On disk, or gone with the process.
    #[schemars(extend("enum" = ["sled", "memory"]))]
    kind: &'static str,
}

/// The process lives.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct Health {
    /// `ok`.
    status: &'static str,
}

/// It takes calls.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct Readiness {
    /// `ready`.
    status: &'static str,
    /// The revision that serves.
    revision: u64,
}

pub(in crate::serve) const ME: Operation = Operation::of::<Me>(Tag::Service, "getMe");
pub(in crate::serve) const STATUS: Operation = Operation::of::<EngineStatus>(Tag::Service, "getStatus");
pub(in crate::serve) const PAGE: Operation =
    Operation::with(Tag::Service, "getErrorPage", Media::Text(&["text/markdown", "text/html"]))
        .says("Markdown, or a page for a browser.")
        .refuses(&[(404, "CODE_NOT_FOUND")]);
pub(in crate::serve) const HEALTH: Operation =
    Operation::of::<Health>(Tag::Service, "getHealth").refuses(&[(503, "STORE_FILES")]);
pub(in crate::serve) const READY: Operation =
    Operation::of::<Readiness>(Tag::Service, "getReadiness").refuses(&[(503, "STOPPING")]);
pub(in crate::serve) const METRICS: Operation =
    Operation::with(Tag::Service, "getMetrics", Media::Text(&["text/plain"]))
        .says("The text format of Prometheus, version 0.0.4.");

/// Who asks, and what they may do.
pub(in crate::serve) async fn me(ask: Ask) -> Answer {
    let accepted =
        ask.headers.get("accept-language").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let locale = if accepted.trim_start().starts_with("zh") { "zh" } else { "en" };
    ok(&Me { name: ask.principal.name, rights: ask.principal.rights.to_vec(), locale })
}

/// What serves, and what was refused.
pub(in crate::serve) async fn status(ask: Ask) -> Answer {
    let (engine, served) = (&ask.engine, ask.engine.served());
    let settings = engine.settings();
    let breakers = engine.states().breakers().into_iter();
    let rejected = engine.rejected();
    ok(&EngineStatus {
        version: settings.version.to_string(),
        ui: settings.assets.is_there(),
        revision: served.about.number,
        hash: served.hash().to_string(),
        published_at: served.about.at,
        documents: served.documents().len(),
        warnings: served.warnings().len(),
        rejected: rejected.map(|set| RejectedSet { at: set.at, diagnostics: set.findings() }),
        conflicts: engine.conflicts().to_vec(),
        breakers: breakers.map(|one| BreakerStatus { key: one.target, state: one.state }).collect(),
        store: StoreStatus { kind: if settings.data.is_some() { "sled" } else { "memory" } },
        is_closing: engine.0.closing.is_cancelled(),
    })
}

/// The page of an error code: for a browser as a page, else as Markdown.
pub(in crate::serve) async fn page(ask: Ask) -> Answer {
    let code = ask.param("code");
    let Some(text) = error::page(code) else {
        let code: String = code.chars().take(64).collect();
        return Err(Problem::not_found("CODE_NOT_FOUND", format!("there is no page of `{code}`")));
    };
    let accepted = ask.headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !accepted.contains("text/html") {
        return Ok(bytes(StatusCode::OK, "text/markdown; charset=utf-8", text).map(Either::Left));
    }
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    let page =
        format!("<!doctype html><html lang=en><meta charset=utf-8><title>{code}</title><pre>{text}</pre>");
    let mut reply = bytes(StatusCode::OK, "text/html; charset=utf-8", page);
    reply.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'"));
    Ok(reply.map(Either::Left))
}

/// The process lives.
pub(in crate::serve) async fn health(ask: Ask) -> Answer {
    if ask.engine.0.sled.as_ref().is_some_and(|sled| sled.wants_restart()) {
        let detail =
            "the store has refused a write and takes none any more; a new process goes on with everything";
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, Class::Unavailable, "STORE_FILES", detail));
    }
    ok(&Health { status: "ok" })
}

/// It takes calls: not while it stops.
pub(in crate::serve) async fn ready(ask: Ask) -> Answer {
    if !ask.engine.0.closing.is_cancelled() {
        return ok(&Readiness { status: "ready", revision: ask.engine.served().about.number });
    }
    let status = StatusCode::SERVICE_UNAVAILABLE;
    Err(Problem::new(status, Class::Unavailable, "STOPPING", "the server is stopping"))
}

/// Figures for Prometheus.
pub(in crate::serve) async fn metrics(ask: Ask) -> Answer {
    let telemetry = ask.engine.telemetry();
    let tasks = u32::try_from(ask.engine.0.tasks.len()).unwrap_or(u32::MAX);
    telemetry.gauge(TASKS).set(f64::from(tasks));
    #[expect(clippy::cast_precision_loss, reason = "an outbox stays far below 2^52")]
    telemetry.gauge(OUTBOX).set(ask.engine.store().outbox().borrow().depth as f64);
    if let Some(sled) = &ask.engine.0.sled {
        let written = sled.written();
        telemetry.counter(STORE_FLUSHES, &[]).absolute(written.flushes);
        telemetry.counter(STORE_KEYS, &[]).absolute(written.keys);
        telemetry.counter(STORE_BYTES, &[]).absolute(written.bytes);
    }
    let text = telemetry.render();
    Ok(bytes(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text).map(Either::Left))
}
