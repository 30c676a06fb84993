//! When what is pending must be on disk. The writing itself is done by whoever drives the run.

use std::{future::pending, pin::pin, sync::atomic::Ordering};

use futures_util::future::select;

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

    /// Answers once everything that is pending is on disk, or nothing more is written here.
    pub(in crate::run) async fn settled(&self) {
        self.want();
        self.nudge();
        let _either = select(pin!(self.flush()), pin!(self.closed.cancelled())).await;
    }

    /// Nothing more is written here.
    pub(in crate::run) fn leave_off(&self) {
        self.closed.cancel();
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
