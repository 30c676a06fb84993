//! What is to be undone when a run fails: every node with a `compensate` that succeeded or whose outcome is
//! unknown, the last completed first. A compensation never triggers a compensation.

use std::sync::{Arc, Mutex};

use futures_util::future::{BoxFuture, join_all};
use sdk::{Class, Effect, Error, Shared};
use serde::Serialize;

use super::{
    frame::{Frame, Parent, Part},
    invocation::Notes,
    kind,
    node::Settlement,
    one::{Run, locked},
    report::ErrorReport,
};
use crate::flow::{
    document::{CompensationOrder, OnExhausted, Retry},
    plan::{Kind, Node},
};

/// Why a node is undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It succeeded.
    Succeeded,
    /// Nobody knows whether it did.
    Unknown,
}

impl Reason {
    /// Why a node that settled so would be undone; `None` = there is nothing to undo.
    pub(super) fn of(node: &Node, settlement: &Settlement, notes: Option<&Notes>) -> Option<Self> {
        let is_noted = notes.is_some_and(|notes| notes.is_unknown);
        let is_unknown = match settlement {
            Settlement::Succeeded(_) => return Some(Self::Succeeded),
            Settlement::Failed(error) => is_noted || error.is_outcome_unknown,
            // What was stopped half way may have done half of its work.
            Settlement::Cancelled => is_noted || !matches!(node.kind, Kind::Use { .. }),
            Settlement::Skipped | Settlement::Routed(_) => false,
        };
        (is_unknown && node.effect == Effect::Write).then_some(Self::Unknown)
    }
}

/// One node to be undone.
pub(crate) struct Undo {
    frame: Arc<Frame>,
    slot: u16,
    reason: Reason,
}

/// One node that was undone, or was not.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Undone {
    /// The node's address.
    pub address: Arc<str>,
    /// Why it was to be undone.
    pub reason: Reason,
    /// How often it was tried.
    pub attempts: u32,
    /// Why it could not be undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

/// What is to be undone, in order of completion.
#[derive(Default)]
pub(crate) struct Saga {
    undos: Mutex<Vec<Undo>>,
}

/// How undoing ended.
#[derive(Default)]
pub(super) struct Ended {
    pub(super) undone: Vec<Undone>,
    /// Something could not be undone and an operator has to decide.
    pub(super) is_parked: bool,
}

impl Saga {
    /// Takes a node in if it has a `compensate` and there is something to undo.
    pub(super) fn enlist(&self, frame: &Arc<Frame>, slot: u16, reason: Option<Reason>) {
        let Some(reason) = reason else { return };
        if frame.node(slot).compensate.is_some() && !is_after_the_end(frame) {
            locked(&self.undos).push(Undo { frame: Arc::clone(frame), slot, reason });
        }
    }

    /// Takes over what another run has done.
    pub(super) fn adopt(&self, other: &Self) {
        let taken = std::mem::take(&mut *locked(&other.undos));
        locked(&self.undos).extend(taken);
    }

    /// What would be undone, in the order in which it would be.
    pub(crate) fn preview(&self) -> Vec<(Arc<str>, Reason)> {
        locked(&self.undos).iter().rev().map(|undo| (undo.address(), undo.reason)).collect()
    }

    /// Undoes everything.
    pub(super) async fn undo_all(&self, run: &Run) -> Ended {
        let asked = &run.plan.compensation;
        let mut ended = Ended::default();
        match asked.order {
            CompensationOrder::Parallel => {
                let all = std::mem::take(&mut *locked(&self.undos));
                let undone = join_all(all.iter().map(|undo| undo.undo(run))).await;
                let left = all.into_iter().zip(&undone).filter(|(_, undone)| undone.error.is_some());
                locked(&self.undos).extend(left.map(|(undo, _)| undo));
                ended.undone = undone;
            }
            CompensationOrder::Reverse => loop {
                let Some(undo) = locked(&self.undos).pop() else { break };
                let undone = undo.undo(run).await;
                let has_failed = undone.error.is_some();
                ended.undone.push(undone);
                if has_failed && asked.on_exhausted == OnExhausted::Park {
                    locked(&self.undos).push(undo);
                    break;
                }
            },
        }
        let has_failed = ended.undone.iter().any(|undone| undone.error.is_some());
        ended.is_parked = has_failed && asked.on_exhausted == OnExhausted::Park;
        ended
    }
}

/// Whether a frame belongs to a compensation or to `finally`.
fn is_after_the_end(frame: &Frame) -> bool {
    let mut frame = frame;
    while let Some(parent) = &frame.parent {
        if matches!(parent.part, Part::Compensate | Part::Finally) {
            return true;
        }
        frame = &parent.frame;
    }
    false
}

impl Undo {
    fn address(&self) -> Arc<str> {
        self.frame.address(self.slot)
    }

    fn undo<'u>(&'u self, run: &'u Run) -> BoxFuture<'u, Undone> {
        Box::pin(async move {
            let retry = run.plan.compensation.retry.as_ref();
            let mut attempts = 1;
            let error = loop {
                let Err(error) = self.attempt(attempts).await else { break None };
                if attempts >= retry.map_or(MOST_ATTEMPTS, |retry| retry.attempts)
                    || !is_worth_it(retry, &error)
                {
                    break Some(ErrorReport::from(&error));
                }
                let pause = pause(retry, attempts, &error, run);
                run.clock.sleep(pause).await;
                attempts += 1;
            };
            Undone { address: self.address(), reason: self.reason, attempts, error }
        })
    }

    async fn attempt(&self, attempt: u32) -> Result<Shared, Error> {
        let Some(body) = &self.frame.node(self.slot).compensate else {
            return Err(Error::internal("nothing undoes this node"));
        };
        let run = &self.frame.run;
        let parent = Parent {
            frame: Arc::clone(&self.frame),
            slot: self.slot,
            part: Part::Compensate,
            attempt,
            key: None,
            stop: run.shield.clone(),
        };
        kind::body(Frame::within(parent, Arc::clone(&self.frame.base), Arc::clone(body), Vec::new())).await
    }
}

/// Without a word on it, an undo is tried so often.
const MOST_ATTEMPTS: u32 = 3;

/// What the business refuses for good is not asked again, unless the flow says so.
fn is_worth_it(retry: Option<&Retry>, error: &Error) -> bool {
    match retry {
        Some(retry) if !retry.on.is_empty() => retry.on.contains(&error.class),
        _ => !matches!(error.class, Class::Business | Class::Validation),
    }
}

fn pause(retry: Option<&Retry>, attempt: u32, error: &Error, run: &Run) -> std::time::Duration {
    match retry {
        Some(retry) => retry.delay(attempt, error, run.random()),
        None => std::time::Duration::from_millis(200) * attempt,
    }
}
