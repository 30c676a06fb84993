//! The fixed routes: one table of method, path, permission, body and handler. The router is built from it, so what
//! is checked and what is done share one match (SECURITY rule 4).

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{RawPathParams, Request},
    response::IntoResponse as _,
    routing::{MethodFilter, MethodRouter},
};
use futures_util::future::BoxFuture;
use http_body_util::Either;
use hyper::{HeaderMap, Method, Response, StatusCode};
use schemars::JsonSchema;
use sdk::{Class, Value};
use serde::Serialize;
use tokio::sync::Semaphore;

use super::{
    Body, Limits, Problem, Query, body,
    front::other_method,
    openapi::Operation,
    resource::{
        action, callback, case, catalog, component, config, draft, effective, extension, flow, follow,
        language, layout, live, outbox, publish, rerun, revision, run, status,
    },
};
use crate::Engine;

/// What a caller may do with a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Permission {
    /// Anybody: probes.
    Open,
    /// Look.
    View,
    /// Call flows.
    Invoke,
    /// Change runs.
    Operate,
    /// Write drafts, run cases.
    Author,
    /// Change what serves.
    Publish,
}

/// Who asks. This release listens on loopback alone and asks nobody who they are.
#[derive(Clone, Copy, Debug)]
pub struct Principal {
    /// The name in histories.
    pub name: &'static str,
    /// What they may do.
    pub rights: &'static [Permission],
}

impl Principal {
    /// Whoever reaches the loopback address: the operator of this machine.
    pub const LOCAL: Self = Self {
        name: "local",
        rights: &[
            Permission::View,
            Permission::Invoke,
            Permission::Operate,
            Permission::Author,
            Permission::Publish,
        ],
    };

    fn may(&self, permission: Permission) -> bool {
        permission == Permission::Open || self.rights.contains(&permission)
    }
}

/// What body a route takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// None; one that comes is refused.
    Nothing,
    /// JSON, or nothing.
    Json,
    /// JSON that may hold whole files.
    Files,
    /// Bytes, read by the handler once it knows whose they are.
    Raw,
}

/// What a handler is asked.
pub struct Ask {
    /// The engine.
    pub engine: Engine,
    /// Who asks.
    pub principal: Principal,
    /// The path's parameters, decoded.
    pub params: Vec<(String, String)>,
    /// The query.
    pub query: Query,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; `Null` when there is none.
    pub body: Value,
    /// The bytes, of a route that takes them raw.
    pub raw: bytes::Bytes,
    /// Places for streams of events.
    pub(super) streams: Arc<Semaphore>,
}

impl Ask {
    /// A parameter of the path; the table says which there are.
    #[must_use]
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value)
    }

    /// The body as a type.
    ///
    /// # Errors
    /// `BODY_INVALID` (400), naming the field.
    pub fn read<T: serde::de::DeserializeOwned>(&mut self) -> Result<T, Problem> {
        let invalid = |detail: String| Problem::refused(StatusCode::BAD_REQUEST, "BODY_INVALID", detail);
        let body = self.body.take();
        // A list would be read as the fields in their order.
        if !body.is_object() {
            return Err(invalid("this route takes a JSON object".to_owned()));
        }
        serde_json::from_value(body).map_err(|fault| invalid(fault.to_string()))
    }

    /// The query as a type.
    ///
    /// # Errors
    /// `QUERY_INVALID` (400), naming the parameter.
    pub fn asked<T: serde::de::DeserializeOwned>(&self) -> Result<T, Problem> {
        self.query.read().map_err(|fault| Problem::refused(StatusCode::BAD_REQUEST, "QUERY_INVALID", fault))
    }
}

/// What a handler answers.
pub type Answer = Result<Response<Body>, Problem>;
/// A handler.
type Handler = fn(Ask) -> BoxFuture<'static, Answer>;

/// One fixed route.
pub struct Row {
    /// The method.
    pub method: Method,
    /// The path, with `{name}` parameters.
    pub path: &'static str,
    /// Who may.
    pub permission: Permission,
    /// What body it takes.
    pub takes: Takes,
    /// What it does.
    pub summary: &'static str,
    /// What it takes and answers.
    pub(super) operation: Operation,
    handler: Handler,
}

macro_rules! table {
    ($($method:ident $path:literal $permission:ident $takes:ident $file:ident::{$handler:ident, $told:ident}, $summary:literal;)*) => {
        &[$(Row {
            method: Method::$method,
            path: $path,
            permission: Permission::$permission,
            takes: Takes::$takes,
            summary: $summary,
            operation: $file::$told,
            handler: |ask| Box::pin($file::$handler(ask)),
        }),*]
    };
}

/// All fixed routes.
static ROWS: &[Row] = table! {
    // Calling flows. The call itself goes past this router: see `front`.
    POST "/v1/flows/{name}"        Invoke  Json    case::{elsewhere, CALL}, "Runs a flow and answers its output";
    POST "/v1/flows/{name}/test"   Author  Files   case::{test, TEST}, "Runs a draft of a flow or an extension once";
    POST "/v1/flows/{name}/cases"  Author  Files   case::{cases, CASES}, "Runs all cases of a flow";

    // Runs.
    GET  "/v1/runs"                View    Nothing run::{list, LIST}, "Lists runs, newest first";
    POST "/v1/runs/actions"        Operate Json    action::{several, SEVERAL}, "Acts on several runs";
    GET  "/v1/runs/{id}"           View    Nothing run::{show, SHOW}, "Shows a run";
    GET  "/v1/runs/{id}/events"    View    Nothing follow::{events, EVENTS}, "Streams what happens in a run";
    GET  "/v1/runs/{id}/undo"      View    Nothing run::{undo, UNDO}, "Shows what a compensation would undo";
    POST "/v1/runs/{id}/cancel"    Operate Json    action::{cancel, CANCEL}, "Cancels a run";
    POST "/v1/runs/{id}/retry"     Operate Json    action::{retry, RETRY}, "Tries a parked step again";
    POST "/v1/runs/{id}/resume"    Operate Json    action::{resume, RESUME}, "Goes on with a parked run";
    POST "/v1/runs/{id}/skip"      Operate Json    action::{skip, SKIP}, "Leaves a parked step out";
    POST "/v1/runs/{id}/rerun"     Operate Json    rerun::{rerun, RERUN}, "Runs an ended run again, as a new one";

    // Events on their way out.
    GET  "/v1/outbox"              View    Nothing outbox::{show, SHOW}, "Events that wait, and those that are parked";
    POST "/v1/outbox/{id}/retry"   Operate Json    outbox::{retry, RETRY}, "Delivers a parked event now";
    DELETE "/v1/outbox/{id}"       Operate Nothing outbox::{remove, REMOVE}, "Drops a parked event";

    // What there is to compose.
    GET  "/v1/components"          View    Nothing component::{list, LIST}, "Lists components";
    GET  "/v1/schema"              View    Nothing language::{show, SHOW}, "The JSON Schema of the language";
    GET  "/v1/extensions"          View    Nothing extension::{matrix, MATRIX}, "The matrix of points and identities";
    GET  "/v1/extensions/{point}/resolve" View Nothing extension::{resolve, RESOLVE}, "Who answers a point, and why";
    GET  "/v1/flows"               View    Nothing flow::{list, LIST}, "Lists flows";
    GET  "/v1/flows/{name}"        View    Nothing flow::{show, SHOW}, "Shows a flow with its text and cases";
    GET  "/v1/flows/{name}/effective" View Nothing effective::{show, SHOW}, "A flow as an identity sees it";
    GET  "/v1/config"              View    Nothing config::{list, LIST}, "Business settings with their levels";
    GET  "/v1/layout/{flow}"       View    Nothing layout::{show, SHOW}, "Pinned positions";
    PUT  "/v1/layout/{flow}"       Author  Json    layout::{put, PUT}, "Keeps pinned positions";

    // Catalog.
    GET  "/v1/catalog"             View    Nothing catalog::{show, SHOW}, "What serves";
    GET  "/v1/catalog/files/{*path}" View  Nothing catalog::{file, FILE}, "The text of a file that serves";
    GET  "/v1/catalog/drafts"      View    Nothing draft::{list, LIST}, "Lists drafts";
    GET  "/v1/catalog/drafts/{*path}" View Nothing draft::{show, SHOW}, "Shows a draft";
    PUT  "/v1/catalog/drafts/{*path}" Author Files draft::{put, PUT}, "Writes a draft over the one seen";
    DELETE "/v1/catalog/drafts/{*path}" Author Nothing draft::{remove, REMOVE}, "Throws a draft away";
    POST "/v1/catalog/validate"    Author  Files   publish::{validate, VALIDATE}, "All that is wrong with texts";
    POST "/v1/catalog/publish"     Publish Files   publish::{publish, PUBLISH}, "Publishes texts as a new revision";
    GET  "/v1/catalog/revisions"   View    Nothing revision::{list, LIST}, "Lists revisions, newest first";
    GET  "/v1/catalog/revisions/{revision}" View Nothing revision::{show, SHOW}, "Shows a revision";
    GET  "/v1/catalog/revisions/{revision}/files/{*path}" View Nothing revision::{file, FILE}, "A file of a revision";
    GET  "/v1/catalog/revisions/{revision}/diff" View Nothing revision::{diff, DIFF}, "What a revision changed";
    POST "/v1/catalog/rollback"    Publish Json    publish::{rollback, ROLLBACK}, "Publishes an earlier revision again";

    POST "/v1/callbacks/{channel}" Open    Raw     callback::{take, TAKE}, "Takes a message for a run that waits";

    // Around it.
    GET  "/openapi.json"           View    Nothing language::{openapi, OPENAPI}, "This document";
    GET  "/v1/live/{flow}"         View    Nothing live::{events, EVENTS}, "Streams a flow's figures, once a second";
    GET  "/v1/me"                  View    Nothing status::{me, ME}, "Who asks, and what they may do";
    GET  "/v1/status"              View    Nothing status::{status, STATUS}, "What serves, and what was refused";
    GET  "/errors/{code}"          Open    Nothing status::{page, PAGE}, "The page of an error code";
    GET  "/healthz"                Open    Nothing status::{health, HEALTH}, "Whether the process lives";
    GET  "/readyz"                 Open    Nothing status::{ready, READY}, "Whether it takes calls";
    GET  "/metrics"                View    Nothing status::{metrics, METRICS}, "Figures for Prometheus";
};

/// All fixed routes.
#[must_use]
pub fn rows() -> &'static [Row] {
    ROWS
}

/// The router of all rows.
pub(super) fn router(engine: &Engine, streams: &Arc<Semaphore>) -> Router {
    let mut router = Router::new();
    for row in rows() {
        let (engine, streams) = (engine.clone(), Arc::clone(streams));
        let Ok(filter) = MethodFilter::try_from(row.method.clone()) else { continue };
        let handle = move |params: RawPathParams, request: Request| async move {
            let answer = match ask(&engine, row, &params, request, streams).await {
                Ok(ask) => (row.handler)(ask).await,
                Err(problem) => Err(problem),
            };
            answer.unwrap_or_else(|problem| problem.response()).map(wrapped)
        };
        router = router.route(row.path, MethodRouter::new().on(filter, handle));
    }
    router.method_not_allowed_fallback(wrong_method).fallback(nowhere)
}

fn wrapped(body: Body) -> axum::body::Body {
    axum::body::Body::new(body)
}

/// The router's own type of body as ours.
pub(super) fn unwrapped(response: Response<axum::body::Body>) -> Response<Body> {
    use http_body_util::BodyExt as _;
    response.map(|body| Either::Right(body.map_err(Into::into).boxed_unsync()))
}

async fn ask(
    engine: &Engine,
    row: &Row,
    params: &RawPathParams,
    request: Request,
    streams: Arc<Semaphore>,
) -> Result<Ask, Problem> {
    let principal = Principal::LOCAL;
    if !principal.may(row.permission) {
        let detail = format!("{} may not do this", principal.name);
        return Err(Problem::new(StatusCode::FORBIDDEN, Class::Business, "FORBIDDEN", detail));
    }
    let (parts, body) = request.into_parts();
    let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let (raw, body) = take(engine, row, &parts.headers, body).await?;
    let query = Query::parse(parts.uri.query().unwrap_or_default());
    Ok(Ask { engine: engine.clone(), principal, params, query, headers: parts.headers, body, raw, streams })
}

async fn take(
    engine: &Engine,
    row: &Row,
    headers: &HeaderMap,
    body: axum::body::Body,
) -> Result<(bytes::Bytes, Value), Problem> {
    let limits = engine.settings().limits;
    let (most, limits) = match row.takes {
        Takes::Nothing => (0, limits),
        Takes::Json | Takes::Raw => (limits.body_bytes, limits),
        // Texts of many files: slow lines get the time that so much takes.
        Takes::Files => (limits.largest_body_bytes, Limits { body_time: Duration::from_secs(60), ..limits }),
    };
    let clock = &*engine.settings().clock;
    let bytes =
        body::collect(body, headers, most, &limits, clock).await.map_err(|problem| match row.takes {
            Takes::Nothing => {
                Problem::refused(StatusCode::BAD_REQUEST, "BODY_UNEXPECTED", "this route takes no body")
            }
            Takes::Json | Takes::Files | Takes::Raw => problem,
        })?;
    if row.takes == Takes::Raw {
        return Ok((bytes, Value::Null));
    }
    Ok((bytes::Bytes::new(), body::parse(&bytes, headers, &limits)?.unwrap_or_default()))
}

async fn wrong_method(request: Request) -> axum::response::Response {
    let path = request.uri().path();
    let methods: Vec<&str> =
        rows().iter().filter(|row| is_at(row.path, path)).map(|row| row.method.as_str()).collect();
    other_method(&methods.join(", ")).map(wrapped)
}

/// Whether a path lies at a row's place.
fn is_at(row: &str, path: &str) -> bool {
    let (row, path): (Vec<_>, Vec<_>) = (row.split('/').collect(), path.split('/').collect());
    let is_wild = row.last().is_some_and(|last| last.starts_with("{*"));
    (row.len() == path.len() || is_wild && path.len() >= row.len())
        && row.iter().zip(&path).all(|(row, part)| row.starts_with('{') || row == part)
}

async fn nowhere() -> axum::response::Response {
    let problem = Problem::not_found("NOT_FOUND", "there is nothing at this path");
    problem.response().map(wrapped).into_response()
}
