//! Stage 6 of 8: durable runs. Begins one in a store or goes on with one that was claimed, and drives it until it
//! ends, waits as a row, or belongs to somebody else.

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll};

use futures_util::future::BoxFuture;
use sdk::{Error, Shared};
use serde_json::json;
use tokio::sync::oneshot;

use super::{
    Start,
    failure::{Answer, Failure, seal},
    handle::Handle,
    journal::{Birth, Broken, Journal},
    life::{Finished, Request, accept, begin_with},
    one::Run,
    report::RunStatus,
};
use crate::{
    flow::plan::{Body, Kind, Plan},
    state::{self, Batch, Entry, Idempotency, Lease, Origin, Reply, RunId, Status, Store},
};

/// A durable run in this process.
pub struct Durable {
    /// Ends when the run is over, waits, or is lost. Dropping it leaves the run to recovery.
    pub future: BoxFuture<'static, Carried>,
    /// Reaches the run while it is in this process.
    pub handle: Handle,
    /// Arrives when a `respond` answers the caller before the run ends.
    pub early: oneshot::Receiver<Answer>,
}

/// What became of a run in this process.
#[derive(Debug)]
pub enum Carried {
    /// It has ended or is parked; the store knows.
    Finished(Box<Finished>),
    /// Only waits are left: it is a row, and will be claimed when one of them ends.
    Waiting,
    /// A child in it cannot undo what it did: it is a row, and goes on when an operator has acted.
    Parked,
    /// It never began: its key has this run already, and its answer once there is one.
    Same(RunId, Option<Reply>),
    /// It never began: its key belongs to another body.
    OtherBody(RunId),
    /// It is no longer ours, or the store failed; what is on disk is taken up again by whoever claims it, once the
    /// lease, if it is still held, is given back.
    Lost(state::Error, Option<Box<Lease>>),
}

/// What a durable run has beside what every run has.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    /// The caller's key.
    pub idempotency: Option<Idempotency>,
    /// What people look the run up by.
    pub business_key: Option<Arc<str>>,
}

/// Begins a durable run. Its start is on disk before its first write or wait; a run without either commits
/// start and end at once. `start.id` must be the text of a [`RunId`].
///
/// # Errors
/// `INPUT_INVALID`; nothing has happened then.
pub fn open(start: Start, opening: Opening, store: Arc<dyn Store>) -> Result<Durable, Box<Failure>> {
    let refuse = |message: String| Box::new(Failure::of(Error::internal(message), 500));
    let input = accept(&start.plan, Shared::clone(&start.input))?;
    let id: RunId = start.id.parse().map_err(|malformed: state::Malformed| refuse(malformed.to_string()))?;
    let clock = Arc::clone(start.snapshot.clock());
    let now = clock.now();
    let length = start.plan.timeout.and_then(|timeout| i64::try_from(timeout.as_millis()).ok());
    let deadline = start.deadline.or_else(|| length.map(|length| now.saturating_add(length)));
    let origin = Origin {
        flow: Arc::clone(&start.plan.flow),
        version: start.plan.version.to_string().into(),
        plan: Arc::clone(&start.plan.hash),
        level: start.plan.level.to_string().into(),
        identity: (*start.identity).clone(),
        business_key: opening.business_key,
        deadline,
        parent: start.parent.clone(),
        input: Shared::clone(&input),
        context: Shared::new(json!({
            "revision": start.snapshot.revision(),
            "trigger": start.trigger,
            "request": start.request.as_ref().map(|request| Shared::clone(request)),
        })),
    };
    let idempotency = opening.idempotency;
    let birth = state::Start { run: id, origin, idempotency, batch: Batch { now, ..Batch::default() } };
    let acts = acts(&start.plan.body);
    let journal = Arc::new(Journal::unborn(store, clock, birth));
    if acts {
        journal.want();
    }
    Ok(drive(Start { deadline, ..start }, input, journal))
}

/// Goes on with a run that was claimed and loaded: the same for a crash, a timer, a message and an operator.
/// `start` gives plan and snapshot the run is pinned to; what the run began as is taken from its records.
///
/// # Errors
/// `INTERNAL` when the journal does not begin with a start.
pub fn resume(
    start: Start,
    lease: Lease,
    loaded: state::Snapshot,
    store: Arc<dyn Store>,
) -> Result<Durable, Box<Failure>> {
    let clock = Arc::clone(start.snapshot.clock());
    let Some(origin) = loaded.origin().cloned() else {
        return Err(Box::new(Failure::of(Error::internal("a journal without a start"), 500)));
    };
    let given = |name: &str| {
        origin.context.get(name).filter(|value| !value.is_null()).map(|v| Shared::new(v.clone()))
    };
    let start = Start {
        id: loaded.run.to_string().into(),
        identity: Arc::new(origin.identity.clone()),
        trigger: given("trigger"),
        request: given("request").map(|request| Arc::new(Request::new(Box::new(move || request)))),
        deadline: origin.deadline,
        ..start
    };
    let journal = Arc::new(Journal::loaded(store, clock, Box::new(lease), loaded));
    Ok(drive(start, origin.input, journal))
}

fn drive(start: Start, input: Shared, journal: Arc<Journal>) -> Durable {
    let begun = begin_with(start, input, Some(Arc::clone(&journal)));
    let run = begun.handle.run();
    let future = Box::pin(carry(run, journal, begun.future));
    Durable { future, handle: begun.handle, early: begun.early }
}

/// Whether a body writes or waits: then its start is on disk first, so that a second caller with the same key
/// finds it.
fn acts(body: &Body) -> bool {
    let waits = |kind: &Kind| match kind {
        Kind::Wait(_) | Kind::Respond(_) => true,
        Kind::Foreach(each) => acts(&each.body),
        Kind::Loop(rounds) => rounds.every.is_some() || rounds.after.is_some() || acts(&rounds.body),
        Kind::Race(branches) => branches.iter().any(|(_, body)| acts(body)),
        _ => false,
    };
    body.effect == sdk::Effect::Write || body.nodes.iter().any(|node| waits(&node.kind))
}

enum Step {
    Finished(Finished),
    Idle,
    Nudged,
    /// Nothing goes on, and this child cannot undo what it did.
    Stuck(Arc<str>, Error),
    Broken(Broken),
}

async fn carry(run: Arc<Run>, journal: Arc<Journal>, mut future: BoxFuture<'static, Finished>) -> Carried {
    loop {
        match next(&run, &journal, &mut future).await {
            Step::Finished(finished) => return end(&run.plan, &journal, finished).await,
            Step::Nudged => journal.look().await,
            Step::Broken(broken) => return lost(&journal, broken).await,
            Step::Stuck(address, why) => {
                journal.register();
                let address = journal.place(&address);
                journal.push(Entry::Parked { address, failure: Box::new(why) });
                if let Err(broken) = journal.append(false).await {
                    return lost(&journal, broken).await;
                }
                return lie_down(&journal, future, Carried::Parked).await;
            }
            Step::Idle => {
                journal.register();
                if let Err(broken) = journal.append(true).await {
                    return lost(&journal, broken).await;
                }
                if !journal.has_mail() {
                    return lie_down(&journal, future, Carried::Waiting).await;
                }
            }
        }
    }
}

/// From now on the run is a row.
async fn lie_down(journal: &Journal, future: BoxFuture<'static, Finished>, carried: Carried) -> Carried {
    journal.suspend();
    drop(future);
    match journal.release().await {
        Ok(()) => carried,
        Err(error) => Carried::Lost(error, None),
    }
}

/// Drives the run until something is to be done about it from outside. The journal is written here and not in
/// the run's own future, where a node that is dropped would take the lease along.
async fn next(run: &Run, journal: &Arc<Journal>, future: &mut BoxFuture<'static, Finished>) -> Step {
    let mut appending: Option<BoxFuture<'_, Result<(), Broken>>> = None;
    let mut nudged = pin!(journal.nudged());
    let mut finished = None;
    poll_fn(|cx| {
        loop {
            if let Some(append) = &mut appending {
                match append.as_mut().poll(cx) {
                    Poll::Ready(Ok(())) => appending = None,
                    Poll::Ready(Err(broken)) => return Poll::Ready(Step::Broken(broken)),
                    Poll::Pending => {}
                }
            }
            if appending.is_none() && journal.wants_flush() {
                appending = Some(Box::pin(journal.append(false)));
                continue;
            }
            if finished.is_none()
                && let Poll::Ready(ended) = future.as_mut().poll(cx)
            {
                finished = Some(ended);
            }
            // The lease comes back with the append: it is waited for.
            if appending.is_none()
                && let Some(ended) = finished.take()
            {
                return Poll::Ready(Step::Finished(ended));
            }
            // Nor is it left behind in the middle of one.
            if appending.is_none()
                && let Some(broken) = journal.take_broken()
            {
                return Poll::Ready(Step::Broken(broken));
            }
            if appending.is_none() && journal.wants_flush() {
                continue;
            }
            if appending.is_some() {
                return Poll::Pending;
            }
            // Nothing can go on by itself.
            if journal.tell_next(&run.stop) {
                continue;
            }
            if journal.is_still()
                && let Some((address, why)) = run.stuck.first()
            {
                return Poll::Ready(Step::Stuck(address, why));
            }
            if journal.is_idle() {
                return Poll::Ready(Step::Idle);
            }
            return nudged.as_mut().poll(cx).map(|()| Step::Nudged);
        }
    })
    .await
}

async fn lost(journal: &Journal, broken: Broken) -> Carried {
    match broken {
        Broken::Unborn(Birth::Same(run, reply)) => Carried::Same(run, reply),
        Broken::Unborn(Birth::OtherBody(run)) => Carried::OtherBody(run),
        Broken::Store(error) => Carried::Lost(error, journal.leave().await),
    }
}

/// Writes the end, or that an operator has to act.
async fn end(plan: &Plan, journal: &Journal, finished: Finished) -> Carried {
    journal.abandon_all();
    let failure = finished.answer.as_ref().err();
    let error = failure.map(|failure| Box::new(failure.error.clone()));
    let is_of = |id: &Arc<str>| plan.body.nodes.iter().any(|node| node.id == *id);
    let failed = failure.and_then(|failure| failure.node.clone()).filter(is_of);
    let status = status(finished.report.status);
    if status == Status::Parked {
        let stuck = finished.report.undone.iter().find(|undone| undone.error.is_some());
        let address = stuck.map(|undone| Arc::clone(&undone.address)).or(failed);
        let address = address.and_then(|address| journal.place(&address));
        let failure = error.unwrap_or_else(|| Box::new(Error::internal("parked without a failure")));
        journal.push(Entry::Parked { address, failure });
    } else {
        let address = failed.and_then(|id| journal.place(&id));
        let reply = (!journal.has_responded()).then(|| seal(&finished.answer));
        let output = finished.answer.as_ref().ok().map(|answer| Shared::clone(answer.value.whole()));
        let is_degraded = finished.report.is_degraded;
        journal.push(Entry::Ended { status, is_degraded, failure: error, address, output, reply });
    }
    if let Err(broken) = journal.append(false).await {
        return lost(journal, broken).await;
    }
    if status == Status::Parked
        && let Err(error) = journal.release().await
    {
        return Carried::Lost(error, None);
    }
    Carried::Finished(Box::new(finished))
}

const fn status(status: RunStatus) -> Status {
    match status {
        RunStatus::Running => Status::Running,
        RunStatus::Waiting => Status::Waiting,
        RunStatus::Succeeded => Status::Succeeded,
        RunStatus::Failed => Status::Failed,
        RunStatus::Compensated => Status::Compensated,
        RunStatus::Cancelled => Status::Cancelled,
        RunStatus::TimedOut => Status::TimedOut,
        RunStatus::Parked => Status::Parked,
    }
}
