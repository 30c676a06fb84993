//! The checker: reads what callers heard, what the far side did and what the store held, and names every broken
//! invariant by its number. Linear in what it reads; it never looks at how the engine works.
//!
//! I1 the sum of all accounts is constant · I2 every reserve ends exactly once, as its run did · I3 no effect twice
//! per idempotency key, and none without an intent in the journal · I4 every acknowledged start exists · I5 same key,
//! same run, same bytes · I6 journals only grow · I8 an ended run never changes · I9 compensations cover exactly what
//! succeeded or may have, in reverse completion order · I10 each wait ends once, a timer never early · I11 every run
//! ends · I12 every committed event arrives, in order per key · I13 nobody gets another tenant's answer. Epochs (I7)
//! and replay (I14) are held by the suites of the store and of the runtime.

mod callers;
pub(crate) mod events;
mod family;
mod journal;
mod money;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use engine::state::{RunId, Snapshot};

use crate::{
    crash::{Audit, Look},
    history::Line,
};

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// How many sagas there were.
    pub sagas: u64,
    /// Every broken invariant.
    pub violations: Vec<String>,
}

/// Checks everything. The last look is the final state; earlier ones were taken on the way.
#[must_use]
pub fn check(history: &[Line], audit: &Audit, looks: &[Look]) -> Findings {
    let nothing = BTreeMap::new();
    let runs = looks.last().map_or(&nothing, |look| &look.runs);
    let by_key: BTreeMap<&str, &Snapshot> = runs.values().filter_map(|run| Some((key(run)?, run))).collect();
    let mut violations = callers::check(history, runs, &by_key);
    violations.extend(money::check(history, audit, runs, &by_key));
    violations.extend(journal::check(runs));
    violations.extend(journal::only_grows(looks));
    violations.extend(events::check(&audit.notices, runs));
    Findings { sagas: u64::try_from(by_key.len()).unwrap_or(u64::MAX), violations }
}

pub(crate) type Runs = BTreeMap<RunId, Snapshot>;

/// The saga a run belongs to.
fn key(run: &Snapshot) -> Option<&str> {
    run.origin()?.input["key"].as_str()
}
