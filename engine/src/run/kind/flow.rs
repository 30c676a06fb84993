//! `flow`: a sub-flow, chosen by the same identity: its own run (`child`), within this run (`inline`), or a
//! run that nobody waits for (`detached`).

use std::sync::Arc;

use sdk::{Class, Error, Identity, Outcome, Shared, Value};
use tokio_util::sync::CancellationToken;

use crate::{
    flow::{
        document::FlowMode,
        plan::{Kind, Plan},
    },
    run::{
        Start,
        drive::{Ended, drive},
        failure::{self, Cause, Failure},
        frame::{Base, Frame, Part},
        invocation::{Invocation, cancelled},
        life,
        one::id_of,
        report::RunStatus,
        saga::Saga,
        trace::Keep,
    },
    state::{self, RunId},
};

/// Flows that call flows deeper than this are taken for an endless recursion.
const DEEPEST: u8 = 16;

/// Runs the sub-flow.
pub(super) async fn call(
    invocation: &Invocation,
    name: &str,
    version: Option<u32>,
    mode: FlowMode,
    attempt: u32,
) -> Outcome {
    let (run, frame) = (&invocation.frame.run, &invocation.frame);
    if run.depth >= DEEPEST {
        let message = format!("flows call each other more than {DEEPEST} deep");
        return Err(Error::new(Class::Internal, "FLOW_TOO_DEEP", message));
    }
    let plan = run.snapshot.flow(name, version, &frame.base.identity)?;
    let identity = Arc::new(frame.base.identity.in_use_case(plan.use_case.clone()));
    let input = invocation.with.clone().unwrap_or_else(|| invocation.input());
    match mode {
        FlowMode::Inline => inline(invocation, &plan, identity, input, attempt).await,
        FlowMode::Child if run.journal.is_some() => within(invocation, &plan, identity, input, attempt).await,
        FlowMode::Child => child(invocation, start(invocation, plan, identity, input, attempt)).await,
        FlowMode::Detached if invocation.is_past() => Ok(Shared::default()),
        FlowMode::Detached => detached(invocation, start(invocation, plan, identity, input, attempt)).await,
    }
}

/// Begins a run of its own. Its id is made of the time, which is on disk first: driven again, the node finds that run
/// and begins no other.
async fn detached(invocation: &Invocation, start: Start) -> Outcome {
    let (run, frame) = (&invocation.frame.run, &invocation.frame);
    let begun_at = run.now(frame, Some(invocation.slot));
    let mut random = [0; 10];
    random.copy_from_slice(&id_of(&[start.id.as_bytes()]).as_bytes()[..10]);
    let id: Arc<str> = RunId::new(begun_at, random).to_string().into();
    let address = frame.address(invocation.slot).parse().ok();
    let parent = run.id.parse().ok().map(|run| state::Parent { run, address });
    if let Some(journal) = &run.journal {
        journal.flush().await;
    }
    let start = Start { id: Arc::clone(&id), parent, stop: CancellationToken::new(), ..start };
    run.snapshot.launch(start).await?;
    Ok(Shared::new(sdk::serde_json::json!({"run": &*id})))
}

async fn inline(
    invocation: &Invocation,
    plan: &Plan,
    identity: Arc<Identity>,
    input: Shared,
    attempt: u32,
) -> Outcome {
    let input = life::accept(plan, input).map_err(|refused| refused.into_error())?;
    let around = &invocation.frame.base;
    let base = Base::asked(identity, input, Arc::clone(&around.saga), around.asked);
    body(invocation, plan, base, attempt).await
}

async fn body(invocation: &Invocation, plan: &Plan, base: Arc<Base>, attempt: u32) -> Outcome {
    let parent = invocation.parent(Part::Whole, attempt, invocation.frame.halt());
    let frame = Frame::within(parent, base, Arc::clone(&plan.body), Vec::new());
    life::evaluate_vars(plan, &frame)?;
    let driven: futures_util::future::BoxFuture<'_, Ended> = Box::pin(drive(&frame));
    match driven.await {
        Ended::Completed => failure::answer(plan, &frame).map(|answer| Shared::clone(answer.value.whole())),
        Ended::Failed(slot, error) => Err(failure::explain(plan, &frame, Some(slot), error).into_error()),
        Ended::Stopped => Err(cancelled()),
    }
}

/// A child of a durable run: in its parent's journal, so that waiting, recovery and cancelling reach it, but it
/// undoes itself when it fails.
async fn within(
    invocation: &Invocation,
    plan: &Plan,
    identity: Arc<Identity>,
    input: Shared,
    attempt: u32,
) -> Outcome {
    let input = life::accept(plan, input).map_err(|refused| refused.into_error())?;
    let saga: Arc<Saga> = Arc::default();
    let _left = Left::new(&saga, invocation.left());
    let base = Base::asked(identity, input, Arc::clone(&saga), invocation.frame.base.asked);
    let outcome = body(invocation, plan, base, attempt).await;
    // Stopped or gone through once more, it is undone with its parent, which leaves out what is recorded as undone.
    if let Err(error) = &outcome
        && error.class != Class::Cancelled
        && !invocation.is_past()
    {
        undo(invocation, &saga, plan, error).await?;
    }
    outcome
}

/// Undoes what a child has done that failed. While it cannot, the child has not ended, so nothing that follows its end
/// may begin: a durable run is parked meanwhile.
async fn undo(invocation: &Invocation, saga: &Saga, plan: &Plan, why: &Error) -> Result<(), Error> {
    let run = &invocation.frame.run;
    let undoing = saga.undo_all(run, plan).await;
    if undoing.has_undone() {
        run.note_undone();
    }
    match undoing.stuck() {
        None => Ok(()),
        Some(stuck) if run.journal.is_some() => {
            let _held = run.stuck.hold(stuck, why.clone());
            invocation.frame.halt().cancelled().await;
            Err(cancelled())
        }
        Some(_) => {
            run.park();
            Ok(())
        }
    }
}

/// Undoes what is left of a child that could not undo itself, because its time was up.
pub(in crate::run) async fn undo_left(invocation: &Invocation, why: &Error) -> Result<(), Error> {
    let Kind::Flow { name, version, .. } = &invocation.node().kind else { return Ok(()) };
    let left = invocation.left();
    if left.is_empty() || invocation.is_past() || why.class == Class::Cancelled {
        return Ok(());
    }
    let frame = &invocation.frame;
    let plan = frame.run.snapshot.flow(name, *version, &frame.base.identity)?;
    undo(invocation, left, &plan, why).await
}

/// What a child has done and not undone when it is over, also when it was dropped on the way, passes to what is
/// around it: from a try to its node, and from there to the flow.
pub(in crate::run) struct Left {
    saga: Arc<Saga>,
    around: Arc<Saga>,
}

impl Left {
    pub(in crate::run) fn new(saga: &Arc<Saga>, around: &Arc<Saga>) -> Self {
        Self { saga: Arc::clone(saga), around: Arc::clone(around) }
    }

    pub(in crate::run) const fn saga(&self) -> &Arc<Saga> {
        &self.saga
    }
}

impl Drop for Left {
    fn drop(&mut self) {
        self.around.adopt(&self.saga);
    }
}

async fn child(invocation: &Invocation, start: Start) -> Outcome {
    let begun = life::begin(start).map_err(|refused| refused.into_error())?;
    let saga = Arc::clone(&begun.handle.run().saga);
    let _left = Left::new(&saga, invocation.left());
    let finished = begun.future.await;
    match finished.report.status {
        RunStatus::Parked => invocation.frame.run.park(),
        RunStatus::Compensated => invocation.frame.run.note_undone(),
        _ => {}
    }
    if let Err(failure) = &finished.answer {
        // What led to the child's failure led to this one, the status that a `fail` asked for with it.
        let address = invocation.frame.address(invocation.slot);
        for cause in &failure.causes {
            let node = format!("{address}.{}", cause.node).into();
            invocation.frame.run.blame(Cause { node, ..cause.clone() });
        }
    }
    let answer = finished.answer.map_err(Failure::into_error)?;
    Ok(Shared::clone(answer.value.whole()))
}

fn start(
    invocation: &Invocation,
    plan: Arc<Plan>,
    identity: Arc<Identity>,
    input: Shared,
    attempt: u32,
) -> Start {
    let (run, frame) = (&invocation.frame.run, &invocation.frame);
    let address = frame.address(invocation.slot);
    let id = id_of(&[run.id.as_bytes(), address.as_bytes(), &attempt.to_le_bytes()]);
    let trigger = Shared::new(Value::from("flow"));
    Start {
        id: id.to_string().into(),
        plan,
        identity,
        input,
        snapshot: Arc::clone(&run.snapshot),
        keep: Keep::Nothing,
        observer: None,
        mocks: run.mocks.as_ref().and_then(|mocks| mocks.under(&frame.path(invocation.slot))).map(Arc::new),
        parent: None,
        trigger: Some(trigger),
        request: None,
        until: None,
        stop: frame.halt().child_token(),
        deadline: None,
        depth: run.depth + 1,
    }
}
