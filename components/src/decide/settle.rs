//! From the rules that count to the result: aggregated, checked against the columns' kinds, put in place.

use rust_decimal::Decimal;
use sdk::{Error, Value};
use serde_json::{Map, json};

use super::{
    aggregate::aggregate,
    compile::Compiled,
    judge::Verdict,
    table::{Aggregate, HitPolicy, Kind, Output},
};

/// The node's output: one field per output column, and the ids of the rules that counted.
pub(super) fn settle(table: &Compiled, verdict: Verdict) -> Result<Value, Error> {
    let mut result = Map::new();
    for (index, (output, how)) in table.outputs.iter().enumerate() {
        let said: Vec<Value> = verdict.rows.iter().filter_map(|row| row.get(index).cloned()).collect();
        for value in &said {
            check(output, value)?;
        }
        let value = if table.policy == HitPolicy::Collect {
            aggregate(how.unwrap_or(Aggregate::List), said, output)?
        } else {
            said.into_iter().next().unwrap_or_else(|| output.default.clone())
        };
        place(&mut result, &output.field, value);
    }
    result.insert("matched".to_owned(), Value::from(verdict.matched));
    if let Some(lines) = verdict.explain {
        result.insert("explain".to_owned(), Value::Array(lines));
    }
    Ok(Value::Object(result))
}

fn check(output: &Output, value: &Value) -> Result<(), Error> {
    let fits = match output.r#type {
        _ if value.is_null() => true,
        Kind::Any => true,
        Kind::Integer => value.is_i64() || value.is_u64(),
        Kind::Number => value.is_number(),
        Kind::Decimal => value.as_str().is_some_and(|text| text.parse::<Decimal>().is_ok()),
        Kind::String => value.is_string(),
        Kind::Boolean => value.is_boolean(),
    };
    if fits {
        return Ok(());
    }
    let kind = match output.r#type {
        Kind::Any => "value",
        Kind::Integer => "whole number",
        Kind::Number => "number",
        Kind::Decimal => "decimal text",
        Kind::String => "text",
        Kind::Boolean => "true or false",
    };
    Err(Error::validation(
        "DECISION_OUTPUT",
        format!("column `{}` gives {value}, which is no {kind}", output.id),
    ))
}

/// Puts `value` at `field`, which may be a path.
fn place(result: &mut Map<String, Value>, field: &str, value: Value) {
    match field.split_once('.') {
        None => {
            result.insert(field.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = result.entry(first).or_insert_with(|| json!({}));
            if !inner.is_object() {
                *inner = json!({});
            }
            if let Value::Object(inner) = inner {
                place(inner, rest, value);
            }
        }
    }
}
