//! What each kind of node does when it is called. One file per kind; bodies are driven by `drive`.

mod component;
pub(super) mod extension;
pub(super) mod fail;
pub(super) mod flow;
mod foreach;
mod r#loop;
mod race;
pub(super) mod respond;
pub(super) mod switch;
mod wait;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use sdk::{Error, Outcome, Shared, Timestamp};

use super::{
    drive::{Ended, drive},
    frame::Frame,
    invocation::{Invocation, cancelled},
    view::View,
};
use crate::flow::plan::Kind;

/// Makes one attempt at a node.
pub(super) async fn call(invocation: &Invocation, attempt: u32, deadline: Option<Timestamp>) -> Outcome {
    match &invocation.node().kind {
        Kind::Use { built, build, .. } => {
            component::call(invocation, built.as_ref(), *build, attempt, deadline).await
        }
        Kind::Extension { point, reduce } => extension::call(invocation, point, *reduce, attempt).await,
        Kind::Flow { name, version, mode } => flow::call(invocation, name, *version, *mode, attempt).await,
        Kind::Foreach(foreach) => foreach::call(invocation, foreach, attempt).await,
        Kind::Loop(plan) => r#loop::call(invocation, plan, attempt).await,
        Kind::Race(branches) => race::call(invocation, branches, attempt).await,
        // Boxed: the others are called far more often, and none should be as large as this one.
        Kind::Wait(wait) => Box::pin(wait::call(invocation, wait)).await,
        Kind::Switch(_) | Kind::Respond(_) | Kind::Fail(_) => {
            Err(Error::internal("this kind is never called"))
        }
    }
}

/// Drives one of a node's bodies to its end and gives its output. Boxed: bodies nest.
pub(super) fn body(frame: Arc<Frame>) -> BoxFuture<'static, Outcome> {
    Box::pin(async move {
        match drive(&frame).await {
            Ended::Completed => output(&frame),
            Ended::Failed(_, error) => Err(error),
            Ended::Stopped => Err(cancelled()),
        }
    })
}

fn output(frame: &Frame) -> Outcome {
    match &frame.body.output {
        Some(template) => View::of(frame).value(template),
        None => Ok(Shared::clone(frame.last_output().whole())),
    }
}
