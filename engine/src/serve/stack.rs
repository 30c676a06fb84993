//! The tower layers around every request, outermost first. One list; the order matters.

use std::{
    any::Any,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use http_body_util::Full;
use hyper::{Request, Response, StatusCode, header::HeaderValue};
use sdk::Class;
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::{CatchPanic, CatchPanicLayer},
    request_id::{
        MakeRequestId, PropagateRequestId, PropagateRequestIdLayer, RequestId, SetRequestId,
        SetRequestIdLayer,
    },
};

use super::{
    Guard, Problem,
    admission::{Admission, Admitted},
    front::Front,
    guard::Guarded,
    measure::{Measure, Measured},
};
use crate::{Engine, telemetry::REQUESTS_IN_FLIGHT};

type Panicked = fn(Box<dyn Any + Send>) -> Response<Full<bytes::Bytes>>;

/// The engine as a tower service, for a server or for embedding in another router.
pub type Service =
    CatchPanic<Measured<Admitted<Guarded<SetRequestId<PropagateRequestId<Front>, Numbered>>>>, Panicked>;

/// The engine behind all layers, for a server at `address`.
#[must_use]
pub fn service(engine: &Engine, address: SocketAddr) -> Service {
    let settings = engine.settings();
    let telemetry = engine.telemetry();
    ServiceBuilder::new()
        // A panic anywhere below is a 500 to one caller, never the end of the connection's other streams.
        .layer(CatchPanicLayer::custom(panicked as Panicked))
        // Counts what is refused below as well; the span is off unless somebody listens.
        .layer(Measure::new(telemetry))
        // Cheapest refusal first: a full server does not even look at headers.
        .layer(Admission::new(settings.limits.requests, telemetry.gauge(REQUESTS_IN_FLIGHT)))
        // Sizes, `Host`, `Origin`, spelling of the path: nothing below sees what it refuses.
        .layer(Guard::new(settings.limits, address, &settings.hosts))
        // After the guard, which counts the caller's headers and not ours.
        .layer(SetRequestIdLayer::x_request_id(Numbered::new()))
        .layer(PropagateRequestIdLayer::x_request_id())
        .service(Front::new(engine.clone()))
}

#[expect(clippy::needless_pass_by_value, reason = "the layer's signature")]
fn panicked(panic: Box<dyn Any + Send>) -> Response<Full<bytes::Bytes>> {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = ?text, "a request");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, Class::Internal, "INTERNAL", "").reply()
}

/// Numbers requests that come without an id.
#[derive(Clone)]
pub struct Numbered(Arc<AtomicU64>);

impl Numbered {
    fn new() -> Self {
        Self(Arc::new(AtomicU64::new(1)))
    }
}

impl MakeRequestId for Numbered {
    fn make_request_id<B>(&mut self, _: &Request<B>) -> Option<RequestId> {
        Some(RequestId::new(HeaderValue::from(self.0.fetch_add(1, Ordering::Relaxed))))
    }
}
