//! How far a simulation may go. One that gets nowhere is told of, not waited for: on paused time a livelock would
//! otherwise go on for ever at one instant.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// Looks at the clock and calls of the store that are left. The same seed takes about the same.
#[derive(Debug)]
pub(super) struct Steps {
    left: AtomicU64,
    spent: Notify,
}

impl Steps {
    pub(super) fn new(most: u64) -> Self {
        Self { left: AtomicU64::new(most), spent: Notify::new() }
    }

    /// One more.
    pub(super) fn take(&self) {
        let taken = self.left.try_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if taken.is_err() {
            self.spent.notify_one();
        }
    }

    /// Answers when none is left.
    pub(super) async fn spent(&self) {
        self.spent.notified().await;
    }
}
