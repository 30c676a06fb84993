//! `Store` on sled: writes go to the committer, reads to a thread that may block.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use sdk::Timestamp;
use tokio::sync::watch;

use super::{
    super::{
        Appended, Batch, Correlation, Created, Delivered, Documents, Error, Expected, Filter, Inbound, Kept,
        Lease, Message, Origin, OutId, Outbox, Outgoing, Page, Result, Row, RunId, Snapshot, Start, Store,
        Tenant,
        commit::Committer,
        flush::{Flush, Written},
        key,
        ledger::{self, Begun, Ledger},
        list, prepare, read,
        table::Table,
    },
    Settings, Sled, Upkeep,
    period::{Move, Periods},
    space::{Room, Space},
};

/// Before a period ends, what was touched meanwhile is copied again at most so often while everything goes on, and not
/// once more when it is only so many keys: these are copied while everybody waits.
const ROUNDS: usize = 8;
const FEW: usize = 2_000;

/// What the committer does to make a group durable.
struct Disk {
    periods: Arc<Periods>,
    space: Space,
}

impl Flush for Disk {
    fn flush(&mut self) -> Result<()> {
        self.periods.flush()
    }

    fn is_full(&mut self) -> bool {
        self.space.is_full()
    }
}

impl Sled {
    /// Opens the store, or makes it. Blocks while sled reads its files.
    ///
    /// # Errors
    /// The directory or the database in it cannot be used; the text says what to do.
    pub fn open(settings: &Settings, now: Timestamp) -> Result<Self> {
        let periods = Arc::new(settings.periods()?);
        let ledger = Ledger::open(periods.clone(), now)?;
        periods.flush()?;
        let incarnation = ledger.incarnation();
        let room = Room::new(&settings.dir, settings.reserve_bytes, settings.available);
        periods.keep_room(Arc::new(room));
        let space = Space::open(&settings.dir, settings.reserve_bytes, settings.available)?;
        let committer = Committer::start(ledger, Disk { periods: periods.clone(), space })?;
        Ok(Self { committer, periods, incarnation, turning: tokio::sync::Mutex::new(()) })
    }

    /// What was written since it was opened.
    #[must_use]
    pub fn written(&self) -> Written {
        self.committer.written()
    }

    /// Whether the files have refused a write, which sled takes for good, and a new process could go on: reads go
    /// on, and everything that was acknowledged is there.
    #[must_use]
    pub fn wants_restart(&self) -> bool {
        self.periods.wants_restart()
    }

    /// Refuses what others can bring again. What runs have done waits for room instead.
    fn refuse_when_full(&self) -> Result<()> {
        if self.periods.room().is_some_and(Room::is_used_up) { Err(Error::Full) } else { Ok(()) }
    }

    /// Runs a read where it may block.
    pub(super) async fn reading<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Periods) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let periods = self.periods.clone();
        tokio::task::spawn_blocking(move || work(&periods)).await.unwrap_or(Err(Error::Closed))
    }

    async fn turn(&self, now: Timestamp, what: Move) -> Result<()> {
        let _one_at_a_time = self.turning.lock().await;
        let periods = self.periods.clone();
        let owned = self
            .committer
            .alone(move |ledger| {
                while ledger.reap(usize::MAX)? > 0 {}
                ledger.commit()?;
                periods.begin_turn();
                Ok(ledger.owned())
            })
            .await?;
        let copied = self.reading(move |periods| {
            let fresh = periods.copy(what, owned)?;
            for _ in 0..ROUNDS {
                if periods.catch_up(&fresh)? < FEW {
                    break;
                }
            }
            Ok(fresh)
        });
        let fresh = match copied.await {
            Ok(fresh) => fresh,
            Err(error) => {
                self.periods.abandon_turn();
                return Err(error);
            }
        };
        let periods = self.periods.clone();
        self.committer
            .alone(move |ledger| {
                ledger.commit()?;
                periods.end_turn(fresh, now)
            })
            .await
    }

    /// Ends the current period: live runs move on, ended ones stay behind until `retain` drops them.
    /// Appends go on while the copy is made, and wait while what they touched is copied again.
    ///
    /// # Errors
    /// No space, or the files refuse; the period then goes on.
    pub async fn rotate(&self, now: Timestamp) -> Result<()> {
        self.turn(now, Move::Live).await
    }

    /// Rewrites the current database without what was deleted, while appends go on.
    ///
    /// # Errors
    /// No space, or the files refuse; the old database then goes on.
    pub async fn compact(&self, now: Timestamp) -> Result<()> {
        self.turn(now, Move::All).await
    }

    /// Drops the periods whose runs may all be forgotten, and tells how many; `keep_ms` says for how
    /// long a flow's runs are kept after their period.
    ///
    /// # Errors
    /// The files refuse.
    pub async fn retain(
        &self,
        now: Timestamp,
        keep_ms: impl Fn(&str) -> i64 + Send + 'static,
    ) -> Result<usize> {
        self.reading(move |periods| periods.retain(now, &keep_ms)).await
    }

    /// What a server does every minute or so: ends the period if it is time, and drops what may go.
    /// True when a period ended.
    ///
    /// # Errors
    /// No space, or the files refuse; everything goes on as before.
    pub async fn maintain(&self, now: Timestamp, upkeep: Upkeep<'_>) -> Result<bool> {
        let (size, began_at) =
            self.reading(move |periods| Ok((periods.size()?, periods.began_at(now)?))).await?;
        let is_large =
            size >= upkeep.max_bytes && self.reading(move |periods| periods.is_mostly_ended(size)).await?;
        let is_over = is_large || now - began_at >= upkeep.max_age_ms;
        if is_over {
            self.rotate(now).await?;
        }
        let flows = self.reading(|periods| periods.flows()).await?;
        let keep: BTreeMap<_, _> = flows
            .into_iter()
            .map(|flow| {
                let ms = (upkeep.keep_ms)(&flow);
                (flow, ms)
            })
            .collect();
        self.retain(now, move |flow| keep.get(flow).copied().unwrap_or(i64::MAX)).await?;
        Ok(is_over)
    }
}

#[async_trait]
impl Documents for Sled {
    async fn put(&self, section: &str, key: &str, body: Bytes, expected: Expected) -> Result<u64> {
        let (section, key) = (section.to_owned(), key.to_owned());
        self.committer.durably(move |ledger| ledger.put_document(&section, &key, &body, expected)).await
    }

    async fn get(&self, section: &str, key: &str) -> Result<Option<Kept>> {
        let (name, key) = (key.to_owned(), key::document(section, key));
        self.reading(move |table| table.get(&key)?.map(|value| ledger::document(&name, &value)).transpose())
            .await
    }

    async fn remove(&self, section: &str, key: &str) -> Result<()> {
        let (section, key) = (section.to_owned(), key.to_owned());
        self.committer.durably(move |ledger| ledger.remove_document(&section, &key)).await
    }

    async fn documents(&self, section: &str, after: Option<&str>, max: usize) -> Result<Vec<Kept>> {
        let (section, after) = (section.to_owned(), after.map(str::to_owned));
        self.reading(move |table| ledger::documents(table, &section, after.as_deref(), max)).await
    }
}

impl Drop for Sled {
    /// Ends the wait for room, so that the committer can end.
    fn drop(&mut self) {
        if let Some(room) = self.periods.room() {
            room.close();
        }
    }
}

#[async_trait]
impl Store for Sled {
    async fn create(&self, start: Start) -> Result<Created> {
        self.refuse_when_full()?;
        let (begin, mut lease) = prepare::start(self.incarnation, start)?;
        lease.seq = begin.write.head.count;
        Ok(match self.committer.begin(move |ledger| ledger.create(&begin)).await? {
            Begun::Owned => Created::Owned(Box::new(lease)),
            Begun::Same(run, reply) => Created::Same(run, reply),
            Begun::OtherBody(run) => Created::OtherBody(run),
        })
    }

    async fn load(&self, lease: &mut Lease) -> Result<Snapshot> {
        let (run, seq) = (lease.run, lease.seq);
        let (snapshot, history) = self.reading(move |table| read::load(table, run, seq)).await?;
        lease.history = Some(history);
        Ok(snapshot)
    }

    async fn append(&self, lease: &mut Lease, batch: Batch) -> Result<Appended> {
        lease.pending = Some(Arc::new(prepare::append(lease, &batch)?));
        self.settle(lease).await
    }

    async fn settle(&self, lease: &mut Lease) -> Result<Appended> {
        let Some(write) = lease.pending.clone() else { return Ok(Appended::default()) };
        let messages = self.committer.durably(move |ledger| ledger.append(&write)).await?;
        prepare::written(lease);
        Ok(Appended { messages })
    }

    async fn claim(&self, now: Timestamp, slots: usize) -> Result<Vec<Lease>> {
        let claim = move |ledger: &mut Ledger| ledger.claim(now, slots);
        let (taken, _) = self.committer.call(claim, |(_, must_flush)| *must_flush).await?;
        Ok(taken.into_iter().map(prepare::lease).collect())
    }

    async fn take(&self, _now: Timestamp, run: RunId) -> Result<Option<Lease>> {
        let taken = self.committer.call(move |ledger| ledger.take(run), |_| false).await?;
        Ok(taken.map(prepare::lease))
    }

    async fn release(&self, now: Timestamp, leases: Vec<Lease>) -> Result<()> {
        let release = move |ledger: &mut Ledger| {
            leases.iter().try_for_each(|lease| ledger.release(now, lease.run, lease.epoch))
        };
        self.committer.call(release, |()| false).await
    }

    async fn heartbeat(&self, _now: Timestamp) -> Result<()> {
        Ok(())
    }

    async fn reap(&self, _now: Timestamp, max: usize) -> Result<usize> {
        self.committer.call(move |ledger| ledger.reap(max), |_| false).await
    }

    async fn deliver(&self, message: Inbound) -> Result<Delivered> {
        prepare::inbound(&message)?;
        self.refuse_when_full()?;
        self.committer.durably(move |ledger| ledger.deliver(&message)).await
    }

    async fn messages(&self, lease: &Lease) -> Result<Vec<Message>> {
        let prefix = key::queue_of(lease.run);
        self.reading(move |table| ledger::messages(table, &prefix)).await
    }

    fn due(&self) -> watch::Receiver<Option<Timestamp>> {
        self.committer.due()
    }

    async fn publish(&self, after: Option<OutId>, max: usize) -> Result<Outgoing> {
        self.reading(move |table| read::outbox(table, after, max)).await
    }

    fn outbox(&self) -> watch::Receiver<Outbox> {
        self.committer.outbox()
    }

    async fn published(&self, ids: &[OutId]) -> Result<()> {
        let ids = ids.to_vec();
        self.committer.durably(move |ledger| ledger.published(&ids)).await
    }

    async fn read(&self, run: RunId) -> Result<Option<Snapshot>> {
        self.reading(move |table| read::find(table, run)).await
    }

    async fn awaited(&self, tenant: &Tenant, on: &Correlation) -> Result<Option<Origin>> {
        let (tenant, on) = (tenant.clone(), on.clone());
        self.reading(move |table| read::awaited(table, &tenant, &on)).await
    }

    async fn late(&self, run: RunId) -> Result<Vec<Message>> {
        self.reading(move |table| read::late(table, run)).await
    }

    async fn list(&self, filter: &Filter) -> Result<Page> {
        let filter = filter.clone();
        self.reading(move |table| list::list(table, &filter)).await
    }

    async fn children(&self, run: RunId, most: usize) -> Result<Vec<Row>> {
        self.reading(move |table| list::children(table, run, most)).await
    }

    async fn delete(&self, run: RunId) -> Result<()> {
        self.committer.durably(move |ledger| ledger.delete(run)).await
    }
}
