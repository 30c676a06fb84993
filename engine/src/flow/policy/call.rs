//! What a policy layer is given: a request for one call, and what it may ask of the caller.

use std::{
    hash::{BuildHasher as _, Hasher as _, RandomState},
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use futures_util::future::BoxFuture;
use sdk::{Clock, Error, Outcome, Timestamp};

/// One call of one node, as the runtime offers it to the layers.
pub trait Call: Send + Sync + 'static {
    /// Makes the call. Dropping the future cancels it.
    fn attempt(self: Arc<Self>, attempt: u32, deadline: Option<Timestamp>) -> BoxFuture<'static, Outcome>;

    /// What the node gives in place of a failure it is allowed to catch.
    fn recover(self: Arc<Self>, error: Error) -> BoxFuture<'static, Outcome>;

    /// The key under which an answer may be shared, with everything that makes answers differ in it (the
    /// identity, above all). `None`: do not cache this call.
    ///
    /// # Errors
    /// When the key cannot be evaluated.
    fn cache_key(&self) -> Result<Option<String>, Error>;

    /// Whose bucket this call counts against; empty for one bucket in all.
    ///
    /// # Errors
    /// When the key cannot be evaluated.
    fn rate_key(&self) -> Result<String, Error>;

    /// The clock.
    fn clock(&self) -> Arc<dyn Clock>;

    /// Tells what a layer did, for the run's report.
    fn note(&self, event: Event);

    /// An even number between 0 and 1, for jitter. A simulator gives its own.
    fn random(&self) -> f64 {
        let bits = u32::try_from(RandomState::new().build_hasher().finish() >> 32).unwrap_or(0);
        f64::from(bits) / f64::from(u32::MAX)
    }
}

/// What a layer did.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A try failed and another follows after a delay.
    Retrying {
        /// The try that failed, from 1.
        attempt: u32,
        /// How it failed.
        error: Error,
        /// How long until the next one.
        delay: Duration,
    },
    /// The answer came from the cache.
    Cached,
    /// The answer is an old one, because the call failed.
    Stale(Error),
    /// The failure was caught.
    FellBack(Error),
}

/// One call on its way through the layers.
#[derive(Clone)]
pub struct Request {
    /// The call.
    pub call: Arc<dyn Call>,
    /// 1 for the first try.
    pub attempt: u32,
    /// When the call will be given up, in the clock's milliseconds.
    pub deadline: Option<Timestamp>,
    /// Whether a fallback gave the answer, for a layer outside it that asks.
    pub fell_back: Option<Arc<AtomicBool>>,
}

impl Request {
    /// The first try of a call.
    #[must_use]
    pub fn first(call: Arc<dyn Call>) -> Self {
        Self { call, attempt: 1, deadline: None, fell_back: None }
    }

    /// The same request, given up at the latest after `duration` from now.
    #[must_use]
    pub fn within(mut self, duration: Duration) -> Self {
        let end =
            self.call.clock().now().saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX));
        self.deadline = Some(self.deadline.map_or(end, |earlier| earlier.min(end)));
        self
    }
}
