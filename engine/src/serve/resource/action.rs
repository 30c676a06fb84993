//! What an operator does to runs, one by one or several at once.

use hyper::StatusCode;
use sdk::Class;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ok, run::missing};
use crate::{
    Engine,
    serve::{Answer, Ask, Problem},
};

/// Runs that one call acts on, at the most.
const MOST: usize = 1_000;

/// Cancels a run: reads are dropped, writes are waited for, what was done is undone.
pub(in crate::serve) async fn cancel(ask: Ask) -> Answer {
    let id = ask.param("id");
    act(&ask.engine, "cancel", id, false)?;
    let clock = &*ask.engine.settings().clock;
    ok(&ask.engine.runs().item(id, clock).ok_or_else(|| missing(id))?)
}

/// What only a parked run takes.
pub(in crate::serve) async fn refused(ask: Ask) -> Answer {
    let id = ask.param("id");
    let item = ask.engine.runs().item(id, &*ask.engine.settings().clock).ok_or_else(|| missing(id))?;
    Err(not_allowed(&format!("the run is {}, and only a parked one takes this", item.status.word())))
}

fn not_allowed(detail: &str) -> Problem {
    Problem::new(StatusCode::CONFLICT, Class::Conflict, "ACTION_NOT_ALLOWED", detail)
}

fn act(engine: &Engine, action: &str, id: &str, is_dry: bool) -> Result<(), Problem> {
    let runs = engine.runs();
    let Some(live) = runs.live(id) else {
        let ended = runs.kept(id).ok_or_else(|| missing(id))?;
        return Err(not_allowed(&format!("the run is {} already", ended.item.status.word())));
    };
    if action != "cancel" {
        return Err(not_allowed("the run goes on, and only a parked one takes this"));
    }
    if !is_dry {
        tracing::info!(run = %id, "cancelled by an operator");
        live.handle().cancel();
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Several {
    action: String,
    ids: Vec<String>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    dry_run: bool,
}

/// Acts on several runs; what one of them does not allow stops none of the others.
pub(in crate::serve) async fn several(mut ask: Ask) -> Answer {
    let Several { action, ids, reason, dry_run } = ask.read()?;
    if !matches!(action.as_str(), "cancel" | "retry" | "resume" | "skip") || ids.len() > MOST {
        let detail = format!("`action` is cancel, retry, resume or skip, on at most {MOST} runs");
        return Err(Problem::refused(StatusCode::BAD_REQUEST, "BODY_INVALID", detail));
    }
    tracing::info!(action, runs = ids.len(), ?reason, dry_run, "an action on several runs");
    let results: Vec<Value> = ids
        .iter()
        .map(|id| match act(&ask.engine, &action, id, dry_run) {
            Ok(()) => json!({"id": id, "ok": true}),
            Err(problem) => json!({"id": id, "ok": false, "code": problem.code}),
        })
        .collect();
    ok(&json!({"results": results}))
}
