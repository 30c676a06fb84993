//! Timeouts that stop the work: when time is up the inner future is dropped.

use std::{future::Future, pin::pin, time::Duration};

use futures_util::future::{Either, select};
use sdk::{Clock, Error, Outcome};

use super::{
    Request,
    stack::{Inner, layered},
};

/// A limit of time: of one attempt, or of all of them with their pauses.
#[derive(Clone)]
pub(super) struct DeadlineLayer {
    limit: Duration,
    what: &'static str,
}

layered!(DeadlineLayer, Deadline);

impl DeadlineLayer {
    pub(super) const fn attempt(limit: Duration) -> Self {
        Self { limit, what: "no answer within" }
    }

    pub(super) const fn total(limit: Duration) -> Self {
        Self { limit, what: "gave up after" }
    }

    async fn handle(self, request: Request, mut inner: impl Inner) -> Outcome {
        let clock = request.call.clock();
        let work = inner.call(request.within(self.limit));
        within(&*clock, self.limit, work).await.unwrap_or_else(|| {
            Err(Error::timeout(format!("{} {}", self.what, sdk::Duration::new(self.limit))))
        })
    }
}

/// Runs `work` for at most `limit`; `None` when time was up. Polls once before arming a timer, because most
/// work is done at the first poll (8 ns against 880 ns).
pub(super) async fn within<T>(
    clock: &dyn Clock,
    limit: Duration,
    work: impl Future<Output = T>,
) -> Option<T> {
    let mut work = pin!(work);
    if let std::task::Poll::Ready(done) = futures_util::poll!(&mut work) {
        return Some(done);
    }
    match select(work, clock.sleep(limit)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(((), _)) => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::flow::policy::trial::Trial;

    #[tokio::test(start_paused = true)]
    async fn an_attempt_that_takes_too_long_is_dropped_and_its_outcome_is_unknown() {
        let trial = Trial::policies("timeout: {attempt: 100ms}").answers(["wait 1s"]);
        let error = trial.call().await.unwrap_err();
        assert_eq!((error.code.as_ref(), error.is_outcome_unknown), ("TIMEOUT", true));
        assert_eq!((trial.elapsed_ms(), trial.finished()), (100, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn the_total_covers_all_tries_and_pauses() {
        let trial = Trial::policies(
            "timeout: {attempt: 1s, total: 150ms}\nretry: {attempts: 9, jitter: none, initial: 100ms}",
        )
        .answers(["fail UNAVAILABLE", "fail UNAVAILABLE", "fail UNAVAILABLE"]);
        assert_eq!(trial.call().await.unwrap_err().code.as_ref(), "TIMEOUT");
        assert_eq!((trial.elapsed_ms(), trial.attempts()), (150, 2));
    }
}
