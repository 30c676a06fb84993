//! Stage 4 of 8: which texts of a `with` a component wants in pieces. Reads the component's schema; knows no
//! expressions.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use sdk::{ComponentEntry, TEMPLATE_KEYWORD, Value};

/// Deepest schema that is followed: a schema may refer to itself.
const MAX_DEPTH: usize = 16;

/// The schemas of the components that want something in pieces, made once per set.
#[derive(Default)]
pub(super) struct Schemas {
    known: Mutex<HashMap<&'static str, Option<Arc<Value>>>>,
}

impl Schemas {
    /// The JSON pointers of the texts in `with` that `entry` wants in pieces.
    pub(super) fn pieces(&self, entry: &ComponentEntry, with: &Value) -> HashSet<String> {
        let mut found = HashSet::new();
        if let Some(schema) = self.schema(entry) {
            Walk { root: &schema, found: &mut found }.go(&schema, with, String::new(), 0);
        }
        found
    }

    fn schema(&self, entry: &ComponentEntry) -> Option<Arc<Value>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .entry(entry.name)
            .or_insert_with(|| {
                let schema = Value::from((entry.schema)());
                schema.to_string().contains(TEMPLATE_KEYWORD).then(|| Arc::new(schema))
            })
            .clone()
    }
}

struct Walk<'w> {
    root: &'w Value,
    found: &'w mut HashSet<String>,
}

impl Walk<'_> {
    fn go(&mut self, schema: &Value, value: &Value, pointer: String, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        if let Some(place) = schema.get("$ref").and_then(Value::as_str).and_then(|at| at.strip_prefix('#')) {
            let root = self.root;
            if let Some(target) = root.pointer(place) {
                self.go(target, value, pointer.clone(), depth + 1);
            }
        }
        for key in ["anyOf", "oneOf", "allOf"] {
            for branch in schema.get(key).and_then(Value::as_array).into_iter().flatten() {
                self.go(branch, value, pointer.clone(), depth + 1);
            }
        }
        match value {
            Value::String(_) => {
                if schema.get(TEMPLATE_KEYWORD).is_some_and(|keyword| *keyword == Value::Bool(true)) {
                    self.found.insert(pointer);
                }
            }
            Value::Object(object) => {
                for (key, inner) in object {
                    let part = schema.pointer("/properties").and_then(|parts| parts.get(key));
                    if let Some(part) = part.or_else(|| schema.get("additionalProperties")) {
                        let key = key.replace('~', "~0").replace('/', "~1");
                        self.go(part, inner, format!("{pointer}/{key}"), depth + 1);
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    if let Some(part) = schema.get("items") {
                        self.go(part, item, format!("{pointer}/{index}"), depth + 1);
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use sdk::{Value, schemars::JsonSchema, serde_json::json};

    use super::Walk;

    #[derive(JsonSchema)]
    #[schemars(crate = "sdk::schemars")]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Call {
        path: sdk::Template,
        note: String,
        maybe: Option<sdk::Template>,
        headers: BTreeMap<String, sdk::Template>,
        parts: Vec<Part>,
    }

    #[derive(JsonSchema)]
    #[schemars(crate = "sdk::schemars")]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Part {
        text: sdk::Template,
    }

    #[test]
    fn only_texts_declared_as_templates_come_in_pieces() {
        let schema = Value::from(sdk::schemars::schema_for!(Call));
        let with = json!({"path": "/a", "note": "n", "maybe": "m", "headers": {"x/y": "1"}, "parts": [{"text": "t"}]});
        let mut found = HashSet::new();
        Walk { root: &schema, found: &mut found }.go(&schema, &with, String::new(), 0);
        let mut found: Vec<String> = found.into_iter().collect();
        found.sort();
        assert_eq!(found, ["/headers/x~1y", "/maybe", "/parts/0/text", "/path"]);
    }
}
