//! Stage 7 of 8: state. Appends records, so that a durable run survives anything.
//!
//! A run changes by `append` alone, and every append is a compare-and-swap on (epoch, seq): whoever has
//! lost a run writes nothing more. Safety comes from that, never from a lock. What may follow what is
//! `journal`, what it looks like in bytes is `frame`, what the indexes say is `ledger`; below that a
//! store only keeps sorted keys (`table`). This folder knows neither flows nor how runs are driven.

mod commit;
mod contract;
mod copy;
mod document;
mod encode;
mod flush;
mod frame;
mod id;
mod journal;
mod key;
mod ledger;
mod list;
mod memory;
mod outgoing;
mod overlay;
mod prepare;
mod read;
mod record;
mod row;
mod sled;
mod sorted;
mod staged;
mod table;
mod trigger;

use sdk::Timestamp;
use tokio::sync::watch;

pub use self::sled::{Available, Durability, Settings, Sled, Upkeep};
pub use contract::{
    Appended, Batch, Created, Delivered, Error, Event, Filter, Idempotency, Inbound, Lease, Message,
    OutEvent, OutId, Outbox, Page, Result, Row, Snapshot, Start,
};
pub use document::{Documents, Expected, Kept};
pub use encode::Undecodable;
pub use flush::Written;
pub use id::{Address, Correlation, Malformed, MessageId, RunId, Tenant};
pub use journal::{History, Illegal};
pub use memory::{Fault, Memory};
pub use outgoing::{Damaged, Outgoing};
pub use record::{Action, Entry, Origin, Parent, Record, Reply, Resolution, Status, Wait};
pub use trigger::Trigger;

/// Where durable runs live. `Ok` means: as durable as the store was told to be.
///
/// Every call may be dropped before it answers; it is then as if the answer had been lost.
#[async_trait::async_trait]
pub trait Store: Documents + Send + Sync + 'static {
    /// Begins a run and makes the caller its owner, unless its idempotency key has a run already.
    async fn create(&self, start: Start) -> Result<Created>;
    /// Reads a run for its owner and checks its journal. A claimed lease is loaded before it appends.
    async fn load(&self, lease: &mut Lease) -> Result<Snapshot>;
    /// Adds to a run. After `Unknown`, `Busy` or `Full` the same batch is still pending: `settle` it.
    async fn append(&self, lease: &mut Lease, batch: Batch) -> Result<Appended>;
    /// Finds out whether the pending append was written, and writes it if it was not.
    async fn settle(&self, lease: &mut Lease) -> Result<Appended>;
    /// Takes over runs that are due, fairly over tenants.
    async fn claim(&self, now: Timestamp, slots: usize) -> Result<Vec<Lease>>;
    /// Takes over one run, due or not; none while it has an owner. `Missing` once it has ended.
    async fn take(&self, now: Timestamp, run: RunId) -> Result<Option<Lease>>;
    /// Gives runs back: an idle one until it is due, any other for the next claim.
    async fn release(&self, now: Timestamp, leases: Vec<Lease>) -> Result<()>;
    /// Says that this process lives.
    async fn heartbeat(&self, now: Timestamp) -> Result<()>;
    /// Makes at most about `max` runs of dead owners claimable; 0 when none are left.
    async fn reap(&self, now: Timestamp, max: usize) -> Result<usize>;
    /// Hands a message to the run that waits for it, or keeps it.
    async fn deliver(&self, message: Inbound) -> Result<Delivered>;
    /// What the run began as that `deliver` would hand a message to, or that waited for it last.
    async fn awaited(&self, tenant: &Tenant, on: &Correlation) -> Result<Option<Origin>>;
    /// The messages that came for a run and were not taken in yet.
    async fn messages(&self, lease: &Lease) -> Result<Vec<Message>>;
    /// When to claim next. A hint: never too late, sometimes too early.
    fn due(&self) -> watch::Receiver<Option<Timestamp>>;
    /// The oldest events that were not published, after `after`; at most `max` rows.
    async fn publish(&self, after: Option<OutId>, max: usize) -> Result<Outgoing>;
    /// How the outbox stands; changes once more events are on disk.
    fn outbox(&self) -> watch::Receiver<Outbox>;
    /// Forgets events that have reached the world.
    async fn published(&self, ids: &[OutId]) -> Result<()>;
    /// Reads a run for people.
    async fn read(&self, run: RunId) -> Result<Option<Snapshot>>;
    /// Messages that came after their wait had ended.
    async fn late(&self, run: RunId) -> Result<Vec<Message>>;
    /// Lists runs, newest first.
    async fn list(&self, filter: &Filter) -> Result<Page>;
    /// The oldest runs that a run started, at most `most`.
    async fn children(&self, run: RunId, most: usize) -> Result<Vec<Row>>;
    /// Removes an ended run.
    async fn delete(&self, run: RunId) -> Result<()>;
}
