//! JSON Schema contracts of inputs and outputs: compiled once, defaults filled, every fault reported.

use jsonschema::{ValidationError, error::ValidationErrorKind as Kind};
use sdk::{Shared, Value};

/// One fault of a value against its schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// JSON pointer into the value, also of what is missing there; empty for the whole.
    pub pointer: String,
    /// What does not fit.
    pub message: String,
}

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.pointer.as_str(), self.message.starts_with("is ")) {
            ("", _) => f.write_str(&self.message),
            (pointer, true) => write!(f, "{pointer} {}", self.message),
            (pointer, false) => write!(f, "{pointer}: {}", self.message),
        }
    }
}

/// A compiled JSON Schema 2020-12 that also knows its defaults. Remote references are refused.
pub struct Contract {
    validator: jsonschema::Validator,
    schema: Value,
    has_defaults: bool,
}

impl Contract {
    /// Compiles `schema`.
    ///
    /// # Errors
    /// What is wrong with it, and the JSON pointer within the schema.
    pub fn compile(schema: &Value) -> Result<Self, Mismatch> {
        let validator = options().should_validate_formats(true).build(schema).map_err(|fault| Mismatch {
            pointer: fault.instance_path().to_string(),
            message: fault.to_string(),
        })?;
        Ok(Self { validator, has_defaults: holds_default(schema, schema, 0), schema: schema.clone() })
    }

    /// The schema itself.
    #[must_use]
    pub const fn schema(&self) -> &Value {
        &self.schema
    }

    /// Fills defaults, then checks. The value is copied only when a default is missing.
    ///
    /// # Errors
    /// Every mismatch with its path.
    pub fn accept(&self, value: &Shared) -> Result<Shared, Vec<Mismatch>> {
        let filled = if self.has_defaults && lacks_default(&self.schema, &self.schema, value) {
            let mut copy = Value::clone(value);
            fill(&self.schema, &self.schema, &mut copy);
            Shared::new(copy)
        } else {
            Shared::clone(value)
        };
        if self.validator.is_valid(&filled) {
            return Ok(filled);
        }
        Err(self.validator.iter_errors(&filled).flat_map(|fault| mismatches(&fault)).collect())
    }
}

/// A fault in our words. What is missing, or is there and must not be, is named by its own path.
fn mismatches(fault: &ValidationError<'_>) -> Vec<Mismatch> {
    let at = fault.instance_path().to_string();
    let below = |name: &str, message: &str| Mismatch {
        pointer: format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")),
        message: message.to_owned(),
    };
    match fault.kind() {
        Kind::Required { property } => match property.as_str() {
            Some(name) => vec![below(name, "is missing")],
            None => Vec::new(),
        },
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            unexpected.iter().map(|name| below(name, "is not expected here")).collect()
        }
        _ => vec![Mismatch { pointer: at, message: fault.to_string() }],
    }
}

/// How every schema is compiled: this draft, and patterns that match in linear time (no look-around).
pub(super) fn options<'o>() -> jsonschema::ValidationOptions<'o> {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .with_pattern_options(jsonschema::PatternOptions::regex())
}

/// So many references lead on from one place before it counts as a circle.
const MOST_HOPS: usize = 16;

/// The schema that holds the keywords: what a reference within the document leads to.
fn resolved<'s>(whole: &'s Value, mut schema: &'s Value) -> &'s Value {
    for _ in 0..MOST_HOPS {
        let target = schema.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#'));
        match target.and_then(|pointer| whole.pointer(pointer)) {
            Some(next) if schema.get("properties").is_none() => schema = next,
            _ => break,
        }
    }
    schema
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten()
}

/// Whether there is a default anywhere; a schema that refers to itself is followed some way only.
fn holds_default(whole: &Value, schema: &Value, depth: usize) -> bool {
    let schema = resolved(whole, schema);
    depth < MOST_HOPS
        && (properties(schema)
            .any(|(_, part)| default_of(whole, part).is_some() || holds_default(whole, part, depth + 1))
            || schema.get("items").is_some_and(|part| holds_default(whole, part, depth + 1)))
}

fn default_of<'s>(whole: &'s Value, schema: &'s Value) -> Option<&'s Value> {
    schema.get("default").or_else(|| resolved(whole, schema).get("default"))
}

fn lacks_default(whole: &Value, schema: &Value, value: &Value) -> bool {
    let schema = resolved(whole, schema);
    match value {
        Value::Object(object) => properties(schema).any(|(key, part)| match object.get(key) {
            Some(inner) => lacks_default(whole, part, inner),
            None => default_of(whole, part).is_some(),
        }),
        Value::Array(items) => {
            schema.get("items").is_some_and(|part| items.iter().any(|item| lacks_default(whole, part, item)))
        }
        _ => false,
    }
}

fn fill(whole: &Value, schema: &Value, value: &mut Value) {
    let schema = resolved(whole, schema);
    match value {
        Value::Object(object) => {
            for (key, part) in properties(schema) {
                if !object.contains_key(key)
                    && let Some(default) = default_of(whole, part)
                {
                    object.insert(key.clone(), default.clone());
                }
                // A default may lack defaults of its own.
                if let Some(inner) = object.get_mut(key) {
                    fill(whole, part, inner);
                }
            }
        }
        Value::Array(items) => {
            if let Some(part) = schema.get("items") {
                items.iter_mut().for_each(|item| fill(whole, part, item));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use sdk::{Shared, serde_json::json};

    use super::Contract;

    #[test]
    fn defaults_are_filled_and_every_mismatch_is_named() {
        let schema = json!({"type": "object", "required": ["id"], "properties": {
            "id": {"type": "string"}, "n": {"type": "integer", "default": 3}, "in": {"type": "object", "properties": {"x": {"default": 1}}}}});
        let contract = Contract::compile(&schema).unwrap();
        let filled = contract.accept(&Shared::new(json!({"id": "a", "in": {}}))).unwrap();
        assert_eq!(*filled, json!({"id": "a", "in": {"x": 1}, "n": 3}));
        let faults = contract.accept(&Shared::new(json!({"n": "x", "id": 1}))).unwrap_err();
        assert_eq!(faults.len(), 2);
    }

    #[test]
    fn what_is_missing_or_too_much_has_a_path_of_its_own() {
        let schema = json!({"properties": {"in": {"required": ["a/b", "c"], "additionalProperties": false,
            "properties": {"a/b": {}, "c": {}, "day": {"format": "date"}}}}});
        let contract = Contract::compile(&schema).unwrap();
        let given = json!({"in": {"x": 1, "y": 2, "day": "2026-02-30"}});
        let faults = contract.accept(&Shared::new(given)).unwrap_err();
        let mut paths: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        paths.sort_unstable();
        assert_eq!(paths, ["/in/a~1b", "/in/c", "/in/day", "/in/x", "/in/y"]);
    }

    #[test]
    fn defaults_are_filled_within_defaults_and_behind_references() {
        let schema = json!({"$defs": {"n": {"properties": {"x": {"default": 5}, "next": {"$ref": "#/$defs/n"}}}},
            "properties": {"a": {"default": {}, "properties": {"x": {"default": 1}}}, "b": {"$ref": "#/$defs/n"}}});
        let contract = Contract::compile(&schema).unwrap();
        let filled = contract.accept(&Shared::new(json!({"b": {"next": {}}}))).unwrap();
        assert_eq!(*filled, json!({"b": {"next": {"x": 5}, "x": 5}, "a": {"x": 1}}));
    }

    #[test]
    fn a_complete_value_is_not_copied() {
        let contract = Contract::compile(&json!({"properties": {"n": {"default": 3}}})).unwrap();
        let value = Shared::new(json!({"n": 1}));
        assert!(Shared::ptr_eq(&value, &contract.accept(&value).unwrap()));
    }

    #[test]
    fn a_remote_reference_is_refused() {
        for url in ["http://127.0.0.1:1/s.json", "file:///etc/passwd", "https://x.example/s"] {
            assert!(Contract::compile(&json!({"$ref": url})).is_err(), "{url}");
        }
    }
}
