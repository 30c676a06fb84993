//! What callers were promised: I4, I5, I13.

use std::collections::BTreeMap;

use engine::state::Snapshot;
use sdk::{Value, serde_json};

use super::{Runs, key};
use crate::history::{Event, Line};

/// What a key was told: its run and, once there was one, its answer.
type Heard<'h> = (&'h str, Option<(u16, &'h str)>);

pub(super) fn check(history: &[Line], runs: &Runs, by_key: &BTreeMap<&str, &Snapshot>) -> Vec<String> {
    let mut broken = Vec::new();
    let mut answers: BTreeMap<&str, Heard<'_>> = BTreeMap::new();
    for line in history {
        match &line.event {
            Event::Accepted { run } => heard(&mut broken, &mut answers, line, run, None),
            Event::Answered { run, status, body } => {
                heard(&mut broken, &mut answers, line, run, Some((*status, body)));
                tenants(&mut broken, line, *status, body);
            }
            Event::Reused { status } if *status != 422 => {
                broken.push(format!("I5: {} with another body was answered {status}, not 422", line.key));
            }
            Event::Reused { .. } | Event::Invoke { .. } | Event::Refused { .. } | Event::Unknown { .. } => {}
        }
    }
    for (key, (run, _)) in &answers {
        let found = run.parse().ok().and_then(|id| runs.get(&id));
        match found {
            None => broken.push(format!("I4: the acknowledged start {run} of {key} is gone")),
            Some(found) if super::key(found) != Some(key) => {
                broken.push(format!("I4: {run} belongs to another saga than {key}"));
            }
            Some(_) => {}
        }
    }
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for run in runs.values() {
        *counts.entry(key(run).unwrap_or_default()).or_default() += 1;
    }
    let twice = counts.iter().filter(|(_, count)| **count > 1);
    broken.extend(twice.map(|(key, count)| format!("I5: {count} runs for the key {key}")));
    for line in history {
        let tenant = by_key.get(line.key.as_str()).and_then(|run| run.origin()).map(|origin| origin.tenant());
        if tenant.is_some_and(|tenant| !is_of(&line.tenant, tenant.as_str())) {
            broken.push(format!("I13: the run of {} belongs to another tenant", line.key));
        }
    }
    broken
}

/// The default business has no name in the store.
fn is_of(caller: &str, tenant: &str) -> bool {
    caller == tenant || (caller == "default" && tenant.is_empty())
}

fn heard<'h>(
    broken: &mut Vec<String>,
    answers: &mut BTreeMap<&'h str, Heard<'h>>,
    line: &'h Line,
    run: &'h str,
    answer: Option<(u16, &'h str)>,
) {
    let known = answers.entry(&line.key).or_insert((run, None));
    if known.0 != run {
        broken.push(format!("I5: {} had the run {}, now {run}", line.key, known.0));
    }
    match (known.1, answer) {
        (Some(first), Some(now)) if first != now => {
            broken.push(format!("I5: {} was answered {first:?}, now {now:?}", line.key));
        }
        (None, Some(_)) => known.1 = answer,
        _ => {}
    }
}

fn tenants(broken: &mut Vec<String>, line: &Line, status: u16, body: &str) {
    let said: Value = serde_json::from_str(body).unwrap_or_default();
    let of = said["bizId"].as_str().filter(|of| !of.is_empty()).unwrap_or("default");
    if status == 200 && (said["key"] != line.key.as_str() || of != line.tenant) {
        broken.push(format!("I13: {} of {} was given {body}", line.key, line.tenant));
    }
}
