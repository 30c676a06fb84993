//! Tries again: exponential bound, full jitter below it, by class, within a budget of time.
//!
//! delay = random(0 .. min(max, initial · factorⁿ)), the "full jitter" of the AWS architecture blog
//! ("Exponential Backoff And Jitter"); a far side's `Retry-After` is a lower bound.

use std::time::Duration;

use sdk::{Class, Error, Outcome};

use super::{
    Event, Request,
    stack::{Inner, layered},
};
use crate::flow::document::{Jitter, Retry};

#[derive(Clone)]
pub(super) struct RetryLayer(std::sync::Arc<Retry>);

layered!(RetryLayer, Retrying);

impl RetryLayer {
    pub(super) fn new(retry: &Retry) -> Self {
        Self(std::sync::Arc::new(retry.clone()))
    }

    async fn handle(self, mut request: Request, mut inner: impl Inner) -> Outcome {
        let clock = request.call.clock();
        let begun = clock.now();
        loop {
            let error = match inner.call(request.clone()).await {
                Ok(output) => return Ok(output),
                Err(error) => error,
            };
            if request.attempt >= self.0.attempts || !self.applies_to(&error) {
                return Err(error);
            }
            let delay = self.0.delay(request.attempt, &error, request.call.random());
            let next_at = clock.now().saturating_add(millis(delay));
            let budget_ends = self.0.budget.map(|budget| begun.saturating_add(millis(budget.get())));
            if budget_ends.is_some_and(|end| next_at > end) {
                return Err(error);
            }
            request.call.note(Event::Retrying { attempt: request.attempt, error, delay });
            clock.sleep(delay).await;
            request.attempt += 1;
        }
    }

    fn applies_to(&self, error: &Error) -> bool {
        if error.class == Class::Cancelled {
            return false;
        }
        if self.0.on.is_empty() { error.class.is_retriable() } else { self.0.on.contains(&error.class) }
    }
}

impl Retry {
    /// The pause after the failed try number `attempt` (from 1); `random` is between 0 and 1.
    #[must_use]
    pub fn delay(&self, attempt: u32, error: &Error, random: f64) -> Duration {
        let exponent = i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX);
        let grown = self.initial.get().as_secs_f64() * self.factor.powi(exponent);
        let bound = grown.min(self.max.get().as_secs_f64()).max(0.0);
        let chosen = match self.jitter {
            Jitter::Full => bound * random.clamp(0.0, 1.0),
            Jitter::None => bound,
        };
        let asked = Duration::from_millis(error.retry_after_ms.unwrap_or(0));
        Duration::try_from_secs_f64(chosen).unwrap_or(self.max.get()).max(asked)
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sdk::Error;

    use crate::flow::policy::trial::{Trial, retry};

    proptest! {
        #[test]
        fn a_delay_lies_between_nothing_and_its_bound(attempt in 1_u32..40, random in 0.0..=1.0_f64) {
            let retry = retry("{attempts: 50, initial: 100ms, max: 10s}");
            let bound = (100.0 * 2_f64.powi(attempt as i32 - 1)).min(10_000.0);
            let delay = retry.delay(attempt, &Error::unavailable(""), random).as_secs_f64() * 1000.0;
            prop_assert!(delay <= bound + 0.001, "{delay} > {bound}");
            prop_assert!((delay - bound * random).abs() < 0.01);
        }
    }

    #[test]
    fn retry_after_is_a_lower_bound() {
        let error = Error::unavailable("").retry_after(std::time::Duration::from_secs(3));
        assert_eq!(retry("{initial: 1ms}").delay(1, &error, 0.5).as_secs(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn only_retriable_classes_are_tried_again() {
        let trial =
            Trial::policies("retry: {attempts: 3}").answers(["fail UNAVAILABLE", "fail TIMEOUT", "1"]);
        assert_eq!(*trial.call().await.unwrap(), 1);
        assert_eq!(trial.attempts(), 3);
        let trial = Trial::policies("retry: {attempts: 3}").answers(["fail NO_STOCK", "1"]);
        assert_eq!(trial.call().await.unwrap_err().code.as_ref(), "NO_STOCK");
        assert_eq!(trial.attempts(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn no_try_starts_after_the_budget() {
        let trial =
            Trial::policies("retry: {attempts: 9, initial: 1s, factor: 1, jitter: none, budget: 2500ms}")
                .answers(["fail UNAVAILABLE"; 9]);
        assert!(trial.call().await.is_err());
        assert_eq!((trial.attempts(), trial.elapsed_ms()), (3, 2_000));
    }
}
