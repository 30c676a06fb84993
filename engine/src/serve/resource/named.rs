//! Nodes that a request names by their paths (`load`, `channels.theirs`): whether the flow has them, as the identity
//! sees it.

use std::sync::Arc;

use hyper::StatusCode;
use sdk::Identity;

use crate::{
    Served,
    flow::{
        nearest::nearest,
        plan::{Body, Give, Implementation, Kind, Node, Plan},
    },
    run::Snapshot as _,
    serve::Problem,
};

/// As deep as any path leads.
const DEEPEST: usize = 64;

/// Refuses the first path that leads nowhere.
pub(super) fn check(
    served: &Served,
    plan: &Plan,
    identity: &Identity,
    paths: &[String],
) -> Result<(), Problem> {
    let Some(unknown) = paths.iter().find(|path| !leads_somewhere(served, plan, identity, path)) else {
        return Ok(());
    };
    let known: Vec<&str> = plan.body.nodes.iter().map(|node| &*node.id).collect();
    let help = match nearest(unknown, known.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("it has: {}", known.join(", ")),
    };
    let unknown: String = unknown.chars().take(128).collect();
    let detail = format!("for {identity} the flow has no node `{unknown}`; {help}");
    Err(Problem::refused(StatusCode::BAD_REQUEST, "UNKNOWN_NODE", detail))
}

/// Whether the flow has the node up to which it is to run.
pub(super) fn reached(plan: &Plan, until: Option<&str>) -> Result<(), Problem> {
    let ids = || plan.body.nodes.iter().map(|node| &*node.id);
    let Some(until) = until.filter(|until| !ids().any(|id| id == *until)) else { return Ok(()) };
    let meant = nearest(until, ids()).map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
    let detail = format!("`until`: `{}` has no node `{until}`{meant}", plan.flow);
    Err(Problem::refused(StatusCode::BAD_REQUEST, "CASE_INVALID", detail))
}

fn leads_somewhere(served: &Served, plan: &Plan, identity: &Identity, path: &str) -> bool {
    let steps: Vec<&str> = path.split('.').collect();
    steps.len() <= DEEPEST && Way { served, identity }.in_body(&plan.body, &steps)
}

struct Way<'w> {
    served: &'w Served,
    identity: &'w Identity,
}

impl Way<'_> {
    fn in_body(&self, body: &Body, steps: &[&str]) -> bool {
        if let ([node], true) = (body.nodes.as_slice(), body.is_single) {
            return self.in_node(node, steps);
        }
        let Some((first, rest)) = steps.split_first() else { return false };
        let mut nodes = body.nodes.iter();
        nodes.find(|node| *node.id == **first).is_some_and(|node| rest.is_empty() || self.in_node(node, rest))
    }

    fn in_node(&self, node: &Node, steps: &[&str]) -> bool {
        let Some((first, rest)) = steps.split_first() else { return false };
        let below = |body: &Body| rest.is_empty() || self.in_body(body, rest);
        let is_beside = match (*first, &node.compensate, &node.fallback) {
            ("compensate", Some(body), _) | ("fallback", _, Some(Give::Body(body))) => below(body),
            _ => false,
        };
        is_beside
            || match &node.kind {
                Kind::Foreach(each) => self.in_body(&each.body, steps),
                Kind::Loop(rounds) => self.in_body(&rounds.body, steps),
                Kind::Race(branches) => branches.iter().any(|(name, body)| **name == **first && below(body)),
                Kind::Extension { point, .. } => self.in_point(point, steps),
                Kind::Flow { name, .. } => {
                    let plan = self.served.flow(name, None, self.identity);
                    plan.is_ok_and(|plan| self.in_body(&plan.body, steps))
                }
                _ => false,
            }
    }

    fn in_point(&self, point: &str, steps: &[&str]) -> bool {
        let stated = (1..=3).flat_map(|level| self.served.extensions(point, self.identity, level));
        let default = self.served.point(point).ok().and_then(|point| point.default.as_ref().map(Arc::clone));
        stated.chain(&default).any(|extension| match &extension.implementation {
            Implementation::Body(body) => self.in_body(body, steps),
            Implementation::Rust(_) => false,
        })
    }
}
