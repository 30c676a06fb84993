//! The whole document: rows of the table with their operations, then the flows, then what they refer to.

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::{
    Media, Operation, Sent, Tag, flow,
    shared::{components, in_path, refusal},
};
use crate::{
    flow::plan::Plan,
    serve::{Details, Permission, Row, Takes, reply::Started},
};

/// Collects the schemas that operations name: as they are written, and as they are read.
struct Schemas {
    written: SchemaGenerator,
    read: SchemaGenerator,
}

impl Schemas {
    fn new() -> Self {
        let settings = || {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.meta_schema = None;
                settings.definitions_path = "/components/schemas".into();
            })
        };
        Self { written: settings().for_serialize().into(), read: settings().for_deserialize().into() }
    }

    fn finish(mut self) -> Map<String, Value> {
        let mut written = self.written.take_definitions(true);
        written.values_mut().for_each(left_out);
        let mut all = self.read.take_definitions(true);
        all.extend(written);
        all.sort_keys();
        all
    }
}

/// What we write, we leave out when it is not there: a member that may be missing is never null.
fn left_out(schema: &mut Value) {
    let needed = schema["required"].as_array().cloned().unwrap_or_default();
    let fields = schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten();
    for (_, field) in fields.filter(|(name, _)| !needed.contains(&json!(name))) {
        optional(field);
        let told = field.get("description").cloned();
        let choices = field.get_mut("anyOf").and_then(Value::as_array_mut);
        let Some(choices) = choices else { continue };
        choices.retain(|choice| choice["type"] != "null");
        if let [only] = choices.as_slice() {
            let mut only = only.clone();
            if let Some(told) = told {
                only["description"] = told;
            }
            *field = only;
        }
    }
}

/// The document for these rows and flows.
pub fn openapi<'a>(version: &str, rows: &[Row], plans: impl Iterator<Item = &'a Plan>) -> Value {
    let mut schemas = Schemas::new();
    schemas.written.subschema_for::<Details>();
    schemas.written.subschema_for::<Started<'static>>();
    let mut paths = Map::new();
    for row in rows {
        // The router's `{*path}` is a parameter like any other to a reader.
        let path = row.path.replace("{*", "{");
        insert(&mut paths, &path, row.method.as_str(), described(row, &path, &mut schemas));
    }
    for plan in plans {
        flow::insert(&mut paths, plan);
    }
    let mut components = components();
    components.insert("schemas".to_owned(), Value::Object(schemas.finish()));
    let tag = |tag: Tag| json!({"name": tag.word(), "description": tag.description()});
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Bactrian",
            "version": version,
            "description": "Flows by business identity. Every refusal is RFC 9457 problem JSON. Times are RFC 3339 \
                            in UTC, durations milliseconds with the unit in the name. Every answer has an \
                            `X-Request-Id`.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [],
        "tags": Tag::ALL.map(tag),
        "paths": paths,
        "components": components,
    })
}

/// Adds an operation; the first one at a place stays.
pub(super) fn insert(paths: &mut Map<String, Value>, path: &str, method: &str, operation: Value) {
    let item = paths.entry(path).or_insert_with(|| json!({}));
    if let Some(item) = item.as_object_mut() {
        item.entry(method.to_lowercase()).or_insert(operation);
    }
}

fn described(row: &Row, path: &str, schemas: &mut Schemas) -> Value {
    let told = &row.operation;
    let mut operation = json!({
        "operationId": told.id,
        "summary": row.summary,
        "tags": [told.tag.word()],
    });
    if !told.description.is_empty() {
        operation["description"] = json!(told.description);
    }
    if row.permission != Permission::Open {
        operation["x-permission"] = json!(row.permission);
    }
    let mut parameters = parameters_in(path);
    parameters.extend(queried(told, schemas));
    parameters.extend(told.headers.iter().map(|header| header.reference()));
    if !parameters.is_empty() {
        operation["parameters"] = Value::Array(parameters);
    }
    if let Some((schema, is_needed)) = told.body {
        let schema = schema(&mut schemas.read);
        operation["requestBody"] =
            json!({"required": is_needed, "content": {"application/json": {"schema": schema}}});
    }
    operation["responses"] = responses(row, schemas);
    operation
}

/// The parameters that a path names.
pub(super) fn parameters_in(path: &str) -> Vec<Value> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).map(in_path).collect()
}

/// The fields of the query's type, one parameter each.
fn queried(told: &Operation, schemas: &mut Schemas) -> Vec<Value> {
    let Some(query) = told.query else { return Vec::new() };
    let reference = query(&mut schemas.read).to_value();
    let name = reference["$ref"].as_str().and_then(|place| place.rsplit('/').next()).unwrap_or_default();
    // Its fields are told one by one; as a whole nobody sends it.
    let Some(whole) = schemas.read.definitions_mut().remove(name) else { return Vec::new() };
    let needed = whole["required"].as_array().cloned().unwrap_or_default();
    let fields = whole["properties"].as_object().cloned().unwrap_or_default();
    let parameter = |(name, mut schema): (String, Value)| {
        let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        optional(&mut schema);
        json!({"name": name, "in": "query", "required": needed.contains(&json!(name)),
               "description": description, "schema": schema})
    };
    fields.into_iter().map(parameter).collect()
}

/// A parameter is there or not; nobody sends null.
fn optional(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    if schema.get("default").is_some_and(|default| default.is_null() || *default == json!([])) {
        schema.remove("default");
    }
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|word| word != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
}

fn responses(row: &Row, schemas: &mut Schemas) -> Value {
    let told = &row.operation;
    let (status, media) = told.answers;
    let content = match media {
        Media::Json(schema) => json!({"application/json": {"schema": schema(&mut schemas.written)}}),
        Media::Text(types) => {
            let one = |name: &&str| ((*name).to_owned(), json!({"schema": {"type": "string"}}));
            Value::Object(types.iter().map(one).collect())
        }
        Media::Events(events) => {
            // OpenAPI 3.1 has no words for streams: what each event holds stands in `x-events`.
            let named = |(name, schema): &(&str, super::operation::SchemaOf)| {
                ((*name).to_owned(), schema(&mut schemas.written).to_value())
            };
            let events: Map<String, Value> = events.iter().map(named).collect();
            json!({"text/event-stream": {"schema": {"type": "string"}, "x-events": events}})
        }
    };
    let mut good = json!({"description": "Done.", "content": content});
    if !told.sends.is_empty() {
        good["headers"] = Value::Object(told.sends.iter().map(|sent| sent.entry()).collect());
    }
    let mut all = Map::new();
    all.insert(status.to_string(), good);
    if told.sends.contains(&Sent::Etag) && told.headers.contains(&super::Header::IfNoneMatch) {
        all.insert("304".to_owned(), json!({"description": "It is still what the caller knows."}));
    }
    for (status, codes) in refusals(row) {
        let codes: Vec<String> = codes.iter().map(|code| format!("[`{code}`](/errors/{code})")).collect();
        all.insert(status.to_string(), refusal(&codes.join(", ")));
    }
    all.insert("default".to_owned(), json!({"$ref": "#/components/responses/Problem"}));
    Value::Object(all)
}

/// Codes by status: the route's own, and what its body may be refused for.
fn refusals(row: &Row) -> Vec<(u16, Vec<&'static str>)> {
    let of_body: &[(u16, &str)] = match row.takes {
        Takes::Nothing => &[(400, "BODY_UNEXPECTED")],
        Takes::Json | Takes::Files => &[
            (400, "BODY_INVALID"),
            (400, "JSON_INVALID"),
            (413, "BODY_TOO_LARGE"),
            (415, "CONTENT_TYPE_UNKNOWN"),
        ],
        Takes::Raw => &[(400, "JSON_INVALID"), (413, "BODY_TOO_LARGE"), (415, "CONTENT_TYPE_UNKNOWN")],
    };
    let mut all: Vec<(u16, Vec<&'static str>)> = Vec::new();
    for (status, code) in row.operation.refusals.iter().chain(of_body) {
        match all.iter_mut().find(|(known, _)| known == status) {
            Some((_, codes)) => codes.push(code),
            None => all.push((*status, vec![code])),
        }
    }
    all.sort_by_key(|(status, _)| *status);
    all
}
