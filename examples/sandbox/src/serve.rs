//! From HTTP to a service's handler and back: faults, idempotency, the journal, the answer. The services know
//! nothing of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{Query, RawPathParams};
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri, header};
use axum::routing::{MethodFilter, on};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::call::{Answer, Call, Endpoint, Verb};
use crate::clock;
use crate::outbound::Outbound;
use crate::service::SERVICES;
use crate::switches::{Fate, Switches};
use crate::world::{Transaction, World, text};

/// What all calls share.
pub(crate) struct Shared {
    pub(crate) world: Mutex<World>,
    pub(crate) switches: Mutex<Switches>,
    pub(crate) outbound: Option<Outbound>,
    pub(crate) seed: u64,
}

/// One call as it came in, before its service sees it.
struct Arrival {
    service: &'static str,
    endpoint: &'static Endpoint,
    path: String,
    key: Option<String>,
    call: Call,
}

impl Shared {
    /// The world, whoever panicked with it in hand: a transaction changes nothing before it commits.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The switches.
    pub(crate) fn switches(&self) -> MutexGuard<'_, Switches> {
        self.switches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What becomes of the next call of an endpoint.
    pub(crate) fn judge(&self, service: &str, endpoint: &str) -> Fate {
        self.switches().judge(service, endpoint, clock::now())
    }

    /// A change that no caller asked for; false if it could not be written.
    pub(crate) fn write(&self, change: impl FnOnce(&mut Transaction<'_>)) -> bool {
        self.write_with(Value::Null, change)
    }

    /// The same, beside an event that is remembered like a call.
    pub(crate) fn write_with(&self, event: Value, change: impl FnOnce(&mut Transaction<'_>)) -> bool {
        let mut world = self.world();
        let mut tx = world.begin(clock::now());
        change(&mut tx);
        let changes = tx.finish();
        match world.commit(changes, event) {
            Ok(()) => true,
            Err(cause) => {
                tracing::error!(%cause, "the journal could not be written");
                false
            }
        }
    }
}

/// A route for every endpoint of every service.
pub(crate) fn router(shared: &Arc<Shared>) -> Router {
    let mut router = Router::new();
    for service in SERVICES {
        for endpoint in service.endpoints {
            let path = format!("/{}{}", service.name, endpoint.path);
            if endpoint.path.is_empty() {
                router = router.route(&format!("{path}/"), route(shared, service.name, endpoint));
            }
            router = router.route(&path, route(shared, service.name, endpoint));
        }
    }
    router
}

fn route(
    shared: &Arc<Shared>,
    service: &'static str,
    endpoint: &'static Endpoint,
) -> axum::routing::MethodRouter {
    let shared = Arc::clone(shared);
    let filter = match endpoint.verb {
        Verb::Get => MethodFilter::GET,
        Verb::Post => MethodFilter::POST,
        Verb::Put => MethodFilter::PUT,
        Verb::Patch => MethodFilter::PATCH,
        Verb::Delete => MethodFilter::DELETE,
    };
    let handler = async move |path: RawPathParams,
                              Query(query): Query<BTreeMap<String, String>>,
                              uri: Uri,
                              headers: HeaderMap,
                              body: Bytes| {
        let arrival = Arrival {
            service,
            endpoint,
            path: uri.path().to_owned(),
            key: headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(str::to_owned),
            call: Call {
                path: path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
                query,
                body: serde_json::from_slice(&body).unwrap_or(Value::Null),
                text: String::from_utf8_lossy(&body).into_owned(),
            },
        };
        detached(shared, arrival).await
    };
    on(filter, handler)
}

/// The work goes on when the caller hangs up: a far side that has read a request does it.
#[expect(
    clippy::disallowed_methods,
    reason = "the effect of a call must not depend on the caller's patience"
)]
async fn detached(shared: Arc<Shared>, arrival: Arrival) -> Response<Body> {
    match tokio::spawn(async move { perform(&shared, arrival).await }).await {
        Ok(response) => response,
        Err(_) => json_response(500, &json!({"code": "SANDBOX_BUG"})),
    }
}

async fn perform(shared: &Shared, arrival: Arrival) -> Response<Body> {
    let fate = shared.judge(arrival.service, arrival.endpoint.name);
    clock::pause(fate.latency).await;
    let answer = apply(shared, &arrival, &fate);
    clock::pause(fate.reply_delay).await;
    if fate.is_lost && fate.refused.is_none() {
        return broken_response();
    }
    json_response(answer.status, &answer.body)
}

/// The call's effect and its trace in the journal, all or nothing.
fn apply(shared: &Shared, arrival: &Arrival, fate: &Fate) -> Answer {
    let mut world = shared.world();
    let mut tx = world.begin(clock::now());
    let (outcome, answer) = match fate.refused {
        Some(status) => ("injected", Answer::refused(status, "INJECTED", "a switch refuses this call")),
        None => answer(&mut tx, arrival),
    };
    let changes = tx.finish();
    let event = json!({
        "at": text(clock::now()), "service": arrival.service, "endpoint": arrival.endpoint.name,
        "method": method(arrival.endpoint.verb).as_str(), "path": arrival.path, "key": arrival.key,
        "status": answer.status, "outcome": outcome, "lost": fate.is_lost && fate.refused.is_none(),
    });
    let changes = if outcome == "applied" { changes } else { BTreeMap::new() };
    match world.commit(changes, event) {
        Ok(()) => answer,
        Err(cause) => {
            tracing::error!(%cause, "the journal could not be written");
            Answer::refused(507, "JOURNAL", "the sandbox cannot write its journal")
        }
    }
}

/// A key seen before gives the answer of then; with another request it is refused. Refusals are not kept: the same
/// key may succeed later.
fn answer(tx: &mut Transaction<'_>, arrival: &Arrival) -> (&'static str, Answer) {
    let Arrival { service, endpoint, path, key, call } = arrival;
    let body = if call.body.is_null() { Value::from(call.text.as_str()) } else { call.body.clone() };
    let request = json!({"path": path, "query": call.query, "body": body});
    let stored = key.as_deref().map(|key| format!("{service}/{} {key}", endpoint.name));
    if let Some(seen) = stored.as_deref().and_then(|id| tx.get("answers", id)) {
        if seen["request"] != request {
            return (
                "refused",
                Answer::refused(422, "KEY_REUSED", "this idempotency key stands for another request"),
            );
        }
        let status = seen["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(200);
        return ("replayed", Answer { status, body: seen["answer"].clone() });
    }
    match (endpoint.handle)(tx, call) {
        Ok(answer) => {
            if let Some(id) = stored.filter(|_| endpoint.verb != Verb::Get) {
                let row = json!({"request": request, "status": answer.status, "answer": answer.body});
                tx.put("answers", &id, row);
            }
            ("applied", answer)
        }
        Err(refusal) => ("refused", refusal),
    }
}

fn method(verb: Verb) -> Method {
    match verb {
        Verb::Get => Method::GET,
        Verb::Post => Method::POST,
        Verb::Put => Method::PUT,
        Verb::Patch => Method::PATCH,
        Verb::Delete => Method::DELETE,
    }
}

/// A response with a JSON body.
pub(crate) fn json_response(status: u16, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    response
}

/// A body that fails before its first byte: hyper then closes the connection without having sent a status line.
fn broken_response() -> Response<Body> {
    let failure = async { Err::<Bytes, _>(std::io::Error::other("lost by a switch")) };
    Response::new(Body::from_stream(futures_util::stream::once(failure)))
}
