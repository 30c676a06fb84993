//! What the engine says about itself.

use http_body_util::Either;
use hyper::{
    StatusCode,
    header::{ACCEPT, CONTENT_SECURITY_POLICY, HeaderValue},
};
use sdk::Class;
use serde_json::{Value, json};

use super::ok;
use crate::{
    clock::text,
    error,
    serve::{Answer, Ask, Problem, bytes},
    telemetry::{OUTBOX, STORE_BYTES, STORE_FLUSHES, STORE_KEYS, TASKS},
};

/// Who asks, and what they may do.
pub(in crate::serve) async fn me(ask: Ask) -> Answer {
    let accepted =
        ask.headers.get("accept-language").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let locale = if accepted.trim_start().starts_with("zh") { "zh" } else { "en" };
    ok(&json!({"name": ask.principal.name, "rights": ask.principal.rights, "locale": locale}))
}

/// What serves, and what was refused.
pub(in crate::serve) async fn status(ask: Ask) -> Answer {
    let (engine, served) = (&ask.engine, ask.engine.served());
    let settings = engine.settings();
    let breakers: Vec<Value> = engine
        .states()
        .breakers()
        .into_iter()
        .map(|breaker| json!({"key": breaker.target, "state": breaker.state}))
        .collect();
    let kind = if settings.data.is_some() { "sled" } else { "memory" };
    ok(&json!({
        "version": settings.version,
        "ui": settings.assets.is_there(),
        "revision": served.about.number,
        "hash": &**served.hash(),
        "publishedAt": text(served.about.at),
        "documents": served.documents().len(),
        "warnings": served.warnings().len(),
        "rejected": engine.rejected().map(|rejected| rejected.to_json()),
        "conflicts": &*engine.conflicts(),
        "breakers": breakers,
        "store": {"kind": kind},
        "isClosing": engine.0.closing.is_cancelled(),
    }))
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
pub(in crate::serve) async fn health(_: Ask) -> Answer {
    ok(&json!({"status": "ok"}))
}

/// It takes calls: not while it stops.
pub(in crate::serve) async fn ready(ask: Ask) -> Answer {
    if !ask.engine.0.closing.is_cancelled() {
        return ok(&json!({"status": "ready", "revision": ask.engine.served().about.number}));
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

/// OpenAPI of the fixed routes and of every flow that serves.
pub(in crate::serve) async fn openapi(ask: Ask) -> Answer {
    let served = ask.engine.served();
    let routes = crate::serve::rows().iter().map(|row| crate::serve::Described {
        method: row.method.as_str(),
        path: row.path,
        summary: row.summary,
        has_body: row.takes != crate::serve::Takes::Nothing,
    });
    let plans = served.flows().filter_map(|(_, entry)| entry.base()).map(|plan| &**plan);
    ok(&crate::serve::openapi(&ask.engine.settings().version, routes, plans))
}
