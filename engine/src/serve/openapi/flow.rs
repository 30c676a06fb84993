//! The routes of flows: the call by name and a flow's own route, with the flow's own schema of its input.

use serde_json::{Map, Value, json};

use super::{
    Header, Sent, Tag,
    assemble::{self, parameters_in},
    shared::refusal,
};
use crate::flow::plan::Plan;

/// Adds the call of a flow by name, and its own route.
pub(super) fn insert(paths: &mut Map<String, Value>, plan: &Plan) {
    let schema = plan.input.as_ref().map_or_else(|| json!({}), |contract| contract.schema().clone());
    let name = &plan.flow;
    let mut operation = call(plan, &format!("run_{}", word(name)), &format!("Runs the flow {name}"));
    operation["parameters"] = headers(Vec::new());
    operation["requestBody"] = body(&schema);
    assemble::insert(paths, &format!("/v1/flows/{name}"), "post", operation);
    let Some(http) = &plan.http else { return };
    let method = http.method.to_lowercase();
    let id = format!("{method}_{}", word(&http.path));
    let mut operation = call(plan, &id, &format!("Runs the flow {name} by its own route"));
    operation["parameters"] = headers(parameters_in(&http.path));
    if matches!(method.as_str(), "post" | "put" | "patch") {
        // What the flow makes of it is its own affair when it shapes its input.
        operation["requestBody"] = body(if http.input.is_some() { &Value::Bool(true) } else { &schema });
    }
    assemble::insert(paths, &http.path, &method, operation);
}

fn call(plan: &Plan, id: &str, summary: &str) -> Value {
    let marks: Map<String, Value> =
        [Sent::RunId, Sent::PlanLevel, Sent::Replayed].map(Sent::entry).into_iter().collect();
    let mut started = marks.clone();
    started.extend([Sent::Location.entry()]);
    let started = json!({
        "description": "The run goes on; `GET` its `Location`.",
        "headers": started,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Started"}}},
    });
    json!({
        "operationId": id,
        "summary": summary,
        "tags": [Tag::Flows.word()],
        "x-permission": "invoke",
        "x-durable": plan.is_durable,
        "responses": {
            "200": {
                "description": "The flow's output; the flow may answer with another status.",
                "headers": marks,
                "content": {"application/json": {"schema": true}},
            },
            "202": started,
            "400": refusal("The input does not fit: [`INPUT_INVALID`](/errors/INPUT_INVALID) with `errors`, or the request cannot be read."),
            "422": refusal("The flow refused, or [`IDEMPOTENCY_KEY_REUSED`](/errors/IDEMPOTENCY_KEY_REUSED)."),
            "429": refusal("A limit was reached: [`RATE_LIMITED`](/errors/RATE_LIMITED)."),
            "500": refusal("A node failed and the flow's `errors` do not match: its code."),
            "504": refusal("The time of the whole run was up: [`TIMEOUT`](/errors/TIMEOUT)."),
            "default": {"$ref": "#/components/responses/Problem"},
        },
    })
}

fn headers(before: Vec<Value>) -> Value {
    before.into_iter().chain(Header::CALL.iter().map(|header| header.reference())).collect()
}

fn body(schema: &Value) -> Value {
    json!({"content": {"application/json": {"schema": schema}}})
}

/// `/orders/{id}/cancel` → `orders_id_cancel`.
fn word(path: &str) -> String {
    let words = path.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_").to_lowercase()
}
