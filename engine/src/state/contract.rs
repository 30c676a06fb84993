//! What goes into and comes out of a store. The promises about it are on `Store` itself.

use std::sync::Arc;

use bytes::Bytes;
use sdk::{Shared, Timestamp};
use serde::Serialize;

use super::{
    encode::Undecodable,
    id::{Address, Correlation, Malformed, MessageId, RunId, Tenant},
    journal::{History, Illegal},
    ledger::Write,
    record::{Origin, Record, Reply, Status},
    trigger::Trigger,
};

/// Why a store did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Somebody else owns the run. Drop what is known of it, cancel its futures, never retry.
    #[error("run {0} has another owner")]
    Fenced(RunId),
    /// It may have been written or not. For a lease: `settle` finds out.
    #[error("the outcome of the commit is unknown")]
    Unknown,
    /// No space left. Reads and finishing go on, starts are refused (HTTP 507).
    #[error("the store is full")]
    Full,
    /// Too much is queued. Starts are refused first (HTTP 503).
    #[error("the store is busy")]
    Busy,
    /// No such run or entry.
    #[error("there is no {0}")]
    Missing(&'static str),
    /// The run lives; only an ended one can be deleted.
    #[error("run {0} has not ended")]
    Live(RunId),
    /// Somebody else changed the entry; this is its version now.
    #[error("the entry is at version {0} now")]
    Conflict(u64),
    /// The lease was not loaded, or broke a rule before.
    #[error("run {0} must be loaded first")]
    NotLoaded(RunId),
    /// A key that cannot be kept.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// A record where it may not stand.
    #[error(transparent)]
    Illegal(#[from] Illegal),
    /// Bytes that cannot be read.
    #[error(transparent)]
    Undecodable(#[from] Undecodable),
    /// The files below refused: `action`, then what the system said.
    #[error("cannot {action}: {reason}")]
    Files {
        /// What was tried.
        action: &'static str,
        /// What the system said.
        reason: Arc<str>,
    },
    /// The store is shut.
    #[error("the store is closed")]
    Closed,
}

impl Error {
    /// The code of its page.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Fenced(_) => "STORE_FENCED",
            Self::Unknown => "STORE_UNKNOWN",
            Self::Full => "STORE_FULL",
            Self::Busy => "STORE_BUSY",
            Self::Missing(_) => "STORE_MISSING",
            Self::Live(_) => "STORE_LIVE",
            Self::Conflict(_) => "STORE_CONFLICT",
            Self::NotLoaded(_) | Self::Illegal(_) => "STORE_ILLEGAL",
            Self::Malformed(_) => "STORE_KEY",
            Self::Undecodable(_) => "STORE_UNREADABLE",
            Self::Files { .. } => "STORE_FILES",
            Self::Closed => "STORE_CLOSED",
        }
    }
}

/// What every call of a store gives back.
pub type Result<T> = std::result::Result<T, Error>;

/// The same key gives the same run and the same answer, for as long as the window lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// The caller's key, unique in tenant and flow.
    pub key: Arc<str>,
    /// Hash of the body, to know the same request again.
    pub body: [u8; 32],
    /// How long the key is remembered, in milliseconds.
    pub window_ms: i64,
}

/// A run to begin.
#[derive(Clone, Debug)]
pub struct Start {
    /// Its id, made by the caller; asking twice for one id makes one run.
    pub run: RunId,
    /// What it begins as.
    pub origin: Origin,
    /// The caller's key, if one was given.
    pub idempotency: Option<Idempotency>,
    /// What to commit with the start; a run without write and wait brings its end along.
    pub batch: Batch,
}

/// What became of a start.
#[derive(Debug)]
pub enum Created {
    /// The run is there and the caller's to drive (unless the batch ended it).
    Owned(Box<Lease>),
    /// This key has a run already; its answer, once there is one.
    Same(RunId, Option<Reply>),
    /// This key belongs to another body.
    OtherBody(RunId),
}

/// Proof of ownership. Not `Clone`: two drivers of one run cannot come about by accident.
#[derive(Debug)]
pub struct Lease {
    pub(crate) run: RunId,
    pub(crate) tenant: Tenant,
    pub(crate) epoch: u64,
    pub(crate) seq: u64,
    pub(crate) attempts: u32,
    pub(crate) history: Option<History>,
    /// An append whose outcome is not known yet.
    pub(crate) pending: Option<Arc<Write>>,
}

impl Lease {
    /// The run it is for.
    #[must_use]
    pub const fn run(&self) -> RunId {
        self.run
    }

    /// Whose run it is.
    #[must_use]
    pub const fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// How often the run has changed owner; grows with every claim.
    #[must_use]
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The number of records of the run.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// How many owners in a row died with the run before it made any progress. A driver parks a run
    /// that has killed more than five.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// How the run stands, once it is loaded.
    #[must_use]
    pub const fn history(&self) -> Option<&History> {
        self.history.as_ref()
    }
}

/// An event for the world, committed with the records it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Which record of the batch it belongs to; at most one event each. Its id is (run, seq of that record).
    pub record: usize,
    /// Where it goes.
    pub topic: Arc<str>,
    /// What orders it: events of one key go out in the order they were committed.
    pub key: Arc<str>,
    /// What it says.
    pub payload: Bytes,
}

/// What to add to a run: all of it or nothing.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Now, by the caller's clock.
    pub now: Timestamp,
    /// The records, in order. Waits, timers and consumed messages follow from them.
    pub records: Vec<Record>,
    /// Whether nothing of the run is in flight now but its waits.
    pub is_idle: bool,
    /// Events for the outbox.
    pub events: Vec<Event>,
    /// Messages that were looked at and are not what their wait is for; they are kept with those that came late.
    pub refused: Vec<MessageId>,
}

/// What an append brought to light.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Appended {
    /// Messages that wait to be taken in by a `WaitResolved`: also those that came before the wait.
    pub messages: Vec<Message>,
}

/// Everything about a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The run.
    pub run: RunId,
    /// How it stands.
    pub status: Status,
    /// Every record, from `Started` on.
    pub records: Vec<Record>,
    /// Messages that came for its waits and were not taken in yet.
    pub messages: Vec<Message>,
}

impl Snapshot {
    /// What the run began as.
    #[must_use]
    pub fn origin(&self) -> Option<&Origin> {
        match &self.records.first()?.entry {
            super::Entry::Started(origin) => Some(origin),
            _ => None,
        }
    }
}

impl Snapshot {
    /// What its caller was answered, once that is known.
    #[must_use]
    pub fn reply(&self) -> Option<&Reply> {
        self.records.iter().find_map(|record| match &record.entry {
            super::Entry::Responded { reply } => Some(reply),
            super::Entry::Ended { reply, .. } => reply.as_ref(),
            _ => None,
        })
    }
}

/// A message for a waiting run, its signature checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Inbound {
    /// Whose message.
    pub tenant: Tenant,
    /// The channel and the key it meets its wait by.
    pub correlation: Correlation,
    /// What makes it the same message when it comes again; unique in tenant and channel.
    pub event: Arc<str>,
    /// What it says.
    pub payload: Shared,
    /// When it came.
    pub now: Timestamp,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "camelCase")]
pub enum Delivered {
    /// A run waits for it and will be woken.
    New {
        /// The run.
        run: RunId,
        /// The node that waits.
        address: Address,
    },
    /// It came before; this is what became of it then.
    Seen {
        /// The first answer.
        first: Box<Delivered>,
    },
    /// Nobody waits yet: kept.
    Early,
    /// The wait is over: kept, and visible.
    Late {
        /// The run that waited.
        run: RunId,
    },
}

/// A message as the store keeps it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The channel and the key.
    pub correlation: Correlation,
    /// Its event id.
    pub event: Arc<str>,
    /// What it says.
    pub payload: Shared,
    /// When it came.
    pub received_at: Timestamp,
    /// The wait it is for, if any is known.
    pub address: Option<Address>,
}

/// An event that has not been marked as published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutEvent {
    /// Where it stands in the outbox.
    pub id: OutId,
    /// Whose event.
    pub tenant: Tenant,
    /// The run and the record it came from: its id for the far side's deduplication.
    pub run: RunId,
    /// The seq of that record.
    pub seq: u64,
    /// Where it goes.
    pub topic: Arc<str>,
    /// What orders it.
    pub key: Arc<str>,
    /// What it says.
    pub payload: Bytes,
}

/// A place in the outbox; later events have larger ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OutId(pub u64);

/// How the outbox stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    /// No event up to here is lost any more; later ones may not be on disk yet.
    pub newest: OutId,
    /// Events that were not marked as published.
    pub depth: u64,
}

/// Which runs to list, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this flow.
    pub flow: Option<Arc<str>>,
    /// Of this tenant; `Some(default)` is the default business, `None` is everybody's.
    pub tenant: Option<Tenant>,
    /// Of this use case.
    pub use_case: Option<Arc<str>>,
    /// Of this scenario.
    pub scenario: Option<Arc<str>>,
    /// With one of these statuses; empty is any.
    pub statuses: Vec<Status>,
    /// Started by one of these; empty is any.
    pub triggers: Vec<Trigger>,
    /// With this business key.
    pub business_key: Option<Arc<str>>,
    /// Started at or after.
    pub from: Option<Timestamp>,
    /// Started before.
    pub to: Option<Timestamp>,
    /// Older than this run: the `next` of the page before.
    pub before: Option<RunId>,
    /// At most so many.
    pub limit: usize,
}

/// A run in a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// The run.
    pub run: RunId,
    /// How it stands.
    pub status: Status,
    /// What it began as; of input and context only `trigger`.
    #[serde(skip)]
    pub origin: Origin,
    /// The number of its records.
    pub seq: u64,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Whether an uncritical node failed on the way.
    pub is_degraded: bool,
    /// Why it ended or is parked.
    pub failure: Option<sdk::Error>,
    /// The node that failed.
    pub address: Option<Address>,
}

/// A part of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The runs, newest first. May be fewer than asked for although more follow.
    pub rows: Vec<Row>,
    /// Where the next part begins; none at the end.
    pub next: Option<RunId>,
}
