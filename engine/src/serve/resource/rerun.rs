//! `/v1/runs/{id}/rerun`: a durable run that has ended once more, with another input if need be. It is a run of its own,
//! on the flow as it is now, and names the one it repeats: what has ended never changes.

use std::sync::Arc;

use hyper::StatusCode;
use schemars::JsonSchema;
use sdk::{Class, Shared, Value};
use serde::Deserialize;

use super::{action::not_allowed, run::missing};
use crate::{
    Chosen,
    run::Snapshot as _,
    serve::{
        Answer, Ask, Problem,
        durable::refused,
        openapi::{Operation, Tag},
        reply::{Started, failed, started},
    },
    state::{self, RunId},
    worker::{Opened, Told},
};

/// What is to be different.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "Rerun")]
pub(in crate::serve) struct Asked {
    /// Why; it stands in the log.
    reason: String,
    /// The input of the new run; absent = that of the old one.
    input: Option<Value>,
}

pub(in crate::serve) const RERUN: Operation = Operation::of::<Started<'_>>(Tag::Runs, "rerunRun")
    .says("The new run is for the same identity, on the flow as it is now, and names the old one as its `parent`.")
    .status(202)
    .may_take::<Asked>()
    .refuses(&[
        (400, "INPUT_INVALID"),
        (404, "RUN_NOT_FOUND"),
        (409, "ACTION_NOT_ALLOWED"),
        (503, "OVERLOADED"),
    ]);

/// Runs an ended durable run's flow again.
pub(in crate::serve) async fn rerun(mut ask: Ask) -> Answer {
    let asked: Asked = if ask.body.is_null() { Asked::default() } else { ask.read()? };
    let (run, known) = ended(&ask).await?;
    let origin = known.origin().ok_or_else(|| missing(&run.to_string()))?;
    let served = ask.engine.served();
    let plan = served.flow(&origin.flow, None, &origin.identity).map_err(|error| {
        Problem::new(StatusCode::NOT_FOUND, Class::NotFound, "FLOW_NOT_FOUND", error.message)
    })?;
    if !plan.is_durable {
        return Err(not_allowed("its flow is not durable any more: call it with the input"));
    }
    let level = plan.level;
    let chosen = Chosen { plan, identity: Arc::new(origin.identity.clone()), served };
    let input = asked.input.map_or_else(|| Shared::clone(&origin.input), Shared::new);
    let begun = ask.engine.begin_again(&chosen, (run, origin), input).map_err(|why| failed(&why, None))?;
    tracing::info!(%run, again = %begun.run, by = ask.principal.name, reason = %asked.reason, "run again");
    let new = begun.run;
    match begun.opened().await {
        Opened::Told(Told::Lost(error)) => Err(refused(&error)),
        Opened::Started(_) | Opened::Told(_) => Ok(started(&new.to_string(), level)),
    }
}

/// The run that was asked for, if it may be run again.
async fn ended(ask: &Ask) -> Result<(RunId, state::Snapshot), Problem> {
    let id = ask.param("id");
    let known = match id.parse() {
        Ok(run) => {
            let found = ask.engine.store().read(run).await.map_err(|error| refused(&error))?;
            found.map(|found| (run, found))
        }
        Err(_) => None,
    };
    match known {
        Some((_, found)) if !found.status.is_ended() => {
            Err(not_allowed("the run has not ended: cancel it first, or act on what it is stuck at"))
        }
        Some(known) => Ok(known),
        None if ask.engine.runs().kept(id).is_some() => {
            Err(not_allowed("the run is not durable: call its flow with the input"))
        }
        None => Err(missing(id)),
    }
}
