//! What each channel asks of its messages, over all waits of a revision: known before any run is looked for, and small
//! enough to be kept for the runs that are pinned to a revision which is not in memory any more.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use sdk::{Resource, Value};
use serde::{Deserialize, Serialize};

use super::snapshot::Snapshot;
use crate::flow::{
    expr::{Names, Root, Scope, Template},
    plan::{Body, CallbackPlan, Give, Implementation, Kind, WaitPlan},
};

/// What a channel asks of its messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// The connections whose `signature` is checked, by name: each of them must fit.
    verify: BTreeMap<String, Value>,
    /// The fields of a body one of which says what the message is about.
    keys: BTreeSet<String>,
    /// Templates over `message` of what makes two messages the same; the first that gives something counts.
    dedupe: Vec<Value>,
}

impl Channel {
    /// Whether a message must be signed.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        !self.verify.is_empty()
    }

    /// The connections whose `signature` is checked.
    pub fn connections(&self) -> impl Iterator<Item = Resource> {
        self.verify.iter().map(|(name, body)| Resource::new("Connection", name.as_str(), body.clone()))
    }

    /// The fields of a body one of which says what the message is about.
    #[must_use]
    pub const fn keys(&self) -> &BTreeSet<String> {
        &self.keys
    }

    /// What makes this message the same when it comes again, as the first wait that can tell says.
    #[must_use]
    pub fn dedupe(&self, message: &Value) -> Option<String> {
        let names = Names::new(&[Root::Message]);
        self.dedupe.iter().find_map(|text| {
            // One that reads more than the message was checked when its flow was loaded, and can tell nothing here.
            let value = Template::compile(text, &names).ok()?.evaluate(&Told(message)).ok()?;
            let text = sdk::plain(&value).into_owned();
            (!value.is_null() && !text.is_empty()).then_some(text)
        })
    }

    fn add(&mut self, wait: &CallbackPlan, snapshot: &Snapshot) {
        if let Some(name) = &wait.verify {
            let connection = snapshot.resource("Connection", name).ok();
            let body = connection.map(|connection| connection.body.clone()).unwrap_or_default();
            self.verify.insert(name.to_string(), body);
        }
        self.keys.extend(wait.key.reads().iter().filter_map(|read| read.key.as_deref().map(str::to_owned)));
        self.dedupe.extend(wait.dedupe.clone().filter(|text| !self.dedupe.contains(text)));
    }
}

/// The channels of every flow, variant and extension of a snapshot.
pub(super) fn channels(snapshot: &Snapshot) -> BTreeMap<Arc<str>, Channel> {
    let mut waits = Vec::new();
    for (_, entry) in snapshot.flows() {
        for (_, plan) in entry.plans.sorted() {
            search(&plan.body, &mut waits);
            plan.finally.iter().for_each(|body| search(body, &mut waits));
        }
    }
    for (_, point) in snapshot.points() {
        let all = point.extensions().sorted().into_iter().flat_map(|(_, extensions)| extensions);
        for extension in all.chain(&point.plan().default) {
            if let Implementation::Body(body) = &extension.implementation {
                search(body, &mut waits);
            }
        }
    }
    let mut channels: BTreeMap<Arc<str>, Channel> = BTreeMap::new();
    for wait in waits {
        channels.entry(Arc::clone(&wait.channel)).or_default().add(wait, snapshot);
    }
    channels
}

fn search<'s>(body: &'s Body, found: &mut Vec<&'s CallbackPlan>) {
    for node in &body.nodes {
        match &node.kind {
            Kind::Wait(wait) => match &**wait {
                WaitPlan::Callback(callback) => found.push(callback),
                WaitPlan::For(_) | WaitPlan::Until(_) => {}
            },
            Kind::Foreach(each) => search(&each.body, found),
            Kind::Loop(rounds) => search(&rounds.body, found),
            Kind::Race(branches) => branches.iter().for_each(|(_, body)| search(body, found)),
            _ => {}
        }
        node.compensate.iter().for_each(|body| search(body, found));
        if let Some(Give::Body(body)) = &node.fallback {
            search(body, found);
        }
    }
}

/// What `dedupe` sees.
struct Told<'m>(&'m Value);

impl Scope for Told<'_> {
    fn get(&self, root: Root) -> Option<std::borrow::Cow<'_, Value>> {
        (root == Root::Message).then_some(std::borrow::Cow::Borrowed(self.0))
    }

    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        chrono::DateTime::UNIX_EPOCH
    }

    fn uuid(&self) -> uuid::Uuid {
        uuid::Uuid::nil()
    }
}
