//! The journal of one durable run: the lease it is written under, what is still to be written, what the
//! records said.

use std::{
    collections::HashMap,
    future::poll_fn,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};

use sdk::{Clock, Error, Shared, Timestamp, Value};
use serde_json::json;
use tokio::sync::{Mutex as AsyncMutex, Notify, watch};
use tokio_util::sync::CancellationToken;

use super::{
    pending::Pending,
    recall::{Gate, NOW, Recall, Recalled, Released},
    wait::Waits,
};
use crate::{
    run::one::locked,
    state::{self, Address, Appended, Batch, Created, Entry, Lease, Record, Snapshot, Store},
};

/// A start that was refused: the key has a run already.
#[derive(Debug)]
pub(in crate::run) enum Birth {
    /// The key's run, and its answer once there is one.
    Same(state::RunId, Option<state::Reply>),
    /// The key belongs to another body.
    OtherBody(state::RunId),
}

/// Why the run cannot go on here.
#[derive(Debug)]
pub(in crate::run) enum Broken {
    /// Its start was refused.
    Unborn(Birth),
    /// The store would not take what it has done; the run is driven again from what is on disk.
    Store(state::Error),
}

/// The lease, or the start that will give it.
enum Hold {
    Unborn(Box<state::Start>),
    Owned(Box<Lease>),
    Gone,
}

/// The journal of one run.
pub(crate) struct Journal {
    store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    hold: AsyncMutex<Hold>,
    pub(super) recall: Mutex<Recall>,
    gate: Mutex<Gate>,
    pending: Mutex<Pending>,
    drawn: Mutex<HashMap<Arc<str>, usize>>,
    pub(super) waits: Mutex<Waits>,
    /// Calls in flight: while there is one the run is not idle.
    pub(super) busy: AtomicUsize,
    /// Everything recorded has been told again.
    pub(super) replayed: CancellationToken,
    pub(super) arrived: Notify,
    nudged: Notify,
    /// Appends that have begun, and the one that somebody waits for.
    pub(super) begun: AtomicU64,
    pub(super) wanted: AtomicU64,
    /// The run is driven here no more.
    pub(super) closed: CancellationToken,
    /// Appends that are on disk.
    pub(super) written: watch::Sender<u64>,
    broken: Mutex<Option<Broken>>,
}

impl Journal {
    /// The journal of a run that is to begin; nothing is written before it must be.
    pub(in crate::run) fn unborn(store: Arc<dyn Store>, clock: Arc<dyn Clock>, start: state::Start) -> Self {
        Self::new(store, clock, Hold::Unborn(Box::new(start)), Recall::default())
    }

    /// The journal of a run that was loaded.
    pub(in crate::run) fn loaded(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        lease: Box<Lease>,
        snapshot: Snapshot,
    ) -> Self {
        let recall = Recall::of(&snapshot.records, snapshot.messages);
        Self::new(store, clock, Hold::Owned(lease), recall)
    }

    fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, hold: Hold, recall: Recall) -> Self {
        Self {
            store,
            clock,
            hold: AsyncMutex::new(hold),
            waits: Mutex::new(Waits::of(&recall)),
            recall: Mutex::new(recall),
            gate: Mutex::default(),
            pending: Mutex::default(),
            drawn: Mutex::default(),
            busy: AtomicUsize::new(0),
            replayed: CancellationToken::new(),
            arrived: Notify::new(),
            nudged: Notify::new(),
            begun: AtomicU64::new(0),
            wanted: AtomicU64::new(0),
            closed: CancellationToken::new(),
            written: watch::Sender::new(0),
            broken: Mutex::new(None),
        }
    }

    /// How a node ended, if it is recorded; told in the order of the records unless the node is `past`.
    pub(in crate::run) async fn recall(&self, address: &str, is_past: bool) -> Option<Recalled> {
        let recalled = locked(&self.recall).finals.get(address).cloned()?;
        if !is_past {
            self.pass(recalled.index).await;
        }
        Some(recalled)
    }

    /// The failed attempt of that number, if it is recorded and another followed.
    pub(in crate::run) fn failed(&self, address: &str, attempt: u32) -> Option<Error> {
        locked(&self.recall).attempts.get(address)?.get(&attempt).cloned()
    }

    /// How many attempts at a node are recorded, the last one that settled included.
    pub(in crate::run) fn attempts(&self, address: &str) -> u32 {
        let recall = locked(&self.recall);
        let last = recall.attempts.get(address).and_then(|all| all.keys().next_back().copied());
        last.unwrap_or(0) + 1
    }

    /// Waits until everything recorded has been told.
    pub(in crate::run) async fn replayed(&self) {
        self.replayed.cancelled().await;
    }

    /// Whether the caller has had its answer.
    pub(in crate::run) fn has_responded(&self) -> bool {
        locked(&self.recall).has_responded
    }

    /// Whether a node has been undone, or an operator said so.
    pub(in crate::run) fn is_undone(&self, address: &str) -> bool {
        locked(&self.recall).undone.contains(address)
    }

    /// The next attempt to undo a node, and how many have failed since an operator last acted.
    pub(in crate::run) fn undo_attempt(&self, address: &str) -> (u32, u32) {
        let recall = locked(&self.recall);
        let failures = recall.undo_failures.get(address).copied().unwrap_or(0);
        (recall.undo_next.get(address).copied().unwrap_or(1), failures)
    }

    /// The place of an address in the store's words; see [`Journal::push`].
    pub(in crate::run) fn place(&self, address: &str) -> Option<Address> {
        self.address(address)
    }

    /// Waits until the record at `index` is to be told.
    pub(super) async fn pass(&self, index: u64) {
        poll_fn(
            |cx| if locked(&self.gate).is_open(index, cx.waker()) { Poll::Ready(()) } else { Poll::Pending },
        )
        .await;
    }

    /// Tells the next recorded outcome; to be called when nothing else of the run can go on. The first time
    /// there is none, the replay is over.
    pub(in crate::run) fn tell_next(&self, cancel: &CancellationToken) -> bool {
        let next = locked(&self.gate).next();
        let cancelled_at = locked(&self.recall).cancelled_at;
        if cancelled_at.is_some_and(|at| next.is_none_or(|next| at < next)) && !cancel.is_cancelled() {
            cancel.cancel();
            return true;
        }
        if locked(&self.gate).release() == Released::One {
            return true;
        }
        let was_over = self.replayed.is_cancelled();
        self.replayed.cancel();
        !was_over
    }

    /// Adds a record that rides along with the next flush.
    pub(in crate::run) fn push(&self, entry: Entry) {
        locked(&self.pending).push(Record::new(self.clock.now(), entry));
    }

    /// The end of a node, or of one attempt that others may follow (`detail: None`).
    pub(in crate::run) fn keep(
        &self,
        address: &str,
        attempt: u32,
        outcome: Result<&Shared, &Error>,
        detail: Option<&Shared>,
    ) {
        let Some(at) = self.address(address) else { return };
        self.abandon(&address.into());
        let entry = match outcome {
            Ok(output) => {
                Entry::NodeSucceeded { address: at, output: Shared::clone(output), detail: detail.cloned() }
            }
            Err(error) => {
                let failure = Box::new(error.clone());
                Entry::NodeFailed { address: at, attempt, failure, detail: detail.cloned() }
            }
        };
        if detail.is_some() {
            let mut recall = locked(&self.recall);
            recall.next += 1;
            let (outcome, index) = (outcome.cloned().map_err(Error::clone), recall.next);
            recall.finals.insert(address.into(), Recalled { outcome, detail: detail.cloned(), index });
        }
        locked(&self.recall).doubt(&entry);
        let record = Record::new(self.clock.now(), entry);
        locked(&self.pending).end(address, record, outcome.is_ok());
    }

    /// Keeps an event until its node has ended well; false when the node has one already.
    pub(in crate::run) fn defer(&self, address: &str, event: state::Event) -> bool {
        locked(&self.pending).defer(address, event)
    }

    /// Has the store know that a message was looked at and does not count, with the next append.
    pub(super) fn refuse(&self, refused: state::MessageId) {
        locked(&self.pending).refuse(refused);
    }

    /// Says that a write is about to be called; on disk when this answers.
    pub(in crate::run) async fn intend(&self, address: &str, attempt: u32, key: Arc<str>) {
        let Some(at) = self.address(address) else { return };
        self.abandon(&address.into());
        let begun = Entry::NodeStarted { address: at, attempt, key };
        locked(&self.recall).doubt(&begun);
        self.push(begun);
        self.flush().await;
    }

    /// `now()` of a node's expressions: the same again when the run is driven again.
    pub(in crate::run) fn now(&self, address: &str) -> Timestamp {
        let nth = self.draw(address);
        if let Some(time) = locked(&self.recall).times.get(address).and_then(|times| times.get(nth)) {
            return *time;
        }
        let now = self.clock.now();
        self.remark(address, json!({NOW: now}));
        now
    }

    /// How often something was drawn under this name before.
    pub(in crate::run) fn draw(&self, name: &str) -> usize {
        let mut drawn = locked(&self.drawn);
        let count = drawn.entry(name.into()).or_default();
        *count += 1;
        *count - 1
    }

    pub(super) fn remark(&self, address: &str, value: Value) {
        if let Some(address) = self.address(address) {
            self.push(Entry::Noted { address, value: Shared::new(value) });
        }
    }

    /// The address as the store knows it. One that is too long to be kept breaks the run, not the journal.
    pub(super) fn address(&self, text: &str) -> Option<Address> {
        match text.parse() {
            Ok(address) => Some(address),
            Err(malformed) => {
                self.break_off(Broken::Store(state::Error::Malformed(malformed)));
                None
            }
        }
    }

    /// Appends what is pending; `is_idle` when only waits are left. One at a time, by the driver alone.
    pub(in crate::run) async fn append(&self, is_idle: bool) -> Result<(), Broken> {
        let ticket = self.begun.fetch_add(1, Ordering::AcqRel) + 1;
        let mut hold = self.hold.lock().await;
        let batch = locked(&self.pending).take(self.clock.now(), is_idle);
        let messages = match std::mem::replace(&mut *hold, Hold::Gone) {
            Hold::Unborn(start) => {
                let lease = self.create(state::Start { batch, ..*start }).await?;
                *hold = Hold::Owned(lease);
                Vec::new()
            }
            Hold::Owned(mut lease) => {
                let appended = self.commit(&mut lease, batch).await;
                *hold = Hold::Owned(lease);
                appended.map_err(Broken::Store)?.messages
            }
            Hold::Gone => return Err(Broken::Store(state::Error::Closed)),
        };
        drop(hold);
        self.take_in(messages);
        self.written.send_modify(|done| *done = ticket);
        Ok(())
    }

    async fn create(&self, start: state::Start) -> Result<Box<Lease>, Broken> {
        loop {
            // Asking again for one id makes one run, so a lost answer is asked for again.
            match self.store.create(start.clone()).await {
                Ok(Created::Owned(lease)) => return Ok(lease),
                Ok(Created::Same(run, reply)) => return Err(Broken::Unborn(Birth::Same(run, reply))),
                Ok(Created::OtherBody(run)) => return Err(Broken::Unborn(Birth::OtherBody(run))),
                Err(state::Error::Unknown) => self.clock.sleep(AGAIN).await,
                Err(error) => return Err(Broken::Store(error)),
            }
        }
    }

    /// The work of a live run must not be lost because the store is busy or full for a while.
    async fn commit(&self, lease: &mut Lease, batch: Batch) -> state::Result<Appended> {
        let mut result = self.store.append(lease, batch).await;
        while let Err(state::Error::Unknown | state::Error::Busy | state::Error::Full) = result {
            self.clock.sleep(AGAIN).await;
            result = self.store.settle(lease).await;
        }
        result
    }

    /// Somebody has put a message for this run into the store.
    pub(in crate::run) fn nudge(&self) {
        self.nudged.notify_one();
    }

    /// Answers when there may be messages.
    pub(in crate::run) async fn nudged(&self) {
        self.nudged.notified().await;
    }

    /// Asks for messages that have come since.
    pub(in crate::run) async fn look(&self) {
        let hold = self.hold.lock().await;
        if let Hold::Owned(lease) = &*hold
            && let Ok(messages) = self.store.messages(lease).await
        {
            drop(hold);
            self.take_in(messages);
        }
    }

    /// Gives the run back: an idle one until it is due.
    pub(in crate::run) async fn release(&self) -> state::Result<()> {
        let hold = std::mem::replace(&mut *self.hold.lock().await, Hold::Gone);
        match hold {
            Hold::Owned(lease) => self.store.release(self.clock.now(), vec![*lease]).await,
            Hold::Unborn(_) | Hold::Gone => Ok(()),
        }
    }

    /// Lets go of the run without giving it back.
    pub(in crate::run) async fn leave(&self) -> Option<Box<Lease>> {
        match std::mem::replace(&mut *self.hold.lock().await, Hold::Gone) {
            Hold::Owned(lease) => Some(lease),
            Hold::Unborn(_) | Hold::Gone => None,
        }
    }

    pub(super) fn break_off(&self, why: Broken) {
        locked(&self.broken).get_or_insert(why);
    }

    /// Why the run cannot go on here, once.
    pub(in crate::run) fn take_broken(&self) -> Option<Broken> {
        locked(&self.broken).take()
    }
}

/// How long to wait before the store is asked again.
const AGAIN: Duration = Duration::from_millis(50);
