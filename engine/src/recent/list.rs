//! Runs by id and by filter: those that go on and those that were kept, as one list.

use std::{collections::BTreeMap, sync::Arc};

use sdk::{Clock, Timestamp};
use serde::Serialize;

use crate::state::{Parent, RunId, Trigger};

use super::{Child, Item, Kept, Live, Runs, Statistics, locked};

/// Which runs are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this flow.
    pub flow: Option<String>,
    /// With one of these status words; empty is any.
    pub statuses: Vec<String>,
    /// Of this business; `default` is the default one.
    pub biz_id: Option<String>,
    /// In these circumstances; `default` is the default.
    pub scenario: Option<String>,
    /// Started by one of these; empty is any.
    pub triggers: Vec<Trigger>,
    /// With this business key.
    pub key: Option<String>,
    /// Started at or after.
    pub from: Option<Timestamp>,
    /// Started before.
    pub to: Option<Timestamp>,
    /// That took at least so long, in milliseconds.
    pub min_ms: Option<f64>,
    /// With this text in their id, flow, key, error code or node.
    pub text: Option<String>,
    /// Older than the run of this id: the `next` of the page before.
    pub before: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// A part of the list.
#[derive(Clone, Debug, Serialize)]
pub struct Page {
    /// Newest first.
    pub items: Vec<Item>,
    /// The cursor of the next page.
    pub next: Option<Arc<str>>,
    /// How many there are of each status, for the filter without `status`.
    pub counts: BTreeMap<&'static str, usize>,
}

impl Filter {
    /// Whether a run is wanted here, its status aside.
    fn matches(&self, item: &Item) -> bool {
        if item.is_durable {
            return false;
        }
        let same = |wanted: &Option<String>, is: &str| wanted.as_ref().is_none_or(|wanted| wanted == is);
        let part = |text: &Option<Arc<str>>| text.as_deref().unwrap_or("default").to_owned();
        same(&self.flow, &item.flow)
            && same(&self.biz_id, &part(&item.biz_id))
            && same(&self.scenario, &part(&item.scenario))
            && (self.triggers.is_empty() || self.triggers.contains(&item.trigger))
            && self.key.as_deref().is_none_or(|key| item.key.as_deref() == Some(key))
            && self.from.is_none_or(|from| item.started_at >= from)
            && self.to.is_none_or(|to| item.started_at < to)
            && self.min_ms.is_none_or(|least| item.duration_ms >= least)
            && self.text.as_ref().is_none_or(|text| holds(item, text))
    }

    fn has_status(&self, item: &Item) -> bool {
        self.statuses.is_empty() || self.statuses.iter().any(|word| word == item.status.word())
    }
}

fn holds(item: &Item, text: &str) -> bool {
    let error = item.error.as_ref();
    let node = error.and_then(|error| error.node.as_deref());
    let places = [
        Some(&*item.id),
        Some(&*item.flow),
        item.key.as_deref(),
        item.biz_id.as_deref(),
        error.map(|error| &*error.code),
        node,
    ];
    places.into_iter().flatten().any(|place| place.contains(text))
}

impl Runs {
    /// A run that goes on.
    #[must_use]
    pub fn live(&self, id: &str) -> Option<Arc<Live>> {
        locked(&self.live).get(id).map(Arc::clone)
    }

    /// All runs that go on.
    #[must_use]
    pub fn all_live(&self) -> Vec<Arc<Live>> {
        locked(&self.live).values().map(Arc::clone).collect()
    }

    /// A run that has ended and was kept.
    #[must_use]
    pub fn kept(&self, id: &str) -> Option<Arc<Kept>> {
        let failed = locked(&self.failed).get(id).map(Arc::clone);
        failed.or_else(|| locked(&self.ended).get(id).map(Arc::clone))
    }

    /// A run as lists show it.
    #[must_use]
    pub fn item(&self, id: &str, clock: &dyn Clock) -> Option<Item> {
        let live = self.live(id).map(|live| live.item(clock));
        live.or_else(|| self.kept(id).map(|kept| kept.item.clone()))
    }

    /// Runs that are not durable, newest first; the others are listed by the store.
    #[must_use]
    pub fn list(&self, filter: &Filter, clock: &dyn Clock) -> Page {
        let live = self.all_live();
        let mut all: Vec<Item> =
            live.iter().map(|live| live.item(clock)).filter(|item| filter.matches(item)).collect();
        for shelf in [&self.ended, &self.failed] {
            let shelf = locked(shelf);
            all.extend(shelf.all().filter(|kept| filter.matches(&kept.item)).map(|kept| kept.item.clone()));
        }
        all.sort_unstable_by(|a, b| b.id.cmp(&a.id));
        // A run may end between the looks.
        all.dedup_by(|a, b| a.id == b.id);
        let mut counts = BTreeMap::new();
        for item in &all {
            *counts.entry(item.status.word()).or_default() += 1;
        }
        let is_older = |item: &Item| filter.before.as_ref().is_none_or(|before| *item.id < **before);
        let mut wanted = all.into_iter().filter(|item| filter.has_status(item) && is_older(item));
        let items: Vec<Item> = wanted.by_ref().take(filter.limit.max(1)).collect();
        let next = wanted.next().and(items.last()).map(|item| Arc::clone(&item.id));
        Page { items, next, counts }
    }

    /// Runs that are not durable and were started by this one.
    #[must_use]
    pub fn children(&self, id: &str, clock: &dyn Clock) -> Vec<Child> {
        let Ok(run) = id.parse::<RunId>() else { return Vec::new() };
        let is_parent = |parent: &Option<Parent>| parent.as_ref().is_some_and(|parent| parent.run == run);
        let live = self.all_live().into_iter().filter(|live| is_parent(&live.about.parent));
        let mut found: Vec<Item> = live.map(|live| live.item(clock)).collect();
        for shelf in [&self.ended, &self.failed] {
            let shelf = locked(shelf);
            let those = shelf.all().filter(|kept| is_parent(&kept.item.parent));
            found.extend(those.map(|kept| kept.item.clone()));
        }
        found.iter().filter(|item| !item.is_durable).map(Child::from).collect()
    }

    /// The statistics of every flow that was called, by flow.
    #[must_use]
    pub fn all_statistics(&self) -> BTreeMap<Arc<str>, Arc<Statistics>> {
        let all = self.statistics.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        all.iter().map(|(flow, statistics)| (Arc::clone(flow), Arc::clone(statistics))).collect()
    }
}
