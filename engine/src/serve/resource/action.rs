//! What an operator does to runs, one by one or several at once.

use hyper::StatusCode;
use schemars::JsonSchema;
use sdk::Class;
use serde::{Deserialize, Serialize};

use super::{history, ok, run::missing};
use crate::{
    Engine,
    recent::Item,
    serve::{
        Answer, Ask, Problem,
        durable::refused,
        openapi::{Operation, Tag},
    },
    state::Action,
    worker::{OperateError, Order},
};

/// Runs that one call acts on, at the most.
const MOST: usize = 1_000;

/// What one call asks for.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "RunOrder")]
pub(in crate::serve) struct Asked {
    /// Why; it stands in the run's journal.
    reason: String,
    /// The address of the node it is about; absent = whatever the run is stuck at.
    node: Option<String>,
}

const fn order(id: &'static str) -> Operation {
    Operation::of::<Item>(Tag::Runs, id)
        .may_take::<Asked>()
        .refuses(&[(404, "RUN_NOT_FOUND"), (409, "ACTION_NOT_ALLOWED")])
}

pub(in crate::serve) const CANCEL: Operation = order("cancelRun");
pub(in crate::serve) const RETRY: Operation = order("retryRun");
pub(in crate::serve) const RESUME: Operation = order("resumeRun");
pub(in crate::serve) const SKIP: Operation = order("skipRun");

/// Cancels a run: reads are dropped, writes are waited for, what was done is undone.
pub(in crate::serve) async fn cancel(ask: Ask) -> Answer {
    one(ask, Action::Cancel).await
}

/// Tries what a parked run is stuck at again.
pub(in crate::serve) async fn retry(ask: Ask) -> Answer {
    one(ask, Action::Retry).await
}

/// Goes on with a parked run.
pub(in crate::serve) async fn resume(ask: Ask) -> Answer {
    one(ask, Action::Resume).await
}

/// Leaves out what a parked run is stuck at.
pub(in crate::serve) async fn skip(ask: Ask) -> Answer {
    one(ask, Action::Skip).await
}

async fn one(mut ask: Ask, action: Action) -> Answer {
    let asked: Asked = if ask.body.is_null() { Asked::default() } else { ask.read()? };
    let id = ask.param("id").to_owned();
    let address = asked.node.as_deref().map(str::parse).transpose();
    let address = address.map_err(|fault: crate::state::Malformed| {
        Problem::refused(StatusCode::BAD_REQUEST, "BODY_INVALID", fault.to_string())
    })?;
    let (actor, reason) = (ask.principal.name, asked.reason.as_str());
    act(&ask.engine, &id, Order { action, address, actor, reason, is_dry: false }).await?;
    if let Some(page) = history::page(&ask.engine, &id).await? {
        return ok(&history::bare(page));
    }
    let clock = &*ask.engine.settings().clock;
    ok(&ask.engine.runs().item(&id, clock).ok_or_else(|| missing(&id))?)
}

pub(super) fn not_allowed(detail: &str) -> Problem {
    Problem::new(StatusCode::CONFLICT, Class::Conflict, "ACTION_NOT_ALLOWED", detail)
}

async fn act(engine: &Engine, id: &str, order: Order<'_>) -> Result<(), Problem> {
    let runs = engine.runs();
    if let Ok(run) = id.parse() {
        match engine.operate(run, order.clone()).await {
            Err(OperateError::Missing(_)) => {}
            Ok(()) => return Ok(()),
            Err(OperateError::Store(error)) => return Err(refused(&error)),
            Err(other) => return Err(not_allowed(&other.to_string())),
        }
    }
    let Some(live) = runs.live(id) else {
        let ended = runs.kept(id).ok_or_else(|| missing(id))?;
        return Err(not_allowed(&format!("the run is {} already", ended.item.status.word())));
    };
    if order.action != Action::Cancel {
        return Err(not_allowed("the run goes on, and only a parked one takes this"));
    }
    if !order.is_dry {
        tracing::info!(run = %id, "cancelled by an operator");
        live.handle().cancel();
    }
    Ok(())
}

/// One action on several runs.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "RunOrders")]
pub(in crate::serve) struct Several {
    /// What to do.
    action: Action,
    /// The runs.
    #[schemars(length(max = MOST))]
    ids: Vec<String>,
    /// Why; it stands in the runs' journals.
    #[serde(default)]
    reason: Option<String>,
    /// Only say what would be allowed.
    #[serde(default)]
    dry_run: bool,
}

/// What became of each run.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RunOrderResults")]
pub(in crate::serve) struct Results {
    /// In the order in which they were asked for.
    results: Vec<Done>,
}

/// What became of one run.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RunOrderResult")]
pub(in crate::serve) struct Done {
    /// The run.
    id: String,
    /// It was done, or would be.
    ok: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
}

pub(in crate::serve) const SEVERAL: Operation = Operation::of::<Results>(Tag::Runs, "actOnRuns")
    .says("What one of them does not allow stops none of the others.")
    .takes::<Several>();

/// Acts on several runs; what one of them does not allow stops none of the others.
pub(in crate::serve) async fn several(mut ask: Ask) -> Answer {
    let Several { action, ids, reason, dry_run } = ask.read()?;
    if ids.len() > MOST {
        let detail = format!("one call acts on at most {MOST} runs");
        return Err(Problem::refused(StatusCode::BAD_REQUEST, "BODY_INVALID", detail));
    }
    tracing::info!(?action, runs = ids.len(), ?reason, dry_run, "an action on several runs");
    let (actor, reason) = (ask.principal.name, reason.unwrap_or_default());
    let mut results: Vec<Done> = Vec::new();
    for id in ids {
        let order = Order { action, address: None, actor, reason: &reason, is_dry: dry_run };
        let done = act(&ask.engine, &id, order).await;
        let code = done.as_ref().err().map(|problem| problem.code.clone());
        results.push(Done { id, ok: done.is_ok(), code });
    }
    ok(&Results { results })
}
