//! The one list of layers.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::future::BoxFuture;
use sdk::{Error, Outcome, Shared};
use tower::{Service, ServiceBuilder, ServiceExt as _, util::BoxCloneSyncService};

use super::{
    Call, Request, States, breaker::BreakerLayer, bulkhead::BulkheadLayer, cache::CacheLayer,
    deadline::DeadlineLayer, fallback::FallbackLayer, rate_limit::RateLimitLayer, retry::RetryLayer,
};
use crate::flow::document::Policies;

/// Where the policies of one node keep their state.
pub struct Settings<'a> {
    /// What the breaker, the limits and the bulkhead count together: component and target, such as
    /// `http:orders`, or the node's own address in its flow.
    pub target: &'a str,
    /// What cached answers belong to: flow, version, node and component.
    pub node: &'a str,
    /// The states that outlive a reload.
    pub states: &'a States,
}

/// The policies of one node, ready to be called.
#[derive(Clone)]
pub struct Stack(BoxCloneSyncService<Request, Shared, Error>);

impl Stack {
    /// Builds the layers that `policies` ask for; `None` when it asks for none.
    #[must_use]
    pub fn build(policies: &Policies, settings: &Settings<'_>) -> Option<Self> {
        if *policies == Policies::default() {
            return None;
        }
        let Settings { target, node, states } = settings;
        let timeout = policies.timeout.unwrap_or_default();
        let service = ServiceBuilder::new()
            // A fresh answer costs nothing, so nothing below may be charged for it.
            .option_layer(policies.cache.as_ref().map(|cache| CacheLayer::new(cache, node, states)))
            // What the caller gets when all else failed, the total timeout included.
            .option_layer(policies.fallback.as_ref().map(FallbackLayer::new))
            // Over all tries and the pauses between them.
            .option_layer(timeout.total.map(|total| DeadlineLayer::total(total.get())))
            .option_layer(policies.retry.as_ref().map(RetryLayer::new))
            // Every try counts, and an open breaker ends the tries early.
            .option_layer(
                policies.circuit_breaker.as_ref().map(|b| BreakerLayer::new(states.breaker(target, b))),
            )
            .option_layer(
                policies.rate_limit.as_ref().map(|limit| RateLimitLayer::new(limit, target, states)),
            )
            // Waiting for a place is not the far side's time, so the attempt's clock starts below.
            .option_layer(policies.bulkhead.as_ref().map(|b| BulkheadLayer::new(states.bulkhead(target, b))))
            .option_layer(timeout.attempt.map(|attempt| DeadlineLayer::attempt(attempt.get())))
            .service(Attempt);
        Some(Self(BoxCloneSyncService::new(service)))
    }

    /// Makes a call through the layers.
    ///
    /// # Errors
    /// What the call answered, or the layer that gave it up: `TIMEOUT`, `CIRCUIT_OPEN`, `RATE_LIMITED`,
    /// `BULKHEAD_FULL`.
    pub async fn call(&self, call: Arc<dyn Call>) -> Outcome {
        self.0.clone().oneshot(Request::first(call)).await
    }
}

impl std::fmt::Debug for Stack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stack")
    }
}

/// The innermost service: the call itself.
#[derive(Clone, Copy)]
struct Attempt;

impl Service<Request> for Attempt {
    type Response = Shared;
    type Error = Error;
    type Future = BoxFuture<'static, Outcome>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        request.call.attempt(request.attempt, request.deadline)
    }
}

/// What a layer wraps: any service for requests that is always ready and can be cloned.
pub(super) trait Inner:
    Service<Request, Response = Shared, Error = Error, Future: Send> + Clone + Send + 'static
{
}

impl<S> Inner for S where
    S: Service<Request, Response = Shared, Error = Error, Future: Send> + Clone + Send + 'static
{
}

/// A tower layer and its service from one `async` function: `layered!(Layer, Wrapped, handle)`.
macro_rules! layered {
    ($layer:ident, $service:ident) => {
        impl<S: Clone> tower::Layer<S> for $layer {
            type Service = $service<S>;
            fn layer(&self, inner: S) -> $service<S> {
                $service { layer: self.clone(), inner }
            }
        }

        /// The layer around a service.
        #[derive(Clone)]
        pub(super) struct $service<S> {
            layer: $layer,
            inner: S,
        }

        impl<S: super::stack::Inner> tower::Service<super::Request> for $service<S> {
            type Response = sdk::Shared;
            type Error = sdk::Error;
            type Future = futures_util::future::BoxFuture<'static, sdk::Outcome>;

            fn poll_ready(
                &mut self,
                cx: &mut std::task::Context<'_>,
            ) -> std::task::Poll<Result<(), sdk::Error>> {
                self.inner.poll_ready(cx)
            }

            fn call(&mut self, request: super::Request) -> Self::Future {
                let inner = self.inner.clone();
                Box::pin(self.layer.clone().handle(request, std::mem::replace(&mut self.inner, inner)))
            }
        }
    };
}
pub(super) use layered;
