//! What was announced: I12.

use std::collections::BTreeMap;

use engine::state::{Entry, Snapshot};

use super::{Runs, key};
use crate::crash::Notice;

/// The events a run has committed, by the node that announced them, in their order.
fn committed(run: &Snapshot) -> impl Iterator<Item = &str> {
    run.records.iter().filter_map(|record| match &record.entry {
        Entry::NodeSucceeded { address, .. } if matches!(address.as_str(), "begun" | "done") => {
            Some(address.as_str())
        }
        _ => None,
    })
}

/// I12: every committed event has arrived, those of one key in their order.
pub(crate) fn check(notices: &[Notice], runs: &Runs) -> Vec<String> {
    let arrived: BTreeMap<(&str, &str), &str> = notices
        .iter()
        .map(|notice| ((notice.key.as_str(), notice.node.as_str()), notice.at.as_str()))
        .collect();
    let mut broken = Vec::new();
    for run in runs.values() {
        let mut last = "";
        for node in committed(run) {
            let Some(at) = arrived.get(&(key(run).unwrap_or_default(), node)) else {
                broken.push(format!("I12: the event of {node} in {} never arrived", run.run));
                continue;
            };
            if *at < last {
                broken.push(format!("I12: the event of {node} in {} arrived before an earlier one", run.run));
            }
            last = at;
        }
    }
    broken
}
