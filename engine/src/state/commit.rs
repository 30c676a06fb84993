//! Group commit: one thread owns the ledger and gathers what all runs want written, another flushes it once
//! and wakes the waiters, while the next group gathers. Knows no files: what a flush is, its table says.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

use sdk::Timestamp;
use tokio::sync::{mpsc, oneshot, watch};

use super::{
    contract::{Error, Outbox, Result},
    flush::{Answer, Flush, Flusher, Group, Tally, Written},
    ledger::Ledger,
};

/// Waiting calls at most; more wait in line, and starts are refused before that.
const QUEUE: usize = 4096;
/// A start is refused when no more than this is free: live runs own the rest.
const RESERVED: usize = QUEUE / 4;

/// Does its work on the ledger. What it gives back is called once that work is on disk.
type Work = Box<dyn FnOnce(&mut Ledger) -> Option<Answer> + Send>;

/// One call.
struct Job {
    work: Work,
    /// It wants no flush under way, and no other call in its group.
    is_alone: bool,
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
        // Weak: the queue ends with its last caller, not with the flusher.
        let callers = jobs.downgrade();
        let knock = move || {
            if let Some(jobs) = callers.upgrade() {
                // A full queue keeps the committer awake by itself.
                let _full = jobs.try_send(Job { work: Box::new(|_| None), is_alone: false });
            }
        };
        let flusher = Flusher::start(flush, is_full.clone(), posted, tally.clone(), knock)?;
        let gather = Gather { ledger, flusher, answers: Vec::new(), due: announce, tally: tally.clone() };
        let thread = std::thread::Builder::new()
            .name("committer".into())
            .spawn(move || gather.run(queue))
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
        self.tally.read()
    }

    /// A call whose answer waits for the flush of its group.
    pub(super) async fn durably<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Ledger) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.call(work, |_| true).await
    }

    /// As [`Committer::durably`], with no flush under way and no other call in its group.
    pub(super) async fn alone<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Ledger) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.send(work, |_| true, true).await
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
        self.send(work, must_flush, false).await
    }

    async fn send<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Ledger) -> Result<T> + Send + 'static,
        must_flush: impl FnOnce(&T) -> bool + Send + 'static,
        is_alone: bool,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let work: Work = Box::new(move |ledger| {
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
        jobs.send(Job { work, is_alone }).await.map_err(|_| Error::Closed)?;
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

/// The committer's thread.
struct Gather {
    ledger: Ledger,
    flusher: Flusher,
    /// Of the group that gathers.
    answers: Vec<Answer>,
    due: watch::Sender<Option<Timestamp>>,
    tally: Arc<Tally>,
}

impl Gather {
    fn run(mut self, mut queue: mpsc::Receiver<Job>) {
        while let Some(first) = queue.blocking_recv() {
            self.work(first);
            while let Ok(job) = queue.try_recv() {
                self.work(job);
            }
            // Else the group goes on gathering: the flusher knocks when it has flushed the one before.
            if self.flusher.wants(self.answers.len()) {
                self.commit();
            }
        }
        self.commit();
        self.flusher.flush(Group { answers: Vec::new(), outbox: self.ledger.outbox() });
    }

    fn work(&mut self, job: Job) {
        if job.is_alone {
            self.commit();
            self.flusher.wait();
        }
        self.answers.extend((job.work)(&mut self.ledger));
        if job.is_alone {
            self.commit();
        }
    }

    /// Ends a group: applies it, and has it flushed if somebody waits for that.
    fn commit(&mut self) {
        let applied = self.apply();
        self.announce();
        let answers = std::mem::take(&mut self.answers);
        match applied {
            Ok(()) if answers.is_empty() => {}
            Ok(()) => self.flusher.flush(Group { answers, outbox: self.ledger.outbox() }),
            Err(error) => answers.into_iter().for_each(|answer| answer(Err(error.clone()))),
        }
    }

    fn apply(&mut self) -> Result<()> {
        fail::fail_point!("commit::gathered");
        let (keys, bytes) = self.ledger.commit()?;
        self.tally.add(keys, bytes);
        fail::fail_point!("commit::applied", |_| Err(Error::Unknown));
        Ok(())
    }

    fn announce(&self) {
        let next = self.ledger.due();
        self.due.send_if_modified(|due| std::mem::replace(due, next) != next);
    }
}

/// The error of a file operation.
pub(super) fn files(action: &'static str, error: &std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Error::Full,
        _ => Error::Files { action, reason: error.to_string().into() },
    }
}
