//! The JSON Schema of the language, made from the grammar and the registry, for editors that complete and
//! check while one types. It is a help, not the judge: what it lets through, stages 2 to 4 still refuse.

use std::collections::HashMap;

use sdk::{Registry, Value};
use serde_json::{Map, json};

use super::{
    BESIDE, CASE, CASES, DOCUMENTS,
    form::{Form, Key, Name, Object},
};

/// A text that holds an expression may stand where any value may.
const EXPRESSION: &str = "\\$\\{";

/// The JSON Schema of every document, with the settings of the components in `registry`.
#[must_use]
pub fn schema(registry: &Registry) -> Value {
    let mut schema = Schema { names: HashMap::new(), definitions: Map::new(), registry };
    let kinds: Vec<&str> = DOCUMENTS.iter().map(|(kind, _)| *kind).collect();
    let mut choices: Vec<Value> = Vec::new();
    for (kind, object) in DOCUMENTS {
        let then = schema.object(object);
        choices.push(
            json!({"if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]}, "then": then}),
        );
    }
    let (case, cases) = (schema.object(&CASE), schema.object(&CASES));
    let document = json!({
        "type": "object",
        "required": ["apiVersion", "kind", "metadata"],
        "properties": {"kind": {"enum": kinds, "description": "the kind of document"}},
        "allOf": choices,
    });
    schema.define(
        "order",
        json!({"type": "array", "items": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/order"}]}}),
    );
    schema.define("document", document);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Bactrian documents",
        "if": {"type": "array"},
        "then": {"items": case},
        "else": {"if": {"required": ["cases"]}, "then": cases, "else": {"$ref": "#/$defs/document"}},
        "$defs": schema.definitions,
    })
}

struct Schema<'r> {
    /// Definitions by the address of their object, so that each is written once and circles end.
    names: HashMap<*const Object, String>,
    definitions: Map<String, Value>,
    registry: &'r Registry,
}

impl Schema<'_> {
    fn define(&mut self, name: &str, schema: Value) {
        self.definitions.insert(name.to_owned(), schema);
    }

    /// A reference to the definition of an object, made on first sight.
    fn object(&mut self, object: &'static Object) -> Value {
        let address: *const Object = object;
        if let Some(name) = self.names.get(&address) {
            return json!({"$ref": format!("#/$defs/{name}")});
        }
        let base = object.name.trim_start_matches("a ").trim_start_matches("an ").replace(' ', "-");
        let taken =
            self.names.values().filter(|name| name.trim_end_matches(char::is_numeric) == base).count();
        let name = if taken == 0 { base } else { format!("{base}{}", taken + 1) };
        self.names.insert(address, name.clone());
        let schema = self.body(object);
        self.define(&name, schema);
        json!({"$ref": format!("#/$defs/{name}")})
    }

    fn body(&mut self, object: &'static Object) -> Value {
        let mut properties = Map::new();
        for key in object.keys() {
            let schema = self.key(key);
            properties.insert(key.name.to_owned(), schema);
        }
        let required: Vec<&str> = object.keys().filter(|key| key.is_required).map(|key| key.name).collect();
        let mut all = Vec::new();
        if let Some(choices) = object.exactly_one {
            let one: Vec<Value> = choices.iter().map(|key| json!({"required": [key]})).collect();
            all.push(json!({"oneOf": one}));
        }
        if object.key("with").is_some() {
            self.settings(&mut all);
        }
        if object.name == "a connection" {
            self.bodies(&mut all);
        }
        let mut schema = json!({
            "type": "object", "description": object.about, "properties": properties, "required": required,
        });
        if object.key("needs").is_some() {
            schema["dependentSchemas"] = beside(object);
        }
        if !object.is_open {
            schema["additionalProperties"] = Value::Bool(false);
        }
        if !all.is_empty() {
            schema["allOf"] = Value::Array(all);
        }
        schema
    }

    fn key(&mut self, key: &'static Key) -> Value {
        let mut schema = self.form(&key.form);
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".to_owned(), Value::from(key.about));
        }
        schema
    }

    fn form(&mut self, form: &'static Form) -> Value {
        match form {
            Form::Template | Form::Data => json!({}),
            Form::Text => json!({"type": ["string", "number", "boolean"]}),
            Form::Line => json!({"type": ["string", "number", "boolean", "null"]}),
            Form::Expression => json!({"type": ["string", "boolean"]}),
            Form::Flag => json!({"type": "boolean"}),
            Form::Yes => json!({"const": true}),
            Form::Whole(low, high) => json!({"type": "integer", "minimum": low, "maximum": high}),
            Form::Integer => json!({"type": "integer", "minimum": i32::MIN, "maximum": i32::MAX}),
            Form::Number(low, high) => json!({"type": "number", "minimum": low, "maximum": high}),
            Form::Duration => {
                json!({"type": "string", "pattern": "^([0-9]+(ms|s|m|h|d))+$", "examples": ["250ms", "1m30s"]})
            }
            Form::Word(words) => json!({"enum": words}),
            Form::Name(name) => named(*name),
            Form::Schema => json!({"type": ["object", "boolean"]}),
            Form::List(inner) => json!({"type": "array", "items": self.form(inner)}),
            Form::OneOrMore(inner) => {
                let one = self.form(inner);
                json!({"anyOf": [one, {"type": "array", "items": one}]})
            }
            Form::Named(name, inner) => self.by_name(*name, inner),
            Form::Object(object) => self.object(object),
            Form::Order => json!({"$ref": "#/$defs/order"}),
            Form::Either(forms) => {
                let forms: Vec<Value> = forms.iter().map(|form| self.form(form)).collect();
                json!({"anyOf": forms})
            }
            Form::Marked(plain, marker, marked) => {
                let (plain, marked) = (self.object(plain), self.object(marked));
                json!({"if": {"required": [marker]}, "then": marked, "else": plain})
            }
            Form::MarkedOrNamed(marked, marker, name, inner) => {
                let (marked, plain) = (self.object(marked), self.by_name(*name, inner));
                json!({"if": {"required": [marker]}, "then": marked, "else": plain})
            }
        }
    }

    fn by_name(&mut self, name: Name, inner: &'static Form) -> Value {
        json!({"type": "object", "propertyNames": named(name), "additionalProperties": self.form(inner)})
    }

    /// The settings of each component, under the `use` that names it.
    fn settings(&mut self, all: &mut Vec<Value>) {
        for entry in self.registry.components() {
            let name = format!("with.{}", entry.name);
            if !self.definitions.contains_key(&name) {
                let schema = serde_json::to_value((entry.schema)()).unwrap_or(Value::Bool(true));
                self.adopt(&name, schema, true);
            }
            all.push(json!({
                "if": {"properties": {"use": {"const": entry.name}}, "required": ["use"]},
                "then": {"properties": {"with": or_expression(&json!({"$ref": format!("#/$defs/{name}")}))}},
            }));
        }
        let known: Vec<&str> = self.registry.components().map(|entry| entry.name).collect();
        if !known.is_empty() {
            all.push(json!({"properties": {"use": {"enum": known}}}));
        }
    }

    /// The bodies of connections, under the `type` that names them.
    fn bodies(&mut self, all: &mut Vec<Value>) {
        for entry in self.registry.documents().filter(|entry| entry.kind == "Connection") {
            let Some(protocol) = entry.r#type else { continue };
            let name = format!("connection.{protocol}");
            let mut schema = serde_json::to_value((entry.schema)()).unwrap_or(Value::Bool(true));
            if let Some(schema) = schema.as_object_mut() {
                schema.remove("additionalProperties");
            }
            self.adopt(&name, schema, false);
            all.push(json!({
                "if": {"properties": {"type": {"const": protocol}}, "required": ["type"]},
                "then": {"$ref": format!("#/$defs/{name}")},
            }));
        }
    }

    /// Takes a schema of its own in among the definitions, its definitions beside it.
    fn adopt(&mut self, name: &str, mut schema: Value, is_template: bool) {
        let inner = schema.as_object_mut().and_then(|schema| schema.remove("$defs"));
        for (key, definition) in inner.as_ref().and_then(Value::as_object).into_iter().flatten() {
            let definition = adapted(definition, name, is_template);
            self.define(&format!("{name}.{key}"), definition);
        }
        if let Some(schema) = schema.as_object_mut() {
            schema.remove("$schema");
        }
        let schema = adapted(&schema, name, is_template);
        self.define(name, schema);
    }
}

/// Keys that mean something only beside some kinds.
fn beside(object: &Object) -> Value {
    let known = BESIDE.iter().filter(|(key, _)| object.key(key).is_some());
    let rule = |(key, kinds): &(&str, &[&str])| {
        let one: Vec<Value> = kinds.iter().map(|kind| json!({"required": [kind]})).collect();
        ((*key).to_owned(), json!({"anyOf": one}))
    };
    Value::Object(known.map(rule).collect())
}

fn named(name: Name) -> Value {
    match name {
        Name::Node => json!({"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}),
        Name::Identifier | Name::Local => json!({"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}),
        Name::Code => json!({"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$"}),
        Name::Address => {
            json!({"type": "string", "pattern": "^[a-z][a-z0-9_]*(\\[[0-9]+\\])?(\\.[a-z][a-z0-9_]*(\\[[0-9]+\\])?)*$"})
        }
        Name::Word => json!({"type": "string", "minLength": 1, "maxLength": 128}),
        Name::Free => json!({"type": "string", "minLength": 1}),
    }
}

/// A schema whose references lead into the definitions of `name`; with `is_template`, every part may also
/// be a text that holds an expression.
fn adapted(schema: &Value, name: &str, is_template: bool) -> Value {
    let Value::Object(map) = schema else { return schema.clone() };
    let mut new = Map::new();
    for (key, value) in map {
        let value = match (key.as_str(), value) {
            ("$ref", Value::String(target)) => {
                Value::from(target.replace("#/$defs/", &format!("#/$defs/{name}.")))
            }
            ("properties" | "patternProperties", Value::Object(parts)) => Value::Object(
                parts.iter().map(|(key, part)| (key.clone(), part_of(part, name, is_template))).collect(),
            ),
            ("items" | "additionalProperties", part @ Value::Object(_)) => part_of(part, name, is_template),
            ("anyOf" | "oneOf" | "allOf", Value::Array(parts)) => {
                Value::Array(parts.iter().map(|part| adapted(part, name, is_template)).collect())
            }
            _ => value.clone(),
        };
        new.insert(key.clone(), value);
    }
    Value::Object(new)
}

/// What `schema` asks for, or a text that holds an expression: what that gives is not known yet.
fn or_expression(schema: &Value) -> Value {
    json!({"if": {"type": "string", "pattern": EXPRESSION}, "else": schema})
}

fn part_of(part: &Value, name: &str, is_template: bool) -> Value {
    let part = adapted(part, name, is_template);
    if !is_template {
        return part;
    }
    let description = part.get("description").cloned();
    let mut either = or_expression(&part);
    if let Some(description) = description {
        either["description"] = description;
    }
    either
}

#[cfg(test)]
mod tests {
    use sdk::Registry;

    use super::schema;
    use crate::flow::{load::Source, parse::parse};

    fn faults(text: &str) -> Vec<String> {
        let validator = jsonschema::validator_for(&schema(&Registry::default())).unwrap();
        let (parsed, _) = parse(&[Source::new(0, "a.yaml", text)]);
        let documents = parsed.iter().map(|parsed| parsed.tree.to_json());
        documents
            .flat_map(|document| {
                let said: Vec<String> = validator
                    .iter_errors(&document)
                    .map(|fault| format!("{}: {fault}", fault.instance_path()))
                    .collect();
                said
            })
            .collect()
    }

    #[test]
    fn every_reference_document_fits() {
        assert_eq!(faults(include_str!("../../../testdata/flows-reference.yaml")), Vec::<String>::new());
    }

    #[test]
    fn what_stage_two_refuses_an_editor_marks_too() {
        let header = "apiVersion: bactrian/v1\nkind: Flow\nmetadata: {name: f}\n";
        for wrong in [
            "nodes: {a: {use: map, retyr: {}}}",
            "nodes: {a: {use: map, timeout: 30}}",
            "nodes: {a: {use: map, extension: x}}",
            "nodes: {a: {}}",
            "nodes: {A-b: {use: map}}",
            "nodes: {a: {loop: {until: x, do: {use: map}}}}",
            "nodes: {a: {foreach: {in: x, do: {nodes: {}, nods: {}}}}}",
            "nodes: {a: {use: map, join: some}}",
            "nodes: {a: {switch: [{case: x, to: b}], with: {}}}",
            "noeds: {}",
        ] {
            assert!(!faults(&format!("{header}{wrong}\n")).is_empty(), "{wrong}");
        }
    }
}
