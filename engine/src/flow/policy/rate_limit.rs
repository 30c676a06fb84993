//! A token bucket per key (GCRA, by the crate `governor` on our clock). Waits a while, or refuses.

use std::{
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock as GovernorClock, Reference as _},
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::keyed::DashMapStateStore,
};
use sdk::{Class, Clock, Error, Outcome};

use super::{
    Request, States,
    stack::{Inner, layered},
};
use crate::flow::document::RateLimit;

/// Buckets of one target, by key.
pub(super) struct Buckets {
    limiter: RateLimiter<String, DashMapStateStore<String>, OurClock, NoOpMiddleware<Nanos>>,
    clock: OurClock,
    wait: Duration,
    calls: AtomicU32,
}

/// The engine's clock as `governor` sees it.
#[derive(Clone)]
struct OurClock(Arc<dyn Clock>);

impl GovernorClock for OurClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(Duration::from_nanos(self.0.monotonic_nanos()))
    }
}

/// Keys are forgotten every so many calls, once their bucket is full again.
const FORGET_EVERY: u32 = 4_096;

impl Buckets {
    pub(super) fn new(settings: &RateLimit, clock: Arc<dyn Clock>) -> Self {
        let limit = NonZeroU32::new(settings.limit).unwrap_or(NonZeroU32::MIN);
        let burst = settings.burst.and_then(NonZeroU32::new).unwrap_or(limit);
        let quota = Quota::with_period(settings.per.get() / limit.get())
            .unwrap_or(Quota::per_second(limit))
            .allow_burst(burst);
        let clock = OurClock(clock);
        Self {
            limiter: RateLimiter::new(quota, DashMapStateStore::default(), clock.clone()),
            clock,
            wait: settings.wait.map_or(Duration::ZERO, sdk::Duration::get),
            calls: AtomicU32::new(0),
        }
    }

    /// Nothing when a token was there, else how long until there is one.
    fn take(&self, key: &String) -> Option<Duration> {
        if self.calls.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.limiter.retain_recent();
        }
        let refused = self.limiter.check_key(key).err()?;
        Some(refused.earliest_possible().duration_since(self.clock.now()).into())
    }
}

#[derive(Clone)]
pub(super) struct RateLimitLayer {
    target: Arc<str>,
    settings: Arc<RateLimit>,
    states: States,
}

layered!(RateLimitLayer, Throttled);

impl RateLimitLayer {
    pub(super) fn new(settings: &RateLimit, target: &str, states: &States) -> Self {
        Self { target: target.into(), settings: Arc::new(settings.clone()), states: states.clone() }
    }

    async fn handle(self, request: Request, mut inner: impl Inner) -> Outcome {
        let key = request.call.rate_key()?;
        let clock = request.call.clock();
        let buckets = self.states.buckets(&self.target, &self.settings, &clock);
        let mut waited = Duration::ZERO;
        while let Some(pause) = buckets.take(&key) {
            if waited + pause > buckets.wait {
                let error = Error::new(
                    Class::RateLimited,
                    "RATE_LIMITED",
                    format!("the limit of `{}` is reached", self.target),
                );
                return Err(error.retry_after(pause));
            }
            clock.sleep(pause.max(Duration::from_millis(1))).await;
            waited += pause;
        }
        inner.call(request).await
    }
}

#[cfg(test)]
mod tests {
    use crate::flow::policy::trial::Trial;

    #[tokio::test(start_paused = true)]
    async fn above_the_limit_a_call_is_refused_with_the_time_to_come_back() {
        let trial = Trial::policies("rateLimit: {limit: 2, per: 1s}").answers(["1"; 9]);
        for _ in 0..2 {
            trial.call().await.unwrap();
        }
        let error = trial.call().await.unwrap_err();
        assert_eq!((error.code.as_ref(), error.retry_after_ms), ("RATE_LIMITED", Some(500)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_waits_its_turn_when_told_so() {
        let trial = Trial::policies("rateLimit: {limit: 1, per: 1s, wait: 2s}").answers(["1"; 9]);
        for _ in 0..3 {
            trial.call().await.unwrap();
        }
        assert_eq!(trial.elapsed_ms(), 2_000);
    }
}
