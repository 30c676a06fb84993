//! Durable runs as lists and pages, told by the store: readable the moment they are committed, and after every
//! restart.

use std::{collections::BTreeMap, sync::Arc};

use sdk::{Class, Error, Shared};
use serde_json::{Value, json};

use super::{
    journal::{Journal, waits},
    place::Around,
    retold,
    run::UndoStep,
};
use crate::{
    Engine,
    recent::{self, Child, Item, ItemCause, ItemError, Late, WholeError},
    run::{RunStatus, unseal},
    serve::{Problem, durable::refused},
    state::{Action, Entry, Filter, Message, Origin, Row, RunId, Snapshot, Status, Tenant},
};

/// Runs that a run's page lists of those it started, at the most.
const FAMILY: usize = 100;
/// So many durable runs are counted, the newest first.
const COUNTED: usize = 5_000;
/// So often the store is asked for more while a page is not full.
const LOOKS: usize = 20;

/// Durable runs that a filter wants, newest first, and how far back was looked: none = as far as they go.
pub(super) async fn rows(
    engine: &Engine,
    filter: &recent::Filter,
) -> Result<(Vec<Item>, Option<String>), Problem> {
    let now = engine.settings().clock.now();
    let (rows, end) = wanted(engine, filter, LOOKS).await?;
    Ok((rows.iter().map(|row| item(row, now)).collect(), end.map(|end| end.to_string())))
}

async fn wanted(
    engine: &Engine,
    filter: &recent::Filter,
    looks: usize,
) -> Result<(Vec<Row>, Option<RunId>), Problem> {
    let given = |text: &Option<String>| text.as_deref().map(Arc::from);
    let tenant = match filter.biz_id.as_deref() {
        Some("default") => Some(Tenant::default()),
        Some(other) => match Tenant::new(Some(other)) {
            Ok(tenant) => Some(tenant),
            // Nobody has a run of a business that cannot be one.
            Err(_) => return Ok((Vec::new(), None)),
        },
        None => None,
    };
    let statuses = Status::ALL.into_iter().filter(|is| filter.statuses.iter().any(|word| word == is.word()));
    let mut wanted = Filter {
        flow: given(&filter.flow),
        tenant,
        use_case: None,
        scenario: given(&filter.scenario).filter(|scenario: &Arc<str>| **scenario != *"default"),
        statuses: statuses.collect(),
        triggers: filter.triggers.clone(),
        business_key: given(&filter.key),
        from: filter.from,
        to: filter.to,
        before: filter.before.as_ref().and_then(|id| id.parse().ok()),
        limit: filter.limit,
    };
    if !filter.statuses.is_empty() && wanted.statuses.is_empty() {
        return Ok((Vec::new(), None));
    }
    let now = engine.settings().clock.now();
    let mut found = Vec::new();
    for _ in 0..looks {
        let page = engine.store().list(&wanted).await.map_err(|error| refused(&error))?;
        // One that is not full looked as far as one look may.
        let is_full = page.rows.len() == wanted.limit;
        found.extend(page.rows.into_iter().filter(|row| matches(row, filter, now)));
        wanted.before = page.next;
        if !is_full || wanted.before.is_none() || found.len() >= filter.limit {
            break;
        }
    }
    Ok((found, wanted.before))
}

/// What the store cannot tell.
fn matches(row: &Row, filter: &recent::Filter, now: i64) -> bool {
    let error = row.failure.as_ref();
    let node = row.address.as_ref().map(|address| address.to_string());
    let holds = |text: &String| {
        row.run.to_string().contains(text)
            || row.origin.flow.contains(text)
            || row.origin.business_key.as_ref().is_some_and(|key| key.contains(text))
            || error.is_some_and(|error| error.code.contains(text))
            || node.as_ref().is_some_and(|node| node.contains(text))
    };
    let has_scenario = row.origin.identity.scenario.is_some();
    filter.text.as_ref().is_none_or(holds)
        && filter.min_ms.is_none_or(|least| took(row, now) >= least)
        && !(has_scenario && filter.scenario.as_deref() == Some("default"))
}

fn took(row: &Row, now: i64) -> f64 {
    let took = row.ended_at.unwrap_or(now).saturating_sub(row.run.started_at()).max(0);
    f64::from(u32::try_from(took).unwrap_or(u32::MAX))
}

/// A run as lists show it.
fn item(row: &Row, now: i64) -> Item {
    let origin = &row.origin;
    let identity = &origin.identity;
    Item {
        id: row.run.to_string().into(),
        flow: Arc::clone(&origin.flow),
        version: origin.version.parse().unwrap_or(0),
        use_case: identity.use_case.as_str().into(),
        biz_id: identity.biz_id.as_ref().map(|biz_id| biz_id.as_str().into()),
        scenario: identity.scenario.as_ref().map(|scenario| scenario.as_str().into()),
        level: origin.level.parse().unwrap_or(3),
        plan_hash: Arc::clone(&origin.plan),
        status: status(row.status),
        is_durable: true,
        is_degraded: row.is_degraded,
        started_at: row.run.started_at(),
        ended_at: row.ended_at,
        duration_ms: took(row, now),
        trigger: origin.trigger(),
        key: origin.business_key.clone(),
        error: row.failure.as_ref().map(|error| ItemError {
            code: Arc::clone(&error.code),
            class: error.class,
            node: row.address.as_ref().map(|address| address.as_str().into()),
            whole: None,
        }),
        parent: origin.parent.clone(),
    }
}

const fn status(status: Status) -> RunStatus {
    match status {
        Status::Running => RunStatus::Running,
        Status::Waiting => RunStatus::Waiting,
        Status::Succeeded => RunStatus::Succeeded,
        Status::Failed => RunStatus::Failed,
        Status::Compensated => RunStatus::Compensated,
        Status::Cancelled => RunStatus::Cancelled,
        Status::TimedOut => RunStatus::TimedOut,
        Status::Parked => RunStatus::Parked,
    }
}

/// A run's own page; none when the store does not have it.
pub(super) async fn page(engine: &Engine, id: &str) -> Result<Option<Value>, Problem> {
    let Ok(run) = id.parse::<RunId>() else { return Ok(None) };
    let Some(known) = engine.store().read(run).await.map_err(|error| refused(&error))? else {
        return Ok(None);
    };
    let Some(origin) = known.origin() else { return Ok(None) };
    let (row, output) = ended(run, origin, &known);
    // Of a run that has ended, an earlier revision is not compiled again: this is only what people look at.
    let serving = || engine.served().plan(&origin.plan).cloned();
    let plan = match known.status.is_ended() {
        true => serving(),
        false => engine.pinned(origin).await.map(|(_, plan)| plan),
    };
    let journal = Journal { records: &known.records, plan: plan.as_deref() };
    let seen = match seen(engine, id) {
        seen if seen.is_empty() => retold::nodes(engine, origin, &known).await,
        seen => seen,
    };
    let late = engine.store().late(run).await.unwrap_or_default();
    let mut page = json!(item(&row, engine.settings().clock.now()));
    let more = json!({
        "input": *origin.input,
        "output": output.as_deref(),
        "isTraced": true,
        "nodes": journal.nodes(seen),
        "compensations": journal.compensations(),
        "waits": waits(&known),
        "parent": origin.parent.as_ref().map(|parent| parent.run.to_string()),
        "children": children(engine, id).await,
        "actions": actions(known.status),
        "late": late.into_iter().map(told_late).collect::<Vec<_>>(),
    });
    if let (Value::Object(page), Value::Object(more)) = (&mut page, more) {
        page.extend(more);
    }
    if let Some(error) = &row.failure {
        page["error"] = json!(whole(error, id, &row, &known));
    }
    Ok(Some(page))
}

/// A run's row as its whole journal tells it, and what it gave.
fn ended(run: RunId, origin: &Origin, known: &Snapshot) -> (Row, Option<Shared>) {
    let last = known.records.last();
    let mut output = None;
    let mut row = Row {
        run,
        status: known.status,
        origin: origin.clone(),
        seq: 0,
        changed_at: last.map_or(0, |record| record.at),
        ended_at: last.filter(|_| known.status.is_ended()).map(|record| record.at),
        is_degraded: false,
        failure: None,
        address: None,
    };
    for record in &known.records {
        match &record.entry {
            Entry::Ended { is_degraded, output: gave, failure, address, .. } => {
                (row.is_degraded, output) = (*is_degraded, gave.clone());
                (row.failure, row.address) = (failure.as_deref().cloned(), address.clone());
            }
            Entry::Parked { failure, address } => {
                (row.failure, row.address) = (Some((**failure).clone()), address.clone());
            }
            Entry::Resumed { .. } => (row.failure, row.address) = (None, None),
            _ => {}
        }
    }
    (row, output)
}

/// The runs that a run started, oldest first: durable ones, and others that are still known.
pub(super) async fn children(engine: &Engine, id: &str) -> Vec<Child> {
    let clock = &*engine.settings().clock;
    let mut children = engine.runs().children(id, clock);
    if let Ok(run) = id.parse() {
        let rows = engine.store().children(run, FAMILY).await.unwrap_or_default();
        children.extend(rows.iter().map(|row| Child::from(&item(row, clock.now()))));
    }
    children.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    // A run may end between the looks.
    children.dedup_by(|a, b| a.id == b.id);
    children.truncate(FAMILY);
    children
}

/// Members of a run's page that its item does not have.
const PAGED: [&str; 10] = [
    "input",
    "output",
    "isTraced",
    "nodes",
    "compensations",
    "waits",
    "parent",
    "children",
    "actions",
    "late",
];

/// A page without what only pages have.
pub(super) fn bare(mut page: Value) -> Value {
    if let Some(page) = page.as_object_mut() {
        page.retain(|name, _| !PAGED.contains(&name.as_str()));
        if let Some(Value::Object(error)) = page.get_mut("error") {
            error.retain(|name, _| ["code", "class", "node"].contains(&name.as_str()));
        }
    }
    page
}

/// The failure of a durable run, with what its caller was told.
fn whole(error: &Error, id: &str, row: &Row, known: &Snapshot) -> ItemError {
    let told = known.reply().and_then(unseal).and_then(Result::err).unwrap_or_default();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let cause = |cause: &Value| ItemCause {
        node: text(&cause["node"]).unwrap_or_default().into(),
        code: text(&cause["error"]["code"]).unwrap_or_default().into(),
        class: serde_json::from_value(cause["error"]["class"].clone()).unwrap_or(Class::Internal),
        message: text(&cause["error"]["message"]).unwrap_or_default(),
    };
    let whole = WholeError {
        page: format!("/errors/{}", error.code),
        status: told["status"].as_u64().and_then(|status| u16::try_from(status).ok()),
        detail: text(&told["detail"]),
        message: error.message.clone(),
        run: id.into(),
        retriable: error.class.is_retriable(),
        causes: told["causes"].as_array().into_iter().flatten().map(cause).collect(),
    };
    ItemError {
        code: Arc::clone(&error.code),
        class: error.class,
        node: row.address.as_ref().map(|address| address.as_str().into()),
        whole: Some(Box::new(whole)),
    }
}

fn told_late(message: Message) -> Late {
    Late {
        channel: message.correlation.channel.to_string(),
        key: message.correlation.key.to_string(),
        event: message.event.to_string(),
        payload: Value::clone(&message.payload),
        received_at: message.received_at,
        address: message.address.map(|address| address.to_string()),
    }
}

/// What this process saw of a run's nodes.
fn seen(engine: &Engine, id: &str) -> Vec<Value> {
    let runs = engine.runs();
    match runs.live(id) {
        Some(live) => live.handle().nodes().iter().map(|node| json!(node)).collect(),
        None => runs.kept(id).map(|kept| kept.nodes()).unwrap_or_default(),
    }
}

/// What cancelling a run would undo; none when the store does not have it.
pub(super) async fn undo(engine: &Engine, id: &str) -> Result<Option<Vec<UndoStep>>, Problem> {
    let Ok(run) = id.parse::<RunId>() else { return Ok(None) };
    let Some(known) = engine.store().read(run).await.map_err(|error| refused(&error))? else {
        return Ok(None);
    };
    let Some(origin) = known.origin() else { return Ok(None) };
    // An ended run is not undone any more.
    if known.status.is_ended() {
        return Ok(Some(Vec::new()));
    }
    let pinned = engine.pinned(origin).await;
    let served = pinned.as_ref().map_or_else(|| engine.served(), |(served, _)| Arc::clone(served));
    let around = Around { served: &served, identity: &origin.identity };
    let plan = pinned.as_ref().map(|(_, plan)| &**plan);
    Ok(Some(Journal { records: &known.records, plan }.undo(&around)))
}

/// How many durable runs there are of each status, the filter's own status aside: of the newest ones.
pub(super) async fn counts(
    engine: &Engine,
    filter: &recent::Filter,
) -> Result<BTreeMap<&'static str, u64>, Problem> {
    let all = recent::Filter { statuses: Vec::new(), before: None, limit: COUNTED, ..filter.clone() };
    let mut counts = BTreeMap::new();
    for row in wanted(engine, &all, 1).await?.0 {
        *counts.entry(row.status.word()).or_default() += 1;
    }
    Ok(counts)
}

const fn actions(status: Status) -> &'static [Action] {
    match status {
        Status::Parked => &[Action::Retry, Action::Resume, Action::Skip, Action::Cancel],
        Status::Running | Status::Waiting => &[Action::Cancel],
        _ => &[],
    }
}
