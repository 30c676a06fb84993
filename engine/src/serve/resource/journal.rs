//! What the journal of a durable run says of each node, in the shape every run has on its page. What this process
//! saw of it itself (nodes that are never journalled, inputs, skips) fills the gaps; where they differ the journal
//! is right. Reads nothing and decides nothing.

use std::collections::{BTreeMap, HashSet};

use sdk::{Error, Timestamp};
use serde_json::{Map, Value, json};

use super::{place::Around, run::UndoStep};
use crate::{
    clock::text,
    flow::plan::{Node, Plan},
    recent::{WaitKind, Waiting},
    run::{UndoReason, kind, used},
    state::{Action, Address, Entry, Record, Snapshot, Wait},
};

/// Between two clocks of one run more than this is not noise: the run went on in another process, or later.
const APART_MS: f64 = 1_000.0;

/// A journal, and what helps to read it.
pub(super) struct Journal<'r> {
    pub(super) records: &'r [Record],
    /// What the run runs, when it still serves.
    pub(super) plan: Option<&'r Plan>,
}

/// What is known of a node that may have to be undone.
#[derive(Clone, Copy, Default)]
struct Standing {
    has_succeeded: bool,
    is_under_way: bool,
    is_doubtful: bool,
}

impl Standing {
    fn take(&mut self, entry: &Entry) {
        match entry {
            Entry::NodeStarted { .. } => {
                self.is_doubtful |= std::mem::replace(&mut self.is_under_way, true);
            }
            Entry::NodeSucceeded { .. } => *self = Self { has_succeeded: true, ..Self::default() },
            Entry::NodeFailed { failure, .. } => {
                self.is_under_way = false;
                self.is_doubtful |= failure.is_outcome_unknown;
            }
            _ => {}
        }
    }

    const fn reason(self) -> Option<UndoReason> {
        match self {
            Self { has_succeeded: true, .. } => Some(UndoReason::Succeeded),
            Self { is_under_way: true, .. } | Self { is_doubtful: true, .. } => Some(UndoReason::Unknown),
            _ => None,
        }
    }
}

impl Journal<'_> {
    /// Each node, in the order in which they settled, completed by what was `seen`.
    pub(super) fn nodes(&self, seen: Vec<Value>) -> Vec<Value> {
        let mut nodes: BTreeMap<&str, (usize, Map<String, Value>)> = BTreeMap::new();
        let undone = self.undone();
        for (place, record) in self.records.iter().enumerate() {
            let Some((status, told)) = told(record) else { continue };
            let Some(address) = record.entry.address() else { continue };
            let (at, node) = nodes.entry(address.as_str()).or_insert_with(|| {
                let work = self.node(address.as_str());
                let mut node = self.named(address.as_str(), id(address), work);
                if work.is_none() && status == "waiting" {
                    node.insert("kind".to_owned(), json!("wait"));
                }
                node.insert("offsetMs".to_owned(), json!(self.offset(record.at)));
                (place, node)
            });
            *at = place;
            let status = if undone.contains(address.as_str()) { "compensated" } else { status };
            node.insert("status".to_owned(), json!(status));
            let began = node["offsetMs"].as_f64().unwrap_or_default();
            node.insert("durationMs".to_owned(), json!((self.offset(record.at) - began).max(0.0)));
            node.extend(told.into_iter().filter(|(_, value)| !value.is_null()));
        }
        let mut nodes: Vec<_> = nodes.into_values().collect();
        nodes.sort_by_key(|(place, _)| *place);
        let mut nodes: Vec<_> = nodes.into_iter().map(|(_, node)| node).collect();
        for seen in seen {
            let Value::Object(seen) = seen else { continue };
            match nodes.iter_mut().find(|known| known["address"] == seen["address"]) {
                Some(known) => fill(known, seen),
                None => nodes.push(self.placed(seen)),
            }
        }
        nodes.into_iter().map(|node| Value::Object(timed(node))).collect()
    }

    /// What undid nodes, in the order in which it began, in the shape of nodes.
    pub(super) fn compensations(&self) -> Vec<Value> {
        let mut all: Vec<Map<String, Value>> = Vec::new();
        for record in self.records {
            let (address, attempt, ended) = match &record.entry {
                Entry::CompensationStarted { address, attempt, .. } => (address, Some(*attempt), None),
                Entry::CompensationSucceeded { address } => (address, None, Some(None)),
                Entry::CompensationFailed { address, attempt, failure } => {
                    (address, Some(*attempt), Some(Some(&**failure)))
                }
                _ => continue,
            };
            let offset = self.offset(record.at);
            let at = all.iter().position(|known| known["address"] == address.as_str()).unwrap_or_else(|| {
                let work = self.node(address.as_str()).and_then(|node| node.compensate.as_deref());
                let work = work.and_then(|body| body.nodes.first());
                let mut known = self.named(address.as_str(), address.as_str(), work);
                known.entry("use").or_insert(Value::Null);
                known.insert("startedAt".to_owned(), json!(text(record.at)));
                known.insert("offsetMs".to_owned(), json!(offset));
                all.push(known);
                all.len() - 1
            });
            if let Some(known) = all.get_mut(at) {
                attempted(known, offset, attempt, ended);
            }
        }
        all.into_iter().map(Value::Object).collect()
    }

    /// What cancelling would undo, the last first: what succeeded, and what may have happened.
    pub(super) fn undo(&self, around: &Around<'_>) -> Vec<UndoStep> {
        let undone = self.undone();
        let mut steps: Vec<(&str, Standing)> = Vec::new();
        for record in self.records {
            let Some(address) = record.entry.address().map(Address::as_str) else { continue };
            let is_step = matches!(
                record.entry,
                Entry::NodeStarted { .. } | Entry::NodeSucceeded { .. } | Entry::NodeFailed { .. }
            );
            if is_step && !address.split('.').any(|part| part == "compensate") {
                let known = steps.iter().position(|(known, _)| *known == address);
                let mut standing = known.map_or_else(Standing::default, |at| steps.remove(at).1);
                standing.take(&record.entry);
                steps.push((address, standing));
            }
        }
        let step = |(address, standing): (&str, Standing)| {
            let reason = standing.reason().filter(|_| !undone.contains(address))?;
            let place = around.find(self.plan?, address).filter(|place| place.has_undo)?;
            Some(UndoStep { address: address.to_owned(), used: place.used, reason })
        };
        steps.into_iter().rev().filter_map(step).collect()
    }

    /// The addresses that were undone, or need not be.
    fn undone(&self) -> HashSet<&str> {
        let undone = self.records.iter().filter_map(|record| match &record.entry {
            Entry::CompensationSucceeded { address }
            | Entry::Resumed { action: Action::Skip, address: Some(address), .. } => Some(address.as_str()),
            _ => None,
        });
        undone.collect()
    }

    /// The node of the flow itself at an address.
    fn node(&self, address: &str) -> Option<&Node> {
        let plan = self.plan?;
        let last = plan.finally.iter().flat_map(|body| &body.nodes);
        plan.body.nodes.iter().chain(last).find(|node| *node.id == *address)
    }

    /// What every node says first.
    fn named(&self, address: &str, id: &str, node: Option<&Node>) -> Map<String, Value> {
        let mut named = Map::new();
        named.insert("address".to_owned(), json!(address));
        named.insert("id".to_owned(), json!(id));
        named.insert("kind".to_owned(), json!(node.map_or("use", kind)));
        if let Some(used) = node.and_then(used) {
            named.insert("use".to_owned(), json!(used));
        }
        named.insert("attempts".to_owned(), json!([]));
        named.insert("isTruncated".to_owned(), json!(false));
        named
    }

    /// A node that only was seen, at the time it began: its offset is that of the process that drove it.
    fn placed(&self, mut node: Map<String, Value>) -> Map<String, Value> {
        let began = node.get("startedAt").and_then(Value::as_str);
        let began = began.and_then(|text| chrono::DateTime::parse_from_rfc3339(text).ok());
        if let Some(began) = began {
            let (offset, seen) = (self.offset(began.timestamp_millis()), node["offsetMs"].as_f64());
            if seen.is_none_or(|seen| (offset - seen).abs() > APART_MS) {
                node.insert("offsetMs".to_owned(), json!(offset));
            }
        }
        node
    }

    /// Since the run began.
    fn offset(&self, at: Timestamp) -> f64 {
        let first = self.records.first().map_or(at, |record| record.at);
        f64::from(u32::try_from((at - first).max(0)).unwrap_or(u32::MAX))
    }
}

/// What one record says of its node: the status, and members beside it.
fn told(record: &Record) -> Option<(&'static str, Map<String, Value>)> {
    let detailed = |detail: Option<&Value>| {
        let mut shown = detail.and_then(Value::as_object).cloned().unwrap_or_default();
        shown.retain(|name, _| ["attempts", "extension", "servedBy", "items"].contains(&name.as_str()));
        shown
    };
    let mut said = Map::new();
    let status = match &record.entry {
        Entry::NodeStarted { .. } => {
            said.insert("startedAt".to_owned(), json!(text(record.at)));
            "running"
        }
        Entry::WaitRegistered { .. } => {
            said.insert("startedAt".to_owned(), json!(text(record.at)));
            "waiting"
        }
        Entry::NodeSucceeded { output, detail, .. } => {
            said = detailed(detail.as_deref());
            said.insert("output".to_owned(), (**output).clone());
            "succeeded"
        }
        Entry::NodeFailed { failure, detail, .. } => {
            said = detailed(detail.as_deref());
            said.insert("error".to_owned(), error(failure));
            "failed"
        }
        Entry::NodeSkipped { reason, otherwise, .. } => {
            let kind = if otherwise.is_some() { "when" } else { "dead" };
            said.insert("skip".to_owned(), json!({"kind": kind, "reason": &**reason}));
            "skipped"
        }
        _ => return None,
    };
    Some((status, said))
}

/// The id of a node within its body; the one that undoes another, and its further tries, have none.
fn id(address: &Address) -> &str {
    let id = address.id();
    let is_undoing = id == "compensate" || address.as_str().contains(".compensate.");
    if is_undoing { "" } else { id }
}

fn error(error: &Error) -> Value {
    json!({"code": &*error.code, "class": error.class, "message": error.message})
}

/// What the journal does not say of a node.
fn fill(known: &mut Map<String, Value>, seen: Map<String, Value>) {
    for (name, value) in seen {
        let is_open = match name.as_str() {
            "kind" | "use" | "id" => true,
            "attempts" => known["attempts"].as_array().is_none_or(Vec::is_empty),
            "error" | "output" | "skip" | "startedAt" => false,
            _ => !known.contains_key(&name),
        };
        if is_open {
            known.insert(name, value);
        }
    }
}

/// The tries were timed by the process that made them: they are moved to where the journal says, and a node whose
/// start was not journalled began with its first try.
fn timed(mut node: Map<String, Value>) -> Map<String, Value> {
    let number = |value: &Value, name: &str| value[name].as_f64().unwrap_or_default();
    let attempts = node.get("attempts").and_then(Value::as_array).cloned().unwrap_or_default();
    let (Some(first), Some(last)) = (attempts.first(), attempts.last()) else { return node };
    let (from, to) = (number(first, "offsetMs"), number(last, "offsetMs") + number(last, "durationMs"));
    let is_started = node.contains_key("startedAt");
    let offset = node["offsetMs"].as_f64().unwrap_or_default();
    let apart = offset - if is_started { from } else { to };
    let apart = if apart.abs() > APART_MS { apart } else { 0.0 };
    let moved = |attempt: Value| {
        let mut attempt = attempt;
        attempt["offsetMs"] = json!(number(&attempt, "offsetMs") + apart);
        attempt
    };
    node.insert("attempts".to_owned(), attempts.into_iter().map(moved).collect());
    if !is_started {
        node.insert("offsetMs".to_owned(), json!(from + apart));
        node.insert("durationMs".to_owned(), json!(to - from));
    }
    node
}

/// One more record of what undoes a node: a try begins, or it ends.
fn attempted(
    known: &mut Map<String, Value>,
    offset: f64,
    attempt: Option<u32>,
    ended: Option<Option<&Error>>,
) {
    let began = known["offsetMs"].as_f64().unwrap_or_default();
    known.insert("durationMs".to_owned(), json!(offset - began));
    if let Some(attempt) = attempt {
        known.insert("tries".to_owned(), json!(attempt));
    }
    let Some(tries) = known.get_mut("attempts").and_then(Value::as_array_mut) else { return };
    let status = match ended {
        None => {
            tries.push(json!({"number": attempt, "offsetMs": offset, "durationMs": 0.0}));
            "running"
        }
        Some(failed) => {
            if let Some(last) = tries.last_mut() {
                last["durationMs"] = json!(offset - last["offsetMs"].as_f64().unwrap_or(offset));
                if let Some(failed) = failed {
                    last["error"] = error(failed);
                }
            }
            if failed.is_none() { "compensated" } else { "failed" }
        }
    };
    known.insert("status".to_owned(), json!(status));
    match ended.flatten() {
        Some(failed) => known.insert("error".to_owned(), error(failed)),
        None => known.remove("error"),
    };
}

/// The open waits of a run.
pub(super) fn waits(known: &Snapshot) -> Vec<Waiting> {
    let mut open: BTreeMap<&str, (Timestamp, &Wait)> = BTreeMap::new();
    for record in &known.records {
        match &record.entry {
            Entry::WaitRegistered { address, wait } => {
                open.insert(address.as_str(), (record.at, wait));
            }
            Entry::WaitResolved { address, .. } => {
                open.remove(address.as_str());
            }
            _ => {}
        }
    }
    if known.status.is_ended() {
        open.clear();
    }
    let told = |(address, (at, wait)): (&str, (Timestamp, &Wait))| {
        let message = wait.message.as_ref();
        Waiting {
            address: address.to_owned(),
            kind: if message.is_some() { WaitKind::Callback } else { WaitKind::Timer },
            since: at,
            until: wait.until,
            channel: message.map(|on| on.channel.to_string()),
            key: message.map(|on| on.key.to_string()),
        }
    };
    open.into_iter().map(told).collect()
}
