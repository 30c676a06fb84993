//! The time of one node's policies in a durable run: pauses between attempts and the time for all of them
//! survive a crash, and a long pause costs a row.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use sdk::{Clock, Timestamp};

use super::{
    journal::{Journal, Tag},
    one::locked,
};

/// A clock whose pauses are the journal's.
pub(super) struct Pace {
    journal: Arc<Journal>,
    clock: Arc<dyn Clock>,
    address: Arc<str>,
    /// Its attempts count as calls in flight.
    is_leaf: bool,
    total: Option<Duration>,
    /// The failed attempt after which the next pause is.
    retrying: Mutex<Option<(u32, Duration)>>,
}

impl Pace {
    pub(super) fn new(
        journal: Arc<Journal>,
        clock: Arc<dyn Clock>,
        address: Arc<str>,
        is_leaf: bool,
        total: Option<Duration>,
    ) -> Self {
        Self { journal, clock, address, is_leaf, total, retrying: Mutex::new(None) }
    }

    /// The next pause of that length follows this failed attempt.
    pub(super) fn retrying(&self, attempt: u32, delay: Duration) {
        *locked(&self.retrying) = Some((attempt, delay));
    }
}

impl Clock for Pace {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn monotonic_nanos(&self) -> u64 {
        self.clock.monotonic_nanos()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let retried = locked(&self.retrying).take_if(|(_, delay)| *delay == duration);
        let (tag, rests) = match retried {
            Some((attempt, _)) => (Tag::Retry(attempt), self.is_leaf),
            None if self.total == Some(duration) => (Tag::Total, false),
            // The time of one attempt, or a turn to come: the call is in flight meanwhile.
            None => return self.clock.sleep(duration),
        };
        Box::pin(self.journal.pause(Arc::clone(&self.address), tag, duration, rests))
    }
}
