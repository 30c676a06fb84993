//! Runs whose plan is gone: nothing can drive them, so nothing of them can be undone either. They are parked, and an
//! operator who has seen that and cancels one ends it as it stands.

use sdk::{Class, Error};

use super::{claim::give_back, pinned::PLAN_GONE};
use crate::{
    engine::Inside,
    run::{Failure, seal},
    state::{Action, Batch, Entry, History, Lease, Record, Resolution, Snapshot, Status},
};

/// The status of what was cancelled, as callers are told.
const CANCELLED: u16 = 499;
/// Nodes that an end names.
const NAMED: usize = 20;

impl Inside {
    /// Parks a run that has no plan, or ends it when an operator has asked for that since.
    pub(super) async fn without_plan(&self, lease: Lease, loaded: &Snapshot, error: Error) {
        match given_up(loaded) {
            Some(actor) => self.forsake(lease, actor).await,
            None => self.park(lease, error).await,
        }
    }

    async fn forsake(&self, mut lease: Lease, actor: &str) {
        let (run, now) = (lease.run(), self.world.clock.now());
        let Some(history) = lease.history() else { return };
        let text = told(actor, history);
        tracing::warn!(%run, "a durable run is ended: {text}");
        let error = Error::new(Class::Cancelled, PLAN_GONE, text);
        let mut entries: Vec<Entry> = history
            .waits()
            .map(|(address, _)| Entry::WaitResolved {
                address: address.clone(),
                resolution: Resolution::Cancelled,
            })
            .collect();
        let has_responded = history.has_responded();
        entries.push(Entry::Ended {
            status: Status::Cancelled,
            is_degraded: false,
            failure: Some(Box::new(error.clone())),
            address: None,
            output: None,
            reply: (!has_responded).then(|| seal(&Err(Failure::of(error, CANCELLED)))),
        });
        let records = entries.into_iter().map(|entry| Record::new(now, entry)).collect();
        let batch = Batch { now, records, ..Batch::default() };
        if let Err(error) = self.store.append(&mut lease, batch).await {
            tracing::warn!(%run, %error, "ending a run");
            give_back(self, vec![lease]).await;
        }
    }
}

/// Who has cancelled the run after it was parked for want of its plan.
fn given_up(loaded: &Snapshot) -> Option<&str> {
    let is_gone = |record: &Record| match &record.entry {
        Entry::Parked { failure, .. } => *failure.code == *PLAN_GONE,
        _ => false,
    };
    let parked = loaded.records.iter().rposition(is_gone)?;
    loaded.records.iter().skip(parked).find_map(|record| match &record.entry {
        Entry::Resumed { action: Action::Cancel, actor, .. } => Some(&**actor),
        _ => None,
    })
}

/// What an operator is told of the end.
fn told(actor: &str, history: &History) -> String {
    let left = history.writes();
    let mut named: Vec<String> = left.iter().take(NAMED).map(|address| format!("`{address}`")).collect();
    if left.len() > NAMED {
        named.push(format!("and {} more", left.len() - NAMED));
    }
    match named.is_empty() {
        true => format!("cancelled by {actor}; it had written nothing"),
        false => format!("cancelled by {actor}; how to undo it is gone, so this stays: {}", named.join(", ")),
    }
}
