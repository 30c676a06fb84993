//! I9 where flows stand within flows. A child that fails undoes itself, long before its parent ends and whether or not
//! that fails; what a child left standing is undone with its parent. So the order is looked at from each node: before
//! it is undone, whatever came after it in its own flow, and in the flows inside that one, must be.

use std::collections::{BTreeMap, BTreeSet};

use engine::state::{Address, Entry, Snapshot, Status};

/// What is known of a node.
#[derive(Clone, Copy, Default)]
struct Known {
    is_under_way: bool,
    /// An attempt was cut off, or nobody knows how it ended.
    is_doubtful: bool,
    /// When it came to its end; what never did was stopped, and counts as last.
    end: Option<usize>,
}

impl Known {
    const fn is_owed(self) -> bool {
        self.is_under_way || self.is_doubtful || self.end.is_some()
    }
}

pub(super) fn undone(run: &Snapshot) -> Option<String> {
    let mut nodes: BTreeMap<&Address, Known> = BTreeMap::new();
    let (mut begun, mut done) = (BTreeSet::new(), BTreeSet::new());
    for (index, record) in run.records.iter().enumerate() {
        let Some(address) = record.entry.address().filter(|address| can_be_undone(address)) else { continue };
        let known = nodes.entry(address).or_default();
        match &record.entry {
            Entry::NodeStarted { .. } => {
                known.is_doubtful |= std::mem::replace(&mut known.is_under_way, true);
            }
            Entry::NodeSucceeded { .. } => *known = Known { end: Some(index), ..Known::default() },
            Entry::NodeFailed { failure, detail, .. } => {
                known.is_under_way = false;
                known.is_doubtful |= failure.is_outcome_unknown;
                if detail.is_some() && known.is_doubtful {
                    known.end = Some(index);
                }
            }
            Entry::CompensationStarted { .. } if begun.insert(address) => {
                if let Some(other) = before(address, &nodes, &begun) {
                    return Some(format!("I9: {address} is undone before {other}, which came after it"));
                }
            }
            Entry::CompensationSucceeded { .. } => {
                done.insert(address);
            }
            _ => {}
        }
    }
    let is_success = run.status == Status::Succeeded;
    let is_wanted =
        |address: &Address| !is_success || begun.iter().any(|other| scope(other) == scope(address));
    let mut owed = nodes.iter().filter(|(address, known)| known.is_owed() && is_wanted(address));
    let left = owed.find(|(address, _)| !done.contains(**address)).map(|(address, _)| address);
    let half = begun.iter().find(|address| !done.contains(**address));
    left.or(half).map(|address| format!("I9: {address} is not undone, and it is {}", run.status.word()))
}

/// What should have been undone before a node is.
fn before<'n>(
    address: &Address,
    nodes: &BTreeMap<&'n Address, Known>,
    begun: &BTreeSet<&Address>,
) -> Option<&'n Address> {
    let end = nodes.get(address)?.end?;
    let came_after = |known: &Known| known.end.is_some_and(|later| later > end);
    let mut inside = nodes.iter().filter(|(other, _)| is_within(other, scope(address)));
    inside.find(|(other, known)| came_after(known) && !begun.contains(**other)).map(|(other, _)| *other)
}

/// The flow a node stands in, one try of it.
fn scope(address: &Address) -> &str {
    address.as_str().rsplit_once('.').map_or("", |(flow, _)| flow)
}

fn is_within(address: &Address, flow: &str) -> bool {
    let own = scope(address);
    flow.is_empty() || own == flow || own.strip_prefix(flow).is_some_and(|rest| rest.starts_with('.'))
}

/// The nodes of the family's flows that have an undo.
fn can_be_undone(address: &Address) -> bool {
    let last = address.as_str().rsplit('.').find(|part| !part.starts_with("try")).unwrap_or_default();
    let is_undo = address.as_str().split('.').any(|part| part == "compensate");
    let all = ["reserve", "trip", "confirm", "hotel", "car", "boat", "van", "bus", "card", "wrap"];
    !is_undo && all.contains(&last)
}
