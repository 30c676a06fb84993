//! Two files of rows, side by side. Every row of both is accounted for: matched, or among the differences.

use std::collections::{BTreeMap, VecDeque};

use sdk::Value;
use serde_json::{Map, json};

use super::side::Rows;

/// What came of it.
pub(super) struct Found {
    pub(super) matched: usize,
    pub(super) only_left: usize,
    pub(super) only_right: usize,
    pub(super) differing: usize,
    pub(super) differences: Vec<Value>,
}

/// Compares rows of equal keys; several of one key are taken in the order of their files.
pub(super) fn compare(fields: &[String], left: Rows, right: &Rows) -> Found {
    let mut waiting: BTreeMap<String, VecDeque<Vec<String>>> = BTreeMap::new();
    for (key, values) in left {
        waiting.entry(key).or_default().push_back(values);
    }
    let mut found = Found { matched: 0, only_left: 0, only_right: 0, differing: 0, differences: Vec::new() };
    for (key, theirs) in right {
        match waiting.get_mut(key).and_then(VecDeque::pop_front) {
            Some(ours) if ours == *theirs => found.matched += 1,
            Some(ours) => {
                found.differing += 1;
                found.differences.push(row("differs", key, fields, Some(&ours), Some(theirs)));
            }
            None => {
                found.only_right += 1;
                found.differences.push(row("onlyRight", key, fields, None, Some(theirs)));
            }
        }
    }
    for (key, rows) in waiting {
        for ours in rows {
            found.only_left += 1;
            found.differences.push(row("onlyLeft", &key, fields, Some(&ours), None));
        }
    }
    found
}

fn row(
    kind: &str,
    key: &str,
    fields: &[String],
    left: Option<&Vec<String>>,
    right: Option<&Vec<String>>,
) -> Value {
    let side = |values: Option<&Vec<String>>| match values {
        Some(values) => {
            let pairs = fields.iter().zip(values);
            Value::Object(
                pairs.map(|(name, value)| (name.clone(), value.as_str().into())).collect::<Map<_, _>>(),
            )
        }
        None => Value::Null,
    };
    json!({"kind": kind, "key": key, "left": side(left), "right": side(right)})
}
