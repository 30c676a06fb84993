//! `/v1/extensions`: the whole matrix of points and identities, and why one identity is answered as it is.

use std::collections::{BTreeMap, HashMap};

use schemars::JsonSchema;
use sdk::{Identity, Value};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Answer, Ask, Problem, Who, identity, ok};
use crate::{
    catalog::{self, DocumentView, PointView, Snapshot},
    flow::document::Title,
    run::Level,
    scoped::{keys, level_of},
    serve::openapi::{Operation, Tag},
};

/// All points against all identities that some document names.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct Matrix {
    /// The rows.
    points: Vec<Point>,
    /// The columns.
    identities: Vec<Identity>,
    /// Who answers; only points that the identity's flows use, or that are implemented for it, have one.
    cells: Vec<Cell>,
}

/// What of the matrix is wanted; all of it where nothing is said.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(in crate::serve) struct Part {
    /// Only this point and its cells; the identities stay all.
    point: Option<String>,
    /// `false` = points and identities alone, which are small where the cells are many.
    cells: Option<bool>,
}

/// One extension point.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct Point {
    /// Its name.
    name: String,
    /// What people read.
    title: Option<Title>,
    /// Its label `description`.
    description: Option<Title>,
    /// `metadata.version`.
    version: u32,
    /// Who looks after it.
    owner: Option<String>,
    /// Its label `domain`.
    group: Option<Title>,
    /// The file that states it.
    file: String,
    /// Where it begins there, from 1.
    line: u32,
    /// It has an implementation for whoever has none.
    has_default: bool,
    /// The JSON Schema of what it is given.
    #[schemars(with = "Option<BTreeMap<String, Value>>")]
    input: Option<Value>,
    /// The JSON Schema of what it gives.
    #[schemars(with = "Option<BTreeMap<String, Value>>")]
    output: Option<Value>,
    /// The flows that use it.
    flows: Vec<String>,
}

/// Who answers a point for an identity.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct Cell {
    /// The point.
    point: String,
    /// The identity, by its place in `identities`.
    identity: usize,
    /// The level that answers; null = nobody does.
    level: Option<Level>,
    /// The extension that answers.
    implementation: Option<String>,
    /// What it is written in.
    #[schemars(extend("enum" = ["flow", "rust"]))]
    kind: &'static str,
    /// How many stand there; guards decide at run time.
    candidates: usize,
    /// It is stated for this very identity.
    is_own: bool,
    /// The file that states it.
    file: Option<String>,
    /// Where it begins there, from 1.
    line: Option<u32>,
}

/// Who answers a point for an identity, and why.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct Resolution {
    /// The point.
    point: String,
    /// For whom.
    identity: Identity,
    /// The keys tried (use case, biz id, scenario), in order.
    tried: Vec<[String; 3]>,
    /// The level that answers.
    level: Level,
    /// The extension that answers.
    implementation: Option<String>,
    /// All that stand at a key that was tried.
    candidates: Vec<Candidate>,
    /// Keys that missed by a slip of spelling.
    near_misses: Vec<String>,
}

/// One extension that may answer.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct Candidate {
    /// Its name.
    name: String,
    /// Where it stands.
    #[schemars(extend("enum" = [1, 2, 3]))]
    level: u8,
    /// The higher one wins at one key.
    priority: i32,
    /// Its guard, as written.
    when: Option<String>,
    /// It answers.
    chosen: bool,
}

pub(in crate::serve) const MATRIX: Operation =
    Operation::of::<Matrix>(Tag::Extensions, "getMatrix").query::<Part>().refuses(&[(400, "QUERY_INVALID")]);

pub(in crate::serve) const RESOLVE: Operation =
    Operation::of::<Resolution>(Tag::Extensions, "resolveExtension")
        .says("`EXTENSION_NOT_FOUND` has the same `tried` and `nearMisses`.")
        .query::<Who>()
        .refuses(&[
            (400, "IDENTITY_INVALID"),
            (404, "EXTENSION_POINT_NOT_FOUND"),
            (404, "EXTENSION_NOT_FOUND"),
        ]);

/// `GET /v1/extensions?point&cells`.
pub(in crate::serve) async fn matrix(ask: Ask) -> Answer {
    let Part { point: only, cells } = ask.asked()?;
    let is_wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
    let served = ask.engine.served();
    let coverage = served.coverage();
    let mut identities: Vec<Identity> = coverage.iter().map(|cell| cell.identity.clone()).collect();
    identities.sort();
    identities.dedup();
    let uses = super::catalog::uses(&ask);
    let documents = served.documents();
    let points = documents
        .iter()
        .filter(|document| document.kind == "ExtensionPoint" && is_wanted(&document.name))
        .map(|document| point(&served, document, &uses))
        .collect();
    let stated: HashMap<&str, &DocumentView> = documents
        .iter()
        .filter(|document| document.kind == "Extension")
        .map(|document| (&*document.name, document))
        .collect();
    let cells = coverage
        .iter()
        .filter(|found| cells != Some(false) && is_wanted(&found.point))
        .filter_map(|found| Some(cell(&stated, found, identities.binary_search(&found.identity).ok()?)))
        .collect();
    ok(&Matrix { points, identities, cells })
}

fn cell(stated: &HashMap<&str, &DocumentView>, cell: &catalog::Cell, identity: usize) -> Cell {
    let name = cell.answers.first();
    let document = name.and_then(|name| stated.get(&**name));
    Cell {
        point: cell.point.to_string(),
        identity,
        level: match (cell.level, cell.answers.is_empty()) {
            (Some(level), _) => Some(Level::Key(level)),
            (None, false) => Some(Level::Default),
            (None, true) => None,
        },
        implementation: name.map(ToString::to_string),
        kind: if document.is_some() { "flow" } else { "rust" },
        candidates: cell.answers.len(),
        is_own: cell.level.is_some_and(|level| Some(level) == level_of(&cell.identity)),
        file: document.map(|found| found.path.to_string()),
        line: document.map(|found| found.line),
    }
}

fn point(
    served: &Snapshot,
    document: &DocumentView,
    uses: &BTreeMap<(&'static str, String), Vec<String>>,
) -> Point {
    let plan = served.point(&document.name).ok();
    let plan = plan.as_ref();
    Point {
        name: document.name.to_string(),
        title: document.title.clone(),
        description: document.labels.get("description").cloned(),
        version: document.version,
        owner: document.owner.clone(),
        group: document.labels.get("domain").cloned(),
        file: document.path.to_string(),
        line: document.line,
        has_default: plan.is_some_and(|plan| plan.default.is_some()),
        input: plan.and_then(|plan| plan.input.as_ref()).map(|contract| contract.schema().clone()),
        output: plan.and_then(|plan| plan.output.as_ref()).map(|contract| contract.schema().clone()),
        flows: uses.get(&("extension", document.name.to_string())).cloned().unwrap_or_default(),
    }
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
    ok(&resolved(view, tried))
}

fn resolved(view: PointView, tried: Vec<[String; 3]>) -> Resolution {
    let hit = view.tried.iter().find(|tried| !tried.candidates.is_empty());
    let level = hit.map_or(Level::Default, |hit| Level::Key(hit.level));
    let chosen = hit.and_then(|hit| hit.candidates.first()).or(view.default.as_ref());
    let chosen = chosen.map(|first| first.name.to_string());
    let candidates = view.tried.iter().flat_map(|tried| {
        tried.candidates.iter().map(|candidate| Candidate {
            name: candidate.name.to_string(),
            level: tried.level,
            priority: candidate.priority,
            when: candidate.when.clone(),
            chosen: Some(&*candidate.name) == chosen.as_deref(),
        })
    });
    Resolution {
        candidates: candidates.collect(),
        point: view.point.to_string(),
        tried,
        level,
        implementation: chosen,
        identity: view.identity,
        near_misses: view.near,
    }
}
