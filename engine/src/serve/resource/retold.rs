//! What a journal does not say of a durable run that this process has not seen: inputs, nodes that were skipped or
//! only compute, and what holds other nodes. The flow is played again as a case in which everything that was
//! journalled answers as it did. Calls nothing, and tells nothing of nodes whose values the play had to invent, nor
//! where play and journal disagree.

use std::collections::BTreeMap;

use sdk::{Effect, Shared};
use serde_json::{Map, Value, json};

use super::journal::waits;
use crate::{
    Engine,
    run::{Mocks, NodeReport, NodeStatus, case::Given},
    state::{Entry, Origin, Snapshot},
};

/// Members of a played node that are of the run, too; its times are not.
const TOLD: [&str; 8] = ["address", "id", "kind", "use", "status", "skip", "input", "output"];

/// The nodes of a run, played; none when the flow it ran does not serve any more.
pub(super) async fn nodes(engine: &Engine, origin: &Origin, known: &Snapshot) -> Vec<Value> {
    let served = engine.served();
    let identity = &origin.identity;
    let is_same = served.flow(&origin.flow, None, identity).is_ok_and(|plan| plan.hash == origin.plan);
    if !is_same {
        return Vec::new();
    }
    let given = Given {
        input: Shared::clone(&origin.input),
        biz_id: identity.biz_id.as_ref().map(|name| name.as_str().to_owned()),
        scenario: identity.scenario.as_ref().map(|name| name.as_str().to_owned()),
        mocks: Some(Mocks::new(answers(known))),
        until: waits(known).first().map(|wait| wait.address.as_str().into()),
    };
    let until = given.until.clone();
    let (finished, _) = engine.play(served, &origin.flow, given).await;
    let is_settled = |node: &NodeReport| settled(known).any(|(address, _)| *address == *node.address);
    let ran =
        |address: &str| finished.report.nodes.iter().any(|node| *node.address == *address && did_run(node));
    if !settled(known)
        .filter(|(address, _)| !is_inner(address) && !address.contains('.'))
        .all(|(address, _)| ran(address))
    {
        return Vec::new();
    }
    let is_invented = |node: &NodeReport| {
        calls(engine, node)
            && !is_settled(node)
            && !is_inner(&node.address)
            && until.as_ref() != Some(&node.address)
    };
    let is_whole = !finished.report.nodes.iter().any(is_invented);
    let (mut offset, mut told) = (0.0, Vec::new());
    for node in &finished.report.nodes {
        if is_inner(&node.address) || !(did_run(node) || node.status == NodeStatus::Skipped) {
            continue;
        }
        let ended = settled(known).filter(|(address, _)| **address == *node.address).last();
        match ended {
            Some((_, at)) => offset = at,
            None if is_whole && !calls(engine, node) && until.as_ref() != Some(&node.address) => {}
            None => continue,
        }
        told.push(shown(node, offset));
    }
    told
}

/// Each address that settled, with when it did.
fn settled(known: &Snapshot) -> impl Iterator<Item = (&str, f64)> {
    let first = known.records.first().map_or(0, |record| record.at);
    known.records.iter().filter_map(move |record| match &record.entry {
        Entry::NodeSucceeded { .. } | Entry::NodeFailed { .. } => {
            let after = u32::try_from((record.at - first).max(0)).unwrap_or(u32::MAX);
            Some((record.entry.address()?.as_str(), f64::from(after)))
        }
        _ => None,
    })
}

/// What answered → what answers in the play, by path: items of a list in one list.
fn answers(known: &Snapshot) -> BTreeMap<String, Value> {
    let mut found: BTreeMap<String, Value> = BTreeMap::new();
    for record in &known.records {
        let answer = match &record.entry {
            Entry::NodeSucceeded { output, .. } => (**output).clone(),
            Entry::NodeFailed { failure, .. } => json!({"fail": &*failure.code}),
            _ => continue,
        };
        let Some(address) = record.entry.address() else { continue };
        match address.as_str().split_once('[') {
            None => {
                found.insert(address.as_str().to_owned(), answer);
            }
            Some((path, rest)) => put(&mut found, path, rest, answer),
        }
    }
    // What holds journalled nodes gives what they give.
    let held: Vec<String> =
        found.keys().filter(|path| found.keys().any(|other| is_below(other, path))).cloned().collect();
    found.retain(|path, _| !held.contains(path));
    found
}

/// Rounds, items and compensations: the play has its own.
fn is_inner(address: &str) -> bool {
    address.contains('[') || address.split('.').any(|part| part == "compensate")
}

fn is_below(address: &str, path: &str) -> bool {
    address.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'))
}

/// `3].do` of `close[3].do`: its answer at its place in the list of `close.do`.
fn put(found: &mut BTreeMap<String, Value>, path: &str, rest: &str, answer: Value) {
    let Some((index, below)) = rest.split_once(']') else { return };
    let Ok(index) = index.parse::<usize>() else { return };
    let list = found.entry(format!("{path}{below}")).or_insert_with(|| json!([]));
    let Some(list) = list.as_array_mut().filter(|_| index < 10_000) else { return };
    while list.len() <= index {
        list.push(Value::Null);
    }
    if let Some(place) = list.get_mut(index) {
        *place = answer;
    }
}

/// Whether a node began and was not stopped.
fn did_run(node: &NodeReport) -> bool {
    matches!(node.status, NodeStatus::Succeeded | NodeStatus::Failed | NodeStatus::Compensated)
}

/// Whether a node reaches out of the run; what it would give cannot be worked out.
fn calls(engine: &Engine, node: &NodeReport) -> bool {
    let is_pure = |name: &str| {
        engine.settings().registry.component(name).is_some_and(|entry| entry.effect == Effect::Pure)
    };
    did_run(node)
        && match node.kind {
            "use" => !node.used.as_deref().is_some_and(is_pure),
            kind => kind == "wait",
        }
}

fn shown(node: &NodeReport, offset: f64) -> Value {
    let mut shown: Map<String, Value> = match json!(node) {
        Value::Object(node) => node,
        _ => Map::new(),
    };
    shown.retain(|name, _| TOLD.contains(&name.as_str()));
    shown.insert("offsetMs".to_owned(), json!(offset));
    shown.insert("durationMs".to_owned(), json!(0.0));
    shown.insert("attempts".to_owned(), json!([]));
    shown.insert("isTruncated".to_owned(), json!(node.is_truncated));
    Value::Object(shown)
}
