//! What the next append is to write: records in order, and the events that belong to them.

use std::{collections::HashMap, sync::Arc};

use sdk::Timestamp;

use crate::state::{Batch, Entry, Event, MessageId, Record};

/// See the file.
#[derive(Default)]
pub(super) struct Pending {
    records: Vec<Record>,
    events: Vec<Event>,
    refused: Vec<MessageId>,
    /// Events of nodes that have not ended, by address.
    deferred: HashMap<Arc<str>, Event>,
}

impl Pending {
    pub(super) fn push(&mut self, record: Record) {
        let has_ended = matches!(self.records.last(), Some(Record { entry: Entry::Ended { .. }, .. }));
        // Who cancels a run in the moment it ends comes too late.
        if !has_ended {
            self.records.push(record);
        }
    }

    /// Keeps an event until its node ends; a node has one.
    pub(super) fn defer(&mut self, address: &str, event: Event) -> bool {
        let is_first = !self.deferred.contains_key(address);
        if is_first {
            self.deferred.insert(address.into(), event);
        }
        is_first
    }

    /// The end of an attempt at a node. Its event goes with it if it ended well, else it never happened.
    pub(super) fn end(&mut self, address: &str, record: Record, has_succeeded: bool) {
        if let Some(event) = self.deferred.remove(address).filter(|_| has_succeeded) {
            self.events.push(Event { record: self.records.len(), ..event });
        }
        self.records.push(record);
    }

    /// A message that was looked at and does not count.
    pub(super) fn refuse(&mut self, refused: MessageId) {
        self.refused.push(refused);
    }

    /// Everything, as an append at `now`.
    pub(super) fn take(&mut self, now: Timestamp, is_idle: bool) -> Batch {
        Batch {
            now,
            is_idle,
            records: std::mem::take(&mut self.records),
            events: std::mem::take(&mut self.events),
            refused: std::mem::take(&mut self.refused),
        }
    }
}
