//! What a store does, told in sorted keys: fences, indexes, inbox, outbox, recovery. Single-threaded:
//! one committer owns a ledger. Knows no files, no tasks and no clock; every store but PostgreSQL is this
//! ledger over its own table.

mod append;
mod claim;
mod create;
mod deliver;
mod document;
mod open;
mod reap;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use hashbrown::HashMap;
use sdk::Timestamp;

use super::{
    frame::Head,
    id::{Address, Correlation, MessageId, RunId, Tenant},
    record::Status,
    row::Deaths,
    staged::Staged,
    table::Changes,
};

pub(crate) use append::{INDEXED, messages};
pub(crate) use claim::Taken;
pub(crate) use create::{Begin, Begun};
pub(crate) use deliver::{Found, find_wait};
pub(crate) use document::{list as documents, read as document};
pub(crate) use open::last;
pub(crate) use reap::{erase, origin};

/// An append, ready to be written: checked and encoded by its caller.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) run: RunId,
    pub(crate) tenant: Tenant,
    pub(crate) seq: u64,
    pub(crate) head: Head,
    pub(crate) frame: Vec<u8>,
    pub(crate) opened: Vec<(Address, Correlation)>,
    pub(crate) closed: Vec<(Address, Correlation, Option<Arc<str>>)>,
    pub(crate) events: Vec<Vec<u8>>,
    pub(crate) refused: Vec<MessageId>,
    /// Whether something the run had begun is settled now: its owner got somewhere.
    pub(crate) settles: bool,
}

/// A run with an owner. Idle runs have none, so they take no memory.
#[derive(Debug)]
struct Active {
    epoch: u64,
    seq: u64,
    status: Status,
    /// When it was last appended to.
    at: Timestamp,
    tenant: Tenant,
    /// Due marks the run is known to have.
    dues: Vec<Timestamp>,
    /// Messages that were not taken in yet.
    unread: usize,
    /// Owners that died with it since it last went idle.
    deaths: Deaths,
}

/// The ledger.
pub(crate) struct Ledger {
    table: Arc<Staged>,
    incarnation: u32,
    claims: u32,
    active: HashMap<RunId, Active>,
    /// Per tenant: no unowned run is due before this mark.
    next: BTreeMap<Tenant, (Timestamp, RunId)>,
    /// The tenant that was served last.
    turn: Tenant,
    /// Owned runs that recovery would find by their start alone.
    fresh: BTreeSet<RunId>,
    newest: Timestamp,
    /// Every live run that started before has a due mark, or is idle.
    checkpoint: Timestamp,
    /// Runs due by then were left by an earlier incarnation.
    opened_at: Timestamp,
    /// Where the search for runs of dead owners stands; none when it is over.
    unreaped: Option<RunId>,
    outbox: u64,
    unpublished: u64,
    changes: Changes,
}
