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
use sdk::{Class, Value};
use serde::Serialize;
use tokio::sync::Semaphore;

use super::{Body, Limits, Problem, Query, body, front::other_method, resource};
use crate::Engine;

/// What a caller may do with a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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

    /// A number of the query.
    ///
    /// # Errors
    /// `QUERY_INVALID` (400).
    pub fn number(&self, name: &str) -> Result<Option<u64>, Problem> {
        let Some(text) = self.query.get(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| {
            let detail = format!("`{name}` is a whole number");
            Problem::refused(StatusCode::BAD_REQUEST, "QUERY_INVALID", detail)
        })
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
    handler: Handler,
}

macro_rules! table {
    ($($method:ident $path:literal $permission:ident $takes:ident $handler:path, $summary:literal;)*) => {
        &[$(Row {
            method: Method::$method,
            path: $path,
            permission: Permission::$permission,
            takes: Takes::$takes,
            summary: $summary,
            handler: |ask| Box::pin($handler(ask)),
        }),*]
    };
}

/// All fixed routes.
static ROWS: &[Row] = table! {
    // Calling flows. The call itself goes past this router: see `front`.
    POST "/v1/flows/{name}"        Invoke  Json    elsewhere, "Runs a flow and answers its output";
    POST "/v1/flows/{name}/test"   Author  Files   resource::case::test, "Runs a draft of a flow once";
    POST "/v1/flows/{name}/cases"  Author  Files   resource::case::cases, "Runs all cases of a flow";

    // Runs.
    GET  "/v1/runs"                View    Nothing resource::run::list, "Lists runs, newest first";
    POST "/v1/runs/actions"        Operate Json    resource::action::several, "Acts on several runs";
    GET  "/v1/runs/{id}"           View    Nothing resource::run::show, "Shows a run";
    GET  "/v1/runs/{id}/events"    View    Nothing resource::follow::events, "Streams what happens in a run";
    GET  "/v1/runs/{id}/undo"      View    Nothing resource::run::undo, "Shows what a compensation would undo";
    POST "/v1/runs/{id}/cancel"    Operate Json    resource::action::cancel, "Cancels a run";
    POST "/v1/runs/{id}/retry"     Operate Json    resource::action::retry, "Tries a parked step again";
    POST "/v1/runs/{id}/resume"    Operate Json    resource::action::resume, "Goes on with a parked run";
    POST "/v1/runs/{id}/skip"      Operate Json    resource::action::skip, "Leaves a parked step out";

    // Events on their way out.
    GET  "/v1/outbox"              View    Nothing resource::outbox::show, "Events that wait, and those that are parked";
    POST "/v1/outbox/{id}/retry"   Operate Json    resource::outbox::retry, "Delivers a parked event now";
    DELETE "/v1/outbox/{id}"       Operate Nothing resource::outbox::remove, "Drops a parked event";

    // What there is to compose.
    GET  "/v1/components"          View    Nothing resource::component::list, "Lists components";
    GET  "/v1/extensions"          View    Nothing resource::extension::matrix, "The matrix of points and identities";
    GET  "/v1/extensions/{point}/resolve" View Nothing resource::extension::resolve, "Who answers a point, and why";
    GET  "/v1/flows"               View    Nothing resource::flow::list, "Lists flows";
    GET  "/v1/flows/{name}"        View    Nothing resource::flow::show, "Shows a flow with its text and cases";
    GET  "/v1/flows/{name}/effective" View Nothing resource::flow::effective, "A flow as an identity sees it";
    GET  "/v1/config"              View    Nothing resource::config::list, "Business settings with their levels";
    GET  "/v1/layout/{flow}"       View    Nothing resource::layout::show, "Pinned positions";
    PUT  "/v1/layout/{flow}"       Author  Json    resource::layout::put, "Keeps pinned positions";

    // Catalog.
    GET  "/v1/catalog"             View    Nothing resource::catalog::show, "What serves";
    GET  "/v1/catalog/files/{*path}" View  Nothing resource::catalog::file, "The text of a file that serves";
    GET  "/v1/catalog/drafts"      View    Nothing resource::draft::list, "Lists drafts";
    GET  "/v1/catalog/drafts/{*path}" View Nothing resource::draft::show, "Shows a draft";
    PUT  "/v1/catalog/drafts/{*path}" Author Files resource::draft::put, "Writes a draft over the one seen";
    DELETE "/v1/catalog/drafts/{*path}" Author Nothing resource::draft::remove, "Throws a draft away";
    POST "/v1/catalog/validate"    Author  Files   resource::catalog::validate, "All that is wrong with texts";
    POST "/v1/catalog/publish"     Publish Files   resource::catalog::publish, "Publishes texts as a new revision";
    GET  "/v1/catalog/revisions"   View    Nothing resource::catalog::revisions, "Lists revisions";
    GET  "/v1/catalog/revisions/{revision}" View Nothing resource::catalog::revision, "Shows a revision";
    GET  "/v1/catalog/revisions/{revision}/files/{*path}" View Nothing resource::catalog::old_file, "A file of a revision";
    GET  "/v1/catalog/revisions/{revision}/diff" View Nothing resource::catalog::diff, "What a revision changed";
    POST "/v1/catalog/rollback"    Publish Json    resource::catalog::rollback, "Publishes an earlier revision again";

    POST "/v1/callbacks/{channel}" Open    Raw     resource::callback::take, "Takes a message for a run that waits";

    // Around it.
    GET  "/openapi.json"           View    Nothing resource::status::openapi, "This document";
    GET  "/v1/live/{flow}"         View    Nothing resource::live::events, "Streams a flow's figures, once a second";
    GET  "/v1/me"                  View    Nothing resource::status::me, "Who asks, and what they may do";
    GET  "/v1/status"              View    Nothing resource::status::status, "What serves, and what was refused";
    GET  "/errors/{code}"          Open    Nothing resource::status::page, "The page of an error code";
    GET  "/healthz"                Open    Nothing resource::status::health, "Whether the process lives";
    GET  "/readyz"                 Open    Nothing resource::status::ready, "Whether it takes calls";
    GET  "/metrics"                View    Nothing resource::status::metrics, "Figures for Prometheus";
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

/// A call by name never comes here: `front` answers it.
async fn elsewhere(ask: Ask) -> Answer {
    Err(Problem::not_found("FLOW_NOT_FOUND", format!("there is no flow `{}`", ask.param("name"))))
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
