//! `/v1/extensions`: the whole matrix of points and identities, and why one identity is answered as it is.

use std::collections::BTreeMap;

use sdk::{Identity, Value};
use serde_json::json;

use super::{Answer, Ask, Problem, identity, ok};
use crate::{
    catalog::{PointView, Snapshot},
    scoped::keys,
};

/// `GET /v1/extensions`.
pub(in crate::serve) async fn matrix(ask: Ask) -> Answer {
    let served = ask.engine.served();
    let cells = served.coverage();
    let mut identities: Vec<&Identity> = cells.iter().map(|cell| &cell.identity).collect();
    identities.sort();
    identities.dedup();
    let column = |identity: &Identity| identities.binary_search(&identity).ok();
    let uses = super::catalog::uses(&ask);
    let points: Vec<Value> = served
        .documents()
        .iter()
        .filter(|document| document.kind == "ExtensionPoint")
        .map(|document| point(&served, document, &uses))
        .collect();
    let cells: Vec<Value> = cells
        .iter()
        .map(|cell| {
            let name = cell.answers.first();
            let document = name.and_then(|name| {
                served.documents().iter().find(|found| found.kind == "Extension" && found.name == *name)
            });
            let level = match (cell.level, cell.answers.is_empty()) {
                (Some(level), _) => json!(level),
                (None, false) => json!("default"),
                (None, true) => Value::Null,
            };
            json!({
                "point": cell.point, "identity": column(&cell.identity), "level": level,
                "implementation": name, "candidates": cell.answers.len(),
                "kind": if document.is_some() { "flow" } else { "rust" },
                "isOwn": cell.level.is_some_and(|level| Some(level) == crate::scoped::level_of(&cell.identity)),
                "file": document.map(|found| &found.path), "line": document.map(|found| found.line),
            })
        })
        .collect();
    ok(&json!({"points": points, "identities": identities, "cells": cells}))
}

fn point(
    served: &Snapshot,
    document: &crate::catalog::DocumentView,
    uses: &BTreeMap<(&'static str, String), Vec<String>>,
) -> Value {
    let plan = served.point(&document.name).ok();
    json!({
        "name": document.name, "title": document.title, "version": document.version, "owner": document.owner,
        "group": document.labels.get("domain"), "description": document.labels.get("description"), "file": document.path, "line": document.line,
        "hasDefault": plan.as_ref().is_some_and(|plan| plan.default.is_some()),
        "input": plan.as_ref().and_then(|plan| plan.input.as_ref().map(|contract| contract.schema().clone())),
        "output": plan.as_ref().and_then(|plan| plan.output.as_ref().map(|contract| contract.schema().clone())),
        "flows": uses.get(&("extension", document.name.to_string())).map_or(&[][..], Vec::as_slice),
    })
}

/// `GET /v1/extensions/{point}/resolve?useCase&bizId&scenario`.
pub(in crate::serve) async fn resolve(ask: Ask) -> Answer {
    let served = ask.engine.served();
    let name = ask.param("point");
    let who = identity(&ask, None)?;
    let view = served
        .resolve(name, &who)
        .map_err(|error| Problem::not_found("EXTENSION_POINT_NOT_FOUND", error.message))?;
    // Where an extension without a guard stands, nothing below is asked.
    let last = view.level.unwrap_or(u8::MAX);
    let tried: Vec<[String; 3]> =
        keys(&who).filter(|(level, _)| *level <= last).map(|(_, key)| key.parts()).collect();
    if view.level.is_none()
        && view.default.is_none()
        && view.tried.iter().all(|tried| tried.candidates.is_empty())
    {
        let detail = format!("nothing answers `{name}` for {who}");
        return Err(Problem::not_found("EXTENSION_NOT_FOUND", detail)
            .with("tried", json!(tried))
            .with("nearMisses", json!(view.near)));
    }
    ok(&resolved(&view, &tried))
}

fn resolved(view: &PointView, tried: &[[String; 3]]) -> Value {
    let hit = view.tried.iter().find(|tried| !tried.candidates.is_empty());
    let level = hit.map_or_else(|| json!("default"), |hit| json!(hit.level));
    let chosen =
        hit.and_then(|hit| hit.candidates.first()).or(view.default.as_ref()).map(|first| &first.name);
    let candidates: Vec<Value> = view
        .tried
        .iter()
        .flat_map(|tried| tried.candidates.iter().map(move |candidate| (tried.level, candidate)))
        .map(|(level, candidate)| {
            json!({"name": candidate.name, "level": level, "priority": candidate.priority, "when": candidate.when,
                   "chosen": Some(&candidate.name) == chosen})
        })
        .collect();
    json!({"point": view.point, "identity": view.identity, "tried": tried, "level": level,
           "implementation": chosen, "candidates": candidates, "nearMisses": view.near})
}
