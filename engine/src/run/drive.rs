//! Stage 6 of 8: drive. Performs the effects of `step` for one body: starts nodes, awaits those in flight
//! together, and tells `step` what became of them.
//!
//! A body is one future; nothing is spawned. A node's own bodies are driven inside that node's future.

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::{
    future::BoxFuture,
    stream::{FuturesUnordered, StreamExt as _},
};
use sdk::{Error, Shared};
use serde_json::json;

use super::{
    event::{Effect, Ending, Event, Status},
    failure::blame,
    frame::{Frame, Settled, Word},
    invocation::Notes,
    node::{self, Done, Settlement, Started},
    product::Product,
    saga::Reason,
    step::{State, step},
    trace,
    view::View,
};

/// How a body ended.
#[derive(Debug)]
pub(super) enum Ended {
    Completed,
    /// The node that failed first, and how.
    Failed(u16, Error),
    Stopped,
}

/// Drives a body to its end.
pub(super) async fn drive(frame: &Arc<Frame>) -> Ended {
    let mut drive = Drive::new(frame);
    let mut stop = pin!(frame.stop().cancelled());
    poll_fn(|cx| drive.advance(cx, stop.as_mut())).await
}

/// A chain of nodes that need no time gives way to other runs after so many.
const MOST_AT_ONCE: u32 = 512;

struct Drive<'f> {
    frame: &'f Arc<Frame>,
    state: State,
    effects: VecDeque<Effect>,
    /// Nodes that were not ready at the first look; none in most bodies.
    in_flight: Option<FuturesUnordered<InFlight>>,
    failures: Vec<(u16, Error)>,
    started: Vec<trace::Begun>,
    /// Of a body that is only gone through once more: ends that would keep other nodes from being looked at.
    held: VecDeque<(u16, Done)>,
    is_stopping: bool,
}

struct InFlight {
    slot: u16,
    future: BoxFuture<'static, Done>,
}

impl Future for InFlight {
    type Output = (u16, Done);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.future.as_mut().poll(cx).map(|done| (self.slot, done))
    }
}

impl<'f> Drive<'f> {
    fn new(frame: &'f Arc<Frame>) -> Self {
        let mut drive = Self {
            frame,
            state: State::new(&frame.body),
            effects: VecDeque::new(),
            in_flight: None,
            failures: Vec::new(),
            started: trace::begun(frame),
            held: VecDeque::new(),
            is_stopping: false,
        };
        drive.tell(Event::Begin);
        drive
    }

    fn tell(&mut self, event: Event<'_>) {
        step(&self.frame.body, &mut self.state, event, &mut self.effects);
    }

    fn advance(&mut self, cx: &mut Context<'_>, mut stop: Pin<&mut impl Future<Output = ()>>) -> Poll<Ended> {
        for _ in 0..MOST_AT_ONCE {
            if let Some(effect) = self.effects.pop_front() {
                self.perform(effect, cx);
                continue;
            }
            if let Some(ending) = self.state.ending() {
                return Poll::Ready(self.ended(ending));
            }
            let next = self.in_flight.as_mut().map_or(Poll::Ready(None), |nodes| nodes.poll_next_unpin(cx));
            match next {
                Poll::Ready(Some((slot, done))) => self.take(slot, done),
                Poll::Ready(None) if !self.held.is_empty() => {
                    if let Some((slot, done)) = self.held.pop_front() {
                        self.settle(slot, done);
                    }
                }
                Poll::Ready(None) | Poll::Pending => {
                    if self.is_stopping || stop.as_mut().poll(cx).is_pending() {
                        return Poll::Pending;
                    }
                    self.is_stopping = true;
                    self.tell(Event::Stop);
                }
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn perform(&mut self, effect: Effect, cx: &mut Context<'_>) {
        match effect {
            Effect::Start(slot) => self.start(slot, cx),
            Effect::Skip(slot, dead) => {
                self.frame.settle(slot, Settled { word: Word::Skipped, output: None, errors: None });
                trace::dead(self.frame, slot, dead);
            }
            Effect::Drop(slot) => {
                self.frame.settle(slot, Settled { word: Word::Cancelled, output: None, errors: None });
                trace::dropped(self.frame, slot, self.begun(slot));
            }
            Effect::Stop => self.drop_cancelled(),
        }
    }

    fn start(&mut self, slot: u16, cx: &mut Context<'_>) {
        if let Some(start) = self.started.get_mut(usize::from(slot)) {
            *start = trace::started(self.frame, slot);
        }
        match node::start(self.frame, slot) {
            Started::Now(done) => self.take(slot, done),
            // Most nodes of most flows are ready at the first look: they need no place among the waiting.
            Started::Later(mut future) => match future.as_mut().poll(cx) {
                Poll::Ready(done) => self.take(slot, done),
                Poll::Pending => self.in_flight.get_or_insert_default().push(InFlight { slot, future }),
            },
        }
    }

    fn begun(&self, slot: u16) -> trace::Begun {
        self.started.get(usize::from(slot)).copied().unwrap_or_default()
    }

    /// Drops the futures of nodes that were cancelled, and stops the bodies of the others from inside.
    fn drop_cancelled(&mut self) {
        self.frame.halt_inner();
        let state = &self.state;
        let kept = self.in_flight.take().into_iter().flatten();
        self.in_flight = Some(kept.filter(|node| state.status(node.slot) == Status::Running).collect());
    }

    /// A node has ended. What is recorded is told at once and not in its order, so that in a body that is gone
    /// through once more a failure must come last: what it then kept from starting may have been before it.
    fn take(&mut self, slot: u16, done: Done) {
        let halts = match done.settlement {
            Settlement::Failed(_) => self.frame.node(slot).is_critical,
            Settlement::Cancelled => true,
            Settlement::Succeeded(_) | Settlement::Skipped | Settlement::Routed(_) => false,
        };
        if halts && self.frame.is_past {
            self.held.push_back((slot, done));
        } else {
            self.settle(slot, done);
        }
    }

    /// Writes what a node left behind and tells `step`.
    fn settle(&mut self, slot: u16, Done { mut settlement, notes }: Done) {
        let frame = self.frame;
        let node = frame.node(slot);
        let left = leave(frame, slot, &mut settlement, notes.as_deref());
        frame.base.saga.enlist(frame, slot, Reason::of(frame, slot, &settlement, notes.as_deref()));
        trace::settled(frame, slot, self.begun(slot), &settlement, &left, notes);
        frame.settle(slot, left);
        match settlement {
            Settlement::Succeeded(_) => self.tell(Event::Succeeded(slot)),
            Settlement::Skipped => self.tell(Event::Skipped(slot)),
            Settlement::Routed(to) => self.tell(Event::Routed(slot, &to)),
            Settlement::Cancelled => self.tell(Event::Cancelled(slot)),
            Settlement::Failed(error) => {
                blame(&frame.run, frame, slot, &error);
                self.failures.push((slot, error));
                self.tell(Event::Failed(slot));
            }
        }
        if frame.parent.is_none() && frame.run.until.as_ref() == Some(&node.id) {
            self.tell(Event::Stop);
        }
    }

    fn ended(&mut self, ending: Ending) -> Ended {
        match ending {
            Ending::Completed => Ended::Completed,
            Ending::Stopped => Ended::Stopped,
            Ending::Failed(slot) => {
                let found = self.failures.iter().position(|(failed, _)| *failed == slot);
                let error = found.map(|index| self.failures.swap_remove(index).1);
                Ended::Failed(slot, error.unwrap_or_else(|| Error::internal("a failure without an error")))
            }
        }
    }
}

impl Drop for Drive<'_> {
    /// A body that is dropped while it runs leaves writes behind whose outcome nobody will learn.
    fn drop(&mut self) {
        for slot in (0..=u16::MAX).take(self.frame.body.nodes.len()) {
            if self.state.status(slot) == Status::Running {
                let node = self.frame.node(slot);
                let reason = (node.effect == sdk::Effect::Write).then_some(Reason::Unknown);
                self.frame.base.saga.enlist(self.frame, slot, reason);
                trace::dropped(self.frame, slot, self.begun(slot));
            }
        }
    }
}

/// What a settled node leaves behind. An `otherwise` that cannot be evaluated is the node's failure.
fn leave(frame: &Frame, slot: u16, settlement: &mut Settlement, notes: Option<&Notes>) -> Settled {
    let node = frame.node(slot);
    let errors = notes.and_then(|notes| notes.errors.clone());
    if matches!(settlement, Settlement::Skipped) {
        match otherwise(frame, slot) {
            Ok(output) => return Settled { word: Word::Skipped, output: Some(output.into()), errors: None },
            Err(error) => *settlement = Settlement::Failed(error),
        }
    }
    match settlement {
        Settlement::Succeeded(output) => {
            Settled { word: Word::Succeeded, output: Some(output.clone()), errors }
        }
        Settlement::Routed(_) => Settled { word: Word::Succeeded, output: Some(Product::default()), errors },
        Settlement::Failed(error) => {
            let errors = errors.unwrap_or_else(|| told(error));
            let output = (!node.is_critical).then(|| {
                frame.run.degrade();
                // It may look at the failure that it stands for.
                frame.catch(slot, Shared::clone(&errors));
                otherwise(frame, slot).unwrap_or_default().into()
            });
            Settled { word: Word::Failed, output, errors: Some(errors) }
        }
        Settlement::Skipped | Settlement::Cancelled => {
            Settled { word: Word::Cancelled, output: None, errors: None }
        }
    }
}

fn otherwise(frame: &Frame, slot: u16) -> Result<Shared, Error> {
    let template = frame.node(slot).otherwise.as_ref();
    template.map_or_else(|| Ok(Shared::default()), |template| View::at(frame, slot).value(template))
}

/// `errors.<id>` of a failed node.
pub(super) fn told(error: &Error) -> Shared {
    Shared::new(json!({"code": &*error.code, "class": error.class, "message": error.message}))
}
