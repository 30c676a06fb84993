//! What the records of a run say, by address, and the gate that tells it again in the order in which it was
//! recorded: a race or a join must not end otherwise the second time.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    sync::Arc,
    task::Waker,
};

use sdk::{Error, Shared, Timestamp, Value};

use super::write::Journal;
use crate::{
    run::one::locked,
    state::{Action, Entry, Message, Record, Resolution, Wait},
};

/// How a node ended, by record.
#[derive(Clone, Debug)]
pub(in crate::run) struct Recalled {
    pub(in crate::run) outcome: Result<Shared, Error>,
    pub(in crate::run) detail: Option<Shared>,
    /// Its place among all records.
    pub(super) index: u64,
}

/// What the records say.
#[derive(Default)]
pub(super) struct Recall {
    pub(super) finals: HashMap<Arc<str>, Recalled>,
    /// Failed attempts that others followed.
    pub(super) attempts: HashMap<Arc<str>, BTreeMap<u32, Error>>,
    /// Writes that were begun, by address, with the place of the record.
    pub(super) begun: HashMap<Arc<str>, u64>,
    /// Writes whose attempt under way has no outcome.
    underway: HashSet<Arc<str>>,
    /// Writes of which an attempt was cut off or ended nobody knows how: they may have happened, whatever later
    /// attempts say.
    pub(super) doubtful: HashSet<Arc<str>>,
    /// `now()`, in the order in which it was asked for.
    pub(super) times: HashMap<Arc<str>, Vec<Timestamp>>,
    /// Pauses that are over.
    pub(super) slept: HashMap<(Arc<str>, Arc<str>), u64>,
    /// When a pause ends that was begun.
    pub(super) until: HashMap<(Arc<str>, Arc<str>), Timestamp>,
    pub(super) open: BTreeMap<Arc<str>, Wait>,
    /// When a wait was registered: what came before came early.
    pub(super) since: HashMap<Arc<str>, Timestamp>,
    pub(super) messages: HashMap<Arc<str>, VecDeque<(u64, Shared)>>,
    pub(super) undone: HashSet<Arc<str>>,
    /// How often undoing a node has failed since an operator last acted.
    pub(super) undo_failures: HashMap<Arc<str>, u32>,
    /// The attempt at undoing a node that is next: one that was begun is made again.
    pub(super) undo_next: HashMap<Arc<str>, u32>,
    pub(super) cancelled_at: Option<u64>,
    pub(super) has_responded: bool,
    pub(super) inbox: Vec<Message>,
    /// Records so far: the place of the next one.
    pub(super) next: u64,
}

/// The word by which a note says what it is.
pub(super) const NOW: &str = "now";
pub(super) const SLEPT: &str = "slept";
pub(super) const UNTIL: &str = "until";

impl Recall {
    pub(super) fn of(records: &[Record], inbox: Vec<Message>) -> Self {
        let mut recall = Self { inbox, ..Self::default() };
        for record in records {
            if let (Entry::WaitRegistered { .. }, Some(at)) = (&record.entry, record.entry.address()) {
                recall.since.insert(at.as_str().into(), record.at);
            }
            recall.doubt(&record.entry);
            recall.take(&record.entry);
            recall.next += 1;
        }
        recall.doubtful.extend(std::mem::take(&mut recall.underway));
        recall
    }

    /// Keeps in mind what may have happened.
    pub(super) fn doubt(&mut self, entry: &Entry) {
        let Some(at) = entry.address().map(|address| Arc::from(address.as_str())) else { return };
        match entry {
            Entry::NodeStarted { .. } => {
                let is_first = self.underway.insert(Arc::clone(&at));
                if !is_first {
                    self.doubtful.insert(at);
                }
            }
            Entry::NodeSucceeded { .. } => {
                self.underway.remove(&at);
            }
            Entry::NodeFailed { failure, .. } => {
                self.underway.remove(&at);
                if failure.is_outcome_unknown {
                    self.doubtful.insert(at);
                }
            }
            _ => {}
        }
    }

    fn take(&mut self, entry: &Entry) {
        let index = self.next;
        let at = entry.address().map(|address| Arc::from(address.as_str()));
        match (entry, at) {
            (Entry::NodeStarted { .. }, Some(at)) => {
                self.begun.entry(at).or_insert(index);
            }
            (Entry::NodeSucceeded { output, detail, .. }, Some(at)) => {
                let outcome = Ok(Shared::clone(output));
                self.finals.insert(at, Recalled { outcome, detail: detail.clone(), index });
            }
            (Entry::NodeFailed { attempt, failure, detail, .. }, Some(at)) => {
                let error = Error::clone(failure);
                match detail {
                    // Only the last failure of a node has something to tell beside itself.
                    Some(_) => {
                        let recalled = Recalled { outcome: Err(error), detail: detail.clone(), index };
                        self.finals.insert(at, recalled);
                    }
                    None => {
                        self.attempts.entry(at).or_default().insert(*attempt, error);
                    }
                }
            }
            (Entry::Noted { value, .. }, Some(at)) => self.note(at, value, index),
            (Entry::WaitRegistered { wait, .. }, Some(at)) => {
                self.open.insert(at, wait.clone());
            }
            (Entry::WaitResolved { resolution, .. }, Some(at)) => {
                self.open.remove(&at);
                if let Resolution::Message { payload, .. } = resolution {
                    self.messages.entry(at).or_default().push_back((index, Shared::clone(payload)));
                }
            }
            (entry, at) => self.end(entry, at, index),
        }
    }

    fn end(&mut self, entry: &Entry, at: Option<Arc<str>>, index: u64) {
        match (entry, at) {
            (Entry::CompensationStarted { attempt, .. }, Some(at)) => {
                self.undo_next.insert(at, *attempt);
            }
            (Entry::CompensationSucceeded { .. }, Some(at)) => {
                self.undone.insert(at);
            }
            (Entry::CompensationFailed { attempt, .. }, Some(at)) => {
                self.undo_next.insert(Arc::clone(&at), attempt + 1);
                *self.undo_failures.entry(at).or_default() += 1;
            }
            (Entry::Resumed { action, .. }, at) => {
                self.undo_failures.clear();
                match (action, at) {
                    (Action::Skip, Some(at)) => {
                        self.undone.insert(at);
                    }
                    (Action::Cancel, _) => self.cancelled_at = self.cancelled_at.or(Some(index)),
                    _ => {}
                }
            }
            (Entry::Responded { .. }, _) => self.has_responded = true,
            _ => {}
        }
    }

    fn note(&mut self, at: Arc<str>, value: &Value, index: u64) {
        if let Some(time) = value[NOW].as_i64() {
            self.times.entry(at).or_default().push(time);
        } else if let Some(tag) = value[SLEPT].as_str() {
            self.slept.insert((at, tag.into()), index);
        } else if let (Some(tag), Some(until)) = (value["tag"].as_str(), value[UNTIL].as_i64()) {
            self.until.insert((at, tag.into()), until);
        }
    }
}

impl Journal {
    /// Adds a record of undoing. What is stuck in a child may be tried again in this very drive, with its parent.
    pub(in crate::run) fn undoing(&self, entry: Entry) {
        let at = entry.address().map(|address| Arc::from(address.as_str()));
        locked(&self.recall).end(&entry, at, 0);
        self.push(entry);
    }

    /// Whether a write was begun at this address.
    pub(in crate::run) fn was_begun(&self, address: &str) -> bool {
        locked(&self.recall).begun.contains_key(address)
    }

    /// Whether a write may have happened in an earlier life of the run, whatever becomes of it now.
    pub(in crate::run) fn is_doubtful(&self, address: &str) -> bool {
        locked(&self.recall).doubtful.contains(address)
    }

    /// Whether a write was begun and nobody knows, or no longer knows, that it did not happen.
    pub(in crate::run) fn may_have_happened(&self, address: &str) -> bool {
        let recall = locked(&self.recall);
        recall.doubtful.contains(address) || recall.underway.contains(address)
    }

    /// The place of a node's end among all records: what ended later has a higher one.
    pub(in crate::run) fn order(&self, address: &str) -> u64 {
        let recall = locked(&self.recall);
        recall.finals.get(address).map_or(u64::MAX, |recalled| recalled.index)
    }
}

/// Lets through what was recorded, one after the other, in the order of the records.
#[derive(Default)]
pub(super) struct Gate {
    waiting: BTreeMap<u64, Waker>,
    passed: HashSet<u64>,
}

/// What may be let through, when nothing else of the run can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Released {
    /// One recorded outcome was told.
    One,
    /// There is none left.
    Nothing,
}

impl Gate {
    /// Whether the record at `index` has been let through; if not, `waker` hears of it.
    pub(super) fn is_open(&mut self, index: u64, waker: &Waker) -> bool {
        if self.passed.contains(&index) {
            return true;
        }
        self.waiting.insert(index, waker.clone());
        false
    }

    /// The record that is next, if one waits.
    pub(super) fn next(&self) -> Option<u64> {
        self.waiting.keys().next().copied()
    }

    /// Lets the next one through.
    pub(super) fn release(&mut self) -> Released {
        match self.waiting.pop_first() {
            Some((index, waker)) => {
                self.passed.insert(index);
                waker.wake();
                Released::One
            }
            None => Released::Nothing,
        }
    }
}
