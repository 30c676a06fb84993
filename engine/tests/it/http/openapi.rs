//! `/openapi.json` of the shipped flows against the specification's own schema
//! (<https://spec.openapis.org/oas/3.1/schema/2022-10-07>, Apache-2.0, kept beside the other test data).

use std::path::Path;

use sdk::{Value, serde_json};

use super::world::World;

const SPECIFICATION: &str = include_str!("../../../testdata/openapi-3.1.schema.json");

#[tokio::test]
async fn the_description_of_all_shipped_flows_is_openapi() {
    let flows = Path::new(env!("CARGO_MANIFEST_DIR")).join("../flows");
    let world =
        World::with("Flow own\nnodes: {a: {use: map, with: 1}}", |settings| settings.flows.push(flows)).await;
    let told = world.get("/openapi.json").await;
    let description = told.json();
    let specification: Value = serde_json::from_str(SPECIFICATION).unwrap();
    let validator = jsonschema::validator_for(&specification).unwrap();
    let faults: Vec<String> = validator
        .iter_errors(&description)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");

    assert!(description["paths"]["/orders/{id}/cancel"]["post"].is_object(), "a flow's own route");
    let mut broken = description;
    broken["paths"]["/healthz"]["get"]["responses"] = Value::from("none");
    assert!(!validator.is_valid(&broken), "the specification finds what is wrong");
}
