//! The plan a run was begun with: of what serves, or of an earlier revision compiled again for the runs that are
//! pinned to it.

use std::sync::Arc;

use sdk::{Class, Error};

use super::desk::locked;
use crate::{About, Engine, Served, engine::Inside, flow::plan::Plan, publish::PublishError, state::Origin};

/// The code of a run whose plan is not there any more.
pub(super) const PLAN_GONE: &str = "PLAN_GONE";
/// Earlier revisions held in memory.
const HELD: usize = 4;

/// The revision a run is pinned to, and its plan there.
pub(super) async fn pinned(inside: &Arc<Inside>, origin: &Origin) -> Result<(Arc<Served>, Arc<Plan>), Error> {
    let serving = Engine(Arc::clone(inside)).served();
    let number = origin.context["revision"].as_u64().unwrap_or(serving.about.number);
    if number != serving.about.number
        && let Some(served) = revision(inside, number).await
        && let Some(plan) = begun_with(&served, origin)
    {
        return Ok((served, plan));
    }
    // What cannot be read any more may still stand unchanged in what serves, or do so again: the hash tells.
    begun_with(&serving, origin).map(|plan| (serving, plan)).ok_or_else(|| {
        let text = format!("flow `{}` as it was in revision {number} is not there any more", origin.flow);
        Error::new(Class::Internal, PLAN_GONE, text)
    })
}

/// The plan the run began with, if it is what this revision has for it.
fn begun_with(served: &Served, origin: &Origin) -> Option<Arc<Plan>> {
    served.flow(&origin.flow, None, &origin.identity).ok().filter(|plan| plan.hash == origin.plan)
}

impl Engine {
    /// The revision that a run is pinned to and its plan there; none when it is gone.
    pub(crate) async fn pinned(&self, origin: &Origin) -> Option<(Arc<Served>, Arc<Plan>)> {
        pinned(&self.0, origin).await.ok()
    }
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
