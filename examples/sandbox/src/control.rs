//! The sandbox's own routes: switches, reset, events, audit. They are no service: no faults, no idempotency.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::Response;
use axum::routing::{get, post, put};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::audit::audit;
use crate::clock;
use crate::seed::{self, Extra};
use crate::serve::{Shared, json_response};
use crate::service::SERVICES;
use crate::switches::{Switch, Switches};

/// What `POST /reset` takes; all of it may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct Reset {
    /// Another seed for the switches.
    seed: Option<u64>,
    /// Orders `X1` to `Xn`, paid, to make load with.
    orders: u32,
    /// Lots `LX1` to `LXn` with vehicles `VX1` to `VXn`, to make load with.
    lots: u32,
}

/// The routes.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/healthz", get(async || json_response(200, &json!({"status": "ok"}))))
        .route("/switches", get(list_switches).delete(clear_switches))
        .route("/switches/{service}/{endpoint}", put(set_switch))
        .route("/reset", post(reset))
        .route("/events", get(events))
        .route("/audit", get(findings))
        .with_state(shared)
}

/// Every service with its endpoints: the names the switches go by.
async fn index() -> Response<Body> {
    let services: BTreeMap<&str, BTreeMap<&str, String>> = SERVICES
        .iter()
        .map(|service| {
            let endpoints = service.endpoints.iter();
            (
                service.name,
                endpoints.map(|e| (e.name, format!("{:?} /{}{}", e.verb, service.name, e.path))).collect(),
            )
        })
        .collect();
    json_response(
        200,
        &json!({"services": services, "control": ["/switches", "/reset", "/events", "/audit"]}),
    )
}

async fn list_switches(State(shared): State<Arc<Shared>>) -> Response<Body> {
    json_response(200, &json!(shared.switches().all()))
}

async fn clear_switches(State(shared): State<Arc<Shared>>) -> Response<Body> {
    *shared.switches() = Switches::new(shared.seed);
    json_response(200, &json!({"cleared": true}))
}

async fn set_switch(
    State(shared): State<Arc<Shared>>,
    Path((service, endpoint)): Path<(String, String)>,
    body: Bytes,
) -> Response<Body> {
    if !is_known(&service, &endpoint) {
        let message = format!("no endpoint `{service}/{endpoint}`; GET / lists them");
        return json_response(404, &json!({"code": "NOT_FOUND", "message": message}));
    }
    match serde_json::from_slice::<Switch>(&body) {
        Ok(switch) => {
            shared.switches().put(&service, &endpoint, switch.clone());
            json_response(200, &json!(switch))
        }
        Err(cause) => json_response(400, &json!({"code": "INVALID", "message": cause.to_string()})),
    }
}

/// `settle` and `callback` are no endpoints: they are what the payment channels do by themselves.
fn is_known(service: &str, endpoint: &str) -> bool {
    if service == "*" {
        return endpoint == "*";
    }
    let by_itself = || matches!(service, "bank" | "qr") && matches!(endpoint, "settle" | "callback");
    SERVICES.iter().filter(|known| known.name == service).any(|known| {
        endpoint == "*" || by_itself() || known.endpoints.iter().any(|known| known.name == endpoint)
    })
}

async fn reset(State(shared): State<Arc<Shared>>, body: Bytes) -> Response<Body> {
    let wanted = if body.is_empty() { Ok(Reset::default()) } else { serde_json::from_slice(&body) };
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(cause) => return json_response(400, &json!({"code": "INVALID", "message": cause.to_string()})),
    };
    *shared.switches() = Switches::new(wanted.seed.unwrap_or(shared.seed));
    let done = {
        let mut world = shared.world();
        world.clear().and_then(|()| {
            let mut tx = world.begin(clock::now());
            seed::plant(&mut tx, Extra { orders: wanted.orders, lots: wanted.lots });
            let changes = tx.finish();
            world.commit(changes, Value::Null)
        })
    };
    match done {
        Ok(()) => json_response(200, &json!({"reset": true})),
        Err(cause) => json_response(507, &json!({"code": "JOURNAL", "message": cause.to_string()})),
    }
}

/// The calls, oldest first; `since` (a seq), `service`, `endpoint`, `key` filter.
async fn events(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Response<Body> {
    let since = query.get("since").and_then(|since| since.parse().ok()).unwrap_or(0_u64);
    let world = shared.world();
    let found = world.events(|event| {
        let fits = |field: &str| query.get(field).is_none_or(|wanted| event[field] == wanted.as_str());
        event["seq"].as_u64().is_some_and(|seq| seq > since)
            && fits("service")
            && fits("endpoint")
            && fits("key")
    });
    json_response(200, &json!({"events": found}))
}

async fn findings(State(shared): State<Arc<Shared>>) -> Response<Body> {
    let world = shared.world();
    json_response(200, &audit(&world.begin(clock::now())))
}
