//! A store in memory with the whole contract, and faults on demand. For tests and the simulator: it
//! reads no clock, spawns nothing, and a crash loses what was not flushed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use sdk::Timestamp;
use tokio::sync::watch;

use super::{
    Appended, Batch, Correlation, Created, Delivered, Documents, Error, Expected, Filter, Inbound, Kept,
    Lease, Message, Origin, OutId, Outbox, Outgoing, Page, Result, Row, RunId, Snapshot, Start, Store,
    Tenant, key,
    ledger::{self, Begun, Ledger},
    list, prepare, read,
    sorted::Sorted,
    table::Table,
};

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The call answers only after others had their turn so many times.
    Delay(u32),
    /// `Unknown`, and nothing was written.
    Lost,
    /// `Unknown`, and all of it was written.
    Written,
    /// Somebody else takes the run over just before.
    Fenced,
    /// No space.
    Full,
    /// Too much to do.
    Busy,
}

/// Asked before every call that changes something, by the call's name in `Store`.
type Hook = Box<dyn FnMut(&'static str) -> Option<Fault> + Send>;

/// The store.
pub struct Memory {
    table: Arc<Sorted>,
    ledger: Mutex<Ledger>,
    hook: Mutex<Option<Hook>>,
    holds: std::sync::atomic::AtomicBool,
    due: watch::Sender<Option<Timestamp>>,
    outbox: watch::Sender<Outbox>,
}

/// A bug of ours must not hide behind a poisoned lock: the ledger is whole between its calls.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Memory {
    /// An empty store.
    ///
    /// # Errors
    /// None in practice: an empty table can be read.
    pub fn new(now: Timestamp) -> Result<Self> {
        let table = Arc::new(Sorted::default());
        let ledger = Ledger::open(table.clone(), now)?;
        table.flush();
        Ok(Self {
            table,
            ledger: Mutex::new(ledger),
            hook: Mutex::new(None),
            holds: std::sync::atomic::AtomicBool::new(false),
            due: watch::Sender::new(None),
            outbox: watch::Sender::default(),
        })
    }

    /// Decides what goes wrong from now on.
    pub fn on_call(&self, hook: impl FnMut(&'static str) -> Option<Fault> + Send + 'static) {
        *lock(&self.hook) = Some(Box::new(hook));
    }

    /// Stops flushing, as a store that syncs too late would: a crash then loses what was acknowledged.
    pub fn hold_flushes(&self, holds: bool) {
        self.holds.store(holds, std::sync::atomic::Ordering::SeqCst);
    }

    /// The process dies and another one opens what was flushed. Every lease from before is fenced.
    ///
    /// # Errors
    /// What was flushed cannot be read.
    pub fn crash(&self, now: Timestamp) -> Result<()> {
        let mut ledger = lock(&self.ledger);
        self.table.lose();
        *ledger = Ledger::open(self.table.clone(), now)?;
        self.flush();
        self.due.send_replace(ledger.due());
        self.outbox.send_replace(ledger.outbox());
        Ok(())
    }

    fn flush(&self) {
        if !self.holds.load(std::sync::atomic::Ordering::SeqCst) {
            self.table.flush();
        }
    }

    /// One call: the faults, then the ledger, then the flush. `Delay` is slept off before.
    async fn call<T>(
        &self,
        name: &'static str,
        is_durable: bool,
        run: Option<&Lease>,
        work: impl FnOnce(&mut Ledger) -> Result<T> + Send,
    ) -> Result<T> {
        let mut fault = lock(&self.hook).as_mut().and_then(|hook| hook(name));
        if let Some(Fault::Delay(turns)) = fault {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            fault = None;
        }
        let mut ledger = lock(&self.ledger);
        match fault {
            Some(Fault::Full) => return Err(Error::Full),
            Some(Fault::Busy) => return Err(Error::Busy),
            Some(Fault::Lost) => return Err(Error::Unknown),
            Some(Fault::Fenced) => {
                if let Some(lease) = run {
                    ledger.release(0, lease.run, lease.epoch)?;
                }
            }
            Some(Fault::Written | Fault::Delay(_)) | None => {}
        }
        let done = work(&mut ledger);
        if done.is_err() {
            ledger.discard();
        }
        ledger.commit()?;
        if is_durable {
            self.flush();
            let outbox = ledger.outbox();
            self.outbox.send_if_modified(|known| std::mem::replace(known, outbox) != outbox);
        }
        let next = ledger.due();
        self.due.send_if_modified(|due| std::mem::replace(due, next) != next);
        match fault {
            Some(Fault::Written) => done.and(Err(Error::Unknown)),
            _ => done,
        }
    }
}

#[async_trait]
impl Documents for Memory {
    async fn put(&self, section: &str, key: &str, body: Bytes, expected: Expected) -> Result<u64> {
        self.call("put", true, None, |ledger| ledger.put_document(section, key, &body, expected)).await
    }

    async fn get(&self, section: &str, key: &str) -> Result<Option<Kept>> {
        let found = self.table.get(&key::document(section, key))?;
        found.map(|value| ledger::document(key, &value)).transpose()
    }

    async fn remove(&self, section: &str, key: &str) -> Result<()> {
        self.call("remove", true, None, |ledger| ledger.remove_document(section, key)).await
    }

    async fn documents(&self, section: &str, after: Option<&str>, max: usize) -> Result<Vec<Kept>> {
        ledger::documents(&*self.table, section, after, max)
    }
}

#[async_trait]
impl Store for Memory {
    async fn create(&self, start: Start) -> Result<Created> {
        let incarnation = lock(&self.ledger).incarnation();
        let (begin, mut lease) = prepare::start(incarnation, start)?;
        lease.seq = begin.write.head.count;
        let begun = self.call("create", true, None, |ledger| ledger.create(&begin)).await?;
        Ok(match begun {
            Begun::Owned => Created::Owned(Box::new(lease)),
            Begun::Same(run, reply) => Created::Same(run, reply),
            Begun::OtherBody(run) => Created::OtherBody(run),
        })
    }

    async fn load(&self, lease: &mut Lease) -> Result<Snapshot> {
        let (snapshot, history) = read::load(&*self.table, lease.run, lease.seq)?;
        lease.history = Some(history);
        Ok(snapshot)
    }

    async fn append(&self, lease: &mut Lease, batch: Batch) -> Result<Appended> {
        let write = prepare::append(lease, &batch)?;
        lease.pending = Some(Arc::new(write));
        self.settle(lease).await
    }

    async fn settle(&self, lease: &mut Lease) -> Result<Appended> {
        let Some(write) = lease.pending.clone() else { return Ok(Appended::default()) };
        let messages = self.call("append", true, Some(lease), |ledger| ledger.append(&write)).await?;
        prepare::written(lease);
        Ok(Appended { messages })
    }

    async fn claim(&self, now: Timestamp, slots: usize) -> Result<Vec<Lease>> {
        let (taken, _) = self.call("claim", true, None, |ledger| ledger.claim(now, slots)).await?;
        Ok(taken.into_iter().map(prepare::lease).collect())
    }

    async fn take(&self, _now: Timestamp, run: RunId) -> Result<Option<Lease>> {
        let taken = self.call("take", false, None, |ledger| ledger.take(run)).await?;
        Ok(taken.map(prepare::lease))
    }

    async fn release(&self, now: Timestamp, leases: Vec<Lease>) -> Result<()> {
        self.call("release", false, None, |ledger| {
            leases.iter().try_for_each(|lease| ledger.release(now, lease.run, lease.epoch))
        })
        .await
    }

    async fn heartbeat(&self, _now: Timestamp) -> Result<()> {
        Ok(())
    }

    async fn reap(&self, _now: Timestamp, max: usize) -> Result<usize> {
        self.call("reap", false, None, |ledger| ledger.reap(max)).await
    }

    async fn deliver(&self, message: Inbound) -> Result<Delivered> {
        prepare::inbound(&message)?;
        self.call("deliver", true, None, |ledger| ledger.deliver(&message)).await
    }

    async fn messages(&self, lease: &Lease) -> Result<Vec<Message>> {
        ledger::messages(&*self.table, &key::queue_of(lease.run))
    }

    fn due(&self) -> watch::Receiver<Option<Timestamp>> {
        self.due.subscribe()
    }

    async fn publish(&self, after: Option<OutId>, max: usize) -> Result<Outgoing> {
        read::outbox(&*self.table, after, max)
    }

    fn outbox(&self) -> watch::Receiver<Outbox> {
        self.outbox.subscribe()
    }

    async fn published(&self, ids: &[OutId]) -> Result<()> {
        self.call("published", true, None, |ledger| ledger.published(ids)).await
    }

    async fn read(&self, run: RunId) -> Result<Option<Snapshot>> {
        read::find(&*self.table, run)
    }

    async fn awaited(&self, tenant: &Tenant, on: &Correlation) -> Result<Option<Origin>> {
        read::awaited(&*self.table, tenant, on)
    }

    async fn late(&self, run: RunId) -> Result<Vec<Message>> {
        read::late(&*self.table, run)
    }

    async fn list(&self, filter: &Filter) -> Result<Page> {
        list::list(&*self.table, filter)
    }

    async fn children(&self, run: RunId, most: usize) -> Result<Vec<Row>> {
        list::children(&*self.table, run, most)
    }

    async fn delete(&self, run: RunId) -> Result<()> {
        self.call("delete", true, None, |ledger| ledger.delete(run)).await
    }
}
