//! Asks every rule whether it matches. Pure: the moment is given.

use std::cmp::Reverse;

use sdk::{Error, Value};
use serde_json::{Map, json};

use super::{
    compile::{Check, Compiled, Rule, Said, WHOLE},
    table::{HitPolicy, invalid},
};

/// The rules that count, in the table's order, with what they say.
pub(super) struct Verdict {
    pub(super) matched: Vec<String>,
    /// One row per rule that counts, one value per output.
    pub(super) rows: Vec<Vec<Value>>,
    pub(super) explain: Option<Vec<Value>>,
}

/// Asks `table` about `input`.
pub(super) fn judge(
    table: &Compiled,
    input: &Value,
    moment_ms: i64,
    explain: bool,
) -> Result<Verdict, Error> {
    let scope = scope(table, input)?;
    let mut hits: Vec<&Rule> = Vec::new();
    let mut explained = Vec::new();
    for rule in &table.rules {
        let outside = match (rule.from_ms, rule.until_ms) {
            (Some(from), _) if moment_ms < from => Some("not valid yet"),
            (_, Some(until)) if moment_ms >= until => Some("no longer valid"),
            _ => None,
        };
        let mut is_hit = outside.is_none();
        if explain {
            let cells = explain_cells(table, rule, &scope);
            is_hit &= cells.iter().all(|cell| cell["matched"] == true);
            let mut line = json!({"rule": rule.id, "matched": is_hit, "cells": cells});
            if let (Some(reason), Some(line)) = (outside, line.as_object_mut()) {
                line.insert("reason".to_owned(), Value::from(reason));
            }
            explained.push(line);
        } else if is_hit {
            is_hit = matches(table, rule, &scope)?;
        }
        if is_hit {
            hits.push(rule);
            if table.policy == HitPolicy::First && !explain {
                break;
            }
        }
    }
    let hits = choose(table.policy, hits)?;
    let mut rows = Vec::new();
    for rule in &hits {
        rows.push(results(rule, &scope)?);
    }
    let matched = hits.iter().map(|rule| rule.id.clone()).collect();
    Ok(Verdict { matched, rows, explain: explain.then_some(explained) })
}

fn choose(policy: HitPolicy, mut hits: Vec<&Rule>) -> Result<Vec<&Rule>, Error> {
    match policy {
        HitPolicy::First => hits.truncate(1),
        // The sort keeps the table's order among equals.
        HitPolicy::Priority => {
            hits.sort_by_key(|rule| Reverse(rule.priority));
            hits.truncate(1);
        }
        HitPolicy::Unique if hits.len() > 1 => {
            let ids: Vec<_> = hits.iter().map(|rule| format!("`{}`", rule.id)).collect();
            let message = format!("only one rule may match, these do: {}", ids.join(", "));
            return Err(Error::business("DECISION_AMBIGUOUS", message));
        }
        HitPolicy::Unique | HitPolicy::Collect => {}
    }
    Ok(hits)
}

/// What expressions see: every field the table names, null where the input has none, so that a missing
/// field is no error in itself.
fn scope(table: &Compiled, input: &Value) -> Result<Value, Error> {
    let mut scope = Map::new();
    for name in &table.names {
        scope.insert(name.clone(), input.get(name).cloned().unwrap_or_default());
    }
    for field in table.columns.iter().filter_map(|column| column.field.as_ref()) {
        let mut place = field.first().and_then(|first| scope.get_mut(first));
        for word in field.iter().skip(1) {
            let Some(parent) = place else { break };
            if parent.is_null() {
                *parent = json!({});
            }
            let Value::Object(parent) = parent else {
                let message =
                    format!("`{}` cannot be looked up: `{word}` is asked of no object", field.join("."));
                return Err(Error::validation("DECISION_INPUT", message));
            };
            place = Some(parent.entry(word.as_str()).or_insert(Value::Null));
        }
    }
    if table.reads_whole {
        scope.insert(WHOLE.to_owned(), input.clone());
    }
    Ok(Value::Object(scope))
}

fn value<'a>(scope: &'a Value, field: Option<&Vec<String>>) -> &'a Value {
    let mut value = scope;
    for word in field.into_iter().flatten() {
        value = value.get(word).unwrap_or(&Value::Null);
    }
    value
}

fn matches(table: &Compiled, rule: &Rule, scope: &Value) -> Result<bool, Error> {
    for (column, cell) in table.columns.iter().zip(&rule.cells) {
        let value = value(scope, column.field.as_ref());
        if !any(&cell.tests, value, scope).map_err(|fault| failed(&rule.id, &column.id, &fault))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether one of the alternatives holds; without any, every value will do.
fn any(tests: &[Check], value: &Value, scope: &Value) -> Result<bool, Error> {
    for test in tests {
        let holds = match test {
            Check::OneOf(values) => values.iter().any(|one| is_equal(one, value)),
            Check::Holds { is_order: true, .. } if value.is_null() => false,
            Check::Holds { expression, .. } => match expression.evaluate(scope)? {
                Value::Bool(holds) => holds,
                other => {
                    let message = format!("the cell gives {other}, not true or false: begin it with `==`?");
                    return Err(invalid(message));
                }
            },
        };
        if holds {
            return Ok(true);
        }
    }
    Ok(tests.is_empty())
}

/// As CEL compares: 1 and 1.0 are equal, a text and a number never.
fn is_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || (a.is_f64() != b.is_f64() && a.as_f64() == b.as_f64())
        }
        _ => a == b,
    }
}

fn explain_cells(table: &Compiled, rule: &Rule, scope: &Value) -> Vec<Value> {
    let lines = table.columns.iter().zip(&rule.cells).map(|(column, cell)| {
        let value = value(scope, column.field.as_ref());
        let mut line = json!({"column": column.id, "cell": cell.written});
        if let Some(line) = line.as_object_mut() {
            if column.field.is_some() {
                line.insert("value".to_owned(), value.clone());
            }
            match any(&cell.tests, value, scope) {
                Ok(is) => line.insert("matched".to_owned(), Value::from(is)),
                Err(fault) => {
                    line.insert("matched".to_owned(), Value::from(false));
                    line.insert("error".to_owned(), Value::from(fault.message))
                }
            };
        }
        line
    });
    lines.collect()
}

fn results(rule: &Rule, scope: &Value) -> Result<Vec<Value>, Error> {
    let made = rule.results.iter().map(|result| match result {
        Said::Constant(value) => Ok(value.clone()),
        Said::Computed(expression) => {
            expression.evaluate(scope).map_err(|fault| failed(&rule.id, "its result", &fault))
        }
    });
    made.collect()
}

fn failed(rule: &str, place: &str, fault: &Error) -> Error {
    Error::new(fault.class, "DECISION_FAILED", format!("rule `{rule}`, {place}: {}", fault.message))
}
