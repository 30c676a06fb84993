//! Compares a run with what its case expects; only what is stated is compared.

use std::{collections::BTreeSet, fmt};

use sdk::{Value, serde_json::json};
use serde::Serialize;

use super::code;
use crate::{
    flow::document::Expectation,
    run::{Finished, NodeReport, NodeStatus},
};

/// One thing that is not as expected.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Difference {
    /// Where, such as `output.items[2].price` or `ran`.
    pub path: String,
    /// What was expected; absent = nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<Value>,
    /// What there is; absent = nothing is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<Value>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.expected, &self.actual) {
            (Some(expected), Some(actual)) => write!(f, "{}: expected {expected}, found {actual}", self.path),
            (Some(expected), None) => write!(f, "{}: expected {expected}, found nothing", self.path),
            (None, Some(actual)) => write!(f, "{}: found {actual}, expected nothing", self.path),
            (None, None) => f.write_str(&self.path),
        }
    }
}

/// What differs.
#[must_use]
pub fn compare(expect: &Expectation, finished: &Finished, level: u8) -> Vec<Difference> {
    let mut found = Vec::new();
    let outcome = finished.answer.as_ref();
    if let Some(output) = &expect.output {
        match outcome {
            Ok(answer) => values("output", &output.to_json(), &answer.value, &mut found),
            Err(failure) => {
                let failed =
                    json!({"error": code(failure), "detail": failure.detail, "causes": failure.causes});
                differ("output", output.to_json(), failed, &mut found);
            }
        }
    }
    let error = outcome.err().map_or(Value::Null, |failure| Value::from(code(failure)));
    match &expect.error {
        Some(expected) => same("error", &expected.value, error, &mut found),
        // A case that says nothing of errors but states the output has been compared above.
        None if expect.output.is_none() && expect.status.is_none() && !expects_failure(expect) => {
            same("error", &Value::Null, error, &mut found);
        }
        None => {}
    }
    if let Some(status) = &expect.status {
        same("status", &status.value, Value::from(finished.report.status.word()), &mut found);
    }
    if let Some(status) = expect.http_status {
        let actual = outcome.map_or_else(|failure| failure.status, |answer| answer.status);
        same("http.status", &status, Value::from(actual), &mut found);
    }
    if let Some(headers) = &expect.http_headers {
        let actual = outcome.map_or_else(|_| json!({}), |answer| json!(answer.headers));
        let named = |name: &str| actual.get(name).cloned().unwrap_or_default();
        for entry in headers.entries() {
            let (name, expected) = (&entry.key.value, entry.value.to_json());
            values(&format!("http.headers.{name}"), &expected, &named(name), &mut found);
        }
    }
    nodes(expect, finished, &mut found);
    if let Some(expected) = expect.level {
        same("level", &expected, Value::from(level), &mut found);
    }
    found
}

/// A case that lists what was undone, or expects a failing status, says by that that the run fails.
const fn expects_failure(expect: &Expectation) -> bool {
    expect.compensated.is_some() || expect.http_status.is_some()
}

fn nodes(expect: &Expectation, finished: &Finished, found: &mut Vec<Difference>) {
    let reports = &finished.report.nodes;
    if let Some(ran) = &expect.ran {
        let expected: BTreeSet<&str> = ran.iter().map(|id| id.value.as_str()).collect();
        let ran = || reports.iter().filter(|report| has_run(report));
        let outer = ran().filter(|report| is_of_the_flow(report)).map(|report| &*report.address);
        let inner = expected.iter().copied().filter(|name| ran().any(|report| is_called(report, name)));
        let actual: BTreeSet<&str> = outer.chain(inner).collect();
        if expected != actual {
            differ("ran", json!(expected), json!(actual), found);
        }
    }
    for skipped in expect.skipped.iter().flatten() {
        let mut called = reports.iter().filter(|report| is_called(report, &skipped.value)).peekable();
        let is_there = called.peek().is_some();
        let other = called.find(|report| report.status != NodeStatus::Skipped);
        if !is_there || other.is_some() {
            let actual = other.map_or(Value::Null, |report| json!(report.status));
            differ(&format!("skipped.{}", skipped.value), json!("skipped"), actual, found);
        }
    }
    if let Some(compensated) = &expect.compensated {
        let expected: Vec<&str> = compensated.iter().map(|id| id.value.as_str()).collect();
        let undone = finished.report.undone.iter().filter(|undone| undone.error.is_none());
        let actual: Vec<&str> = undone.map(|undone| &*undone.address).collect();
        if expected != actual {
            differ("compensated", json!(expected), json!(actual), found);
        }
    }
    for (id, expected) in &expect.attempts {
        let called = reports.iter().filter(|report| is_called(report, &id.value));
        let actual: usize = called.map(|report| report.attempts.len()).sum();
        same(&format!("attempts.{}", id.value), expected, json!(actual), found);
    }
}

/// Whether a case means this node: by its address, or by the names alone, whatever the item or round.
fn is_called(report: &NodeReport, name: &str) -> bool {
    *report.address == *name || report.address.contains('[') && without_indices(&report.address) == name
}

fn without_indices(address: &str) -> String {
    let mut parts = address.split('[');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| name + part.split_once(']').map_or("", |(_, rest)| rest))
}

/// A node of the flow itself, not of an item or an extension.
fn is_of_the_flow(report: &NodeReport) -> bool {
    report.address == report.id
}

/// Whether a node did its work. One of kind `fail` does none: it is how the run ended.
fn has_run(report: &NodeReport) -> bool {
    match report.status {
        NodeStatus::Succeeded | NodeStatus::Compensated => true,
        NodeStatus::Failed => report.kind != "fail",
        _ => false,
    }
}

fn differ(path: &str, expected: Value, actual: Value, found: &mut Vec<Difference>) {
    found.push(Difference { path: path.to_owned(), expected: Some(expected), actual: Some(actual) });
}

fn same(path: &str, expected: &impl Serialize, actual: Value, found: &mut Vec<Difference>) {
    let expected = json!(expected);
    if expected != actual {
        differ(path, expected, actual, found);
    }
}

/// Every place where two values differ.
fn values(path: &str, expected: &Value, actual: &Value, found: &mut Vec<Difference>) {
    match (expected, actual) {
        (Value::Object(left), Value::Object(right)) => {
            for (key, value) in left {
                let path = format!("{path}.{key}");
                match right.get(key) {
                    Some(other) => values(&path, value, other, found),
                    None => found.push(Difference { path, expected: Some(value.clone()), actual: None }),
                }
            }
            for (key, value) in right.iter().filter(|(key, _)| !left.contains_key(*key)) {
                found.push(Difference {
                    path: format!("{path}.{key}"),
                    expected: None,
                    actual: Some(value.clone()),
                });
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (value, other)) in left.iter().zip(right).enumerate() {
                values(&format!("{path}[{index}]"), value, other, found);
            }
        }
        (Value::Number(left), Value::Number(right)) if left.as_f64() == right.as_f64() => {}
        _ if expected == actual => {}
        _ => differ(path, expected.clone(), actual.clone(), found),
    }
}
