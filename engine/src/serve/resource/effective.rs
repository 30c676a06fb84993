//! `/v1/flows/{name}/effective`: a flow as an identity sees it, and where each node came from.

use std::sync::Arc;

use schemars::JsonSchema;
use sdk::Identity;
use serde::Serialize;

use super::{Answer, Ask, Business, flow::missing, identity, ok};
use crate::{
    Served,
    catalog::PointView,
    flow::{
        document::Title,
        plan::{Edge, Kind, Node, Plan},
        variant::{Change, Origin},
    },
    run::{self, Level},
    scoped::level_of,
    serve::openapi::{Operation, Tag},
};

/// A flow as an identity sees it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct Effective {
    /// The level at which its plan was found.
    #[schemars(extend("enum" = [1, 2, 3]))]
    level: u8,
    /// The hash of the plan.
    plan_hash: Arc<str>,
    /// The variants it was built from, outermost first.
    variants: Vec<Arc<str>>,
    /// For whom.
    identity: Identity,
    /// The level of what would be stated for this very identity; null = nobody could reach it.
    #[schemars(extend("enum" = [1, 2, 3, null]))]
    own_level: Option<u8>,
    /// Its nodes.
    nodes: Vec<EffectiveNode>,
    /// Nodes of the flow as written that are not there any more.
    removed: Vec<RemovedNode>,
}

/// One node of it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct EffectiveNode {
    /// Its id.
    id: Arc<str>,
    /// What people read.
    title: Option<Title>,
    /// The word of its kind.
    kind: &'static str,
    /// The component, point or flow that it names.
    #[serde(rename = "use")]
    used: Option<Arc<str>>,
    /// What a variant did to it.
    #[schemars(extend("enum" = ["added", "replaced", "changed", null]))]
    change: Option<&'static str>,
    /// What it needs.
    needs: Vec<EffectiveNeed>,
    /// `base`, or the variant that states it.
    origin: String,
    /// The keys that variants changed.
    touched: Option<Vec<String>>,
    /// Who answers an extension node.
    extension: Option<EffectiveExtension>,
    /// It has a `when`.
    is_optional: bool,
    /// It has a `compensate`.
    is_undoable: bool,
}

/// An edge into a node.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct EffectiveNeed {
    /// The node it comes from.
    from: Arc<str>,
    /// What it is for.
    #[schemars(extend("enum" = ["need", "switch", "data"]))]
    kind: &'static str,
}

/// Who answers an extension node.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct EffectiveExtension {
    /// The extension; null = nobody.
    name: Option<Arc<str>>,
    /// Where it was found.
    level: Option<Level>,
}

/// A node that is not there any more.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct RemovedNode {
    /// Its id.
    id: Arc<str>,
    /// The word of its kind.
    kind: &'static str,
    /// The variant that took it away.
    by: Arc<str>,
}

pub(in crate::serve) const SHOW: Operation = Operation::of::<Effective>(Tag::Flows, "getEffectiveFlow")
    .query::<Business>()
    .refuses(&[(400, "IDENTITY_INVALID"), (404, "FLOW_NOT_FOUND")]);

/// `GET /v1/flows/{name}/effective?bizId&scenario`.
pub(in crate::serve) async fn show(ask: Ask) -> Answer {
    let served = ask.engine.served();
    let name = ask.param("name");
    let entry = served.entry(name).ok_or_else(|| missing(name))?;
    let who = identity(&ask, Some(entry.use_case.as_str()))?;
    let hit = entry.plans.get(&who).ok_or_else(|| missing(name))?;
    let plan = hit.value;
    let nodes = plan.body.nodes.iter().zip(&plan.origins);
    let nodes = nodes.map(|(node, origin)| shown(&served, plan, node, origin.as_ref(), &who)).collect();
    let written = entry.base().into_iter().flat_map(|base| &base.body.nodes);
    // What a scenario's variant builds on may have taken it away before.
    let business = Identity { scenario: None, ..who.clone() };
    let business = entry.plans.get(&business).map_or(plan, |hit| hit.value);
    let lacks = |plan: &Plan, node: &Node| !plan.body.nodes.iter().any(|kept| kept.id == node.id);
    let removed = written.filter(|node| lacks(plan, node)).filter_map(|node| {
        let by = if lacks(business, node) { business } else { plan };
        let by = Arc::clone(by.variants.first()?);
        Some(RemovedNode { id: Arc::clone(&node.id), kind: run::kind(node), by })
    });
    ok(&Effective {
        level: plan.level,
        plan_hash: Arc::clone(&plan.hash),
        variants: plan.variants.clone(),
        own_level: level_of(&who),
        identity: who,
        nodes,
        removed: removed.collect(),
    })
}

fn shown(
    served: &Served,
    plan: &Plan,
    node: &Node,
    origin: Option<&Origin>,
    who: &Identity,
) -> EffectiveNode {
    let change = origin.and_then(|origin| match (origin.change, origin.touched.is_empty()) {
        (Change::Added, _) => Some("added"),
        (Change::Replaced, _) => Some("replaced"),
        (Change::None, false) => Some("changed"),
        (Change::None, true) => None,
    });
    let need = |edge: &Edge| {
        let from = &plan.body.nodes[usize::from(edge.from)];
        let kind = match (edge.is_order_only, &from.kind) {
            (true, _) => "data",
            (false, Kind::Switch(_)) => "switch",
            (false, _) => "need",
        };
        EffectiveNeed { from: Arc::clone(&from.id), kind }
    };
    let extension = match &node.kind {
        Kind::Extension { point, .. } => served.resolve(point, who).ok().map(|view| answering(&view)),
        _ => None,
    };
    EffectiveNode {
        id: Arc::clone(&node.id),
        title: node.title.clone(),
        kind: run::kind(node),
        used: run::used(node),
        change,
        needs: node.needs.iter().map(need).collect(),
        origin: origin.and_then(|origin| origin.variant.as_deref()).unwrap_or("base").to_owned(),
        touched: origin.map(|origin| origin.touched.iter().map(ToString::to_string).collect()),
        extension,
        is_optional: node.when.is_some(),
        is_undoable: node.compensate.is_some(),
    }
}

fn answering(view: &PointView) -> EffectiveExtension {
    let hit = view.tried.iter().find(|tried| !tried.candidates.is_empty());
    let name = hit.and_then(|hit| hit.candidates.first()).or(view.default.as_ref());
    EffectiveExtension {
        name: name.map(|found| Arc::clone(&found.name)),
        level: match (hit, &view.default) {
            (Some(hit), _) => Some(Level::Key(hit.level)),
            (None, Some(_)) => Some(Level::Default),
            (None, None) => None,
        },
    }
}
