//! Where a request goes: a call of a flow, a flow's own route, a fixed route, or the designer's files.
//!
//! The path decides once, and what it decides is what is done: there is no second look at it.

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
};

use axum::Router;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body_util::Either;
use hyper::{
    Method, Request, Response, StatusCode,
    header::{ALLOW, HeaderValue},
    http::request::Parts,
};
use ring::rand::{SecureRandom as _, SystemRandom};
use sdk::Class;
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

use super::{
    Body, Problem,
    call::{self, Target},
    listen::Fault,
    replay::Replay,
    route,
};
use crate::{Engine, catalog::Routed};

/// What all requests share.
pub(super) struct Inside {
    pub(super) engine: Engine,
    pub(super) replay: Replay,
    fixed: Router,
    random: SystemRandom,
}

/// The service behind the layers.
#[derive(Clone)]
pub struct Front(Arc<Inside>);

impl Front {
    /// Serves this engine.
    #[must_use]
    pub(super) fn new(engine: Engine) -> Self {
        let streams = Arc::new(Semaphore::new(engine.settings().limits.streams_of_events));
        let fixed = route::router(&engine, &streams);
        Self(Arc::new(Inside { engine, replay: Replay::default(), fixed, random: SystemRandom::new() }))
    }
}

impl<B> tower::Service<Request<B>> for Front
where
    B: hyper::body::Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Send + Into<Fault>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let inside = Arc::clone(&self.0);
        Box::pin(async move { Ok(answer(&inside, request).await) })
    }
}

/// Paths that are never a flow's own.
fn is_reserved(path: &str) -> bool {
    let first = path.strip_prefix('/').and_then(|path| path.split('/').next()).unwrap_or_default();
    matches!(first, "" | "v1" | "healthz" | "readyz" | "metrics" | "openapi.json" | "errors" | "assets")
}

/// The flow that a path calls by name.
fn called(method: &Method, path: &str) -> Option<String> {
    let name = path.strip_prefix("/v1/flows/")?;
    (*method == Method::POST && !name.is_empty() && !name.contains('/')).then(|| name.to_owned())
}

async fn answer<B>(inside: &Arc<Inside>, request: Request<B>) -> Response<Body>
where
    B: hyper::body::Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Send + Into<Fault>,
{
    let (parts, body) = request.into_parts();
    if let Some(flow) = called(&parts.method, parts.uri.path()) {
        return call::answer(inside, Target { flow: &flow, params: None }, parts, body).await;
    }
    if !is_reserved(parts.uri.path()) {
        let (served, path) = (inside.engine.served(), parts.uri.path().to_owned());
        match served.route(parts.method.as_str(), &path) {
            Routed::Flow { flow, params } => {
                let target = Target { flow: &flow, params: Some(&params) };
                return call::answer(inside, target, parts, body).await;
            }
            Routed::OtherMethod(methods) => return other_method(&methods.join(", ")),
            Routed::Nowhere => {}
        }
    }
    fixed(inside, parts, body).await
}

async fn fixed<B>(inside: &Arc<Inside>, parts: Parts, body: B) -> Response<Body>
where
    B: hyper::body::Body<Data = Bytes> + Send + 'static,
    B::Error: Send + Into<Fault>,
{
    if let Some(file) = asset(inside, &parts) {
        return file;
    }
    let request = Request::from_parts(parts, axum::body::Body::new(body));
    let Ok(response) = inside.fixed.clone().oneshot(request).await;
    route::unwrapped(response)
}

/// A file of the designer. Fixed routes come first: their paths are reserved.
fn asset(inside: &Inside, parts: &Parts) -> Option<Response<Body>> {
    let path = parts.uri.path();
    let is_page = path == "/" || !is_reserved(path) || path.starts_with("/assets/");
    if !is_page || !matches!(parts.method, Method::GET | Method::HEAD) {
        return None;
    }
    let mut bytes = [0; 16];
    inside.random.fill(&mut bytes).ok()?;
    let nonce: String = bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(u32::from(digit), 16))
        .collect();
    let reply = inside.engine.settings().assets.answer(path, &parts.headers, &nonce)?;
    Some(reply.map(Either::Left))
}

/// 405 with the methods there are.
pub(super) fn other_method(allowed: &str) -> Response<Body> {
    let detail = format!("this path takes {allowed}");
    let status = StatusCode::METHOD_NOT_ALLOWED;
    let mut response = Problem::new(status, Class::Validation, "METHOD_NOT_ALLOWED", detail).response();
    if let Ok(value) = HeaderValue::from_str(allowed) {
        response.headers_mut().insert(ALLOW, value);
    }
    response
}
