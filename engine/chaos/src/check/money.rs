//! What became of the money: I1, I2, I3.

use std::collections::{BTreeMap, BTreeSet};

use engine::state::{Entry, Snapshot, Status};

use super::Runs;
use crate::{crash::Audit, history::Line};

pub(super) fn check(
    history: &[Line],
    audit: &Audit,
    runs: &Runs,
    by_key: &BTreeMap<&str, &Snapshot>,
) -> Vec<String> {
    let mut broken = Vec::new();
    if audit.sum_fen != 0 {
        broken.push(format!("I1: all accounts sum to {} fen, not 0", audit.sum_fen));
    }
    broken.extend(audit.violations.iter().map(|text| format!("I2: the far side's books: {text}")));
    let known: BTreeMap<&str, _> =
        audit.reserves.iter().map(|reserve| (reserve.key.as_str(), reserve)).collect();
    let keys: BTreeSet<&str> =
        history.iter().map(|line| line.key.as_str()).chain(known.keys().copied()).collect();
    for key in keys {
        let Some(reserve) = known.get(key) else { continue };
        let status = by_key.get(key).map(|run| run.status);
        let ends = (reserve.state.as_str(), reserve.confirms, reserve.releases);
        let is_right = match status {
            Some(Status::Succeeded) => ends == ("CONFIRMED", 1, 0),
            // A reserve that was never made needs no end.
            Some(Status::Failed | Status::Compensated | Status::Cancelled) => {
                matches!(ends, ("RELEASED", 0, 1) | ("", 0, 0))
            }
            Some(_) => false,
            None => ends == ("", 0, 0),
        };
        if !is_right {
            broken.push(format!("I2: the run of {key} is {status:?}, its reserve {ends:?}"));
        }
    }
    broken.extend(effects(audit, runs));
    broken
}

/// I3: applied once per key, and only what a journal had on disk before.
fn effects(audit: &Audit, runs: &Runs) -> Vec<String> {
    let mut broken = Vec::new();
    let mut applied = BTreeSet::new();
    let records = runs.values().flat_map(|run| run.records.iter().map(move |record| (run.run, record)));
    let intents: BTreeSet<String> = records
        .filter_map(|(run, record)| match &record.entry {
            Entry::NodeStarted { key, .. } | Entry::CompensationStarted { key, .. } => Some(key.to_string()),
            // An event leaves after the node that announces it has ended, and needs no intent.
            Entry::NodeSucceeded { address, .. } => Some(format!("{run}:{address}")),
            _ => None,
        })
        .collect();
    for effect in &audit.effects {
        let Some(key) = &effect.key else { continue };
        if effect.is_applied && !applied.insert((&effect.endpoint, key)) {
            broken.push(format!("I3: {} was applied twice for {key}", effect.endpoint));
        }
        if !intents.contains(key.as_str()) {
            broken.push(format!("I3: {} was called for {key}, and no journal says so", effect.endpoint));
        }
    }
    broken
}
