//! The other half of group commit: makes groups durable, one after the other, and wakes their waiters, while the
//! committer gathers the next. Knows no ledger and no files.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    thread::JoinHandle,
};

use tokio::sync::watch;

use super::{
    commit::files,
    contract::{Error, Outbox, Result},
};

/// Told whether what it waits for is on disk.
pub(super) type Answer = Box<dyn FnOnce(Result<()>) + Send>;

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

/// Counts what is written.
#[derive(Default)]
pub(super) struct Tally {
    flushes: AtomicU64,
    keys: AtomicU64,
    bytes: AtomicU64,
}

impl Tally {
    pub(super) fn add(&self, keys: u64, bytes: u64) {
        self.keys.fetch_add(keys, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> Written {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Written { flushes: read(&self.flushes), keys: read(&self.keys), bytes: read(&self.bytes) }
    }
}

/// A group that was applied.
pub(super) struct Group {
    pub(super) answers: Vec<Answer>,
    pub(super) outbox: Outbox,
}

/// The committer's hold on the flusher's thread: one group is flushed, another may wait, so that applying it
/// costs the disk no pause.
pub(super) struct Flusher {
    groups: Option<mpsc::Sender<Group>>,
    flushed: mpsc::Receiver<()>,
    /// How many wait for each group it has, the one being flushed first.
    waiters: VecDeque<usize>,
    thread: Option<JoinHandle<()>>,
}

impl Flusher {
    /// Starts the thread; it knocks whenever it has flushed a group.
    pub(super) fn start(
        flush: impl Flush,
        is_full: Arc<AtomicBool>,
        posted: watch::Sender<Outbox>,
        tally: Arc<Tally>,
        knock: impl Fn() + Send + 'static,
    ) -> Result<Self> {
        let (groups, line) = mpsc::channel();
        let (done, flushed) = mpsc::channel();
        let mut work = Work { flush, is_full, posted, tally };
        let thread = std::thread::Builder::new()
            .name("flusher".into())
            .spawn(move || {
                for group in line {
                    let result = work.flush();
                    // The next group is applied while this one's waiters are woken.
                    let is_awaited = done.send(()).is_ok();
                    if is_awaited {
                        knock();
                    }
                    work.answer(group, &result);
                }
            })
            .map_err(|error| files("start the flusher", &error))?;
        Ok(Self { groups: Some(groups), flushed, waiters: VecDeque::new(), thread: Some(thread) })
    }

    /// Whether it is time to hand over a group for which so many wait: at once while nothing is flushed, else
    /// when it is worth a flush of its own beside the one under way. Small groups cost as much as large ones.
    pub(super) fn wants(&mut self, waiting: usize) -> bool {
        while self.flushed.try_recv().is_ok() {
            self.waiters.pop_front();
        }
        match (self.waiters.len(), self.waiters.front()) {
            (1, Some(flushing)) => waiting * 2 >= *flushing,
            (groups, _) => groups == 0,
        }
    }

    /// Waits until it has flushed everything.
    pub(super) fn wait(&mut self) {
        while !self.waiters.is_empty() {
            match self.flushed.recv() {
                Ok(()) => drop(self.waiters.pop_front()),
                // A thread that is gone flushes nothing more either.
                Err(mpsc::RecvError) => self.waiters.clear(),
            }
        }
    }

    /// Hands it a group.
    pub(super) fn flush(&mut self, group: Group) {
        self.waiters.push_back(group.answers.len());
        if let Some(groups) = &self.groups
            && groups.send(group).is_err()
        {
            tracing::error!("the flusher has ended: nothing more is made durable");
        }
    }
}

impl Drop for Flusher {
    fn drop(&mut self) {
        self.groups = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the flusher had panicked");
        }
    }
}

struct Work<F> {
    flush: F,
    is_full: Arc<AtomicBool>,
    posted: watch::Sender<Outbox>,
    tally: Arc<Tally>,
}

impl<F: Flush> Work<F> {
    /// After a failed flush nobody knows what is on disk: `Unknown`, or `Full`.
    fn flush(&mut self) -> Result<()> {
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

    fn answer(&self, group: Group, flushed: &Result<()>) {
        for answer in group.answers {
            answer(flushed.clone());
        }
        if flushed.is_ok() {
            self.posted.send_if_modified(|known| std::mem::replace(known, group.outbox) != group.outbox);
        }
    }
}
