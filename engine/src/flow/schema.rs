//! JSON Schema contracts of inputs and outputs: compiled once, defaults filled, every fault reported.

use sdk::{Shared, Value};

/// One fault of a value against its schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// JSON pointer into the value; empty for the whole.
    pub pointer: String,
    /// What does not fit.
    pub message: String,
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
        let validator = options().build(schema).map_err(|fault| Mismatch {
            pointer: fault.instance_path().to_string(),
            message: fault.to_string(),
        })?;
        Ok(Self { validator, has_defaults: holds_default(schema), schema: schema.clone() })
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
        let filled = if self.has_defaults && lacks_default(&self.schema, value) {
            let mut copy = Value::clone(value);
            fill(&self.schema, &mut copy);
            Shared::new(copy)
        } else {
            Shared::clone(value)
        };
        if self.validator.is_valid(&filled) {
            return Ok(filled);
        }
        Err(self
            .validator
            .iter_errors(&filled)
            .map(|fault| Mismatch { pointer: fault.instance_path().to_string(), message: fault.to_string() })
            .collect())
    }
}

/// How every schema is compiled: this draft, and patterns that match in linear time (no look-around).
pub(super) fn options<'o>() -> jsonschema::ValidationOptions<'o> {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .with_pattern_options(jsonschema::PatternOptions::regex())
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten()
}

fn holds_default(schema: &Value) -> bool {
    properties(schema).any(|(_, part)| part.get("default").is_some() || holds_default(part))
        || schema.get("items").is_some_and(holds_default)
}

fn lacks_default(schema: &Value, value: &Value) -> bool {
    match value {
        Value::Object(object) => properties(schema).any(|(key, part)| match object.get(key) {
            Some(inner) => lacks_default(part, inner),
            None => part.get("default").is_some(),
        }),
        Value::Array(items) => {
            schema.get("items").is_some_and(|part| items.iter().any(|item| lacks_default(part, item)))
        }
        _ => false,
    }
}

fn fill(schema: &Value, value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (key, part) in properties(schema) {
                match (object.get_mut(key), part.get("default")) {
                    (Some(inner), _) => fill(part, inner),
                    (None, Some(default)) => {
                        object.insert(key.clone(), default.clone());
                    }
                    (None, None) => {}
                }
            }
        }
        Value::Array(items) => {
            if let Some(part) = schema.get("items") {
                items.iter_mut().for_each(|item| fill(part, item));
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
