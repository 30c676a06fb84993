//! `/v1/runs`: runs as lists, one by one, and as they go on.

use std::{collections::VecDeque, sync::Arc};

use futures_util::{Stream, stream};
use http_body_util::Either;
use hyper::StatusCode;
use sdk::Timestamp;
use serde_json::{Value, json};
use tokio::sync::{broadcast, watch};

use super::{history, ok};
use crate::{
    recent::{Filter, Item, Kept, Live, Seen},
    serve::{Answer, Ask, Event, Problem, bytes, events as stream_of},
};

/// Items of a page, unless asked for fewer or more.
const PAGE: u64 = 50;
/// Items of a page at the most.
const MOST: u64 = 500;

/// Members of a run's page that its item does not have.
const PAGED: [&str; 9] =
    ["input", "output", "isTraced", "nodes", "compensations", "waits", "children", "actions", "late"];

/// Lists runs, newest first.
pub(in crate::serve) async fn list(ask: Ask) -> Answer {
    let text = |name: &str| ask.query.get(name).map(str::to_owned);
    let statuses = text("status").map(|words| words.split(',').map(str::to_owned).collect());
    let filter = Filter {
        flow: text("flow"),
        statuses: statuses.unwrap_or_default(),
        biz_id: text("bizId"),
        scenario: text("scenario"),
        key: text("key"),
        from: time(&ask, "from")?,
        to: time(&ask, "to")?,
        min_ms: ask.number("minMs")?.map(|ms| f64::from(u32::try_from(ms).unwrap_or(u32::MAX))),
        text: text("q"),
        before: text("cursor"),
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

/// A time of the query: RFC 3339, or milliseconds since 1970.
fn time(ask: &Ask, name: &str) -> Result<Option<Timestamp>, Problem> {
    let Some(text) = ask.query.get(name) else { return Ok(None) };
    let parsed = text
        .parse::<Timestamp>()
        .ok()
        .or_else(|| chrono::DateTime::parse_from_rfc3339(text).ok().map(|at| at.timestamp_millis()));
    parsed.map(Some).ok_or_else(|| {
        let detail = format!("`{name}` is a time such as 2026-01-31T12:00:00Z");
        Problem::refused(StatusCode::BAD_REQUEST, "QUERY_INVALID", detail)
    })
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

/// Streams what happens in a run.
pub(in crate::serve) async fn events(ask: Ask) -> Answer {
    if ask.engine.runs().live(ask.param("id")).is_none()
        && let Some(mut page) = history::page(&ask.engine, ask.param("id")).await?
    {
        // Nobody drives it here now: what is known is told, and who wants to know more asks again.
        let nodes = page["nodes"].take();
        let nodes = nodes.as_array().into_iter().flatten().map(|node| node_event(node.to_string().into()));
        let run = Event { name: "run", data: bare(page).to_string().into() };
        let events: Vec<Event> = nodes.chain([run]).collect();
        return stream_of::answer(&ask.engine, &ask.streams, stream::iter(events));
    }
    match find(&ask)? {
        Found::Live(live) => {
            let events = follow(&live);
            stream_of::answer(&ask.engine, &ask.streams, events)
        }
        Found::Kept(kept) => {
            let nodes = kept.nodes().into_iter().map(|node| node_event(node.to_string().into()));
            let events: Vec<Event> = nodes.chain([run_event(&kept.item)]).collect();
            stream_of::answer(&ask.engine, &ask.streams, stream::iter(events))
        }
    }
}

/// A page without what only pages have.
fn bare(mut page: Value) -> Value {
    if let Some(page) = page.as_object_mut() {
        page.retain(|name, _| !PAGED.contains(&name.as_str()));
    }
    page
}

fn node_event(data: Seen) -> Event {
    Event { name: "node", data }
}

fn run_event(item: &Item) -> Event {
    Event { name: "run", data: serde_json::to_string(item).unwrap_or_default().into() }
}

/// What a stream of a run that goes on still has to tell.
struct Follow {
    known: VecDeque<Event>,
    nodes: Option<broadcast::Receiver<Seen>>,
    ended: watch::Receiver<Option<Item>>,
    is_over: bool,
}

fn follow(live: &Arc<Live>) -> impl Stream<Item = Event> + Send + use<> {
    // First listen, then look: a node may be told twice, none is lost.
    let nodes = live.watch().map(|watch| watch.look_on());
    let known = live.handle().nodes();
    let known =
        known.iter().filter_map(|node| serde_json::to_string(node).ok()).map(|text| node_event(text.into()));
    let follow = Follow { known: known.collect(), nodes, ended: live.ended(), is_over: false };
    stream::unfold(follow, |mut follow| async move { follow.next().await.map(|event| (event, follow)) })
}

impl Follow {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.known.pop_front() {
                return Some(event);
            }
            if self.is_over {
                return None;
            }
            tokio::select! {
                biased;
                told = heard(&mut self.nodes) => match told {
                    Ok(data) => return Some(node_event(data)),
                    // Those who read too slowly miss some nodes; the run's page has them.
                    Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => self.nodes = None,
                },
                ended = self.ended.wait_for(Option::is_some) => {
                    self.is_over = true;
                    return ended.ok().and_then(|item| item.as_ref().map(run_event));
                }
            }
        }
    }
}

async fn heard(nodes: &mut Option<broadcast::Receiver<Seen>>) -> Result<Seen, broadcast::error::RecvError> {
    match nodes {
        Some(nodes) => nodes.recv().await,
        None => std::future::pending().await,
    }
}
