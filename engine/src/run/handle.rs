//! How a run is reached from outside while it goes on. What it does about it is `life`'s and the journal's.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::{one::Run, report::NodeReport, saga::Reason};
use crate::state::{Action, Entry};

/// Reaches a run from outside.
#[derive(Clone)]
pub struct Handle {
    pub(super) run: Arc<Run>,
    pub(super) is_cancelled: Arc<AtomicBool>,
}

impl Handle {
    /// Cancels the run: reads are dropped, writes are waited for, what was done is undone.
    pub fn cancel(&self) {
        self.cancel_by("", "");
    }

    /// Cancels the run; a durable one records who asked for it, and why.
    pub fn cancel_by(&self, actor: &str, reason: &str) {
        if let Some(journal) = &self.run.journal {
            let (actor, reason) = (actor.into(), reason.into());
            journal.push(Entry::Resumed { action: Action::Cancel, address: None, reason, actor });
        }
        self.is_cancelled.store(true, Ordering::Release);
        self.run.stop.cancel();
    }

    /// Answers once what a durable run has been told is on disk, or the run is driven here no more.
    pub(crate) async fn settled(&self) {
        if let Some(journal) = &self.run.journal {
            journal.settled().await;
        }
    }

    /// The run is driven here no more: nobody waits for what it writes.
    pub(crate) fn close(&self) {
        if let Some(journal) = &self.run.journal {
            journal.leave_off();
        }
    }

    /// A message has come for the run: it looks for it.
    pub fn nudge(&self) {
        if let Some(journal) = &self.run.journal {
            journal.nudge();
        }
    }

    /// Answers when a durable run is on disk; its start is written early for that.
    pub async fn born(&self) {
        if let Some(journal) = &self.run.journal {
            journal.born().await;
        }
    }

    /// What is known of its nodes so far.
    #[must_use]
    pub fn nodes(&self) -> Vec<NodeReport> {
        self.run.trace.nodes()
    }

    /// What would be undone if it failed now, in that order.
    #[must_use]
    pub fn undo_preview(&self) -> Vec<(Arc<str>, Reason)> {
        self.run.saga.preview()
    }

    pub(super) fn run(&self) -> Arc<Run> {
        Arc::clone(&self.run)
    }
}
