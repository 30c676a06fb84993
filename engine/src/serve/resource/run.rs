//! `/v1/runs`: runs as lists and one by one. As they go on they are `follow`'s.

use std::sync::Arc;

use http_body_util::Either;
use hyper::StatusCode;
use sdk::Timestamp;
use serde_json::json;

use super::{history, ok};
use crate::{
    flow::nearest::nearest,
    recent::{Filter, Kept, Live},
    serve::{Answer, Ask, Problem, bytes},
    state::{RunId, Status},
};

/// Items of a page, unless asked for fewer or more.
const PAGE: u64 = 50;
/// Items of a page at the most.
const MOST: u64 = 500;

/// Lists runs, newest first.
pub(in crate::serve) async fn list(ask: Ask) -> Answer {
    let text = |name: &str| ask.query.get(name).map(str::to_owned);
    let filter = Filter {
        flow: text("flow"),
        statuses: statuses(&ask)?,
        biz_id: text("bizId"),
        scenario: text("scenario"),
        key: text("key"),
        from: time(&ask, "from")?,
        to: time(&ask, "to")?,
        min_ms: ask.number("minMs")?.map(|ms| f64::from(u32::try_from(ms).unwrap_or(u32::MAX))),
        text: text("q"),
        before: cursor(&ask)?,
        limit: usize::try_from(ask.number("limit")?.unwrap_or(PAGE).clamp(1, MOST)).unwrap_or(1),
    };
    let page = ask.engine.runs().list(&filter, &*ask.engine.settings().clock);
    let durable = history::rows(&ask.engine, &filter).await?;
    let mut counts = json!(page.counts);
    let mut items: Vec<_> = page.items.iter().map(|item| (item.id.to_string(), json!(item))).collect();
    for (word, count) in history::counts(&ask.engine, &filter).await? {
        counts[word] = json!(counts[word].as_u64().unwrap_or(0) + count);
    }
    items.extend(durable);
    items.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
    let has_more = page.next.is_some() || items.len() > filter.limit;
    items.truncate(filter.limit);
    let next = items.last().filter(|_| has_more).map(|(id, _)| id.clone());
    let items: Vec<_> = items.into_iter().map(|(_, item)| item).collect();
    ok(&json!({"items": items, "next": next, "counts": counts}))
}

fn unfit(detail: String) -> Problem {
    Problem::refused(StatusCode::BAD_REQUEST, "QUERY_INVALID", detail)
}

/// Status words of the query, by comma. One that does not exist would find nothing, and nobody would know why.
fn statuses(ask: &Ask) -> Result<Vec<String>, Problem> {
    let known = || Status::ALL.into_iter().map(Status::word);
    let words = ask.query.get("status").into_iter().flat_map(|words| words.split(','));
    let word = |word: &str| match known().find(|known| *known == word.trim()) {
        Some(known) => Ok(known.to_owned()),
        None => Err(unfit(match nearest(word, known()) {
            Some(meant) => format!("there is no status `{word}`; did you mean `{meant}`?"),
            None => {
                format!("there is no status `{word}`; there are {}", known().collect::<Vec<_>>().join(", "))
            }
        })),
    };
    words.filter(|word| !word.trim().is_empty()).map(word).collect()
}

/// The `next` of the page before.
fn cursor(ask: &Ask) -> Result<Option<String>, Problem> {
    let Some(text) = ask.query.get("cursor") else { return Ok(None) };
    let is_ours = text.parse::<RunId>().is_ok();
    is_ours
        .then(|| Some(text.to_owned()))
        .ok_or_else(|| unfit("`cursor` is the `next` of the page before".to_owned()))
}

/// A time of the query: RFC 3339, or milliseconds since 1970.
fn time(ask: &Ask, name: &str) -> Result<Option<Timestamp>, Problem> {
    let Some(text) = ask.query.get(name) else { return Ok(None) };
    let parsed = text
        .parse::<Timestamp>()
        .ok()
        .or_else(|| chrono::DateTime::parse_from_rfc3339(text).ok().map(|at| at.timestamp_millis()));
    parsed.map(Some).ok_or_else(|| unfit(format!("`{name}` is a time such as 2026-01-31T12:00:00Z")))
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
    let body = match find(&ask)? {
        Found::Live(live) => live.to_json(&*ask.engine.settings().clock),
        Found::Kept(kept) => kept.to_json(),
    };
    Ok(bytes(StatusCode::OK, "application/json", body).map(Either::Left))
}

/// Shows what a compensation would undo.
pub(in crate::serve) async fn undo(ask: Ask) -> Answer {
    if ask.engine.runs().live(ask.param("id")).is_none()
        && let Some(steps) = history::undo(&ask.engine, ask.param("id")).await?
    {
        return ok(&json!({"steps": steps}));
    }
    let Found::Live(live) = find(&ask)? else { return ok(&json!({"steps": []})) };
    let steps: Vec<_> = live
        .handle()
        .undo_preview()
        .into_iter()
        .map(|(address, reason)| {
            let node = live.handle().nodes().into_iter().find(|node| node.address == address);
            json!({"address": &*address, "use": node.and_then(|node| node.used), "reason": reason})
        })
        .collect();
    ok(&json!({"steps": steps}))
}
