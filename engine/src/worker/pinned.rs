//! The plan a run was begun with: of what serves, or of an earlier revision compiled again for the runs that are
//! pinned to it.

use std::sync::Arc;

use sdk::{Class, Error};

use super::desk::locked;
use crate::{
    About, Engine, Served, engine::Inside, flow::plan::Plan, publish::PublishError, run::Snapshot as _,
    state::Origin,
};

/// Earlier revisions held in memory.
const HELD: usize = 4;

/// The revision a run is pinned to, and its plan there.
pub(super) async fn pinned(inside: &Arc<Inside>, origin: &Origin) -> Result<(Arc<Served>, Arc<Plan>), Error> {
    let serving = Engine(Arc::clone(inside)).served();
    let number = origin.context["revision"].as_u64().unwrap_or(serving.about.number);
    let served = if number == serving.about.number {
        serving
    } else {
        // What cannot be read any more may still stand unchanged in what serves: the hash tells.
        revision(inside, number).await.unwrap_or(serving)
    };
    let plan = served.flow(&origin.flow, None, &origin.identity)?;
    if plan.hash != origin.plan {
        let text = format!("flow `{}` of revision {number} is not what the run began with", origin.flow);
        return Err(Error::new(Class::Internal, "PLAN_GONE", text));
    }
    Ok((served, plan))
}

async fn revision(inside: &Arc<Inside>, number: u64) -> Option<Arc<Served>> {
    // Many runs of one revision come at once after a restart: one of them compiles it.
    let _one_at_a_time = inside.desk.compiling.lock().await;
    if let Some(held) = held(inside, number) {
        return Some(held);
    }
    let found = texts(inside, number).await;
    let (texts, about) =
        found.inspect_err(|error| tracing::warn!(number, %error, "a revision that runs began with")).ok()?;
    let compiled = Engine(Arc::clone(inside)).compile(&texts, about).await;
    let refused = |refused: &crate::Rejected| {
        tracing::warn!(number, errors = refused.errors(), "a revision that runs began with");
    };
    let served = Arc::new(compiled.inspect_err(refused).ok()?);
    let mut all = locked(&inside.desk.pinned);
    if all.len() >= HELD {
        all.remove(0);
    }
    all.push(Arc::clone(&served));
    Some(served)
}

fn held(inside: &Inside, number: u64) -> Option<Arc<Served>> {
    let mut all = locked(&inside.desk.pinned);
    let at = all.iter().position(|served| served.about.number == number)?;
    let served = all.remove(at);
    all.push(Arc::clone(&served));
    Some(served)
}

async fn texts(inside: &Inside, number: u64) -> Result<(crate::publish::Texts, About), PublishError> {
    let revision = inside.revisions.get(number).await?;
    let texts = inside.revisions.texts(&revision).await?;
    Ok((texts, About { number, at: revision.at, by: revision.by, note: revision.note }))
}
