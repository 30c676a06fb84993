//! The simulation's clock: the same whenever a seed is run, standing still while nothing happens, and going on over
//! crashes.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use sdk::{Clock, Timestamp};
use tokio::time::Instant;

use super::steps::Steps;

/// When every simulation begins.
pub(super) const BEGIN: Timestamp = 1_700_000_000_000;

/// One life's clock, on tokio's paused time.
#[derive(Debug)]
pub(super) struct Paused {
    base: Timestamp,
    start: Instant,
    steps: Arc<Steps>,
}

impl Paused {
    /// A clock that says `base` now. Must be made inside the life's runtime.
    pub(super) fn new(base: Timestamp, steps: Arc<Steps>) -> Self {
        Self { base, start: Instant::now(), steps }
    }
}

impl Clock for Paused {
    fn now(&self) -> Timestamp {
        self.steps.take();
        self.base.saturating_add(Timestamp::try_from(self.start.elapsed().as_millis()).unwrap_or(0))
    }

    fn monotonic_nanos(&self) -> u64 {
        self.steps.take();
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    #[expect(clippy::disallowed_methods, reason = "this is a clock")]
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.steps.take();
        Box::pin(tokio::time::sleep(duration))
    }
}
