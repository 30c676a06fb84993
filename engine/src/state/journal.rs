//! The transition table: which record may follow which. Pure; checked on every append and every load.
//!
//! Three small machines stand at each address (the node, its wait, its compensation) and one over the
//! run. Nothing here knows where journals are kept.

use std::{collections::BTreeMap, sync::Arc};

use hashbrown::HashMap;
use sdk::Timestamp;

use super::{
    id::{Address, Correlation},
    record::{Action, Entry, Resolution, Status, Wait},
};

/// A record that may not stand where it was put. A bug of the caller's, or a damaged journal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("illegal record{}: {rule}", .address.as_ref().map(|at| format!(" at {at}")).unwrap_or_default())]
pub struct Illegal {
    /// Where in the run.
    pub address: Option<Address>,
    /// The rule it breaks.
    pub rule: &'static str,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Untouched,
    Started,
    Failed,
    Succeeded,
    Skipped,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Undo {
    #[default]
    Untouched,
    Started,
    Failed,
    Done,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Standing {
    phase: Phase,
    undo: Undo,
    attempt: u32,
    /// An earlier attempt may have written although it failed.
    is_outcome_unknown: bool,
}

impl Standing {
    const fn may_have_happened(&self) -> bool {
        matches!(self.phase, Phase::Succeeded | Phase::Started) || self.is_outcome_unknown
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Life {
    #[default]
    Unborn,
    Live,
    Parked,
    Ended(Status),
}

/// What a record means for the indexes beside the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// A message is awaited from now on.
    Opened(Address, Correlation),
    /// It no longer is; the event that ended the wait, if a message did.
    Closed(Address, Correlation, Option<Arc<str>>),
}

/// How every address of a run stands after the records so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    life: Life,
    nodes: HashMap<Address, Standing>,
    waits: BTreeMap<Address, Wait>,
    deadline: Option<Timestamp>,
    has_responded: bool,
}

impl History {
    /// Takes one more record in.
    ///
    /// # Errors
    /// The record may not follow what is there.
    pub(crate) fn follow(&mut self, entry: &Entry) -> Result<Option<Change>, Illegal> {
        let refuse = |rule| Err(Illegal { address: entry.address().cloned(), rule });
        match (self.life, entry) {
            (Life::Unborn, Entry::Started(origin)) => {
                self.deadline = origin.deadline;
                self.life = Life::Live;
                Ok(None)
            }
            (Life::Unborn, _) => refuse("a journal begins with the start of its run"),
            (_, Entry::Started(_)) => refuse("a run starts once"),
            (Life::Ended(_), _) => refuse("an ended run never changes"),
            (_, Entry::Resumed { action, address, .. }) => {
                self.life = Life::Live;
                self.resume(*action, address.as_ref());
                Ok(None)
            }
            (Life::Parked, _) => refuse("a parked run waits for an operator"),
            (Life::Live, _) => self.live(entry).or_else(refuse),
        }
    }

    fn live(&mut self, entry: &Entry) -> Result<Option<Change>, &'static str> {
        match entry {
            Entry::Parked { .. } => self.life = Life::Parked,
            Entry::Responded { .. } if self.has_responded => return Err("a caller is answered once"),
            Entry::Responded { .. } => self.has_responded = true,
            Entry::Ended { status, .. } => self.end(*status)?,
            Entry::WaitRegistered { address, wait } => return self.open(address, wait),
            Entry::WaitResolved { address, resolution } => return self.close(address, resolution),
            Entry::CompensationStarted { address, .. }
            | Entry::CompensationSucceeded { address }
            | Entry::CompensationFailed { address, .. } => self.undo(address, entry)?,
            Entry::NodeStarted { address, .. }
            | Entry::NodeSucceeded { address, .. }
            | Entry::NodeFailed { address, .. }
            | Entry::NodeSkipped { address, .. } => self.step(address, entry)?,
            Entry::Noted { .. } | Entry::Started(_) | Entry::Resumed { .. } => {}
        }
        Ok(None)
    }

    fn step(&mut self, address: &Address, entry: &Entry) -> Result<(), &'static str> {
        if self.waits.contains_key(address) {
            return Err("its wait must be resolved first");
        }
        let node = self.nodes.entry(address.clone()).or_default();
        let is_open = matches!(node.phase, Phase::Untouched | Phase::Started | Phase::Failed);
        match entry {
            Entry::NodeStarted { attempt, .. } if is_open && *attempt >= node.attempt.max(1) => {
                // Begun again without an outcome: the attempt that was cut off may have written.
                node.is_outcome_unknown |= node.phase == Phase::Started;
                node.attempt = *attempt;
                node.phase = Phase::Started;
            }
            Entry::NodeStarted { .. } if is_open => return Err("attempts count upwards from 1"),
            Entry::NodeSucceeded { .. } if is_open => node.phase = Phase::Succeeded,
            Entry::NodeFailed { failure, .. } if is_open => {
                node.phase = Phase::Failed;
                node.is_outcome_unknown |= failure.is_outcome_unknown;
            }
            Entry::NodeSkipped { .. } if matches!(node.phase, Phase::Untouched | Phase::Failed) => {
                node.phase = Phase::Skipped;
            }
            Entry::NodeSkipped { .. } => return Err("only a node that has not begun is skipped"),
            _ => return Err("it is settled already"),
        }
        Ok(())
    }

    fn undo(&mut self, address: &Address, entry: &Entry) -> Result<(), &'static str> {
        let never = "only what succeeded, or may have, is compensated";
        let node = self.nodes.get_mut(address).ok_or(never)?;
        node.undo = match (node.undo, entry) {
            (_, Entry::CompensationStarted { .. }) if !node.may_have_happened() => return Err(never),
            (Undo::Done, _) => return Err("it is compensated already"),
            (_, Entry::CompensationStarted { .. }) => Undo::Started,
            (Undo::Started, Entry::CompensationSucceeded { .. }) => Undo::Done,
            (Undo::Started, Entry::CompensationFailed { .. }) => Undo::Failed,
            _ => return Err("its compensation has not been started"),
        };
        Ok(())
    }

    fn open(&mut self, address: &Address, wait: &Wait) -> Result<Option<Change>, &'static str> {
        let phase = self.nodes.get(address).copied().unwrap_or_default().phase;
        if matches!(phase, Phase::Succeeded | Phase::Skipped) {
            return Err("it is settled already");
        }
        if wait.until.is_none() && wait.message.is_none() {
            return Err("a wait needs a time or a message");
        }
        if self.waits.insert(address.clone(), wait.clone()).is_some() {
            return Err("it waits already");
        }
        Ok(wait.message.clone().map(|message| Change::Opened(address.clone(), message)))
    }

    fn close(&mut self, address: &Address, how: &Resolution) -> Result<Option<Change>, &'static str> {
        let wait = self.waits.remove(address).ok_or("it does not wait")?;
        let event = match (how, &wait) {
            (Resolution::Timer, Wait { until: None, .. }) => return Err("its wait has no time"),
            (Resolution::Message { .. }, Wait { message: None, .. }) => {
                return Err("its wait is for no message");
            }
            (Resolution::Message { event, .. }, _) => Some(Arc::clone(event)),
            (Resolution::Timer | Resolution::Cancelled, _) => None,
        };
        Ok(wait.message.map(|message| Change::Closed(address.clone(), message, event)))
    }

    fn resume(&mut self, action: Action, address: Option<&Address>) {
        if let (Action::Skip, Some(node)) = (action, address.and_then(|at| self.nodes.get_mut(at)))
            && node.undo != Undo::Untouched
        {
            node.undo = Undo::Done;
        }
    }

    fn end(&mut self, status: Status) -> Result<(), &'static str> {
        if !status.is_ended() {
            return Err("this status is no end");
        }
        if !self.waits.is_empty() {
            return Err("every wait is resolved before the end");
        }
        self.life = Life::Ended(status);
        Ok(())
    }

    /// The status of a run in this state; `is_idle` when nothing is in flight but waits.
    ///
    /// # Errors
    /// Idle without a wait: nothing would ever wake the run.
    pub(crate) fn status(&self, is_idle: bool) -> Result<Status, Illegal> {
        match self.life {
            Life::Ended(status) => Ok(status),
            Life::Parked => Ok(Status::Parked),
            Life::Unborn | Life::Live if !is_idle => Ok(Status::Running),
            Life::Unborn | Life::Live if self.waits.is_empty() => {
                Err(Illegal { address: None, rule: "an idle run waits for something" })
            }
            Life::Unborn | Life::Live => Ok(Status::Waiting),
        }
    }

    /// When an idle run is woken by itself: its earliest wait, or its deadline.
    #[must_use]
    pub fn ready_at(&self) -> Option<Timestamp> {
        self.waits.values().filter_map(|wait| wait.until).chain(self.deadline).min()
    }

    /// The waits that are open, by address.
    pub fn waits(&self) -> impl Iterator<Item = (&Address, &Wait)> {
        self.waits.iter()
    }

    /// The writes that happened, or may have, and were not undone, by address.
    #[must_use]
    pub fn writes(&self) -> Vec<&Address> {
        let is_left =
            |node: &Standing| node.attempt > 0 && node.may_have_happened() && node.undo != Undo::Done;
        let mut left: Vec<&Address> =
            self.nodes.iter().filter(|(_, node)| is_left(node)).map(|(address, _)| address).collect();
        left.sort();
        left
    }

    /// Whether the caller has had an answer before the end.
    #[must_use]
    pub const fn has_responded(&self) -> bool {
        self.has_responded
    }
}

#[cfg(test)]
#[path = "journal_tests.rs"]
pub(crate) mod tests;
