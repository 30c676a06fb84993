//! `respond`: answers the caller now; the run goes on.

use sdk::Outcome;

use crate::{
    flow::plan::RespondPlan,
    run::{
        failure::{Answer, headers_of},
        one::Run,
        view::View,
    },
};

/// Sends the answer; the node's output is the answer's body.
pub(in crate::run) fn answer(respond: &RespondPlan, run: &Run, view: &View<'_>) -> Outcome {
    let value = match &respond.body {
        Some(body) => view.value(body)?,
        None => sdk::Shared::default(),
    };
    let headers = match &respond.headers {
        Some(headers) => headers_of(&*view.value(headers)?),
        None => Default::default(),
    };
    run.respond(Answer { value: sdk::Shared::clone(&value).into(), status: respond.status, headers });
    Ok(value)
}
