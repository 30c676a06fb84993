//! What is to be undone when a run fails: every node with a `compensate` that succeeded or whose outcome is
//! unknown, the last completed first. A compensation never triggers a compensation.

use std::sync::{Arc, Mutex};

use futures_util::future::{BoxFuture, join_all};
use sdk::{Class, Effect, Error, Shared};
use serde::Serialize;

use super::{
    frame::{Frame, Parent, Part},
    invocation::Notes,
    journal::Tag,
    kind,
    node::Settlement,
    one::{Run, locked},
    report::ErrorReport,
};
use crate::{
    flow::{
        document::{CompensationOrder, OnExhausted, Retry},
        plan::{Kind, Plan},
    },
    state::Entry,
};

/// Why a node is undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "UndoReason")]
pub enum Reason {
    /// It succeeded.
    Succeeded,
    /// Nobody knows whether it did.
    Unknown,
}

impl Reason {
    /// Why a node that settled so would be undone; `None` = there is nothing to undo.
    pub(super) fn of(
        frame: &Frame,
        slot: u16,
        settlement: &Settlement,
        notes: Option<&Notes>,
    ) -> Option<Self> {
        let node = frame.node(slot);
        let is_noted = notes.is_some_and(|notes| notes.is_unknown);
        let is_unknown = match settlement {
            Settlement::Succeeded(_) => return Some(Self::Succeeded),
            Settlement::Failed(error) => is_noted || error.is_outcome_unknown,
            // What was stopped half way may have done half of its work.
            Settlement::Cancelled => {
                is_noted || !matches!(node.kind, Kind::Use { .. }) || was_begun(frame, slot)
            }
            Settlement::Skipped | Settlement::Routed(_) => false,
        };
        (is_unknown && node.effect == Effect::Write).then_some(Self::Unknown)
    }
}

/// One node to be undone.
#[derive(Clone)]
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

impl Ended {
    /// Something was undone.
    pub(super) fn has_undone(&self) -> bool {
        self.undone.iter().any(|undone| undone.error.is_none())
    }

    /// Where an operator has to decide.
    pub(super) fn stuck(&self) -> Option<Arc<str>> {
        let stuck = self.undone.iter().find(|undone| undone.error.is_some());
        stuck.filter(|_| self.is_parked).map(|undone| Arc::clone(&undone.address))
    }
}

impl Saga {
    /// Takes a node in if it has a `compensate` and there is something to undo.
    pub(super) fn enlist(&self, frame: &Arc<Frame>, slot: u16, reason: Option<Reason>) {
        let Some(reason) = reason else { return };
        if frame.node(slot).compensate.is_some() && !is_after_the_end(frame) && may_be(frame, slot, reason) {
            locked(&self.undos).push(Undo { frame: Arc::clone(frame), slot, reason });
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        locked(&self.undos).is_empty()
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

    /// Undoes everything, as the flow asks for it. What is not undone yet when this is dropped stays enlisted.
    pub(super) async fn undo_all(&self, run: &Run, plan: &Plan) -> Ended {
        let asked = &plan.compensation;
        let mut undos = locked(&self.undos).clone();
        if let Some(journal) = &run.journal {
            // Driven again, nodes may settle in another order than they first did.
            undos.sort_by_key(|undo| journal.order(&undo.address()));
            locked(&self.undos).clone_from(&undos);
        }
        let retry = asked.retry.as_ref();
        let undone = match asked.order {
            CompensationOrder::Parallel => {
                join_all(undos.iter().map(|undo| self.undo(undo, run, retry))).await
            }
            CompensationOrder::Reverse => {
                let mut undone = Vec::new();
                for undo in undos.iter().rev() {
                    undone.push(self.undo(undo, run, retry).await);
                    let has_failed = undone.last().is_some_and(|undone| undone.error.is_some());
                    if has_failed && asked.on_exhausted == OnExhausted::Park {
                        break;
                    }
                }
                undone
            }
        };
        let has_failed = undone.iter().any(|undone| undone.error.is_some());
        let is_parked = has_failed && asked.on_exhausted == OnExhausted::Park;
        if !is_parked {
            locked(&self.undos).clear();
        }
        Ended { is_parked, undone }
    }

    async fn undo(&self, undo: &Undo, run: &Run, retry: Option<&Retry>) -> Undone {
        let undone = undo.undo(run, retry).await;
        if undone.error.is_none() {
            let mut left = locked(&self.undos);
            let is_it = |left: &Undo| Arc::ptr_eq(&left.frame, &undo.frame) && left.slot == undo.slot;
            if let Some(place) = left.iter().rposition(is_it) {
                left.remove(place);
            }
        }
        undone
    }
}

/// Whether a durable run has said that it would call this node and not yet what came of it. Only asked where it
/// matters.
fn was_begun(frame: &Frame, slot: u16) -> bool {
    let asks = frame.node(slot).compensate.is_some();
    let journal = frame.run.journal.as_ref().filter(|_| asks);
    journal.is_some_and(|journal| journal.may_have_happened(&frame.address(slot)))
}

/// A durable run knows what it never began, and what was refused before it could have any effect.
fn may_be(frame: &Frame, slot: u16, reason: Reason) -> bool {
    match &frame.run.journal {
        Some(journal) if reason == Reason::Unknown => journal.may_have_happened(&frame.address(slot)),
        _ => true,
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

    fn undo<'u>(&'u self, run: &'u Run, retry: Option<&'u Retry>) -> BoxFuture<'u, Undone> {
        Box::pin(async move {
            let (address, reason) = (self.address(), self.reason);
            let journal = run.journal.as_deref();
            if journal.is_some_and(|journal| journal.is_undone(&address)) {
                return Undone { address, reason, attempts: 0, error: None };
            }
            let most = retry.map_or(MOST_ATTEMPTS, |retry| retry.attempts);
            let (first, failures) = journal.map_or((1, 0), |journal| journal.undo_attempt(&address));
            let mut attempts = failures + 1;
            let error = loop {
                let number = first + attempts - failures - 1;
                let Err(error) = self.recorded(run, &address, number).await else { break None };
                if attempts >= most || !is_worth_it(retry, &error) {
                    break Some(ErrorReport::from(&error));
                }
                let pause = pause(retry, attempts, &error, run);
                match journal {
                    Some(journal) => {
                        let place = format!("{address}.compensate").into();
                        journal.pause(place, Tag::Retry(number), pause, false).await;
                    }
                    None => run.clock.sleep(pause).await,
                }
                attempts += 1;
            };
            Undone { address, reason, attempts, error }
        })
    }

    /// One attempt, recorded before and after.
    async fn recorded(&self, run: &Run, address: &str, attempt: u32) -> Result<Shared, Error> {
        let Some((journal, place)) = run.journal.as_ref().and_then(|j| Some((j, j.place(address)?))) else {
            return self.attempt(attempt).await;
        };
        let key = format!("{}:{address}.compensate", run.id).into();
        journal.undoing(Entry::CompensationStarted { address: place.clone(), attempt, key });
        journal.flush().await;
        let outcome = self.attempt(attempt).await;
        journal.undoing(match &outcome {
            Ok(_) => Entry::CompensationSucceeded { address: place },
            Err(error) => {
                Entry::CompensationFailed { address: place, attempt, failure: Box::new(error.clone()) }
            }
        });
        outcome
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
            stop: run.shield().clone(),
            is_past: false,
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
