//! Which durable runs are in this process, and who waits for their answers. Knows no store.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use sdk::{Timestamp, Value};
use tokio::sync::oneshot;

use crate::{
    Served,
    run::{Answer, Handle},
    state::{self, Reply, RunId},
};

/// An answer as the store keeps it: a failure is its JSON.
pub type Sealed = Result<Answer, Value>;

/// What somebody who waits for a run is told.
#[derive(Clone, Debug)]
pub enum Told {
    /// It has answered.
    Answered(Sealed),
    /// It never began: its idempotency key has this run, and its answer once there is one.
    Same(RunId, Option<Reply>),
    /// It never began: its idempotency key belongs to another body.
    OtherBody(RunId),
    /// It has no answer before an operator has acted.
    Parked,
    /// The store refused, or somebody else has the run now.
    Lost(state::Error),
}

/// The durable runs of this process.
#[derive(Default)]
pub(crate) struct Desk {
    driven: Mutex<HashMap<RunId, (u64, Handle)>>,
    waiting: Mutex<HashMap<RunId, Vec<oneshot::Sender<Told>>>>,
    count: AtomicU64,
    /// Revisions that runs are pinned to and that do not serve any more, the last used last.
    pub(super) pinned: Mutex<Vec<Arc<Served>>>,
    /// One of them at a time is compiled.
    pub(super) compiling: tokio::sync::Mutex<()>,
    /// An operator has acted on a parked event.
    pub(super) unparked: tokio::sync::Notify,
}

/// A lock that is never held over an await, so a poisoned one still holds a whole value.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A run that is in this process for as long as this lives.
pub(super) struct Seat<'d> {
    desk: &'d Desk,
    run: RunId,
    number: u64,
}

impl Desk {
    /// A run has come into this process.
    pub(super) fn seat(&self, run: RunId, handle: Handle) -> Seat<'_> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        locked(&self.driven).insert(run, (number, handle));
        Seat { desk: self, run, number }
    }

    /// Reaches a run that is in this process.
    pub(crate) fn handle(&self, run: RunId) -> Option<Handle> {
        locked(&self.driven).get(&run).map(|(_, handle)| handle.clone())
    }

    /// Whether a run that began before is in this process.
    pub(super) fn has_earlier(&self, before: Timestamp) -> bool {
        locked(&self.driven).keys().any(|run| run.started_at() < before)
    }

    /// Hears of a run's answer: the first one that is told from now on.
    pub(crate) fn listen(&self, run: RunId) -> oneshot::Receiver<Told> {
        let (tell, told) = oneshot::channel();
        let mut waiting = locked(&self.waiting);
        let those = waiting.entry(run).or_default();
        those.retain(|other| !other.is_closed());
        those.push(tell);
        told
    }

    /// Tells all who wait for a run.
    pub(super) fn tell(&self, run: RunId, told: &Told) {
        let those = locked(&self.waiting).remove(&run);
        for tell in those.into_iter().flatten() {
            // Those who have gone need not hear.
            tell.send(told.clone()).ok();
        }
    }

    /// Forgets those who have gone.
    pub(super) fn sweep(&self) {
        locked(&self.waiting).retain(|_, those| {
            those.retain(|tell| !tell.is_closed());
            !those.is_empty()
        });
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut driven = locked(&self.desk.driven);
        if driven.get(&self.run).is_some_and(|(number, _)| *number == self.number) {
            driven.remove(&self.run);
        }
    }
}
