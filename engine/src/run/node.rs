//! One node from its start to what the drive is told of it: `when`, the call with its policies, `output`.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
};

use futures_util::future::BoxFuture;
use sdk::{Class, Error, Outcome};

use super::{
    frame::Frame,
    invocation::{Invocation, Notes, cancelled},
    kept, kind,
    product::Product,
    view::View,
};
use crate::flow::{
    plan::{Kind, Node},
    policy::Stack,
};

/// What became of a node.
pub(super) enum Settlement {
    Succeeded(Product),
    /// Its `when` was false.
    Skipped,
    /// A switch chose these.
    Routed(Vec<u16>),
    Failed(Error),
    Cancelled,
}

/// What became of a node, and what was noted along the way.
pub(super) struct Done {
    pub(super) settlement: Settlement,
    pub(super) notes: Option<Box<Notes>>,
}

impl From<Settlement> for Done {
    fn from(settlement: Settlement) -> Self {
        Self { settlement, notes: None }
    }
}

/// A node that was started.
pub(super) enum Started {
    /// It needed no time.
    Now(Done),
    /// It has to be awaited.
    Later(BoxFuture<'static, Done>),
}

/// Starts a node: decides its `when` at once and prepares the rest.
pub(super) fn start(frame: &Arc<Frame>, slot: u16) -> Started {
    match at_once(frame, slot) {
        Ok(Some(settlement)) => Started::Now(settlement.into()),
        Ok(None) => Started::Later(Box::pin(work(Arc::clone(frame), slot))),
        Err(error) => Started::Now(Settlement::Failed(error).into()),
    }
}

/// What needs no call: `when`, routing, answering and failing.
fn at_once(frame: &Frame, slot: u16) -> Result<Option<Settlement>, Error> {
    let node = frame.node(slot);
    let view = View::at(frame, slot);
    if let Some(when) = &node.when
        && !view.test(when)?
    {
        return Ok(Some(Settlement::Skipped));
    }
    Ok(match &node.kind {
        Kind::Switch(switch) => Some(Settlement::Routed(kind::switch::choose(switch, &view)?)),
        Kind::Respond(respond) => {
            Some(Settlement::Succeeded(kind::respond::answer(respond, &frame.run, &view)?.into()))
        }
        Kind::Fail(fail) => return Err(kind::fail::raise(fail, &view)),
        Kind::Use { gives_settings: true, .. } if is_plain(frame, node) => match &node.with {
            // Nobody but the caller may ever look at it: then it need not be made whole.
            Some(with) if frame.parent.is_none() && frame.run.plan.output.is_of(&frame.body, slot) => {
                Some(Settlement::Succeeded(view.weave(with)?))
            }
            Some(with) => Some(Settlement::Succeeded(view.value(with)?.into())),
            None => None,
        },
        _ => None,
    })
}

/// Nothing stands around the node's call, and nobody wants to know how it went.
fn is_plain(frame: &Frame, node: &Node) -> bool {
    let run = &frame.run;
    node.policies.is_none()
        && node.output.is_none()
        && run.journal.is_none()
        && run.mocks.is_none()
        && !run.trace.is_on()
}

async fn work(frame: Arc<Frame>, slot: u16) -> Done {
    let Some(journal) = &frame.run.journal else { return perform(&frame, slot).await.0 };
    if let Some(done) = kept::recalled(journal, &frame, slot).await {
        return done;
    }
    let _busy = kept::is_leaf(frame.node(slot)).then(|| journal.occupy());
    let (done, attempts) = perform(&frame, slot).await;
    kept::keep(journal, &frame, slot, attempts, &done);
    done
}

/// Does the work; tells how many attempts it took.
async fn perform(frame: &Arc<Frame>, slot: u16) -> (Done, u32) {
    let invocation = match Invocation::prepare(Arc::clone(frame), slot) {
        Ok(invocation) => invocation,
        Err(error) => return (Settlement::Failed(error).into(), 1),
    };
    match &frame.node(slot).policies {
        // What is gone through once more is not held up by policies: how it ended is recorded.
        Some(stack) if !frame.is_past => {
            let invocation = Arc::new(invocation);
            let mut outcome = under(stack, &invocation).await;
            if let Err(why) = &outcome
                && let Err(stopped) = kind::flow::undo_left(&invocation, why).await
            {
                outcome = Err(stopped);
            }
            (settle(&invocation, outcome), invocation.attempts())
        }
        _ => {
            let outcome = invocation.attempt(1, None).await;
            (settle(&invocation, outcome), 1)
        }
    }
}

/// The call under its policies. When the body halts, what is in flight is waited for, but no further
/// attempt is: the pause before it may be minutes.
async fn under(stack: &Stack, invocation: &Arc<Invocation>) -> Outcome {
    let call: Arc<Invocation> = Arc::clone(invocation);
    let mut call = pin!(stack.call(call));
    let mut stop = pin!(invocation.frame.halt().cancelled());
    poll_fn(|cx| {
        if let Poll::Ready(outcome) = call.as_mut().poll(cx) {
            return Poll::Ready(outcome);
        }
        if stop.as_mut().poll(cx).is_ready() && !invocation.is_in_flight() {
            return Poll::Ready(Err(cancelled()));
        }
        Poll::Pending
    })
    .await
}

fn settle(invocation: &Invocation, outcome: Outcome) -> Done {
    let shaped = outcome.and_then(|raw| match &invocation.node().output {
        None => Ok(raw),
        Some(template) => {
            View::at(&invocation.frame, invocation.slot).with_raw(invocation.slot, &raw).value(template)
        }
    });
    let settlement = match shaped {
        Ok(output) => Settlement::Succeeded(output.into()),
        Err(error) if error.class == Class::Cancelled && invocation.frame.is_halting() => {
            Settlement::Cancelled
        }
        Err(error) => Settlement::Failed(error),
    };
    Done { settlement, notes: invocation.notes() }
}
