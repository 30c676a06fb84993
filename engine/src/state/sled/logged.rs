//! The current database behind its log. A change is kept in memory and in the redo log, which is what a flush makes
//! durable; once there is enough of it, all of it goes to sled together, while the next changes are logged. Most keys of
//! a short run are gone again by then, and sled never hears of them (ADR 12).

use std::{
    path::Path,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use arc_swap::ArcSwap;

use super::{
    super::{
        commit::files,
        contract::{Error, Result},
        overlay::Overlay,
        table::{Changes, Pairs, Table},
    },
    log::{self, Log},
    space::Room,
    table::{Durability, SledTable},
};

/// Changes that go to sled in one batch.
const BATCH: usize = 250;
/// After each of them a checkpoint rests, so that who waits for the log gets the processor and the disk: at 64 callers
/// on two cores the slowest of a hundred runs took 37 ms without, 14 ms with it.
const REST: Duration = Duration::from_millis(1);
/// What nobody waits for is in the log after so long.
const AGAIN: Duration = Duration::from_secs(1);
/// So many times the size at which a checkpoint begins, and writers wait for the one before.
const AHEAD: u64 = 4;

/// What is in memory, in front of sled.
#[derive(Default)]
struct Layers {
    /// Where changes go.
    active: Arc<Overlay>,
    /// What is on its way to sled.
    sealed: Option<Arc<Overlay>>,
}

/// Numbers changes, so that the log and the memory have them in one order.
#[derive(Default)]
struct Writer {
    /// What the log has not got yet.
    records: Vec<u8>,
    /// Of the last change.
    last: u64,
    /// Of the last change in what is sealed.
    mark: u64,
    is_closing: bool,
}

/// The current database.
pub(crate) struct Logged {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    table: Arc<SledTable>,
    durability: Durability,
    /// A checkpoint begins when the log has grown by so many bytes.
    log_bytes: u64,
    layers: ArcSwap<Layers>,
    /// Never waited for by one who holds it: taken after `log`.
    writer: Mutex<Writer>,
    log: Mutex<Log>,
    sealed: Condvar,
    checkpointed: Condvar,
    /// One checkpoint at a time.
    checkpoint: Mutex<()>,
    room: OnceLock<Arc<Room>>,
    /// The files have refused a write: from then on all are refused.
    is_broken: AtomicBool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Logged {
    /// Puts what the log in `dir` has, and sled has not, in front of `table`.
    pub(crate) fn open(dir: &Path, table: SledTable, durability: Durability, log_bytes: u64) -> Result<Self> {
        // What the log is redone on must not be lost itself.
        table.flush(durability)?;
        let redone = Overlay::default();
        let found = log::replay(dir, table.mark()?, |changes| redone.extend(changes))?;
        let last = found.last;
        let sealed = (!redone.is_empty()).then(|| Arc::new(redone));
        let shared = Arc::new(Shared {
            table: Arc::new(table),
            durability,
            log_bytes,
            layers: ArcSwap::from_pointee(Layers { active: Arc::default(), sealed }),
            writer: Mutex::new(Writer { last, mark: last, ..Writer::default() }),
            log: Mutex::new(Log::begin(dir, durability, found)?),
            sealed: Condvar::new(),
            checkpointed: Condvar::new(),
            checkpoint: Mutex::default(),
            room: OnceLock::new(),
            is_broken: AtomicBool::new(false),
        });
        let of_thread = shared.clone();
        let thread = std::thread::Builder::new()
            .name("checkpointer".into())
            .spawn(move || of_thread.run())
            .map_err(|error| files("start the checkpointer", &error))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// From now on nothing is written without room for it.
    pub(crate) fn keep_room(&self, room: Arc<Room>) {
        let _once_when_opened = self.shared.room.set(room);
    }

    /// Makes what was applied as durable as the store was told to be.
    pub(crate) fn flush(&self) -> Result<()> {
        self.shared.flush()
    }

    /// Whether the files have refused a write. What is acknowledged is in them.
    pub(crate) fn is_broken(&self) -> bool {
        self.shared.is_broken.load(Ordering::Relaxed)
    }

    /// Bytes of the database on disk.
    pub(crate) fn size(&self) -> Result<u64> {
        self.shared.table.size()
    }

    /// A range that keeps the database by itself, so that a period may end under a reader.
    pub(crate) fn owned_range<'a>(&self, from: &[u8], to: &[u8]) -> Pairs<'a> {
        self.shared.owned_range(from, to)
    }

    /// Hands everything on to sled.
    pub(crate) fn settle(&self) -> Result<()> {
        self.shared.settle()
    }

    /// Gives up the log, once everything is settled: nothing is written after that.
    pub(crate) fn retire(&self) -> Arc<SledTable> {
        lock(&self.shared.log).remove();
        self.shared.table.clone()
    }
}

impl Drop for Logged {
    fn drop(&mut self) {
        lock(&self.shared.writer).is_closing = true;
        self.shared.sealed.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the checkpointer had panicked");
        }
        match self.settle() {
            Ok(()) => drop(self.retire()),
            Err(error) => tracing::warn!(%error, "the log stays, to be read at the next start"),
        }
    }
}

impl Table for Logged {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let layers = self.shared.layers.load();
        let changed = layers.active.get(key);
        match changed.or_else(|| layers.sealed.as_ref().and_then(|sealed| sealed.get(key))) {
            Some(value) => Ok(value),
            None => self.shared.table.get(key),
        }
    }

    fn range(&self, from: &[u8], to: &[u8]) -> Pairs<'_> {
        self.owned_range(from, to)
    }

    fn apply(&self, changes: Changes) -> Result<()> {
        self.shared.apply(changes)
    }
}

impl Shared {
    fn owned_range<'a>(&self, from: &[u8], to: &[u8]) -> Pairs<'a> {
        // Before the database is asked: what leaves them from now on is there.
        let layers = self.layers.load();
        let mut pairs = self.table.owned_range(from, to);
        if let Some(sealed) = &layers.sealed {
            pairs = sealed.over(pairs, from, to);
        }
        layers.active.over(pairs, from, to)
    }

    fn apply(&self, changes: Changes) -> Result<()> {
        if self.is_broken.load(Ordering::Relaxed) {
            return Err(Error::Files {
                action: "write to the database",
                reason: "it has refused a write before: restart the process".into(),
            });
        }
        if changes.is_empty() {
            return Ok(());
        }
        let mut writer = lock(&self.writer);
        writer.last += 1;
        let number = writer.last;
        log::record(&mut writer.records, number, &changes);
        self.layers.load().active.extend(changes);
        if length(&writer.records) < self.log_bytes {
            return Ok(());
        }
        // A large import, for which nobody flushes in between.
        drop(writer);
        self.flush()
    }

    /// Writes what was applied to the log.
    fn write(&self, log: &mut Log) -> Result<()> {
        let (mut records, last) = {
            let mut writer = lock(&self.writer);
            (std::mem::take(&mut writer.records), writer.last)
        };
        let written = log.write(&mut records, last);
        // A disk that fails is not to be asked again: who knows what it has kept.
        if written.as_ref().is_err_and(|error| *error != Error::Full) {
            self.is_broken.store(true, Ordering::Relaxed);
        }
        written
    }

    fn flush(&self) -> Result<()> {
        let mut log = lock(&self.log);
        self.write(&mut log)?;
        if log.size() < self.log_bytes && !checkpoints_often() {
            return Ok(());
        }
        if log.size() > self.log_bytes.saturating_mul(AHEAD) {
            self.wait_for_checkpoint();
        }
        // If the file cannot be left now, it grows.
        if self.seal()
            && let Err(error) = log.turn()
        {
            tracing::warn!(%error, "the log stays in its file");
        }
        Ok(())
    }

    /// Hands what is in memory over to the checkpointer, unless that is busy.
    fn seal(&self) -> bool {
        let mut writer = lock(&self.writer);
        let layers = self.layers.load_full();
        if layers.sealed.is_some() || layers.active.is_empty() {
            return false;
        }
        writer.mark = writer.last;
        self.layers.store(Arc::new(Layers { active: Arc::default(), sealed: Some(layers.active.clone()) }));
        self.sealed.notify_all();
        true
    }

    fn wait_for_checkpoint(&self) {
        let mut writer = lock(&self.writer);
        while self.layers.load().sealed.is_some()
            && !writer.is_closing
            && !self.is_broken.load(Ordering::Relaxed)
        {
            writer = self.checkpointed.wait_timeout(writer, AGAIN).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The checkpointer's thread.
    fn run(&self) {
        loop {
            let done = self.checkpoint(REST);
            if let Err(error) = &done {
                tracing::warn!(%error, "a checkpoint failed: it is tried again");
            }
            let writer = lock(&self.writer);
            if writer.is_closing {
                return;
            }
            if done.is_ok() && self.layers.load().sealed.is_some() {
                continue;
            }
            let waited = self.sealed.wait_timeout(writer, AGAIN).unwrap_or_else(PoisonError::into_inner).1;
            if waited.timed_out()
                && let Err(error) = self.write(&mut lock(&self.log))
            {
                tracing::warn!(%error, "what nobody waits for is not in the log yet");
            }
        }
    }

    /// Hands what is sealed on to sled, which makes its part of the log dispensable. Rests so long between two batches.
    fn checkpoint(&self, rest: Duration) -> Result<()> {
        let _one_at_a_time = lock(&self.checkpoint);
        let (sealed, mark) = {
            let writer = lock(&self.writer);
            (self.layers.load().sealed.clone(), writer.mark)
        };
        let Some(sealed) = sealed else { return Ok(()) };
        // What sled has in part must be redone whole.
        self.write(&mut lock(&self.log))?;
        self.hand_on(&sealed, rest)?;
        fail::fail_point!("checkpoint::flushed");
        self.table.set_mark(mark)?;
        self.table.flush(self.durability)?;
        fail::fail_point!("checkpoint::marked");
        {
            let _writer = lock(&self.writer);
            let active = self.layers.load().active.clone();
            self.layers.store(Arc::new(Layers { active, sealed: None }));
        }
        self.checkpointed.notify_all();
        lock(&self.log).free(mark);
        Ok(())
    }

    fn hand_on(&self, sealed: &Overlay, rest: Duration) -> Result<()> {
        let mut changes = sealed.after(None, BATCH);
        while let Some((last, _)) = changes.last() {
            let last = last.clone();
            if let Some(room) = self.room.get() {
                room.wait();
            }
            self.table.apply(changes).inspect_err(|_| self.is_broken.store(true, Ordering::Relaxed))?;
            // A little at a time, so that the log's own syncs need not wait long for the disk.
            self.table.flush(self.durability)?;
            std::thread::park_timeout(rest);
            changes = sealed.after(Some(&last), BATCH);
        }
        Ok(())
    }

    fn settle(&self) -> Result<()> {
        self.write(&mut lock(&self.log))?;
        self.checkpoint(Duration::ZERO)?;
        if self.seal() { self.checkpoint(Duration::ZERO) } else { Ok(()) }
    }
}

fn checkpoints_often() -> bool {
    fail::fail_point!("checkpoint::often", |_| true);
    false
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[path = "logged_tests.rs"]
mod tests;
