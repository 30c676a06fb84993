//! What a failure at the very end of a flow would undo, before any run: also inside items, branches, sub-flows and
//! extensions. Which way a run would go is not asked, so all that can be undone is there.

use sdk::Identity;

use super::snapshot::Snapshot;
use crate::flow::{
    document::FlowMode,
    plan::{Body, Give, Implementation, Kind, Node, Plan},
};

/// Flows and extensions within each other are followed so deep.
const DEEPEST: u8 = 16;

impl Snapshot {
    /// The addresses of a plan's nodes that can be undone, the last first, as if all of them had run one after
    /// another. `[]` stands for every item or round.
    #[must_use]
    pub fn undo(&self, plan: &Plan, identity: &Identity) -> Vec<String> {
        let mut walk = Walk { snapshot: self, identity, found: Vec::new(), depth: 0 };
        walk.body(&plan.body, "");
        walk.found
    }
}

struct Walk<'w> {
    snapshot: &'w Snapshot,
    identity: &'w Identity,
    found: Vec<String>,
    depth: u8,
}

impl Walk<'_> {
    fn body(&mut self, body: &Body, around: &str) {
        for node in body.nodes.iter().rev() {
            let address = match (body.is_single, around) {
                (true, _) => around.to_owned(),
                (false, "") => node.id.to_string(),
                (false, _) => format!("{around}.{}", node.id),
            };
            self.node(node, &address);
        }
    }

    /// What is in a node has ended before it, so it is undone after it.
    fn node(&mut self, node: &Node, at: &str) {
        if node.compensate.is_some() {
            self.found.push(at.to_owned());
        }
        if let Some(Give::Body(body)) = &node.fallback {
            self.body(body, &format!("{at}.fallback"));
        }
        match &node.kind {
            Kind::Foreach(each) => self.body(&each.body, &format!("{at}[]")),
            Kind::Loop(rounds) => self.body(&rounds.body, &format!("{at}[]")),
            Kind::Race(branches) => {
                branches.iter().rev().for_each(|(name, body)| self.body(body, &format!("{at}.{name}")));
            }
            Kind::Flow { name, version, mode } if *mode != FlowMode::Detached => {
                let plan = self.snapshot.flow(name, *version, self.identity);
                self.deeper(|walk| plan.iter().for_each(|plan| walk.body(&plan.body, at)));
            }
            Kind::Extension { point, .. } => self.deeper(|walk| walk.extensions(point, at)),
            Kind::Flow { .. }
            | Kind::Use { .. }
            | Kind::Switch(_)
            | Kind::Wait(_)
            | Kind::Respond(_)
            | Kind::Fail(_) => {}
        }
    }

    fn deeper(&mut self, walk: impl FnOnce(&mut Self)) {
        if self.depth < DEEPEST {
            self.depth += 1;
            walk(self);
            self.depth -= 1;
        }
    }

    /// Those of the first level that has any; their guards depend on the run.
    fn extensions(&mut self, point: &str, at: &str) {
        let snapshot = self.snapshot;
        let levels = (1..=3).map(|level| snapshot.extensions(point, self.identity, level));
        let default = snapshot.point(point).ok().and_then(|point| point.default.clone());
        let stated = levels.into_iter().find(|all| !all.is_empty()).unwrap_or_default();
        for extension in stated.iter().chain(default.as_ref().filter(|_| stated.is_empty())) {
            match &extension.implementation {
                Implementation::Body(body) if body.is_single => self.body(body, &format!("{at}.body")),
                Implementation::Body(body) => self.body(body, at),
                Implementation::Rust(_) => {}
            }
        }
    }
}
