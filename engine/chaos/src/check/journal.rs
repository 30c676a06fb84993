//! What the journals say: I6, I8, I9, I10, I11.

use std::collections::{BTreeMap, BTreeSet};

use engine::state::{Address, Entry, Resolution, Snapshot, Status, Wait};

use super::Runs;
use crate::crash::Look;

/// I6 and I8, over all looks in the order they were taken.
pub(super) fn only_grows(looks: &[Look]) -> Vec<String> {
    let mut broken = Vec::new();
    for pair in looks.windows(2) {
        for (id, before) in &pair[0].runs {
            let Some(after) = pair[1].runs.get(id) else {
                broken.push(format!("I6: the run {id} is gone"));
                continue;
            };
            if before.status.is_ended() && before != after {
                broken.push(format!("I8: {id} had ended {} and changed", before.status.word()));
            } else if !after.records.starts_with(&before.records) {
                broken.push(format!("I6: the journal of {id} is not what it was, and more"));
            }
        }
    }
    broken
}

pub(super) fn check(runs: &Runs) -> Vec<String> {
    let mut broken = Vec::new();
    for run in runs.values() {
        if !run.status.is_ended() {
            broken.push(format!("I11: {} is {} at the end", run.run, run.status.word()));
            continue;
        }
        let texts = undone(run).into_iter().chain(waits(run));
        broken.extend(texts.map(|text| format!("{text} in {}", run.run)));
    }
    broken
}

/// I9: what was undone is what could be undone and had, or may have, happened; the last first.
fn undone(run: &Snapshot) -> Option<String> {
    let mut ended: Vec<&Address> = Vec::new();
    let mut open: BTreeSet<&Address> = BTreeSet::new();
    let mut doubtful: BTreeSet<&Address> = BTreeSet::new();
    let (mut begun, mut done) = (Vec::new(), BTreeSet::new());
    for record in &run.records {
        match &record.entry {
            Entry::NodeStarted { address, .. } => {
                // Begun again: the attempt that was cut off may have happened.
                if !open.insert(address) {
                    doubtful.insert(address);
                }
            }
            Entry::NodeSucceeded { address, .. } => {
                open.remove(address);
                ended.retain(|known| known != &address);
                ended.push(address);
            }
            Entry::NodeFailed { address, failure, .. } => {
                open.remove(address);
                if failure.is_outcome_unknown {
                    doubtful.insert(address);
                }
                if doubtful.contains(address) {
                    ended.retain(|known| known != &address);
                    ended.push(address);
                }
            }
            Entry::CompensationStarted { address, .. } if !begun.contains(&address) => begun.push(address),
            Entry::CompensationSucceeded { address } => {
                done.insert(address);
            }
            _ => {}
        }
    }
    let can_be_undone = |address: &Address| matches!(address.to_string().as_str(), "reserve" | "order");
    let mut owed: Vec<&Address> = ended.into_iter().chain(open).filter(|at| can_be_undone(at)).collect();
    if !matches!(run.status, Status::Succeeded) {
        owed.reverse();
    } else {
        owed.clear();
    }
    if begun != owed || done != begun.iter().copied().collect() {
        let text = |all: &[&Address]| all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let done: Vec<&Address> = done.into_iter().collect();
        return Some(format!(
            "I9: to undo [{}], begun to undo [{}], undone [{}], and it is {}",
            text(&owed),
            text(&begun),
            text(&done),
            run.status.word()
        ));
    }
    None
}

/// I10: each wait ends once, by what it waited for, and a timer never early.
fn waits(run: &Snapshot) -> Vec<String> {
    let mut broken = Vec::new();
    let mut open: BTreeMap<&Address, &Wait> = BTreeMap::new();
    let mut resolved: BTreeMap<&Address, u32> = BTreeMap::new();
    for record in &run.records {
        match &record.entry {
            Entry::WaitRegistered { address, wait } if open.insert(address, wait).is_some() => {
                broken.push(format!("I10: {address} waits twice"));
            }
            Entry::WaitResolved { address, resolution } => {
                let Some(wait) = open.remove(address) else {
                    broken.push(format!("I10: {address} is resolved and does not wait"));
                    continue;
                };
                *resolved.entry(address).or_default() += 1;
                let is_early = wait.until.is_none_or(|until| record.at < until);
                if matches!(resolution, Resolution::Timer) && is_early {
                    broken.push(format!("I10: the timer of {address} fired at {}, early", record.at));
                }
            }
            _ => {}
        }
    }
    broken.extend(open.keys().map(|address| format!("I10: {address} waits and the run has ended")));
    broken
}
