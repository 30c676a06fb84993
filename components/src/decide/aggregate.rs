//! Several results become one. Whole numbers stay whole and exact, decimal texts stay decimal; a sum that
//! does not fit is an error, never a rounded number.

use std::{cmp::Ordering, str::FromStr};

use rust_decimal::Decimal;
use sdk::{Error, Value};

use super::table::{Aggregate, Output};

/// A number as it was written.
#[derive(Clone, Copy)]
enum Number {
    Whole(i64),
    Decimal(Decimal),
    Float(f64),
}

/// Aggregates what the rules said; those that said nothing (null) are left out.
pub(super) fn aggregate(how: Aggregate, said: Vec<Value>, output: &Output) -> Result<Value, Error> {
    let said: Vec<Value> = said.into_iter().filter(|value| !value.is_null()).collect();
    match how {
        Aggregate::List => Ok(Value::Array(said)),
        Aggregate::Count => Ok(Value::from(said.len())),
        Aggregate::Sum => {
            let mut sum = Number::Whole(0);
            for value in &said {
                sum =
                    add(sum, number(value, output)?).ok_or_else(|| refuse(output, "the sum does not fit"))?;
            }
            Ok(match sum {
                Number::Whole(sum) => Value::from(sum),
                Number::Decimal(sum) => Value::from(sum.to_string()),
                Number::Float(sum) => Value::from(sum),
            })
        }
        Aggregate::Min => extreme(said, output, Ordering::Less),
        Aggregate::Max => extreme(said, output, Ordering::Greater),
    }
}

fn extreme(said: Vec<Value>, output: &Output, wanted: Ordering) -> Result<Value, Error> {
    let mut best: Option<Value> = None;
    for value in said {
        let is_better = match &best {
            None => {
                number(&value, output)?;
                true
            }
            Some(best) => {
                let order = compare(number(&value, output)?, number(best, output)?);
                order.ok_or_else(|| refuse(output, "the numbers cannot be compared"))? == wanted
            }
        };
        if is_better {
            best = Some(value);
        }
    }
    Ok(best.unwrap_or_else(|| output.default.clone()))
}

fn refuse(output: &Output, why: &str) -> Error {
    Error::validation("DECISION_OUTPUT", format!("column `{}`: {why}", output.id))
}

fn number(value: &Value, output: &Output) -> Result<Number, Error> {
    let number = match value {
        Value::Number(number) => {
            number.as_i64().map(Number::Whole).or_else(|| number.as_f64().map(Number::Float))
        }
        Value::String(text) => Decimal::from_str(text).ok().map(Number::Decimal),
        _ => None,
    };
    number.ok_or_else(|| refuse(output, &format!("{value} is no number")))
}

fn add(a: Number, b: Number) -> Option<Number> {
    Some(match (a, b) {
        (Number::Whole(a), Number::Whole(b)) => Number::Whole(a.checked_add(b)?),
        (Number::Float(a), Number::Float(b)) => Number::Float(finite(a + b)?),
        (Number::Decimal(a), Number::Decimal(b)) => Number::Decimal(a.checked_add(b)?),
        (Number::Whole(a), Number::Decimal(b)) | (Number::Decimal(b), Number::Whole(a)) => {
            Number::Decimal(Decimal::from(a).checked_add(b)?)
        }
        (Number::Whole(whole), Number::Float(float)) | (Number::Float(float), Number::Whole(whole)) => {
            Number::Float(finite(exact(whole)? + float)?)
        }
        (Number::Decimal(_), Number::Float(_)) | (Number::Float(_), Number::Decimal(_)) => return None,
    })
}

fn compare(a: Number, b: Number) -> Option<Ordering> {
    match (a, b) {
        (Number::Whole(a), Number::Whole(b)) => Some(a.cmp(&b)),
        (Number::Float(a), Number::Float(b)) => a.partial_cmp(&b),
        (Number::Decimal(a), Number::Decimal(b)) => Some(a.cmp(&b)),
        (Number::Whole(a), Number::Decimal(b)) => Some(Decimal::from(a).cmp(&b)),
        (Number::Decimal(a), Number::Whole(b)) => Some(a.cmp(&Decimal::from(b))),
        (Number::Whole(a), Number::Float(b)) => exact(a)?.partial_cmp(&b),
        (Number::Float(a), Number::Whole(b)) => a.partial_cmp(&exact(b)?),
        (Number::Decimal(_), Number::Float(_)) | (Number::Float(_), Number::Decimal(_)) => None,
    }
}

fn finite(number: f64) -> Option<f64> {
    number.is_finite().then_some(number)
}

/// A whole number as a float, if none of it is lost on the way.
fn exact(whole: i64) -> Option<f64> {
    const LARGEST: u64 = 1 << 53;
    (whole.unsigned_abs() <= LARGEST).then(|| whole.to_string().parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use sdk::Value;
    use serde_json::json;

    use super::{Aggregate, Output, aggregate};
    use crate::decide::Kind;

    fn check(how: Aggregate, said: Value, expected: impl Into<Option<Value>>) {
        let output =
            Output { id: "o".into(), field: "o".into(), name: None, r#type: Kind::Any, default: Value::Null };
        let Value::Array(said) = said else { unreachable!() };
        assert_eq!(aggregate(how, said, &output).ok(), expected.into());
    }

    #[test]
    fn sums_are_exact_or_refused() {
        check(Aggregate::Sum, json!([500_000, null, 600_000]), Some(json!(1_100_000)));
        check(Aggregate::Sum, json!([]), Some(json!(0)));
        check(Aggregate::Sum, json!(["0.1", "0.2", 1]), Some(json!("1.3")));
        check(Aggregate::Sum, json!([i64::MAX, 1]), None);
        check(Aggregate::Sum, json!(["0.1", 0.2]), None);
        check(Aggregate::Sum, json!(["x"]), None);
        check(Aggregate::Sum, json!([[1]]), None);
    }

    #[test]
    fn extremes_keep_the_value_as_written() {
        check(Aggregate::Min, json!([3, 1, 2]), Some(json!(1)));
        check(Aggregate::Max, json!(["0.10", 0, "0.1"]), Some(json!("0.10")));
        check(Aggregate::Max, json!([null]), Some(json!(null)));
        check(Aggregate::Min, json!(["a"]), None);
    }

    #[test]
    fn counts_and_lists_leave_out_what_was_not_said() {
        check(Aggregate::Count, json!([1, null, "x"]), Some(json!(2)));
        check(Aggregate::List, json!([1, null, "x"]), Some(json!([1, "x"])));
    }
}
