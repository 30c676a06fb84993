//! What the journals say: I6, I8, I9, I10, I11.

use std::collections::{BTreeMap, BTreeSet};

use engine::state::{Address, Entry, Resolution, Snapshot, Status, Wait};

use super::{Runs, family};
use crate::crash::Look;

/// The flow whose nodes are flows.
const FAMILY: &str = "chaos.family";

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
        let has_children = run.origin().is_some_and(|origin| *origin.flow == *FAMILY);
        let undone = if has_children { family::undone(run) } else { undone(run) };
        let texts = undone.into_iter().chain(waits(run));
        broken.extend(texts.map(|text| format!("{text} in {}", run.run)));
    }
    broken
}

/// I9: what was undone is what could be undone and had, or may have, happened; the last first. What never came to its
/// own end was stopped when the run failed, so it counts as last, in any order.
fn undone(run: &Snapshot) -> Option<String> {
    let mut ends = Ends::default();
    let (mut begun, mut done) = (Vec::new(), BTreeSet::new());
    for record in &run.records {
        match &record.entry {
            Entry::CompensationStarted { address, .. } if !begun.contains(&address) => begun.push(address),
            Entry::CompensationSucceeded { address } => {
                done.insert(address);
            }
            entry => ends.take(entry),
        }
    }
    let is_success = run.status == Status::Succeeded;
    let owed = |address: &&Address| !is_success && can_be_undone(address);
    let loose: BTreeSet<&Address> = ends.loose().filter(owed).collect();
    let ended: Vec<&Address> = ends.ended.iter().rev().copied().filter(owed).collect();
    let first: BTreeSet<&Address> = begun.iter().take(loose.len()).copied().collect();
    let is_right = first == loose && begun.iter().skip(loose.len()).eq(ended.iter());
    if is_right && done == begun.iter().copied().collect() {
        return None;
    }
    let text = |all: &[&Address]| all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let (loose, done): (Vec<_>, Vec<_>) = (loose.into_iter().collect(), done.into_iter().collect());
    Some(format!(
        "I9: to undo [{}] and then [{}], begun to undo [{}], undone [{}], and it is {}",
        text(&loose),
        text(&ended),
        text(&begun),
        text(&done),
        run.status.word()
    ))
}

/// How nodes came to their ends.
#[derive(Default)]
struct Ends<'r> {
    /// Those that succeeded or failed and may have happened, in order.
    ended: Vec<&'r Address>,
    /// Under way, without an outcome.
    open: BTreeSet<&'r Address>,
    /// An attempt was cut off, or nobody knows how it ended.
    doubtful: BTreeSet<&'r Address>,
}

impl<'r> Ends<'r> {
    fn take(&mut self, entry: &'r Entry) {
        match entry {
            // Begun again: the attempt that was cut off may have happened.
            Entry::NodeStarted { address, .. } if !self.open.insert(address) => {
                self.doubtful.insert(address);
            }
            Entry::NodeSucceeded { address, .. } => {
                self.open.remove(address);
                self.doubtful.remove(address);
                self.ended.push(address);
            }
            Entry::NodeFailed { address, failure, detail, .. } => {
                self.open.remove(address);
                if failure.is_outcome_unknown {
                    self.doubtful.insert(address);
                }
                // Without detail it is one attempt, and the node may go on.
                if detail.is_some() && self.doubtful.remove(address) {
                    self.ended.push(address);
                }
            }
            _ => {}
        }
    }

    fn loose(&self) -> impl Iterator<Item = &'r Address> {
        self.open.iter().chain(&self.doubtful).copied()
    }
}

/// The nodes that the flows of this crate can undo; an item of a list by its list's name, an attempt by its node's.
fn can_be_undone(address: &Address) -> bool {
    let parts = address.as_str().split('.').filter(|part| !part.starts_with("try"));
    let names: Vec<&str> = parts.map(|part| part.split('[').next().unwrap_or_default()).collect();
    matches!(
        names[..],
        ["reserve" | "order" | "points" | "legs" | "tour" | "trip"] | ["trip", "hotel" | "car"]
    )
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
