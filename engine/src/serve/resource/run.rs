//! `/v1/runs`: runs as lists and one by one. As they go on they are `follow`'s.

use std::{collections::BTreeMap, sync::Arc};

use http_body_util::Either;
use hyper::StatusCode;
use schemars::JsonSchema;
use sdk::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use super::{history, ok};
use crate::{
    flow::nearest::nearest,
    recent::{Filter, Item, Kept, Live, Run},
    run::UndoReason,
    serve::{
        Answer, Ask, Problem, bytes,
        openapi::{Operation, Tag},
    },
    state::{RunId, Status, Trigger},
};

/// Items of a page, unless asked for fewer or more.
const PAGE: u64 = 50;
/// Items of a page at the most.
const MOST: u64 = 500;

const fn page() -> u64 {
    PAGE
}

/// Which runs are wanted.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RunsWanted")]
pub(in crate::serve) struct Wanted {
    /// Of this flow.
    flow: Option<String>,
    /// With one of these statuses, by comma: `running`, `waiting`, `succeeded`, `failed`, `compensated`,
    /// `cancelled`, `timed_out`, `parked`.
    #[serde(default, deserialize_with = "statuses")]
    #[schemars(with = "Option<String>")]
    status: Vec<String>,
    /// Of this business; `default` is the default one.
    biz_id: Option<String>,
    /// In these circumstances; `default` is the default.
    scenario: Option<String>,
    /// Started by one of these, by comma: `call`, `cron`, `flow`, `rerun`.
    #[serde(default, deserialize_with = "triggers")]
    #[schemars(with = "Option<String>")]
    trigger: Vec<Trigger>,
    /// With this business key.
    key: Option<String>,
    /// Started at or after: RFC 3339, or milliseconds since 1970.
    #[serde(default, deserialize_with = "time")]
    #[schemars(with = "Option<String>")]
    from: Option<Timestamp>,
    /// Started before: RFC 3339, or milliseconds since 1970.
    #[serde(default, deserialize_with = "time")]
    #[schemars(with = "Option<String>")]
    to: Option<Timestamp>,
    /// That took at least so many milliseconds.
    min_ms: Option<u64>,
    /// With this text in their id, flow, key, error code or node.
    q: Option<String>,
    /// The `next` of the page before.
    #[serde(default, deserialize_with = "cursor")]
    #[schemars(with = "Option<String>")]
    cursor: Option<String>,
    /// At most so many.
    #[serde(default = "page")]
    #[schemars(range(min = 1, max = MOST))]
    limit: u64,
}

impl Wanted {
    fn filter(self) -> Filter {
        Filter {
            flow: self.flow,
            statuses: self.status,
            biz_id: self.biz_id,
            scenario: self.scenario,
            triggers: self.trigger,
            key: self.key,
            from: self.from,
            to: self.to,
            min_ms: self.min_ms.map(|ms| f64::from(u32::try_from(ms).unwrap_or(u32::MAX))),
            text: self.q,
            before: self.cursor,
            limit: usize::try_from(self.limit.clamp(1, MOST)).unwrap_or(1),
        }
    }
}

/// Status words of the query, by comma. One that does not exist would find nothing, and nobody would know why.
fn statuses<'de, D: Deserializer<'de>>(given: D) -> Result<Vec<String>, D::Error> {
    let found = listed(&String::deserialize(given)?, "status", Status::ALL, Status::word)?;
    Ok(found.into_iter().map(|status| status.word().to_owned()).collect())
}

/// What started a run, by comma.
fn triggers<'de, D: Deserializer<'de>>(given: D) -> Result<Vec<Trigger>, D::Error> {
    listed(&String::deserialize(given)?, "trigger", Trigger::ALL, Trigger::word)
}

fn listed<T: Copy, E: serde::de::Error, const N: usize>(
    words: &str,
    what: &str,
    all: [T; N],
    word_of: fn(T) -> &'static str,
) -> Result<Vec<T>, E> {
    let find = |word: &str| {
        let known = || all.into_iter().map(word_of);
        all.into_iter().find(|one| word_of(*one) == word).ok_or_else(|| {
            E::custom(match nearest(word, known()) {
                Some(meant) => format!("there is no {what} `{word}`; did you mean `{meant}`?"),
                None => {
                    let known = known().collect::<Vec<_>>().join(", ");
                    format!("there is no {what} `{word}`; there are {known}")
                }
            })
        })
    };
    words.split(',').map(str::trim).filter(|word| !word.is_empty()).map(find).collect()
}

/// The `next` of the page before.
fn cursor<'de, D: Deserializer<'de>>(given: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(given)?;
    let is_ours = text.parse::<RunId>().is_ok();
    is_ours.then_some(Some(text)).ok_or_else(|| D::Error::custom("is the `next` of the page before"))
}

/// A time of the query.
fn time<'de, D: Deserializer<'de>>(given: D) -> Result<Option<Timestamp>, D::Error> {
    let text = String::deserialize(given)?;
    let parsed = text
        .parse::<Timestamp>()
        .ok()
        .or_else(|| chrono::DateTime::parse_from_rfc3339(&text).ok().map(|at| at.timestamp_millis()));
    parsed.map(Some).ok_or_else(|| D::Error::custom("is a time such as 2026-01-31T12:00:00Z"))
}

/// A part of the list of runs.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RunPage")]
pub(in crate::serve) struct Runs {
    /// Newest first.
    items: Vec<Item>,
    /// The cursor of the next page; null = this is all.
    next: Option<String>,
    /// How many there are of each status, for the filter without `status`; of durable runs the newest 5,000 count.
    counts: BTreeMap<String, u64>,
}

/// What a compensation would undo.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct Undo {
    /// In the order in which it would be undone.
    pub(super) steps: Vec<UndoStep>,
}

/// One node that would be undone.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct UndoStep {
    /// Its address.
    pub(super) address: String,
    /// The component, point or flow that it names.
    #[serde(rename = "use")]
    pub(super) used: Option<Arc<str>>,
    /// It succeeded, or nobody knows whether it did.
    pub(super) reason: UndoReason,
}

pub(super) const MISSING: &[(u16, &str)] = &[(404, "RUN_NOT_FOUND")];

pub(in crate::serve) const LIST: Operation = Operation::of::<Runs>(Tag::Runs, "listRuns")
    .says("Durable runs for the retention time; of other flows the last runs, all failures, and under load a sample.")
    .query::<Wanted>()
    .refuses(&[(400, "QUERY_INVALID")]);

pub(in crate::serve) const SHOW: Operation =
    Operation::of::<Run<'static>>(Tag::Runs, "getRun").refuses(MISSING);

pub(in crate::serve) const UNDO: Operation = Operation::of::<Undo>(Tag::Runs, "previewUndo").refuses(MISSING);

/// Lists runs, newest first.
pub(in crate::serve) async fn list(ask: Ask) -> Answer {
    let filter = ask.asked::<Wanted>()?.filter();
    let page = ask.engine.runs().list(&filter, &*ask.engine.settings().clock);
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    counts.extend(page.counts.into_iter().map(|(word, of)| (word.to_owned(), count(of))));
    for (word, count) in history::counts(&ask.engine, &filter).await? {
        *counts.entry(word.to_owned()).or_default() += count;
    }
    let mut items = page.items;
    let (durable, end) = history::rows(&ask.engine, &filter).await?;
    items.extend(durable);
    items.sort_unstable_by(|a, b| b.id.cmp(&a.id));
    // What is older than either look went is for the next page.
    let end = page.next.map(|id| id.to_string()).max(end);
    items.retain(|item| end.as_deref().is_none_or(|end| *item.id >= *end));
    let cut = items.get(filter.limit.saturating_sub(1)).filter(|_| items.len() > filter.limit);
    let next = cut.map(|item| item.id.to_string()).or(end);
    items.truncate(filter.limit);
    ok(&Runs { items, next, counts })
}

/// A run that goes on, or one that was kept.
enum Found {
    Live(Arc<Live>),
    Kept(Arc<Kept>),
}

fn find(ask: &Ask) -> Result<Found, Problem> {
    let id = ask.param("id");
    let runs = ask.engine.runs();
    if let Some(live) = runs.live(id) {
        return Ok(Found::Live(live));
    }
    runs.kept(id).map(Found::Kept).ok_or_else(|| missing(id))
}

/// There is no such run here.
pub(super) fn missing(id: &str) -> Problem {
    let id: String = id.chars().take(64).collect();
    let detail = format!(
        "no run `{id}` is kept: of flows that are not durable the last ones, all failures, and under load a \
         sample are kept"
    );
    Problem::not_found("RUN_NOT_FOUND", detail)
}

/// Shows a run.
pub(in crate::serve) async fn show(ask: Ask) -> Answer {
    if let Some(page) = history::page(&ask.engine, ask.param("id")).await? {
        return ok(&page);
    }
    let found = find(&ask)?;
    let children = history::children(&ask.engine, ask.param("id")).await;
    let body = match found {
        Found::Live(live) => live.to_json(&*ask.engine.settings().clock, &children),
        Found::Kept(kept) => kept.to_json(&children),
    };
    Ok(bytes(StatusCode::OK, "application/json", body).map(Either::Left))
}

/// Shows what a compensation would undo.
pub(in crate::serve) async fn undo(ask: Ask) -> Answer {
    if ask.engine.runs().live(ask.param("id")).is_none()
        && let Some(steps) = history::undo(&ask.engine, ask.param("id")).await?
    {
        return ok(&Undo { steps });
    }
    let Found::Live(live) = find(&ask)? else { return ok(&Undo { steps: Vec::new() }) };
    let nodes = live.handle().nodes();
    let step = |(address, reason): (Arc<str>, UndoReason)| {
        let node = nodes.iter().find(|node| node.address == address);
        UndoStep { address: address.to_string(), used: node.and_then(|node| node.used.clone()), reason }
    };
    ok(&Undo { steps: live.handle().undo_preview().into_iter().map(step).collect() })
}
