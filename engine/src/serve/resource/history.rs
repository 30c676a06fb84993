//! Durable runs as lists and pages, told by the store: readable the moment they are committed, and after every
//! restart.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};

use crate::{
    Engine,
    clock::text,
    recent,
    run::unseal,
    serve::{Problem, durable::refused},
    state::{Entry, Filter, Record, Row, RunId, Snapshot, Status, Tenant},
};

/// Durable runs that a filter wants, newest first, as JSON with their ids.
pub(super) async fn rows(engine: &Engine, filter: &recent::Filter) -> Result<Vec<(String, Value)>, Problem> {
    let given = |text: &Option<String>| text.as_deref().map(Arc::from);
    let tenant = match filter.biz_id.as_deref() {
        Some("default") => Some(Tenant::default()),
        Some(other) => Tenant::new(Some(other)).ok(),
        None => None,
    };
    let statuses = Status::ALL.into_iter().filter(|is| filter.statuses.iter().any(|word| word == is.word()));
    let wanted = Filter {
        flow: given(&filter.flow),
        tenant,
        use_case: None,
        scenario: given(&filter.scenario).filter(|scenario: &Arc<str>| **scenario != *"default"),
        statuses: statuses.collect(),
        business_key: given(&filter.key),
        from: filter.from,
        to: filter.to,
        before: filter.before.as_ref().and_then(|id| id.parse().ok()),
        limit: filter.limit + 1,
    };
    if !filter.statuses.is_empty() && wanted.statuses.is_empty() {
        return Ok(Vec::new());
    }
    let now = engine.settings().clock.now();
    let page = engine.store().list(&wanted).await.map_err(|error| refused(&error))?;
    let rows = page.rows.iter().filter(|row| matches(row, filter, now));
    Ok(rows.map(|row| (row.run.to_string(), item(row, now))).collect())
}

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
    filter.text.as_ref().is_none_or(holds) && filter.min_ms.is_none_or(|least| took(row, now) >= least)
}

fn took(row: &Row, now: i64) -> f64 {
    let took = row.ended_at.unwrap_or(now).saturating_sub(row.run.started_at()).max(0);
    f64::from(u32::try_from(took).unwrap_or(u32::MAX))
}

/// A run as lists show it: the members of [`recent::Item`].
fn item(row: &Row, now: i64) -> Value {
    let origin = &row.origin;
    let part = |text: Option<&str>| text.map(str::to_owned);
    let mut item = json!({
        "id": row.run.to_string(),
        "flow": &*origin.flow,
        "version": origin.version.parse::<u32>().unwrap_or(0),
        "useCase": origin.identity.use_case.as_str(),
        "bizId": part(origin.identity.biz_id.as_ref().map(sdk::BizId::as_str)),
        "scenario": part(origin.identity.scenario.as_ref().map(sdk::Scenario::as_str)),
        "level": origin.level.parse::<u8>().unwrap_or(3),
        "planHash": &*origin.plan,
        "status": row.status.word(),
        "isDurable": true,
        "isDegraded": row.is_degraded,
        "startedAt": text(row.run.started_at()),
        "endedAt": row.ended_at.map(text),
        "durationMs": took(row, now),
        "key": origin.business_key.as_deref(),
    });
    if let Some(error) = &row.failure {
        let node = row.address.as_ref().map(ToString::to_string);
        item["error"] = json!({"code": &*error.code, "class": error.class, "node": node});
    }
    item
}

/// A run's own page; none when the store does not have it.
pub(super) async fn page(engine: &Engine, id: &str) -> Result<Option<Value>, Problem> {
    let Ok(run) = id.parse::<RunId>() else { return Ok(None) };
    let Some(known) = engine.store().read(run).await.map_err(|error| refused(&error))? else {
        return Ok(None);
    };
    let Some(origin) = known.origin() else { return Ok(None) };
    let ended = known.records.last().filter(|_| known.status.is_ended());
    let (mut is_degraded, mut output, mut failure, mut address) = (false, None, None, None);
    for record in &known.records {
        match &record.entry {
            Entry::Ended { is_degraded: told, output: gave, failure: why, address: at, .. } => {
                (is_degraded, output, failure, address) = (*told, gave.clone(), why.clone(), at.clone());
            }
            Entry::Parked { failure: why, address: at } => {
                (failure, address) = (Some(why.clone()), at.clone())
            }
            Entry::Resumed { .. } => (failure, address) = (None, None),
            _ => {}
        }
    }
    let row = Row {
        run,
        status: known.status,
        origin: origin.clone(),
        seq: 0,
        changed_at: known.records.last().map_or(0, |record| record.at),
        ended_at: ended.map(|record| record.at),
        is_degraded,
        failure: failure.as_deref().cloned(),
        address,
    };
    let mut page = item(&row, engine.settings().clock.now());
    page["input"] = (*origin.input).clone();
    page["output"] = output.as_deref().cloned().unwrap_or_default();
    page["isTraced"] = json!(true);
    page["nodes"] = Value::Array(nodes(&known.records));
    page["compensations"] = Value::Array(compensations(&known.records));
    page["waits"] = json!(waits(&known));
    page["parent"] = json!(origin.parent.as_ref().map(|parent| parent.run.to_string()));
    page["children"] = json!([]);
    page["actions"] = json!(actions(known.status));
    page["late"] = json!(engine.store().late(run).await.unwrap_or_default());
    if let Some(error) = failure {
        let told = known.reply().and_then(unseal).and_then(Result::err).unwrap_or_default();
        page["error"] = json!({
            "type": format!("/errors/{}", error.code), "code": &*error.code, "class": error.class,
            "message": error.message, "run": id, "node": page["error"]["node"].clone(),
            "status": told["status"], "detail": told["detail"], "retriable": error.class.is_retriable(),
            "causes": told["causes"].as_array().into_iter().flatten().map(|cause| json!({
                "node": cause["node"], "code": cause["error"]["code"], "class": cause["error"]["class"],
                "message": cause["error"]["message"],
            })).collect::<Vec<_>>(),
        });
    }
    Ok(Some(page))
}

const fn actions(status: Status) -> &'static [&'static str] {
    match status {
        Status::Parked => &["retry", "resume", "skip", "cancel"],
        Status::Running | Status::Waiting => &["cancel"],
        _ => &[],
    }
}

/// The open waits.
fn waits(known: &Snapshot) -> Vec<Value> {
    let mut open = BTreeMap::new();
    for record in &known.records {
        match &record.entry {
            Entry::WaitRegistered { address, wait } => {
                open.insert(address.to_string(), (record.at, wait.clone()));
            }
            Entry::WaitResolved { address, .. } => {
                open.remove(address.as_str());
            }
            _ => {}
        }
    }
    if known.status.is_ended() {
        open.clear();
    }
    let told = |(address, (at, wait)): (String, (i64, crate::state::Wait))| {
        let message = wait.message.map(|on| json!({"channel": &*on.channel, "key": &*on.key}));
        json!({"address": address, "since": text(at), "until": wait.until.map(text), "message": message})
    };
    open.into_iter().map(told).collect()
}

/// What the records say of each node, in the order in which they settled.
fn nodes(records: &[Record]) -> Vec<Value> {
    let first = records.first().map_or(0, |record| record.at);
    let mut nodes: BTreeMap<String, (usize, Value)> = BTreeMap::new();
    let undone = records.iter().filter_map(|record| match &record.entry {
        Entry::CompensationSucceeded { address } => Some(address.to_string()),
        _ => None,
    });
    let undone: Vec<String> = undone.collect();
    for (place, record) in records.iter().enumerate() {
        let (status, extra) = match &record.entry {
            Entry::NodeStarted { .. } => ("running", json!({"startedAt": text(record.at)})),
            Entry::WaitRegistered { .. } => ("waiting", json!({"startedAt": text(record.at)})),
            Entry::NodeSucceeded { output, detail, .. } => {
                ("succeeded", json!({"output": &**output, "detail": detail.as_deref()}))
            }
            Entry::NodeFailed { failure, attempt, .. } => (
                "failed",
                json!({"attempt": attempt, "error": {
                    "code": &*failure.code, "class": failure.class, "message": failure.message,
                }}),
            ),
            Entry::NodeSkipped { reason, .. } => ("skipped", json!({"skip": {"reason": &**reason}})),
            _ => continue,
        };
        let Some(address) = record.entry.address() else { continue };
        let (at, node) = nodes.entry(address.to_string()).or_insert_with(|| {
            let offset = f64::from(u32::try_from((record.at - first).max(0)).unwrap_or(u32::MAX));
            let node = json!({
                "address": address.as_str(), "id": address.id(), "kind": "use", "offsetMs": offset,
                "durationMs": 0.0, "attempts": [], "isTruncated": false, "began": record.at,
            });
            (place, node)
        });
        *at = place;
        let is_undone = undone.iter().any(|done| done == address.as_str());
        node["status"] = json!(if is_undone { "compensated" } else { status });
        let took = (record.at - node["began"].as_i64().unwrap_or(record.at)).max(0);
        node["durationMs"] = json!(f64::from(u32::try_from(took).unwrap_or(u32::MAX)));
        if let (Value::Object(node), Value::Object(extra)) = (node, extra) {
            node.extend(extra.into_iter().filter(|(_, value)| !value.is_null()));
        }
    }
    let mut nodes: Vec<(usize, Value)> = nodes.into_values().collect();
    nodes.sort_by_key(|(place, _)| *place);
    nodes.into_iter().map(|(_, node)| finished(node)).collect()
}

/// What was recorded beside the output takes its place among the members.
fn finished(mut node: Value) -> Value {
    if let Value::Object(fields) = &mut node {
        fields.remove("began");
        if let Some(Value::Object(detail)) = fields.remove("detail") {
            let shown = ["attempts", "extension", "servedBy", "items"];
            fields.extend(detail.into_iter().filter(|(name, _)| shown.contains(&name.as_str())));
        }
    }
    node
}

fn compensations(records: &[Record]) -> Vec<Value> {
    let mut told: Vec<Value> = Vec::new();
    for record in records {
        let (address, status, attempt, failure) = match &record.entry {
            Entry::CompensationStarted { address, attempt, .. } => (address, "running", Some(*attempt), None),
            Entry::CompensationSucceeded { address } => (address, "compensated", None, None),
            Entry::CompensationFailed { address, attempt, failure } => {
                (address, "failed", Some(*attempt), Some(failure))
            }
            _ => continue,
        };
        let at = told.iter().position(|known| known["address"] == address.as_str()).unwrap_or_else(|| {
            told.push(json!({"address": address.as_str(), "attempts": 1}));
            told.len() - 1
        });
        let Some(known) = told.get_mut(at) else { continue };
        known["status"] = json!(status);
        if let Some(attempt) = attempt {
            known["attempts"] = json!(attempt);
        }
        if let Some(error) = failure {
            known["error"] = json!({"code": &*error.code, "class": error.class, "message": error.message});
        }
    }
    told
}
