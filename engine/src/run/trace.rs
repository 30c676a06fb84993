//! Collects node reports while a run goes on. Costs next to nothing unless asked for: a run that is not
//! traced builds none.

use std::sync::{Arc, Mutex};

use sdk::{Shared, Timestamp};

use super::{
    event::Dead,
    frame::{Frame, Settled, Word},
    invocation::Notes,
    node::Settlement,
    one::{locked, ms},
    product::Product,
    report::{ErrorReport, NodeReport, NodeStatus, ServedBy, Skip},
};
use crate::flow::plan::Kind;

/// Hears of nodes as they start and settle; for a live view of a run.
pub trait Observer: Send + Sync {
    /// A node has started or settled.
    fn node(&self, report: &NodeReport);
}

/// How much of a run is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// No node reports.
    #[default]
    Nothing,
    /// Node reports without values.
    Nodes,
    /// Node reports with inputs and outputs up to so many bytes each.
    Values(usize),
}

/// More node reports than these are not kept: a run may have a hundred thousand items.
const MOST_REPORTS: usize = 5_000;

/// Collects node reports.
pub(crate) struct Trace {
    keep: Keep,
    observer: Option<Arc<dyn Observer>>,
    nodes: Mutex<Vec<NodeReport>>,
}

impl Trace {
    pub(crate) fn new(keep: Keep, observer: Option<Arc<dyn Observer>>) -> Self {
        Self { keep, observer, nodes: Mutex::default() }
    }

    /// Whether anybody wants to know.
    pub(crate) fn is_on(&self) -> bool {
        self.keep != Keep::Nothing || self.observer.is_some()
    }

    /// Whether what nodes were given is kept.
    pub(super) const fn keeps_values(&self) -> bool {
        matches!(self.keep, Keep::Values(_))
    }

    fn started(&self, frame: &Frame, slot: u16) {
        if let Some(observer) = &self.observer {
            observer.node(&NodeReport::of(frame, slot, NodeStatus::Running));
        }
    }

    fn keep(&self, report: NodeReport) {
        if let Some(observer) = &self.observer {
            observer.node(&report);
        }
        let mut nodes = locked(&self.nodes);
        if self.keep != Keep::Nothing && nodes.len() < MOST_REPORTS {
            nodes.push(report);
        }
    }

    /// What was kept so far, in the order in which it settled.
    pub(crate) fn nodes(&self) -> Vec<NodeReport> {
        locked(&self.nodes).clone()
    }

    /// A value, if values are kept and it is not too large; and whether it was.
    fn value(&self, value: &Shared) -> (Option<Shared>, bool) {
        match self.keep {
            Keep::Values(most) if size(value, most) <= most => (Some(Shared::clone(value)), false),
            Keep::Values(_) => (None, true),
            Keep::Nothing | Keep::Nodes => (None, false),
        }
    }
}

/// About how many bytes a value takes, counted no further than `most`.
fn size(value: &serde_json::Value, most: usize) -> usize {
    use serde_json::Value;
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::String(text) => text.len() + 2,
        Value::Array(items) => add(items.iter().map(|item| (0, item)), most),
        Value::Object(fields) => add(fields.iter().map(|(key, field)| (key.len() + 4, field)), most),
    }
}

fn add<'v>(parts: impl Iterator<Item = (usize, &'v serde_json::Value)>, most: usize) -> usize {
    let mut total = 2;
    for (extra, part) in parts {
        total += extra + size(part, most);
        if total > most {
            break;
        }
    }
    total
}

/// When a node began; nothing when nobody wants to know.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Begun {
    at: Timestamp,
    nanos: u64,
}

/// Room for when each node of a body began.
pub(super) fn begun(frame: &Frame) -> Vec<Begun> {
    if frame.run.trace.is_on() { vec![Begun::default(); frame.body.nodes.len()] } else { Vec::new() }
}

/// A node starts.
pub(super) fn started(frame: &Frame, slot: u16) -> Begun {
    let run = &frame.run;
    run.trace.started(frame, slot);
    Begun { at: run.clock.now(), nanos: run.elapsed_nanos() }
}

/// A node can no longer run.
pub(super) fn dead(frame: &Frame, slot: u16, dead: Dead) {
    if frame.run.trace.is_on() {
        let report = NodeReport::of(frame, slot, NodeStatus::Skipped);
        frame.run.trace.keep(NodeReport { skip: Some(dead.into()), ..report });
    }
}

/// A node was stopped and its future dropped.
pub(super) fn dropped(frame: &Frame, slot: u16, begun: Begun) {
    if frame.run.trace.is_on() {
        frame.run.trace.keep(timed(frame, slot, NodeStatus::Cancelled, begun));
    }
}

/// A node has settled.
pub(super) fn settled(
    frame: &Frame,
    slot: u16,
    begun: Begun,
    settlement: &Settlement,
    left: &Settled,
    notes: Option<Box<Notes>>,
) {
    let trace = &frame.run.trace;
    if !trace.is_on() {
        return;
    }
    let mut report = timed(frame, slot, left.word.into(), begun);
    match settlement {
        Settlement::Skipped => {
            report.skip = Some(Skip::WHEN);
            report.served_by = Some(ServedBy::Otherwise);
        }
        Settlement::Failed(error) => report.error = Some(ErrorReport::from(error)),
        Settlement::Succeeded(_) | Settlement::Routed(_) | Settlement::Cancelled => {}
    }
    if left.word == Word::Succeeded && is_called(&frame.node(slot).kind) {
        report.served_by = Some(ServedBy::Call);
    }
    if let Some(notes) = notes {
        report.served_by = notes.served_by.or(report.served_by);
        report.extension = notes.extension;
        report.attempts = notes.attempts;
        report.items = notes.items;
        report.input = notes.input;
    }
    let kept = |value: Option<&Shared>| value.map_or((None, false), |value| trace.value(value));
    let (input, output) = (kept(report.input.as_ref()), kept(left.output.as_ref().map(Product::whole)));
    report.is_truncated = input.1 || output.1;
    (report.input, report.output) = (input.0, output.0);
    trace.keep(report);
}

fn timed(frame: &Frame, slot: u16, status: NodeStatus, begun: Begun) -> NodeReport {
    let duration_ms = ms(frame.run.elapsed_nanos().saturating_sub(begun.nanos));
    let (started_at, offset_ms) = (Some(begun.at), ms(begun.nanos));
    NodeReport { started_at, offset_ms, duration_ms, ..NodeReport::of(frame, slot, status) }
}

const fn is_called(kind: &Kind) -> bool {
    !matches!(kind, Kind::Switch(_) | Kind::Respond(_) | Kind::Fail(_))
}
