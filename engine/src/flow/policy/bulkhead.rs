//! A cap on calls in flight with a bounded queue in front: what does not fit is refused, never piled up.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use sdk::{Class, Error, Outcome};
use tokio::sync::Semaphore;

use super::{
    Request,
    deadline::within,
    stack::{Inner, layered},
};
use crate::flow::document::Bulkhead;

/// The places of one target.
pub(super) struct Places {
    free: Semaphore,
    queued: AtomicU32,
    settings: Bulkhead,
}

impl Places {
    pub(super) fn new(settings: &Bulkhead) -> Self {
        let places = usize::try_from(settings.max).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        Self { free: Semaphore::new(places), queued: AtomicU32::new(0), settings: settings.clone() }
    }
}

#[derive(Clone)]
pub(super) struct BulkheadLayer(Arc<Places>);

layered!(BulkheadLayer, Limited);

/// Counts one waiter for as long as it lives, also when its future is dropped.
struct Waiter<'a>(&'a AtomicU32);

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl BulkheadLayer {
    pub(super) const fn new(places: Arc<Places>) -> Self {
        Self(places)
    }

    async fn handle(self, request: Request, mut inner: impl Inner) -> Outcome {
        let _place = match self.0.free.try_acquire() {
            Ok(place) => place,
            Err(_) => self.wait(&request).await?,
        };
        inner.call(request).await
    }

    async fn wait(&self, request: &Request) -> Result<tokio::sync::SemaphorePermit<'_>, Error> {
        let Bulkhead { max, queue, wait } = self.0.settings;
        let full = || {
            Error::new(
                Class::RateLimited,
                "BULKHEAD_FULL",
                format!("{max} calls are in flight and {queue} wait"),
            )
        };
        let waiter = Waiter(&self.0.queued);
        if self.0.queued.fetch_add(1, Ordering::Relaxed) >= queue {
            return Err(full());
        }
        let clock = request.call.clock();
        let place = within(&*clock, wait.get(), self.0.free.acquire()).await;
        drop(waiter);
        place.and_then(Result::ok).ok_or_else(full)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use crate::flow::policy::trial::Trial;

    #[tokio::test(start_paused = true)]
    async fn what_does_not_fit_is_refused_at_once() {
        let trial = Trial::policies("bulkhead: {max: 2, queue: 1, wait: 10s}").answers(["wait 1s"; 9]);
        let answers = join_all((0..5).map(|_| trial.call())).await;
        let refused = answers.iter().filter_map(|answer| answer.as_ref().err()).collect::<Vec<_>>();
        assert_eq!(refused.len(), 2);
        assert!(refused.iter().all(|error| error.code.as_ref() == "BULKHEAD_FULL"));
        assert_eq!((trial.finished(), trial.elapsed_ms()), (3, 2_000));
    }
}
