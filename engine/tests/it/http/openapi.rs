//! `/openapi.json` of the shipped flows against the specification's own schema
//! (<https://spec.openapis.org/oas/3.1/schema/2022-10-07>, Apache-2.0, kept beside the other test data).

use std::path::Path;

use sdk::{Value, serde_json};

use super::world::World;

/// What the designer's types are made of: the fixed routes alone, since flows differ from one catalog to the next.
const COPY: &str = "../ui/scripts/openapi.json";

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

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a switch for the people who work on the tests")]
async fn the_designer_has_the_description_of_this_engine() {
    let world = World::with("Flow own\nnodes: {a: {use: map, with: 1}}", |settings| {
        settings.flows.clear();
        settings.version = "0".to_owned();
    })
    .await;
    let told = serde_json::to_string_pretty(&world.get("/openapi.json").await.json()).unwrap() + "\n";
    let copy = Path::new(env!("CARGO_MANIFEST_DIR")).join(COPY);
    if std::env::var("UPDATE").is_ok_and(|value| value == "1") {
        std::fs::write(&copy, &told).unwrap();
    }
    let known = std::fs::read_to_string(&copy).unwrap_or_default();
    let fault = "ui/scripts/openapi.json is old: `make golden`, then `node scripts/api.mjs` in ui/";
    assert!(known == told, "{fault}");
}
