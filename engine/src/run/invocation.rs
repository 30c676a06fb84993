//! One node's work, between its `with` and its raw output: what its policies repeat, and what its kind does.
//!
//! Order around the call: when, with, policies, call, output. Whether the node starts is not decided here.

use std::sync::{
    Arc, Mutex, OnceLock,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use futures_util::future::BoxFuture;
use sdk::{Clock, Effect, Error, Outcome, Shared, Timestamp};
use tokio_util::sync::CancellationToken;

use super::{
    drive::told,
    failure::blame,
    frame::{Frame, Parent, Part},
    journal::Journal,
    kept,
    kind::{self, flow::Left},
    mock,
    one::{locked, ms},
    pace::Pace,
    report::{Answered, Attempt, ErrorReport, Items, ServedBy},
    saga::Saga,
    view::View,
};
use crate::flow::{
    plan::{Body, Give, Kind, Node},
    policy,
};

/// What a call leaves behind beside its output.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    /// `errors.<id>` of a node that succeeded all the same.
    pub(super) errors: Option<Shared>,
    pub(super) extension: Option<Answered>,
    pub(super) attempts: Vec<Attempt>,
    pub(super) served_by: Option<ServedBy>,
    pub(super) items: Option<Items>,
    /// What it was given, when values are kept.
    pub(super) input: Option<Shared>,
    /// Some attempt of a write ended without telling what became of it.
    pub(super) is_unknown: bool,
}

/// One node's work.
pub(super) struct Invocation {
    pub(super) frame: Arc<Frame>,
    pub(super) slot: u16,
    /// The evaluated `with`; `None` when the component was built from a constant one, or there is none.
    pub(super) with: Option<Shared>,
    /// Its own `idempotencyKey`.
    pub(super) key: Option<Arc<str>>,
    is_in_flight: AtomicBool,
    /// Its end is recorded; it is only gone through once more.
    is_past: bool,
    /// How far the attempts have come.
    attempts: AtomicU32,
    /// The last failed attempt that is in the journal.
    recorded: AtomicU32,
    /// The time of its policies, in a durable run.
    pace: Option<Arc<Pace>>,
    notes: Mutex<Option<Box<Notes>>>,
    /// What a child flow has done and not undone. Of a node that calls one.
    left: OnceLock<Left>,
}

impl Invocation {
    /// Evaluates what the call needs.
    pub(super) fn prepare(frame: Arc<Frame>, slot: u16) -> Result<Self, Error> {
        let node = frame.node(slot);
        let view = View::at(&frame, slot);
        let is_built = matches!(node.kind, Kind::Use { built: Some(_), .. });
        let with = match &node.with {
            Some(with) if !is_built => Some(view.value(with)?),
            _ => None,
        };
        let key = match &node.idempotency_key {
            Some(key) => Some(sdk::plain(&*view.value(key)?).into()),
            None => None,
        };
        let pace = match &frame.run.journal {
            Some(journal) if node.policies.is_some() => {
                let total =
                    node.asked.as_ref().and_then(|asked| asked.timeout).and_then(|timeout| timeout.total);
                let (journal, clock) = (Arc::clone(journal), Arc::clone(&frame.run.clock));
                let total = total.map(sdk::Duration::get);
                Some(Arc::new(Pace::new(journal, clock, frame.address(slot), kept::is_leaf(node), total)))
            }
            _ => None,
        };
        let (is_past, is_in_flight, attempts) = (frame.is_past, AtomicBool::new(false), AtomicU32::new(0));
        let (recorded, notes) = (AtomicU32::new(0), Mutex::new(None));
        let left = OnceLock::new();
        Ok(Self { frame, slot, with, key, is_in_flight, is_past, attempts, recorded, pace, notes, left })
    }

    /// The same work, only gone through once more.
    pub(super) fn past(self) -> Self {
        Self { is_past: true, ..self }
    }

    /// Goes through an attempt whose end is recorded, so that what it did is undone with the rest. What had not
    /// ended when it did, never will.
    async fn relive(&self, number: u32) {
        let (is_in_flight, attempts) = (AtomicBool::new(false), AtomicU32::new(number));
        let past = Self {
            frame: Arc::clone(&self.frame),
            slot: self.slot,
            with: self.with.clone(),
            key: self.key.clone(),
            is_in_flight,
            is_past: true,
            attempts,
            recorded: AtomicU32::new(number),
            pace: None,
            notes: Mutex::new(None),
            left: OnceLock::new(),
        };
        let _known = kind::call(&past, number, None).await;
    }

    pub(super) const fn is_past(&self) -> bool {
        self.is_past
    }

    pub(super) fn left(&self) -> &Arc<Saga> {
        self.left.get_or_init(|| Left::new(&Arc::default(), &self.frame.base.saga)).saga()
    }

    /// The number of the last attempt.
    pub(super) fn attempts(&self) -> u32 {
        self.attempts.load(Ordering::Acquire).max(1)
    }

    pub(super) fn node(&self) -> &Node {
        self.frame.node(self.slot)
    }

    /// What the node is handed: the output of the one node it needs, else what its flow was given.
    pub(super) fn input(&self) -> Shared {
        match self.node().input {
            Some(slot) => {
                let settled = self.frame.settled(slot).and_then(|settled| settled.output.as_ref());
                settled.map(|output| Shared::clone(output.whole())).unwrap_or_default()
            }
            None => Shared::clone(&self.frame.base.input),
        }
    }

    /// One of the node's bodies; it stops when `stop` says so.
    pub(super) fn parent(&self, part: Part, attempt: u32, stop: &CancellationToken) -> Parent {
        let (frame, key, stop) = (Arc::clone(&self.frame), self.key.clone(), stop.clone());
        Parent { frame, slot: self.slot, part, attempt, key, stop, is_past: self.is_past }
    }

    /// The frame of one of the node's bodies, in the names of the body around it.
    pub(super) fn inside(&self, parent: Parent, body: &Arc<Body>, locals: Vec<Shared>) -> Arc<Frame> {
        Frame::within(parent, Arc::clone(&self.frame.base), Arc::clone(body), locals)
    }

    /// The key a write passes on to the far side.
    pub(super) fn idempotency_key(&self) -> Option<Arc<str>> {
        match (&self.key, self.node().effect) {
            (Some(key), _) => Some(Arc::clone(key)),
            (None, Effect::Write) => Some(self.frame.derived_key(self.slot)),
            (None, Effect::Pure | Effect::Read) => None,
        }
    }

    pub(super) fn note(&self, write: impl FnOnce(&mut Notes)) {
        write(locked(&self.notes).get_or_insert_default());
    }

    pub(super) fn notes(&self) -> Option<Box<Notes>> {
        let mut notes = locked(&self.notes).take();
        if self.frame.run.trace.keeps_values() {
            notes.get_or_insert_default().input = Some(self.given());
        }
        notes
    }

    /// What people see as its input: its settings, else what it is handed.
    fn given(&self) -> Shared {
        let constant = || {
            let with = self.node().with.as_ref()?;
            View::at(&self.frame, self.slot).value(with).ok()
        };
        self.with.clone().or_else(constant).unwrap_or_else(|| self.input())
    }

    /// Whether an attempt is under way; between two it is not.
    pub(super) fn is_in_flight(&self) -> bool {
        self.is_in_flight.load(Ordering::Acquire)
    }

    /// One attempt. Dropping it ends it: what became of a write is then not known.
    pub(super) async fn attempt(&self, number: u32, deadline: Option<Timestamp>) -> Outcome {
        if number > 1 && self.frame.is_halting() {
            return Err(cancelled());
        }
        self.attempts.store(number, Ordering::Release);
        if let Some(journal) = &self.frame.run.journal
            && let Some(outcome) = Box::pin(self.prepared(journal, number)).await
        {
            return outcome;
        }
        let flight = Flight::start(self, number);
        let outcome = match mock::answer(self) {
            Some(answer) => answer,
            None => kind::call(self, number, deadline).await,
        };
        flight.land(outcome.as_ref().err());
        if let Err(error) = &outcome {
            self.keep(number, error);
        }
        outcome
    }

    /// Records a failed attempt that another may follow, once.
    fn keep(&self, number: u32, error: &Error) {
        if let (Some(journal), Some(_)) = (&self.frame.run.journal, &self.pace)
            && kept::is_kept(self.node())
            && error.class != sdk::Class::Cancelled
            && self.recorded.fetch_max(number, Ordering::AcqRel) < number
        {
            journal.keep(&self.frame.address(self.slot), number, Err(error), None);
        }
    }

    /// What a durable run does before an attempt: takes it from its record, or puts the intent on disk.
    async fn prepared(&self, journal: &Arc<Journal>, number: u32) -> Option<Outcome> {
        let node = self.node();
        if !kept::is_kept(node) {
            return None;
        }
        let address = self.frame.address(self.slot);
        if node.effect == Effect::Write && journal.is_doubtful(&address) {
            self.note(|notes| notes.is_unknown = true);
        }
        if let Some(error) = journal.failed(&address, number) {
            self.recorded.fetch_max(number, Ordering::AcqRel);
            if !kept::is_leaf(node) {
                self.relive(number).await;
            }
            return Some(Err(error));
        }
        if !journal.was_begun(&address) && kept::is_leaf(node) {
            journal.replayed().await;
            if self.frame.is_halting() {
                return Some(Err(cancelled()));
            }
        }
        if node.effect == Effect::Write && (kept::acts(node) || node.compensate.is_some()) {
            let key = self.idempotency_key().unwrap_or_else(|| Arc::clone(&address));
            journal.intend(&address, number, key).await;
        }
        None
    }

    async fn give(&self, error: Error) -> Outcome {
        self.frame.catch(self.slot, told(&error));
        match &self.node().fallback {
            None => Err(error),
            Some(Give::Value(template)) => View::at(&self.frame, self.slot).value(template),
            Some(Give::Body(body)) => {
                let parent = self.parent(Part::Fallback, 1, self.frame.halt());
                kind::body(self.inside(parent, body, Vec::new())).await
            }
        }
    }
}

impl policy::Call for Invocation {
    fn attempt(self: Arc<Self>, attempt: u32, deadline: Option<Timestamp>) -> BoxFuture<'static, Outcome> {
        Box::pin(async move { Self::attempt(&self, attempt, deadline).await })
    }

    fn recover(self: Arc<Self>, error: Error) -> BoxFuture<'static, Outcome> {
        Box::pin(async move {
            kind::flow::undo_left(&self, &error).await?;
            self.give(error).await
        })
    }

    fn cache_key(&self) -> Result<Option<String>, Error> {
        if self.frame.run.mocks.is_some() {
            return Ok(None);
        }
        let key = match &self.node().cache_key {
            Some(key) => View::at(&self.frame, self.slot).value(key)?,
            None => self.with.clone().unwrap_or_default(),
        };
        Ok(Some(format!("{} {}", self.frame.base.identity, sdk::plain(&key))))
    }

    fn rate_key(&self) -> Result<String, Error> {
        match &self.node().rate_key {
            Some(key) => Ok(sdk::plain(&*View::at(&self.frame, self.slot).value(key)?).into_owned()),
            None => Ok(String::new()),
        }
    }

    fn clock(&self) -> Arc<dyn Clock> {
        match &self.pace {
            Some(pace) => Arc::clone(pace) as Arc<dyn Clock>,
            None => Arc::clone(&self.frame.run.clock),
        }
    }

    fn random(&self) -> f64 {
        self.frame.run.random()
    }

    fn note(&self, event: policy::Event) {
        let served_by = match event {
            policy::Event::Retrying { attempt, delay, error } => {
                // An attempt whose time was up could not record itself; the next one must not come without it.
                self.keep(attempt, &error);
                if let Some(pace) = &self.pace {
                    pace.retrying(attempt, delay);
                }
                return;
            }
            policy::Event::Cached => ServedBy::Cache,
            policy::Event::Stale(_) => ServedBy::Stale,
            policy::Event::FellBack(error) => {
                blame(&self.frame.run, &self.frame, self.slot, &error);
                ServedBy::Fallback
            }
        };
        self.note(|notes| notes.served_by = Some(served_by));
    }
}

/// An attempt under way.
struct Flight<'a> {
    invocation: &'a Invocation,
    number: u32,
    started_nanos: Option<u64>,
    has_landed: bool,
}

impl<'a> Flight<'a> {
    fn start(invocation: &'a Invocation, number: u32) -> Self {
        let run = &invocation.frame.run;
        invocation.is_in_flight.store(true, Ordering::Release);
        let started_nanos = run.trace.is_on().then(|| run.elapsed_nanos());
        Self { invocation, number, started_nanos, has_landed: false }
    }

    fn land(mut self, error: Option<&Error>) {
        self.has_landed = true;
        self.end(error);
    }

    fn end(&self, error: Option<&Error>) {
        let invocation = self.invocation;
        invocation.is_in_flight.store(false, Ordering::Release);
        let is_write = invocation.node().effect == Effect::Write;
        if is_write && error.is_some_and(|error| error.is_outcome_unknown) {
            invocation.note(|notes| notes.is_unknown = true);
        }
        if let Some(started) = self.started_nanos {
            let duration_ms = ms(invocation.frame.run.elapsed_nanos().saturating_sub(started));
            let error = error.map(ErrorReport::from);
            let attempt = Attempt { number: self.number, offset_ms: ms(started), duration_ms, error };
            invocation.note(|notes| notes.attempts.push(attempt));
        }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        if !self.has_landed {
            self.end(Some(&Error::timeout("given up before it answered")));
        }
    }
}

/// The outcome of what was stopped.
pub(super) fn cancelled() -> Error {
    Error::new(sdk::Class::Cancelled, "CANCELLED", "stopped before it could end")
}
