//! Stage 6 of 8: the life of one run: input, variables, nodes, answer or undoing, `finally`, report.
//!
//! What happens inside a body is `drive`'s; what a store keeps of it is the journal's.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::Duration,
};

use futures_util::future::{BoxFuture, Either, select};
use sdk::{Error, Identity, Shared, Timestamp, Value};
use serde_json::Map;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::{
    drive::{Ended, drive},
    failure::{self, Answer, Cause, Failure},
    frame::{Base, Frame, Parent, Part},
    handle::Handle,
    journal::Journal,
    mock::Mocks,
    one::{Run, ms},
    product::Product,
    report::{NodeReport, NodeStatus, RunStatus},
    saga::{self, Undone},
    snapshot::Snapshot,
    trace::{Keep, Observer},
    view::View,
};
use crate::{flow::plan::Plan, state};

/// `request` of a run that HTTP started: made when an expression first asks for it.
pub type Request = LazyLock<Shared, Box<dyn FnOnce() -> Shared + Send>>;

/// What a run starts from.
#[derive(Clone)]
pub struct Start {
    /// Its id.
    pub id: Arc<str>,
    /// What it runs.
    pub plan: Arc<Plan>,
    /// For whom.
    pub identity: Arc<Identity>,
    /// Its input, not yet checked.
    pub input: Shared,
    /// The revision it is pinned to.
    pub snapshot: Arc<dyn Snapshot>,
    /// How much of it is kept.
    pub keep: Keep,
    /// Hears of its nodes.
    pub observer: Option<Arc<dyn Observer>>,
    /// What stands in for calls, in a case.
    pub mocks: Option<Arc<Mocks>>,
    /// The run that started it.
    pub parent: Option<state::Parent>,
    /// `trigger`.
    pub trigger: Option<Shared>,
    /// `request`.
    pub request: Option<Arc<Request>>,
    /// The run ends when this node has settled.
    pub until: Option<Arc<str>>,
    /// Stops it.
    pub stop: CancellationToken,
    /// When the whole run times out, whatever its plan says; for a run that goes on after a crash.
    pub deadline: Option<Timestamp>,
    /// How many flows called each other before this one; 0 for a caller from outside.
    pub depth: u8,
}

impl Start {
    /// A start with nothing but what every run has.
    #[must_use]
    pub fn new(
        id: Arc<str>,
        plan: Arc<Plan>,
        identity: Arc<Identity>,
        input: Shared,
        snapshot: Arc<dyn Snapshot>,
    ) -> Self {
        Self {
            id,
            plan,
            identity,
            input,
            snapshot,
            keep: Keep::Nothing,
            observer: None,
            mocks: None,
            parent: None,
            trigger: None,
            request: None,
            until: None,
            stop: CancellationToken::new(),
            deadline: None,
            depth: 0,
        }
    }
}

/// A run that has begun: drive `future`, whatever happens to its caller.
pub struct Begun {
    /// Ends when the run does. Dropping it stops the run where it stands.
    pub future: BoxFuture<'static, Finished>,
    /// Reaches the run while it goes on.
    pub handle: Handle,
    /// Arrives when a `respond` answers the caller before the run ends.
    pub early: oneshot::Receiver<Answer>,
}

/// A run that has ended.
#[derive(Debug)]
pub struct Finished {
    /// What the caller gets.
    pub answer: Result<Answer, Failure>,
    /// What is told about it.
    pub report: RunReport,
}

/// What is told about a run.
#[derive(Clone, Debug)]
pub struct RunReport {
    /// How it ended.
    pub status: RunStatus,
    /// Something that was not critical failed.
    pub is_degraded: bool,
    /// When it started, in milliseconds since 1970.
    pub started_at: Timestamp,
    /// How long it took.
    pub duration_ms: f64,
    /// Its nodes in the order in which they settled, those that never started last.
    pub nodes: Vec<NodeReport>,
    /// What was undone, in that order.
    pub undone: Vec<Undone>,
    /// Every failure on the way.
    pub causes: Vec<Cause>,
}

/// Without a word on it, a run that is not durable has so long.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Begins a run: checks its input and makes its future.
///
/// # Errors
/// `INPUT_INVALID` with every path that does not fit; nothing has happened then.
pub fn begin(start: Start) -> Result<Begun, Box<Failure>> {
    let input = accept(&start.plan, Shared::clone(&start.input))?;
    Ok(begin_with(start, input, None))
}

/// Begins a run whose input has been accepted, with its journal if it is durable.
pub(super) fn begin_with(start: Start, input: Shared, journal: Option<Arc<Journal>>) -> Begun {
    let identity = Arc::clone(&start.identity);
    let (run, early) = Run::new(start, journal);
    let base = Base::new(identity, input, Arc::clone(&run.saga));
    let handle = Handle { run: Arc::clone(&run), is_cancelled: Arc::default() };
    let is_cancelled = Arc::clone(&handle.is_cancelled);
    Begun { future: Box::pin(live(run, base, is_cancelled)), handle, early }
}

/// A run that was refused before it began.
pub(super) fn refused(error: Error, status: u16) -> Finished {
    refused_by(Failure::of(error, status))
}

/// A run that was refused before it began.
pub(super) fn refused_by(failure: Failure) -> Finished {
    let report = RunReport {
        status: RunStatus::Failed,
        is_degraded: false,
        started_at: 0,
        duration_ms: 0.0,
        nodes: Vec::new(),
        undone: Vec::new(),
        causes: Vec::new(),
    };
    Finished { answer: Err(failure), report }
}

/// The input with its defaults, if it fits the flow's contract.
pub(super) fn accept(plan: &Plan, input: Shared) -> Result<Shared, Box<Failure>> {
    let Some(contract) = &plan.input else { return Ok(input) };
    contract.accept(&input).map_err(|faults| {
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        let data =
            faults.iter().map(|fault| serde_json::json!({"path": fault.pointer, "message": fault.message}));
        let error = Error::validation("INPUT_INVALID", told.join("; "));
        Box::new(Failure::of(error.with_data(Shared::new(data.collect())), 400))
    })
}

/// Evaluates `vars` in their order; a later one sees those before it.
pub(super) fn evaluate_vars(plan: &Plan, frame: &Frame) -> Result<(), Error> {
    if plan.vars.is_empty() {
        return Ok(());
    }
    let mut vars = Value::Object(Map::new());
    for (name, template) in &plan.vars {
        let value = View::of(frame).with_vars(&vars).value(template)?;
        if let Value::Object(fields) = &mut vars {
            fields.insert((**name).to_owned(), Arc::unwrap_or_clone(value));
        }
    }
    let _once_per_frame = frame.base.vars.set(Shared::new(vars));
    Ok(())
}

async fn live(run: Arc<Run>, base: Arc<Base>, is_cancelled: Arc<AtomicBool>) -> Finished {
    let plan = Arc::clone(&run.plan);
    let root = Frame::outermost(Arc::clone(&run), base, Arc::clone(&plan.body));
    let (answer, status) = match evaluate_vars(&plan, &root) {
        Err(error) => (Err(failure::explain(&plan, &root, None, error)), RunStatus::Failed),
        Ok(()) => {
            let (ended, is_late) = within(&run, drive(&root)).await;
            outcome(&plan, &root, ended, is_late, is_cancelled.load(Ordering::Acquire))
        }
    };
    let undoing = match &answer {
        Ok(_) => saga::Ended::default(),
        Err(_) => Box::pin(run.saga.undo_all(&run, &plan)).await,
    };
    let status = match status {
        _ if undoing.is_parked || run.is_parked() => RunStatus::Parked,
        RunStatus::Failed if undoing.has_undone() || run.has_undone() => RunStatus::Compensated,
        status => status,
    };
    // A durable run that is parked has not ended.
    let is_over = status != RunStatus::Parked || run.journal.is_none();
    if let Some(body) = plan.finally.as_ref().filter(|_| is_over) {
        last(&root, body).await;
    }
    Finished { report: report(&run, &root, status, undoing.undone), answer }
}

/// How the nodes' end reaches the caller, and the run's status unless undoing changes it.
fn outcome(
    plan: &Plan,
    root: &Frame,
    ended: Ended,
    is_late: bool,
    is_cancelled: bool,
) -> (Result<Answer, Failure>, RunStatus) {
    let (slot, error, status) = match ended {
        Ended::Completed => match failure::answer(plan, root) {
            Ok(answer) => return (Ok(answer), RunStatus::Succeeded),
            Err(error) => (None, error, RunStatus::Failed),
        },
        Ended::Failed(slot, error) => (Some(slot), error, RunStatus::Failed),
        Ended::Stopped if is_late => (None, Error::timeout("the run's time was up"), RunStatus::TimedOut),
        Ended::Stopped => match until(root).filter(|_| !is_cancelled) {
            Some(output) => return (Ok(Answer::of(output)), RunStatus::Succeeded),
            None => (None, super::invocation::cancelled(), RunStatus::Cancelled),
        },
    };
    (Err(failure::explain(plan, root, slot, error)), status)
}

/// The output of the node the run was to end at.
fn until(root: &Frame) -> Option<Product> {
    let wanted = root.run.until.as_ref()?;
    let slot = root.body.nodes.iter().position(|node| node.id == *wanted)?;
    root.settled(u16::try_from(slot).ok()?)?.output.clone()
}

/// Drives within a time; when it is up the run is stopped, and has ended when this answers. Nothing is
/// armed for a run that is ready at the first look.
async fn within(run: &Run, drive: impl Future<Output = Ended>) -> (Ended, bool) {
    let mut drive = pin!(drive);
    if let Poll::Ready(ended) = poll_fn(|cx| Poll::Ready(drive.as_mut().poll(cx))).await {
        return (ended, false);
    }
    let Some(time) = time(run) else { return (drive.await, false) };
    let up = async {
        if let Some(journal) = &run.journal {
            // What happened before the time was up is told first.
            journal.replayed().await;
        }
        run.clock.sleep(time).await;
    };
    match select(drive, Box::pin(up)).await {
        Either::Left((ended, _)) => (ended, false),
        Either::Right(((), drive)) => {
            run.stop.cancel();
            (drive.await, true)
        }
    }
}

/// How long the run may take from now on.
fn time(run: &Run) -> Option<Duration> {
    match run.deadline {
        Some(deadline) => {
            let left = deadline.saturating_sub(run.clock.now());
            Some(Duration::from_millis(u64::try_from(left).unwrap_or(0)))
        }
        None => run.plan.timeout.or((!run.plan.is_durable).then_some(TIMEOUT)),
    }
}

/// Runs `finally`: once, after every ending; it changes nothing that was told.
async fn last(root: &Arc<Frame>, body: &Arc<crate::flow::plan::Body>) {
    let stop = root.run.shield().child_token();
    let parent = Parent {
        frame: Arc::clone(root),
        slot: 0,
        part: Part::Finally,
        attempt: 1,
        key: None,
        stop: stop.clone(),
        is_past: false,
    };
    let frame = Frame::within(parent, Arc::clone(&root.base), Arc::clone(body), Vec::new());
    let timeout = root.run.plan.timeout.unwrap_or(TIMEOUT);
    let ended = match select(Box::pin(drive(&frame)), root.run.clock.sleep(timeout)).await {
        Either::Left((ended, _)) => ended,
        Either::Right(((), drive)) => {
            stop.cancel();
            drive.await
        }
    };
    if let Ended::Failed(slot, error) = ended {
        tracing::warn!(run = %root.run.id, node = %frame.address(slot), %error, "`finally` failed");
    }
}

fn report(run: &Run, root: &Frame, status: RunStatus, undone: Vec<Undone>) -> RunReport {
    let mut nodes = run.trace.nodes();
    if run.trace.is_on() {
        let unsettled =
            (0..=u16::MAX).take(root.body.nodes.len()).filter(|slot| root.settled(*slot).is_none());
        nodes.extend(unsettled.map(|slot| NodeReport::of(root, slot, NodeStatus::Pending)));
    }
    RunReport {
        status,
        is_degraded: run.is_degraded(),
        started_at: run.started_at,
        duration_ms: ms(run.elapsed_nanos()),
        nodes,
        undone,
        causes: run.causes(),
    }
}
