//! Cases of a flow: an input, an identity, mocks, and what is expected. Time in a case leaps: whatever
//! sleeps is woken as soon as nothing else can go on.

mod clock;
mod compare;
mod pinned;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use sdk::{Error, Identity, Shared};

pub use compare::{Difference, compare};

use super::{Failure, Finished, Keep, Mocks, Snapshot, Start, begin, life};
use crate::flow::document::Case;

/// What a case starts from.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The input.
    pub input: Shared,
    /// The biz id; `None` = the default.
    pub biz_id: Option<String>,
    /// The scenario; `None` = the default.
    pub scenario: Option<String>,
    /// What stands in for calls; `None` = real services are called. A run with a real call is on real time.
    pub mocks: Option<Mocks>,
    /// The run ends when this node has settled.
    pub until: Option<Arc<str>>,
}

/// What became of a case.
#[derive(Debug)]
pub struct Verdict {
    /// What was expected and is not so; empty = passed.
    pub differences: Vec<Difference>,
    /// The run.
    pub finished: Finished,
    /// Level of the plan that answered, 1 to 3; 0 when there was none.
    pub level: u8,
}

impl From<&Case> for Given {
    fn from(case: &Case) -> Self {
        let mocks = case.mocks.iter().map(|(path, value)| (path.value.clone(), value.to_json()));
        Self {
            input: Shared::new(case.input.to_json()),
            biz_id: case.biz_id.as_ref().map(|text| text.value.clone()),
            scenario: case.scenario.as_ref().map(|text| text.value.clone()),
            mocks: Some(Mocks::new(mocks)),
            ..Self::default()
        }
    }
}

/// Runs a case of a flow and compares.
pub async fn judge(flow: &str, case: &Case, snapshot: Arc<dyn Snapshot>) -> Verdict {
    let (finished, level) = play(flow, case.into(), snapshot).await;
    Verdict { differences: compare(&case.expect, &finished, level), finished, level }
}

/// Runs a flow as a case says; gives the run and the level of the plan that answered.
pub async fn play(flow: &str, given: Given, snapshot: Arc<dyn Snapshot>) -> (Finished, u8) {
    let identity = match Identity::new(flow, given.biz_id.as_deref(), given.scenario.as_deref()) {
        Ok(identity) => identity,
        Err(name) => return (life::refused(Error::validation("IDENTITY_INVALID", name.to_string()), 400), 0),
    };
    let plan = match snapshot.flow(flow, None, &identity) {
        Ok(plan) => plan,
        Err(error) => return (life::refused(error, 404), 0),
    };
    let level = plan.level;
    let identity = Arc::new(identity.in_use_case(plan.use_case.clone()));
    // What really answers takes real time.
    let is_mocked = given.mocks.as_ref().is_some_and(|mocks| !mocks.has_live());
    let clock = Arc::new(clock::Leaping::from(&**snapshot.clock()));
    let pinned: Arc<dyn Snapshot> = match is_mocked {
        true => Arc::new(pinned::Pinned::new(snapshot, Arc::clone(&clock))),
        false => snapshot,
    };
    let start = Start {
        keep: Keep::Values(64 * 1024),
        mocks: given.mocks.map(Arc::new),
        until: given.until,
        ..Start::new("case".into(), plan, identity, given.input, pinned)
    };
    let finished = match begin(start) {
        Ok(begun) if is_mocked => clock.drive(begun.future).await,
        Ok(begun) => begun.future.await,
        Err(failure) => life::refused_by(*failure),
    };
    (finished, level)
}

/// The code the caller sees.
fn code(failure: &Failure) -> &str {
    &failure.code
}
