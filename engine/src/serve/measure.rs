//! Counts answers by the first digit of their status, and spans a request when somebody listens at level debug.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use hyper::{Request, Response};
use metrics::Counter;
use tracing::{Instrument as _, Level, instrument::Instrumented};

use super::Body;
use crate::telemetry::{REQUEST_SPAN, REQUESTS, Telemetry};

/// The layer.
#[derive(Clone)]
pub(super) struct Measure {
    counts: Arc<[Counter; 5]>,
}

impl Measure {
    pub(super) fn new(telemetry: &Telemetry) -> Self {
        let counts = ["1xx", "2xx", "3xx", "4xx", "5xx"];
        Self { counts: Arc::new(counts.map(|class| telemetry.counter(REQUESTS, &[("status", class)]))) }
    }
}

impl<S> tower::Layer<S> for Measure {
    type Service = Measured<S>;
    fn layer(&self, inner: S) -> Measured<S> {
        Measured { inner, measure: self.clone() }
    }
}

/// A service behind the layer.
#[derive(Clone)]
pub struct Measured<S> {
    inner: S,
    measure: Measure,
}

impl<S, B> tower::Service<Request<B>> for Measured<S>
where
    S: tower::Service<Request<B>, Response = Response<Body>, Error = Infallible>,
    S::Future: Unpin,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Counted<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Counted<S::Future> {
        let span = if tracing::enabled!(Level::DEBUG) {
            // Debug form: a path is a caller's text, and a log line must not break at its control characters.
            tracing::debug_span!(REQUEST_SPAN, method = %request.method(), path = ?request.uri().path())
        } else {
            tracing::Span::none()
        };
        Counted {
            answer: self.inner.call(request).instrument(span),
            counts: Arc::clone(&self.measure.counts),
        }
    }
}

/// A request that is counted when it is answered.
pub struct Counted<F> {
    answer: Instrumented<F>,
    counts: Arc<[Counter; 5]>,
}

impl<F> Future for Counted<F>
where
    F: Future<Output = Result<Response<Body>, Infallible>> + Unpin,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let answer = ready!(Pin::new(&mut self.answer).poll(cx));
        let class = |response: &Response<Body>| usize::from(response.status().as_u16() / 100).checked_sub(1);
        if let Some(counter) = answer.as_ref().ok().and_then(class).and_then(|class| self.counts.get(class)) {
            counter.increment(1);
        }
        Poll::Ready(answer)
    }
}
