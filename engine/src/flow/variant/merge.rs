//! RFC 7396: a JSON merge patch, on trees.

use crate::flow::tree::{Shape, Tree};

/// Merges `patch` into `target`: mappings by key, `null` takes a key away, anything else replaces.
pub(super) fn merge(target: &mut Tree, patch: &Tree) {
    let Shape::Map(entries) = &patch.shape else {
        *target = patch.clone();
        return;
    };
    if !matches!(target.shape, Shape::Map(_)) {
        *target = Tree { span: patch.span, shape: Shape::Map(Vec::new()) };
    }
    for entry in entries {
        if matches!(entry.value.shape, Shape::Null) {
            target.remove(&entry.key.value);
        } else if let Some(there) = target.get_mut(&entry.key.value) {
            merge(there, &entry.value);
        } else {
            let mut new = Tree { span: entry.value.span, shape: Shape::Null };
            merge(&mut new, &entry.value);
            target.set(entry.key.clone(), new);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::merge;
    use crate::flow::tree::{Entry, Shape, Span, Spanned, Tree};

    fn tree(value: &Value) -> Tree {
        let shape = match value {
            Value::Null => Shape::Null,
            Value::Bool(truth) => Shape::Bool(*truth),
            Value::Number(number) => Shape::Number(number.clone()),
            Value::String(text) => Shape::Text(text.clone()),
            Value::Array(items) => Shape::List(items.iter().map(tree).collect()),
            Value::Object(map) => Shape::Map(
                map.iter()
                    .map(|(key, value)| Entry {
                        key: Spanned::new(key.clone(), Span::default()),
                        value: tree(value),
                    })
                    .collect(),
            ),
        };
        Tree { span: Span::default(), shape }
    }

    /// The examples of RFC 7396, appendix A.
    #[test]
    fn the_examples_of_the_rfc_hold() {
        for (target, patch, expected) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"a": "b"}), json!(["c"]), json!(["c"])),
            (json!({"a": "foo"}), json!(null), json!(null)),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            let mut merged = tree(&target);
            merge(&mut merged, &tree(&patch));
            assert_eq!(merged.to_json(), expected, "{target} + {patch}");
        }
    }
}
