//! How many requests are answered at once; the next one is told to come back. Probes are always answered.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use hyper::{Request, Response, StatusCode};
use metrics::Gauge;
use sdk::Class;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Body, Problem};

/// The layer.
#[derive(Clone)]
pub(super) struct Admission {
    places: Arc<Semaphore>,
    in_flight: Gauge,
}

impl Admission {
    pub(super) fn new(requests: usize, in_flight: Gauge) -> Self {
        Self { places: Arc::new(Semaphore::new(requests)), in_flight }
    }
}

impl<S> tower::Layer<S> for Admission {
    type Service = Admitted<S>;
    fn layer(&self, inner: S) -> Admitted<S> {
        Admitted { inner, admission: self.clone() }
    }
}

/// A service behind the layer.
#[derive(Clone)]
pub struct Admitted<S> {
    inner: S,
    admission: Admission,
}

impl<S, B> tower::Service<Request<B>> for Admitted<S>
where
    S: tower::Service<Request<B>, Response = Response<Body>, Error = Infallible>,
    S::Future: Unpin,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Going<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Going<S::Future> {
        let is_probe = matches!(request.uri().path(), "/healthz" | "/readyz" | "/metrics");
        match Arc::clone(&self.admission.places).try_acquire_owned() {
            Ok(place) => {
                self.admission.in_flight.increment(1);
                let inside = Inside { gauge: self.admission.in_flight.clone(), _place: place };
                Going::Admitted(self.inner.call(request), Some(inside))
            }
            Err(_) if is_probe => Going::Admitted(self.inner.call(request), None),
            Err(_) => Going::Refused,
        }
    }
}

/// Gives the place back however the request ends.
pub struct Inside {
    gauge: Gauge,
    _place: OwnedSemaphorePermit,
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.gauge.decrement(1);
    }
}

/// A request on its way.
pub enum Going<F> {
    /// It has a place; probes need none.
    Admitted(F, Option<Inside>),
    /// There was no place.
    Refused,
}

impl<F> Future for Going<F>
where
    F: Future<Output = Result<Response<Body>, Infallible>> + Unpin,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        match self.get_mut() {
            Self::Admitted(future, place) => {
                let answer = ready!(Pin::new(future).poll(cx));
                drop(place.take());
                Poll::Ready(answer)
            }
            Self::Refused => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                let detail = "the server answers as many requests as it can";
                Poll::Ready(Ok(Problem::new(status, Class::Unavailable, "OVERLOADED", detail)
                    .after(1)
                    .response()))
            }
        }
    }
}
