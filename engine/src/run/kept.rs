//! Which nodes of a durable run leave a record, what it holds beside the output, and how a node is taken from
//! its record instead of being called.

use std::sync::Arc;

use sdk::{Effect, Shared, Value};
use serde_json::json;

use super::{
    frame::{Frame, Part},
    invocation::{Invocation, Notes},
    journal::{Journal, Recalled},
    kind,
    node::{Done, Settlement},
    report::ServedBy,
};
use crate::flow::plan::{Body, Give, Kind, Node};

/// Whether a node's end is recorded. What only computes is computed again; a node with bodies is driven again
/// from the records of what is inside, unless policies or an undo make its own end matter.
pub(super) fn is_kept(node: &Node) -> bool {
    match node.kind {
        Kind::Switch(_) | Kind::Respond(_) | Kind::Fail(_) => false,
        _ if node.compensate.is_some() => true,
        Kind::Use { .. } => node.effect != Effect::Pure,
        Kind::Wait(_) | Kind::Extension { .. } => true,
        Kind::Foreach(_) | Kind::Loop(_) | Kind::Race(_) | Kind::Flow { .. } => {
            node.effect != Effect::Pure && node.policies.is_some()
        }
    }
}

/// Whether a node does its work itself, and not by bodies of its own.
pub(super) const fn is_leaf(node: &Node) -> bool {
    matches!(node.kind, Kind::Use { .. })
}

/// Whether a node's work reaches the world by itself, and now.
pub(super) const fn acts(node: &Node) -> bool {
    matches!(node.kind, Kind::Use { defers: false, .. })
}

/// What is recorded of a node that has ended; `None` = it has to be worked on.
pub(super) async fn recalled(journal: &Journal, frame: &Arc<Frame>, slot: u16) -> Option<Done> {
    let node = frame.node(slot);
    if !is_kept(node) {
        return None;
    }
    let address = frame.address(slot);
    let recalled = journal.recall(&address, frame.is_past).await;
    if recalled.is_some() && may_undo(node) {
        relive(journal, frame, slot, &address).await;
    }
    match recalled {
        Some(recalled) => Some(done(recalled)),
        // What had not ended when the node around it had, never will.
        None if frame.is_past && (is_leaf(node) || matches!(node.kind, Kind::Wait(_))) => {
            let is_unknown = journal.is_doubtful(&address);
            let notes = Some(Box::new(Notes { is_unknown, ..Notes::default() }));
            Some(Done { settlement: Settlement::Cancelled, notes })
        }
        None => None,
    }
}

/// Drives the bodies of a node whose end is recorded, so that what is to be undone in them is known. Nothing is
/// called: all that happened there is recorded too.
async fn relive(journal: &Journal, frame: &Arc<Frame>, slot: u16, address: &str) {
    let Ok(invocation) = Invocation::prepare(Arc::clone(frame), slot) else { return };
    let invocation = invocation.past();
    // Outcomes are those that are recorded.
    if !is_leaf(frame.node(slot)) {
        for attempt in 1..=journal.attempts(address) {
            let _known = Box::pin(kind::call(&invocation, attempt, None)).await;
        }
    }
    if let Some(Give::Body(body)) = &frame.node(slot).fallback {
        let parent = invocation.parent(Part::Fallback, 1, frame.halt());
        let _known = kind::body(invocation.inside(parent, body, Vec::new())).await;
    }
}

/// Whether something inside a node may have to be undone.
fn may_undo(node: &Node) -> bool {
    let inside = |body: &Body| body.nodes.iter().any(|node| node.compensate.is_some() || may_undo(node));
    if matches!(&node.fallback, Some(Give::Body(body)) if inside(body)) {
        return true;
    }
    match &node.kind {
        Kind::Foreach(each) => inside(&each.body),
        Kind::Loop(rounds) => inside(&rounds.body),
        Kind::Race(branches) => branches.iter().any(|(_, body)| inside(body)),
        // Nobody knows from here what answered there.
        Kind::Extension { .. } | Kind::Flow { .. } => true,
        Kind::Use { .. } | Kind::Switch(_) | Kind::Wait(_) | Kind::Respond(_) | Kind::Fail(_) => false,
    }
}

fn done(recalled: Recalled) -> Done {
    let detail = recalled.detail.unwrap_or_default();
    let errors = detail.get("errors").map(|errors| Shared::new(errors.clone()));
    let is_unknown = detail["isUnknown"] == Value::Bool(true);
    let notes = Notes { errors, is_unknown, ..Notes::default() };
    let settlement = match recalled.outcome {
        Ok(output) => Settlement::Succeeded(output.into()),
        Err(error) => Settlement::Failed(error),
    };
    Done { settlement, notes: Some(Box::new(notes)) }
}

/// Records how a node has ended.
pub(super) fn keep(journal: &Journal, frame: &Frame, slot: u16, attempts: u32, done: &Done) {
    if !is_kept(frame.node(slot)) || frame.is_past {
        return;
    }
    let outcome = match &done.settlement {
        Settlement::Succeeded(output) => Ok(output.whole()),
        Settlement::Failed(error) => Err(error),
        Settlement::Skipped | Settlement::Routed(_) | Settlement::Cancelled => return,
    };
    let detail = Shared::new(detail(done.notes.as_deref()));
    journal.keep(&frame.address(slot), attempts, outcome, Some(&detail));
}

/// What people see, and what is needed when the node is taken from its record.
fn detail(notes: Option<&Notes>) -> Value {
    let mut detail = json!({});
    let Some((notes, fields)) = notes.zip(detail.as_object_mut()) else { return detail };
    let mut add = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    };
    add("errors", notes.errors.as_deref().cloned());
    add("isUnknown", notes.is_unknown.then_some(Value::Bool(true)));
    add("extension", notes.extension.as_ref().map(|answered| json!(answered)));
    add("attempts", (!notes.attempts.is_empty()).then(|| json!(notes.attempts)));
    add("servedBy", notes.served_by.filter(|by| *by != ServedBy::Call).map(|by| json!(by)));
    add("items", notes.items.map(|items| json!(items)));
    detail
}
