//! `/openapi.json`: OpenAPI 3.1 of the fixed routes and of every flow, from the flows' own schemas.
//!
//! OpenAPI 3.1 schemas are JSON Schema 2020-12 (specification §4.8.24), so a flow's `input` is used as it is.

use sdk::Value;
use serde_json::{Map, json};

use crate::flow::plan::Plan;

/// One fixed route, for people.
pub struct Described<'a> {
    /// `get`, `post`…
    pub method: &'a str,
    /// With `{name}` parameters.
    pub path: &'a str,
    /// What it does.
    pub summary: &'a str,
    /// Whether it takes a JSON body.
    pub has_body: bool,
}

/// The document for these routes and flows.
pub fn openapi<'a>(
    version: &str,
    routes: impl Iterator<Item = Described<'a>>,
    plans: impl Iterator<Item = &'a Plan>,
) -> Value {
    let mut paths = Map::new();
    for route in routes {
        let mut operation = json!({
            "operationId": id(route.method, route.path),
            "summary": route.summary,
            "tags": [tag(route.path)],
            "responses": responses(&json!({})),
        });
        // The router's `{*path}` is a parameter like any other to a reader.
        let path = route.path.replace("{*", "{");
        parameters(&mut operation, &path);
        if route.has_body {
            operation["requestBody"] = body(&json!({}));
        }
        insert(&mut paths, &path, route.method, operation);
    }
    for plan in plans {
        flow(&mut paths, plan);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Bactrian",
            "version": version,
            "description": "Flows by business identity.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [],
        "paths": paths,
        "components": {"schemas": {"Problem": problem()}},
    })
}

/// The invocation of a flow by name, and its own route.
fn flow(paths: &mut Map<String, Value>, plan: &Plan) {
    let schema = plan.input.as_ref().map_or_else(|| json!({}), |contract| contract.schema().clone());
    let name = &plan.flow;
    let operation = json!({
        "operationId": id("run", name),
        "summary": format!("Run the flow {name}"),
        "tags": ["flows"],
        "parameters": identity_headers(),
        "requestBody": body(&schema),
        "responses": responses(&json!({})),
    });
    insert(paths, &format!("/v1/flows/{name}"), "post", operation);
    let Some(http) = &plan.http else { return };
    let method = http.method.to_lowercase();
    let mut operation = json!({
        "operationId": id(&method, &http.path),
        "summary": format!("Run the flow {name} by its own route"),
        "tags": [tag(&http.path)],
        "responses": responses(&json!({})),
    });
    operation["parameters"] = identity_headers();
    parameters(&mut operation, &http.path);
    if matches!(method.as_str(), "post" | "put" | "patch") {
        operation["requestBody"] = body(&json!({}));
    }
    insert(paths, &http.path, &method, operation);
}

fn insert(paths: &mut Map<String, Value>, path: &str, method: &str, operation: Value) {
    let item = paths.entry(path).or_insert_with(|| json!({}));
    if let Some(item) = item.as_object_mut() {
        item.entry(method.to_lowercase()).or_insert(operation);
    }
}

/// `get /v1/runs/{id}` → `get_v1_runs_id`.
fn id(method: &str, path: &str) -> String {
    let words = path.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    std::iter::once(method).chain(words).collect::<Vec<_>>().join("_").to_lowercase()
}

fn tag(path: &str) -> &str {
    let mut parts = path.split('/').filter(|part| !part.is_empty() && *part != "v1");
    parts.next().unwrap_or("service")
}

fn parameters(operation: &mut Value, path: &str) {
    let named = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let mut all: Vec<Value> = named
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    if let Some(given) = operation["parameters"].as_array() {
        all.extend(given.iter().cloned());
    }
    if !all.is_empty() {
        operation["parameters"] = Value::Array(all);
    }
}

fn identity_headers() -> Value {
    let header = |name: &str, description: &str| json!({"name": name, "in": "header", "required": false, "description": description, "schema": {"type": "string"}});
    json!([
        header("X-Biz-Id", "The business line the caller acts for."),
        header("X-Biz-Scenario", "The circumstances within it."),
        header("Idempotency-Key", "The same key gives the same answer."),
        header("Prefer", "`respond-async` answers 202 at once."),
    ])
}

fn body(schema: &Value) -> Value {
    json!({"content": {"application/json": {"schema": schema}}})
}

fn responses(schema: &Value) -> Value {
    let problem = json!({"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}});
    let with = |description: &str| {
        let mut response = problem.clone();
        response["description"] = json!(description);
        response
    };
    json!({
        "200": {"description": "Done.", "content": {"application/json": {"schema": schema}}},
        "400": with("The request does not fit."),
        "404": with("There is no such thing."),
        "default": with("It failed; the code says how."),
    })
}

fn problem() -> Value {
    json!({
        "type": "object",
        "description": "RFC 9457 problem details.",
        "required": ["type", "title", "status", "code", "class", "retriable"],
        "properties": {
            "type": {"type": "string", "description": "The page of the code."},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "code": {"type": "string"},
            "detail": {"type": "string"},
            "run": {"type": ["string", "null"]},
            "node": {"type": ["string", "null"]},
            "class": {"type": "string"},
            "retriable": {"type": "boolean"},
            "causes": {"type": "array", "items": {"type": "object"}},
        },
    })
}

#[cfg(test)]
mod tests {
    use super::{Described, openapi};

    #[test]
    fn every_path_parameter_is_declared_and_every_operation_has_its_own_id() {
        let routes = [
            ("get", "/v1/runs/{id}"),
            ("post", "/v1/runs/{id}/cancel"),
            ("get", "/v1/catalog/files/{*path}"),
        ];
        let described =
            routes.iter().map(|(method, path)| Described { method, path, summary: "", has_body: false });
        let document = openapi("1", described, std::iter::empty());
        assert_eq!(document["paths"]["/v1/runs/{id}"]["get"]["parameters"][0]["name"], "id");
        assert_eq!(document["paths"]["/v1/catalog/files/{path}"]["get"]["parameters"][0]["name"], "path");
        assert_eq!(
            document["paths"]["/v1/runs/{id}/cancel"]["post"]["operationId"],
            "post_v1_runs_id_cancel"
        );
    }
}
