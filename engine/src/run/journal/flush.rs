//! When what is pending must be on disk. The writing itself is done by whoever drives the run.

use std::{future::pending, sync::atomic::Ordering};

use super::write::Journal;

impl Journal {
    /// Asks for everything that is pending to be written; it is on disk when this answers. Whoever drives the
    /// run does the writing, so nothing is lost when this future is dropped. If the store refuses for good
    /// this never answers: the driver lets go of the whole run.
    pub(in crate::run) async fn flush(&self) {
        let _busy = self.occupy();
        let ticket = self.begun.load(Ordering::Acquire) + 1;
        self.wanted.fetch_max(ticket, Ordering::AcqRel);
        let mut written = self.written.subscribe();
        if written.wait_for(|done| *done >= ticket).await.is_err() {
            pending::<()>().await;
        }
    }

    /// Has everything that is pending written, the start above all, before anything else.
    pub(in crate::run) fn want(&self) {
        self.wanted.fetch_max(self.begun.load(Ordering::Acquire) + 1, Ordering::AcqRel);
    }

    /// Has the start written, and answers when it is.
    pub(in crate::run) async fn born(&self) {
        self.want();
        self.nudge();
        let mut written = self.written.subscribe();
        if written.wait_for(|done| *done > 0).await.is_err() {
            pending::<()>().await;
        }
    }

    /// Whether somebody waits for a flush that has not begun.
    pub(in crate::run) fn wants_flush(&self) -> bool {
        self.wanted.load(Ordering::Acquire) > self.begun.load(Ordering::Acquire)
    }
}
