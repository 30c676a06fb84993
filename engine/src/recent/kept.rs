//! Runs that have ended, as JSON that was written once, within a number and a weight. Knows no filters.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use serde_json::{Value, json};

use super::{About, Child, Compensation, Detail, Item, item::ItemError};
use crate::run::{Finished, NodeReport, NodeStatus, Undone};

/// A run that has ended.
#[derive(Debug)]
pub struct Kept {
    /// As lists show it.
    pub item: Item,
    /// The members that only its own page has, as a JSON object.
    detail: Bytes,
}

impl Kept {
    /// Writes down a run that has ended.
    #[must_use]
    pub fn new(about: &About, finished: &Finished, most: usize) -> Self {
        let fits = |value: &Value| serde_json::to_vec(value).is_ok_and(|text| text.len() <= most);
        let output = finished.answer.as_ref().ok().map(|answer| &*answer.value);
        let detail = Detail {
            input: Some(&*about.input).filter(|input| fits(input)),
            output: output.filter(|output| fits(output)),
            is_traced: about.is_traced,
            nodes: &nodes(finished),
            compensations: finished
                .report
                .undone
                .iter()
                .map(|undone| told(undone, &finished.report.nodes))
                .collect(),
            error: finished.answer.as_ref().err().map(|failure| ItemError::whole(failure, &about.id)),
            waits: Vec::new(),
            parent: about.parent.as_ref().map(|parent| parent.run.to_string()),
            actions: &[],
            late: None,
        };
        let detail = serde_json::to_vec(&detail).unwrap_or_else(|_| b"{}".to_vec());
        Self { item: Item::ended(about, finished), detail: detail.into() }
    }

    /// Writes down what was seen of a durable run, now and `before`: a node that had ended then ended then.
    #[must_use]
    pub fn seen(item: Item, nodes: &[NodeReport], before: Option<&Self>) -> Self {
        let before = before.map(Self::nodes).unwrap_or_default();
        let had_ended = |node: &&Value| ["succeeded", "skipped"].iter().any(|word| node["status"] == *word);
        let of_then = |now: &NodeReport| {
            before.iter().filter(had_ended).find(|node| node["address"] == *now.address).cloned()
        };
        let nodes: Vec<Value> = nodes.iter().map(|now| of_then(now).unwrap_or_else(|| json!(now))).collect();
        let detail = serde_json::to_vec(&json!({"nodes": nodes})).unwrap_or_else(|_| b"{}".to_vec());
        Self { item, detail: detail.into() }
    }

    /// The whole run as JSON, with the runs that it started.
    #[must_use]
    pub fn to_json(&self, children: &[Child]) -> Bytes {
        joined(&Item { error: None, ..self.item.clone() }, &self.detail, children)
    }

    /// The nodes alone, for those who replay them.
    #[must_use]
    pub fn nodes(&self) -> Vec<Value> {
        let detail: Value = serde_json::from_slice(&self.detail).unwrap_or_default();
        detail["nodes"].as_array().cloned().unwrap_or_default()
    }

    fn weight(&self) -> usize {
        self.detail.len() + 512
    }
}

/// One JSON object of the members of all.
pub(super) fn joined(item: &Item, detail: &[u8], children: &[Child]) -> Bytes {
    let mut text = serde_json::to_vec(item).unwrap_or_else(|_| b"{}".to_vec());
    let children = json!({"children": children}).to_string();
    for more in [detail, children.as_bytes()].into_iter().filter(|more| more.len() > 2) {
        text.pop();
        text.push(b',');
        text.extend_from_slice(&more[1..]);
    }
    text.into()
}

/// What undid one node, in the shape of a node: its times are those of the body that undid it.
fn told(undone: &Undone, nodes: &[NodeReport]) -> Compensation {
    let work = format!("{}.compensate", undone.address);
    let work = nodes.iter().find(|node| *node.address == *work);
    Compensation {
        address: Arc::clone(&undone.address),
        id: Arc::clone(&undone.address),
        kind: work.map_or("use", |node| node.kind),
        used: work.and_then(|node| node.used.clone()),
        status: if undone.error.is_none() { NodeStatus::Compensated } else { NodeStatus::Failed },
        reason: Some(undone.reason),
        started_at: work.and_then(|node| node.started_at),
        offset_ms: work.map_or(0.0, |node| node.offset_ms),
        duration_ms: work.map_or(0.0, |node| node.duration_ms),
        attempts: work.map_or_else(Vec::new, |node| node.attempts.clone()),
        tries: Some(undone.attempts),
        is_truncated: false,
        error: undone.error.clone(),
    }
}

/// The nodes, those that were undone marked as such.
fn nodes(finished: &Finished) -> Cow<'_, [NodeReport]> {
    let undone = &finished.report.undone;
    let mut nodes = Cow::Borrowed(finished.report.nodes.as_slice());
    if !undone.is_empty() {
        let is_undone = |node: &NodeReport| {
            undone.iter().any(|undone| undone.address == node.address && undone.error.is_none())
        };
        nodes.to_mut().iter_mut().filter(|node| is_undone(node)).for_each(|node| {
            node.status = NodeStatus::Compensated;
        });
    }
    nodes
}

/// Ended runs by id, oldest first out.
#[derive(Debug)]
pub(super) struct Shelf {
    runs: BTreeMap<Arc<str>, Arc<Kept>>,
    weight: usize,
    most: usize,
    most_weight: usize,
}

impl Shelf {
    pub(super) const fn new(most: usize, most_weight: usize) -> Self {
        Self { runs: BTreeMap::new(), weight: 0, most, most_weight }
    }

    pub(super) fn put(&mut self, kept: Arc<Kept>) {
        self.weight += kept.weight();
        if let Some(before) = self.runs.insert(Arc::clone(&kept.item.id), kept) {
            self.weight -= before.weight();
        }
        while self.runs.len() > self.most || self.weight > self.most_weight {
            let Some((_, oldest)) = self.runs.pop_first() else { break };
            self.weight -= oldest.weight();
        }
    }

    pub(super) fn get(&self, id: &str) -> Option<&Arc<Kept>> {
        self.runs.get(id)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Kept>> {
        self.runs.values()
    }
}
