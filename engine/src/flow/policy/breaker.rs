//! The circuit breaker: closed, open, half open. Timeouts count; a business's "no" does not.
//!
//! Its state belongs to a target, not to a node, outlives a reload, is visible, and can be forced.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sdk::{Class, Error, Outcome};

use super::{
    Request,
    stack::{Inner, layered},
};
use crate::flow::document::CircuitBreaker;

/// What a breaker does with calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BreakerState {
    /// Calls pass.
    Closed,
    /// Calls are refused.
    Open,
    /// A few calls pass as probes.
    HalfOpen,
}

/// An operator's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forced {
    /// Refuse all calls until told otherwise.
    Open,
    /// Let all calls pass until told otherwise.
    Closed,
}

const BUCKETS: usize = 10;

#[derive(Clone, Copy, Default)]
struct Bucket {
    epoch: u64,
    calls: u32,
    failures: u32,
    slow: u32,
}

struct Inside {
    state: BreakerState,
    until_ms: u64,
    probes_out: u32,
    probes_good: u32,
    forced: Option<Forced>,
    buckets: [Bucket; BUCKETS],
}

/// One breaker.
pub(super) struct Breaker {
    settings: CircuitBreaker,
    inside: Mutex<Inside>,
}

impl Breaker {
    pub(super) fn new(settings: &CircuitBreaker) -> Self {
        let inside = Inside {
            state: BreakerState::Closed,
            until_ms: 0,
            probes_out: 0,
            probes_good: 0,
            forced: None,
            buckets: [Bucket::default(); BUCKETS],
        };
        Self { settings: settings.clone(), inside: Mutex::new(inside) }
    }

    /// The lock is held for a few additions and never over an await.
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn state(&self) -> BreakerState {
        let inside = self.inside();
        match inside.forced {
            Some(Forced::Open) => BreakerState::Open,
            Some(Forced::Closed) => BreakerState::Closed,
            None => inside.state,
        }
    }

    pub(super) fn force(&self, forced: Option<Forced>) {
        self.inside().forced = forced;
    }

    /// Lets a call pass, or says in how many milliseconds to come back.
    fn admit(&self, now_ms: u64) -> Result<(), u64> {
        let mut inside = self.inside();
        let later = millis(self.settings.open.get());
        match (inside.forced, inside.state) {
            (Some(Forced::Closed), _) | (None, BreakerState::Closed) => Ok(()),
            (None, BreakerState::Open) if now_ms < inside.until_ms => Err(inside.until_ms - now_ms),
            (None, BreakerState::Open) => {
                inside.state = BreakerState::HalfOpen;
                (inside.probes_out, inside.probes_good) = (1, 0);
                Ok(())
            }
            (None, BreakerState::HalfOpen) if inside.probes_out < self.settings.probes => {
                inside.probes_out += 1;
                Ok(())
            }
            (Some(Forced::Open), _) | (None, BreakerState::HalfOpen) => Err(later),
        }
    }

    fn settle(&self, now_ms: u64, took: Duration, verdict: Verdict) {
        let mut inside = self.inside();
        match (inside.state, verdict) {
            (BreakerState::HalfOpen, Verdict::Dropped) => {
                inside.probes_out = inside.probes_out.saturating_sub(1)
            }
            (BreakerState::Open, _) | (BreakerState::Closed, Verdict::Dropped) => {}
            (BreakerState::HalfOpen, Verdict::Failed) => self.open(&mut inside, now_ms),
            (BreakerState::HalfOpen, Verdict::Good) => {
                inside.probes_good += 1;
                if inside.probes_good >= self.settings.probes {
                    inside.state = BreakerState::Closed;
                    inside.buckets = [Bucket::default(); BUCKETS];
                }
            }
            (BreakerState::Closed, _) => self.count(&mut inside, now_ms, took, verdict),
        }
    }

    fn count(&self, inside: &mut Inside, now_ms: u64, took: Duration, verdict: Verdict) {
        let width = (millis(self.settings.window.get()) / BUCKETS as u64).max(1);
        let epoch = now_ms / width;
        let index = usize::try_from(epoch % BUCKETS as u64).unwrap_or(0);
        let bucket = &mut inside.buckets[index];
        if bucket.epoch != epoch {
            *bucket = Bucket { epoch, ..Bucket::default() };
        }
        bucket.calls += 1;
        bucket.failures += u32::from(verdict == Verdict::Failed);
        bucket.slow += u32::from(self.settings.slow.is_some_and(|slow| took >= slow.get()));
        let live = inside.buckets.iter().filter(|bucket| bucket.epoch + BUCKETS as u64 > epoch);
        let (calls, failures, slow) =
            live.fold((0, 0, 0), |sum, b| (sum.0 + b.calls, sum.1 + b.failures, sum.2 + b.slow));
        let share = |part: u32| f64::from(part) / f64::from(calls.max(1));
        let is_slow = self.settings.slow.is_some() && share(slow) >= self.settings.slow_rate;
        if calls >= self.settings.min_calls && (share(failures) >= self.settings.failure_rate || is_slow) {
            self.open(inside, now_ms);
        }
    }

    fn open(&self, inside: &mut Inside, now_ms: u64) {
        inside.state = BreakerState::Open;
        inside.until_ms = now_ms + millis(self.settings.open.get());
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Good,
    Failed,
    /// The call was cancelled: it says nothing about the far side.
    Dropped,
}

/// What a failure says about the far side.
const fn verdict(class: Class) -> Verdict {
    match class {
        Class::Timeout | Class::Unavailable | Class::Internal => Verdict::Failed,
        Class::Cancelled => Verdict::Dropped,
        Class::Validation | Class::Business | Class::NotFound | Class::Conflict | Class::RateLimited => {
            Verdict::Good
        }
    }
}

#[derive(Clone)]
pub(super) struct BreakerLayer(Arc<Breaker>);

layered!(BreakerLayer, Guarded);

/// Settles a probe whose future was dropped.
struct Pending<'a> {
    breaker: &'a Breaker,
    is_settled: bool,
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        if !self.is_settled {
            self.breaker.settle(0, Duration::ZERO, Verdict::Dropped);
        }
    }
}

impl BreakerLayer {
    pub(super) const fn new(breaker: Arc<Breaker>) -> Self {
        Self(breaker)
    }

    async fn handle(self, request: Request, mut inner: impl Inner) -> Outcome {
        let clock = request.call.clock();
        let begun = clock.monotonic_nanos();
        if let Err(wait_ms) = self.0.admit(begun / 1_000_000) {
            let error =
                Error::new(Class::Unavailable, "CIRCUIT_OPEN", "the circuit breaker is open".to_owned());
            return Err(error.retry_after(Duration::from_millis(wait_ms)));
        }
        let mut pending = Pending { breaker: &self.0, is_settled: false };
        let outcome = inner.call(request).await;
        let now = clock.monotonic_nanos();
        let verdict = outcome.as_ref().map_or_else(|error| verdict(error.class), |_| Verdict::Good);
        pending.is_settled = true;
        self.0.settle(now / 1_000_000, Duration::from_nanos(now.saturating_sub(begun)), verdict);
        outcome
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{BreakerState, Forced};
    use crate::flow::policy::trial::Trial;

    const POLICY: &str = "circuitBreaker: {failureRate: 0.5, window: 10s, minCalls: 4, open: 5s, probes: 2}";

    #[tokio::test(start_paused = true)]
    async fn it_opens_on_failures_and_closes_after_good_probes() {
        let trial = Trial::policies(POLICY).answers([
            "fail TIMEOUT",
            "1",
            "fail TIMEOUT",
            "fail UNAVAILABLE",
            "1",
            "1",
            "1",
        ]);
        for _ in 0..4 {
            trial.call().await.ok();
        }
        assert_eq!(trial.breaker(), BreakerState::Open);
        let refused = trial.call().await.unwrap_err();
        assert_eq!(
            (refused.code.as_ref(), refused.retry_after_ms, trial.attempts()),
            ("CIRCUIT_OPEN", Some(5_000), 4)
        );
        trial.pass_ms(5_000).await;
        trial.call().await.unwrap();
        assert_eq!(trial.breaker(), BreakerState::HalfOpen);
        trial.call().await.unwrap();
        assert_eq!(trial.breaker(), BreakerState::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn a_business_refusal_does_not_count() {
        let trial = Trial::policies(POLICY).answers(["fail NO_STOCK"; 9]);
        for _ in 0..9 {
            trial.call().await.unwrap_err();
        }
        assert_eq!(trial.breaker(), BreakerState::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn an_operators_word_wins() {
        let trial = Trial::policies(POLICY).answers(["1"; 3]);
        trial.force(Some(Forced::Open));
        assert_eq!(trial.call().await.unwrap_err().code.as_ref(), "CIRCUIT_OPEN");
        trial.force(None);
        assert!(trial.call().await.is_ok());
    }
}
