//! Group commit: one thread owns the ledger, gathers what all runs want written, flushes once, and wakes
//! the waiters; the next group gathers meanwhile. Knows no files: what a flush is, its table says.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::JoinHandle,
};

use sdk::Timestamp;
use tokio::sync::{mpsc, oneshot, watch};

use super::{
    contract::{Error, Outbox, Result},
    ledger::Ledger,
};

/// Waiting calls at most; more wait in line, and starts are refused before that.
const QUEUE: usize = 4096;
/// A start is refused when no more than this is free: live runs own the rest.
const RESERVED: usize = QUEUE / 4;
/// Calls of one group at most: bounds how long the first one waits.
const GROUP: usize = 512;

type Answer = Box<dyn FnOnce(Result<()>) + Send>;
type Job = Box<dyn FnOnce(&mut Ledger) -> Option<Answer> + Send>;

/// Makes what was applied durable, as far as the store was told to.
pub(super) trait Flush: Send + 'static {
    /// Returns once everything applied before is on disk.
    fn flush(&mut self) -> Result<()>;

    /// Whether starts are to be refused for want of space. Asked once per group.
    fn is_full(&mut self) -> bool;
}

/// What a store has written since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Groups that were flushed.
    pub flushes: u64,
    /// Keys that were set or removed.
    pub keys: u64,
    /// Bytes of those keys and their values.
    pub bytes: u64,
}

#[derive(Default)]
struct Tally {
    flushes: AtomicU64,
    keys: AtomicU64,
    bytes: AtomicU64,
}

/// A handle to the committer. Dropping it ends the thread once its queue is empty.
pub(super) struct Committer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    is_full: Arc<AtomicBool>,
    due: watch::Receiver<Option<Timestamp>>,
    outbox: watch::Receiver<Outbox>,
    tally: Arc<Tally>,
}

impl Committer {
    /// Starts the committer's thread.
    pub(super) fn start(ledger: Ledger, flush: impl Flush) -> Result<Self> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let (announce, due) = watch::channel(ledger.due());
        let (posted, outbox) = watch::channel(ledger.outbox());
        let is_full = Arc::new(AtomicBool::new(false));
        let tally = Arc::new(Tally::default());
        let work =
            Work { ledger, flush, is_full: is_full.clone(), due: announce, posted, tally: tally.clone() };
        let thread = std::thread::Builder::new()
            .name("committer".into())
            .spawn(move || work.run(queue))
            .map_err(|error| files("start the committer", &error))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), is_full, due, outbox, tally })
    }

    pub(super) fn due(&self) -> watch::Receiver<Option<Timestamp>> {
        self.due.clone()
    }

    pub(super) fn outbox(&self) -> watch::Receiver<Outbox> {
        self.outbox.clone()
    }

    pub(super) fn written(&self) -> Written {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let Tally { flushes, keys, bytes } = &*self.tally;
        Written { flushes: read(flushes), keys: read(keys), bytes: read(bytes) }
    }

    /// A call whose answer waits for the flush of its group.
    pub(super) async fn durably<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Ledger) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.call(work, |_| true).await
    }

    /// A start: refused when the disk is full or the line is long.
    pub(super) async fn begin<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Ledger) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if self.is_full.load(Ordering::Relaxed) {
            return Err(Error::Full);
        }
        if self.jobs.as_ref().is_some_and(|jobs| jobs.capacity() < RESERVED) {
            return Err(Error::Busy);
        }
        self.call(work, |_| true).await
    }

    /// A call whose answer waits for the flush only if `must_flush` says so.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Ledger) -> Result<T> + Send + 'static,
        must_flush: impl FnOnce(&T) -> bool + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |ledger| {
            let done = work(ledger);
            if done.is_err() {
                ledger.discard();
            }
            if !done.as_ref().is_ok_and(must_flush) {
                drop(answer.send(done));
                return None;
            }
            Some(Box::new(move |flushed: Result<()>| drop(answer.send(flushed.and(done)))))
        });
        let jobs = self.jobs.as_ref().ok_or(Error::Closed)?;
        jobs.send(job).await.map_err(|_| Error::Closed)?;
        answered.await.unwrap_or(Err(Error::Closed))
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the committer had panicked");
        }
    }
}

struct Work<F> {
    ledger: Ledger,
    flush: F,
    is_full: Arc<AtomicBool>,
    due: watch::Sender<Option<Timestamp>>,
    posted: watch::Sender<Outbox>,
    tally: Arc<Tally>,
}

impl<F: Flush> Work<F> {
    fn run(mut self, mut queue: mpsc::Receiver<Job>) {
        let mut answers = Vec::with_capacity(GROUP);
        while let Some(first) = queue.blocking_recv() {
            answers.extend(first(&mut self.ledger));
            for _ in 1..GROUP {
                let Ok(job) = queue.try_recv() else { break };
                answers.extend(job(&mut self.ledger));
            }
            let flushed = self.commit(!answers.is_empty());
            let is_flushed = flushed.is_ok() && !answers.is_empty();
            for answer in answers.drain(..) {
                answer(flushed.clone());
            }
            let next = self.ledger.due();
            self.due.send_if_modified(|due| std::mem::replace(due, next) != next);
            if is_flushed {
                let outbox = self.ledger.outbox();
                self.posted.send_if_modified(|known| std::mem::replace(known, outbox) != outbox);
            }
        }
        if let Err(error) = self.commit(true) {
            tracing::error!(%error, "the last flush failed");
        }
    }

    /// Ends a group. After a failed flush nobody knows what is on disk: `Unknown`, or `Full`.
    fn commit(&mut self, must_flush: bool) -> Result<()> {
        fail::fail_point!("commit::gathered");
        let (keys, bytes) = self.ledger.commit()?;
        self.tally.keys.fetch_add(keys, Ordering::Relaxed);
        self.tally.bytes.fetch_add(bytes, Ordering::Relaxed);
        if !must_flush {
            return Ok(());
        }
        fail::fail_point!("commit::applied", |_| Err(Error::Unknown));
        let flushed = self.flush.flush();
        self.tally.flushes.fetch_add(1, Ordering::Relaxed);
        fail::fail_point!("commit::flushed", |_| Err(Error::Unknown));
        self.is_full.store(self.flush.is_full(), Ordering::Relaxed);
        flushed.map_err(|error| match error {
            Error::Full => Error::Full,
            error => {
                tracing::error!(%error, "a flush failed");
                Error::Unknown
            }
        })
    }
}

/// The error of a file operation.
pub(super) fn files(action: &'static str, error: &std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Error::Full,
        _ => Error::Files { action, reason: error.to_string().into() },
    }
}
