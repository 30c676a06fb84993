//! What all frames of one run share: who it is for, the snapshot it is pinned to, and what is collected
//! along the way. Holds no values of nodes: those stand in frames.

use std::sync::{
    Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use async_trait::async_trait;
use sdk::{Call, Clock, Deferred, Error, Evaluate, Outcome, Resource, Secret, Shared, Timestamp, Value};
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    Request, Start, deferred,
    failure::{Answer, Cause, seal},
    frame::{Base, Frame},
    journal::Journal,
    kind::extension,
    mock::Mocks,
    saga::Saga,
    snapshot::Snapshot,
    stuck::Stuck,
    trace::Trace,
};
use crate::{flow::plan::Plan, state::Entry};

/// One run.
pub(crate) struct Run {
    pub(crate) id: Arc<str>,
    pub(crate) plan: Arc<Plan>,
    pub(crate) snapshot: Arc<dyn Snapshot>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) trigger: Option<Shared>,
    pub(crate) request: Option<Arc<Request>>,
    /// The run is stopped when the flow's time is up or somebody cancels it.
    pub(crate) stop: CancellationToken,
    shield: OnceLock<CancellationToken>,
    pub(crate) trace: Trace,
    pub(crate) saga: Arc<Saga>,
    pub(crate) mocks: Option<Arc<Mocks>>,
    /// Of a durable run.
    pub(crate) journal: Option<Arc<Journal>>,
    /// When the whole run times out.
    pub(crate) deadline: Option<Timestamp>,
    /// The run ends when this node of the flow has settled.
    pub(crate) until: Option<Arc<str>>,
    /// How many flows call this one.
    pub(crate) depth: u8,
    pub(crate) started_at: Timestamp,
    started_nanos: u64,
    is_degraded: AtomicBool,
    is_parked: AtomicBool,
    has_undone: AtomicBool,
    /// Of a durable run.
    pub(crate) stuck: Stuck,
    causes: Mutex<Vec<Cause>>,
    reply: Mutex<Option<oneshot::Sender<Answer>>>,
    drawn: AtomicU64,
    me: Weak<Self>,
}

impl Run {
    /// A run that has not begun, and where its early answer will arrive.
    pub(crate) fn new(start: Start, journal: Option<Arc<Journal>>) -> (Arc<Self>, oneshot::Receiver<Answer>) {
        let (reply, early) = oneshot::channel();
        let clock = Arc::clone(start.snapshot.clock());
        let run = Arc::new_cyclic(|me| Self {
            id: start.id,
            plan: start.plan,
            started_at: clock.now(),
            started_nanos: clock.monotonic_nanos(),
            clock,
            snapshot: start.snapshot,
            trigger: start.trigger,
            request: start.request,
            stop: start.stop,
            shield: OnceLock::new(),
            trace: Trace::new(start.keep, start.observer),
            saga: Arc::default(),
            mocks: start.mocks,
            journal,
            deadline: start.deadline,
            until: start.until,
            depth: start.depth,
            is_degraded: AtomicBool::new(false),
            is_parked: AtomicBool::new(false),
            has_undone: AtomicBool::new(false),
            stuck: Stuck::default(),
            causes: Mutex::default(),
            reply: Mutex::new(Some(reply)),
            drawn: AtomicU64::new(0),
            me: Weak::clone(me),
        });
        (run, early)
    }

    /// Never cancelled: what undoes and what comes last is not stopped.
    pub(crate) fn shield(&self) -> &CancellationToken {
        self.shield.get_or_init(CancellationToken::new)
    }

    pub(crate) fn is_degraded(&self) -> bool {
        self.is_degraded.load(Ordering::Relaxed)
    }

    /// Something that was not critical failed.
    pub(crate) fn degrade(&self) {
        self.is_degraded.store(true, Ordering::Relaxed);
    }

    /// A child flow could not undo what it did, and nobody can make it go on: no run here is durable.
    pub(crate) fn park(&self) {
        self.is_parked.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_parked(&self) -> bool {
        self.is_parked.load(Ordering::Relaxed)
    }

    /// A child flow has undone what it did.
    pub(crate) fn note_undone(&self) {
        self.has_undone.store(true, Ordering::Relaxed);
    }

    pub(crate) fn has_undone(&self) -> bool {
        self.has_undone.load(Ordering::Relaxed)
    }

    /// Keeps a failure for the list of causes.
    pub(crate) fn blame(&self, cause: Cause) {
        locked(&self.causes).push(cause);
    }

    pub(crate) fn causes(&self) -> Vec<Cause> {
        locked(&self.causes).clone()
    }

    /// Answers the caller early. The first answer counts.
    pub(crate) fn respond(&self, answer: Answer) {
        if let Some(journal) = &self.journal
            && !journal.has_responded()
        {
            journal.push(Entry::Responded { reply: seal(&Ok(answer.clone())) });
        }
        match locked(&self.reply).take() {
            Some(reply) => {
                // The caller may have gone away: the run goes on all the same.
                let _caller_is_gone = reply.send(answer);
            }
            None => tracing::warn!(run = %self.id, "a second `respond` is ignored"),
        }
    }

    /// Nanoseconds since the run started, in this process.
    pub(crate) fn elapsed_nanos(&self) -> u64 {
        self.clock.monotonic_nanos().saturating_sub(self.started_nanos)
    }

    /// `now()`.
    pub(crate) fn now(&self, frame: &Frame, slot: Option<u16>) -> Timestamp {
        match &self.journal {
            Some(journal) => journal.now(&place(frame, slot)),
            None => self.clock.now(),
        }
    }

    /// `uuid()`: made from the run's id and what was drawn before, so a run that is driven again draws the same.
    pub(crate) fn uuid(&self, frame: &Frame, slot: Option<u16>) -> Uuid {
        match &self.journal {
            Some(journal) => {
                let place = place(frame, slot);
                let nth = journal.draw(&format!("{place} uuid"));
                id_of(&[self.id.as_bytes(), place.as_bytes(), &nth.to_le_bytes()])
            }
            None => {
                let nth = self.drawn.fetch_add(1, Ordering::Relaxed);
                id_of(&[self.id.as_bytes(), &nth.to_le_bytes()])
            }
        }
    }

    /// An even number between 0 and 1, for jitter.
    pub(crate) fn random(&self) -> f64 {
        let bits = self.clock.monotonic_nanos() ^ self.drawn.fetch_add(1, Ordering::Relaxed).rotate_left(32);
        let hash = id_of(&[self.id.as_bytes(), &bits.to_le_bytes()]).as_u128();
        let part = u32::try_from(hash >> 96).unwrap_or(0);
        f64::from(part) / f64::from(u32::MAX)
    }

    /// This run as the host of its components.
    pub(crate) fn host(&self) -> Result<Arc<Self>, Error> {
        self.me.upgrade().ok_or_else(|| Error::internal("the run has ended"))
    }
}

/// Where an expression stands: at a node, or at the end of a body.
fn place(frame: &Frame, slot: Option<u16>) -> Arc<str> {
    match slot {
        Some(slot) => frame.address(slot),
        None => match frame.prefix() {
            flow if flow.is_empty() => "output".into(),
            prefix => prefix.into(),
        },
    }
}

/// An id that follows from `parts` alone.
pub(crate) fn id_of(parts: &[&[u8]]) -> Uuid {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// Milliseconds with a fraction, for people.
#[expect(clippy::cast_precision_loss, reason = "2^53 nanoseconds are 104 days, and it is for people")]
pub(crate) fn ms(nanos: u64) -> f64 {
    (nanos / 1_000) as f64 / 1_000.0
}

/// A lock that is never held over an await, so a poisoned one still holds a whole value.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl sdk::Host for Run {
    fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    fn resource(&self, kind: &str, name: &str) -> Result<Arc<Resource>, Error> {
        let is_mocked = self.mocks.as_ref().is_some_and(|mocks| !mocks.has_live());
        if is_mocked && kind == "Connection" {
            return Err(Error::unavailable(format!("connection `{name}` is not opened in a case")));
        }
        self.snapshot.resource(kind, name)
    }

    fn secret(&self, reference: &str) -> Result<Secret, Error> {
        self.snapshot.secret(reference)
    }

    fn compile(&self, text: &str, names: &[&str]) -> Result<Arc<dyn Evaluate>, Error> {
        self.snapshot.compile(text, names)
    }

    fn inline(&self, kind: &str, body: &Value) -> Arc<Resource> {
        self.snapshot.inline(kind, body)
    }

    fn is_development(&self) -> bool {
        self.snapshot.is_development()
    }

    fn defer(&self, call: &Call, deferred: Deferred) -> bool {
        let Some(journal) = self.journal.as_ref().filter(|_| self.mocks.is_none()) else { return false };
        deferred::event(call, deferred).is_some_and(|event| journal.defer(&call.node, event))
    }

    async fn extend(&self, call: &Call, point: &str, input: Shared) -> Outcome {
        let base = Base::new(Arc::clone(&call.identity), input, Arc::clone(&self.saga));
        extension::answer_call(self.host()?, base, point, call).await
    }
}
