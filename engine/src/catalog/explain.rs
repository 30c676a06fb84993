//! Why an identity is answered as it is: for flows, extension points and the whole table of both. Data only;
//! the command line and the designer show it.

use std::{collections::BTreeSet, sync::Arc};

use sdk::{Error, Identity};
use serde::Serialize;

use super::snapshot::Snapshot;
use crate::{
    flow::plan::{Body, ExtensionPlan, Give, Implementation, Kind, Plan},
    scoped::{Explanation, keys},
};

/// One key tried for an extension, with what stands there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tried {
    /// 1 exact, 2 business, 3 use case.
    pub level: u8,
    /// Such as `(cancel-order, travel, default)`.
    pub key: String,
    /// What is registered there, higher priority first.
    pub candidates: Vec<CandidateView>,
}

/// One implementation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CandidateView {
    /// Its name.
    pub name: Arc<str>,
    /// Its version; 0 of one written in Rust.
    pub version: u32,
    /// The higher one wins at one key.
    pub priority: i32,
    /// Its guard, as written.
    pub when: Option<String>,
    /// Whether it is written in Rust.
    pub is_rust: bool,
}

/// How a point is resolved for an identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PointView {
    /// The point.
    pub point: Arc<str>,
    /// For whom.
    pub identity: Identity,
    /// Every key that may be tried, in order. Guards decide at run time: the first level where one holds
    /// answers.
    pub tried: Vec<Tried>,
    /// The first level where something surely answers, whatever the input is.
    pub level: Option<u8>,
    /// The point's own default, used after level 3.
    pub default: Option<CandidateView>,
    /// Keys that missed by a slip of spelling.
    pub near: Vec<String>,
}

/// How a flow is resolved for an identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanView {
    /// The flow.
    pub flow: Arc<str>,
    /// Its version.
    pub version: u32,
    /// The plan's hash.
    pub hash: Arc<str>,
    /// The level that answers.
    pub level: u8,
    /// The variants it was built from, outermost first.
    pub variants: Vec<Arc<str>>,
    /// Keys tried and near misses.
    pub lookup: Explanation,
    /// The extension points its nodes use, resolved.
    pub points: Vec<PointView>,
}

/// One cell of the coverage matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// The point.
    pub point: Arc<str>,
    /// For whom.
    pub identity: Identity,
    /// The level that answers; `None` = the default, or nothing.
    pub level: Option<u8>,
    /// Who answers; several when guards decide; empty = `EXTENSION_NOT_FOUND`.
    pub answers: Vec<Arc<str>>,
}

impl From<&ExtensionPlan> for CandidateView {
    fn from(plan: &ExtensionPlan) -> Self {
        Self {
            name: Arc::clone(&plan.name),
            version: plan.version,
            priority: plan.priority,
            when: plan.when.as_ref().map(|when| when.text().to_owned()),
            is_rust: matches!(plan.implementation, Implementation::Rust(_)),
        }
    }
}

impl Snapshot {
    /// How a point is resolved for an identity.
    ///
    /// # Errors
    /// `EXTENSION_POINT_NOT_FOUND`.
    pub fn resolve(&self, point: &str, identity: &Identity) -> Result<PointView, Error> {
        let plan = self.point(point)?;
        let tried: Vec<Tried> = keys(identity)
            .map(|(level, key)| {
                let candidates = self.extensions(point, identity, level);
                let candidates =
                    candidates.iter().map(|candidate| CandidateView::from(&**candidate)).collect();
                Tried { level, key: key.to_string(), candidates }
            })
            .collect();
        let is_sure = |tried: &&Tried| tried.candidates.iter().any(|candidate| candidate.when.is_none());
        Ok(PointView {
            point: Arc::clone(&plan.name),
            identity: identity.clone(),
            level: tried.iter().find(is_sure).map(|tried| tried.level),
            tried,
            default: plan.default.as_deref().map(CandidateView::from),
            near: self.points.get(point).map(|at| at.extensions.explain(identity).near).unwrap_or_default(),
        })
    }

    /// How a flow is resolved for an identity, and every extension point it uses.
    ///
    /// # Errors
    /// `FLOW_NOT_FOUND`.
    pub fn explain(&self, name: &str, identity: &Identity) -> Result<PlanView, Error> {
        let plan = self.flow(name, None, identity)?;
        let identity = identity.in_use_case(plan.use_case.clone());
        let lookup = self.entry(name).map(|entry| entry.plans.explain(&identity)).unwrap_or_default();
        let mut points = BTreeSet::new();
        points_of(&plan, &mut points);
        Ok(PlanView {
            flow: Arc::clone(&plan.flow),
            version: plan.version,
            hash: Arc::clone(&plan.hash),
            level: plan.level,
            variants: plan.variants.clone(),
            lookup,
            points: points.iter().filter_map(|point| self.resolve(point, &identity).ok()).collect(),
        })
    }

    /// Every identity that some document names, against the points that its flows use or that are
    /// implemented for it.
    #[must_use]
    pub fn coverage(&self) -> Vec<Cell> {
        let mut wanted: BTreeSet<(Arc<str>, Identity)> = BTreeSet::new();
        let mut places: BTreeSet<Identity> = self.settings.places().cloned().collect();
        for entry in self.flows.values() {
            places.extend(entry.plans.sorted().into_iter().map(|(place, _)| place.clone()));
        }
        for (name, point) in &self.points {
            for (place, _) in point.extensions.sorted() {
                places.insert(place.clone());
                wanted.insert((Arc::clone(name), place.clone()));
            }
        }
        for entry in self.flows.values() {
            for place in places.iter().filter(|place| place.use_case == entry.use_case) {
                let mut points = BTreeSet::new();
                if let Some(hit) = entry.plans.get(place) {
                    points_of(hit.value, &mut points);
                }
                wanted.extend(points.into_iter().map(|point| (point, place.clone())));
            }
        }
        let view = |(point, identity): &(Arc<str>, Identity)| self.resolve(point, identity).ok().map(cell);
        wanted.iter().filter_map(view).collect()
    }
}

fn cell(view: PointView) -> Cell {
    let filled = view.tried.iter().find(|tried| !tried.candidates.is_empty());
    let (level, answers) = match (filled, view.default) {
        (Some(tried), _) => (
            Some(tried.level),
            tried.candidates.iter().map(|candidate| Arc::clone(&candidate.name)).collect(),
        ),
        (None, Some(default)) => (None, vec![default.name]),
        (None, None) => (None, Vec::new()),
    };
    Cell { point: view.point, identity: view.identity, level, answers }
}

/// The points that nodes of a plan use, inner bodies included.
fn points_of(plan: &Plan, points: &mut BTreeSet<Arc<str>>) {
    named(plan, &mut |kind, name| {
        if kind == "extension" {
            points.insert(name.into());
        }
    });
}

/// Tells every component, point and flow that nodes of a plan name, inner bodies included, as
/// (`use` | `extension` | `flow`, name).
pub fn named(plan: &Plan, tell: &mut dyn FnMut(&'static str, &str)) {
    let mut open: Vec<&Body> = vec![&plan.body];
    open.extend(plan.finally.as_deref());
    while let Some(body) = open.pop() {
        for node in &body.nodes {
            match &node.kind {
                Kind::Use { name, .. } => tell("use", name),
                Kind::Extension { point, .. } => tell("extension", point),
                Kind::Flow { name, .. } => tell("flow", name),
                Kind::Foreach(each) => open.push(&each.body),
                Kind::Loop(rounds) => open.push(&rounds.body),
                Kind::Race(branches) => open.extend(branches.iter().map(|(_, body)| &**body)),
                _ => {}
            }
            open.extend(node.compensate.as_deref());
            if let Some(Give::Body(body)) = &node.fallback {
                open.push(body);
            }
        }
    }
}
