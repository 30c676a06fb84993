//! The node at an address of a run, wherever it stands: an item of a list, a branch, a flow or an extension inside the
//! flow. Which extension answered is not asked: the first that has such a node tells.

use std::sync::Arc;

use sdk::Identity;

use crate::{
    Served,
    flow::plan::{Body, Give, Implementation, Kind, Node, Plan},
    run::{Snapshot as _, used},
};

/// What is told of the node.
pub(super) struct Place {
    pub(super) used: Option<Arc<str>>,
    pub(super) has_undo: bool,
}

/// Where names lead.
pub(super) struct Around<'r> {
    pub(super) served: &'r Served,
    pub(super) identity: &'r Identity,
}

impl Around<'_> {
    /// The node of a plan at an address.
    pub(super) fn find(&self, plan: &Plan, address: &str) -> Option<Place> {
        let is_try = |part: &&str| {
            part.strip_prefix("try").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        };
        let parts = address.split('.').filter(|part| !is_try(part));
        let parts: Vec<&str> = parts.flat_map(|part| part.split('[')).collect();
        self.within(&plan.body, &parts)
    }

    fn within(&self, body: &Body, parts: &[&str]) -> Option<Place> {
        if body.is_single {
            return self.at(body.nodes.first()?, parts);
        }
        let (id, rest) = parts.split_first()?;
        self.at(body.nodes.iter().find(|node| *node.id == **id)?, rest)
    }

    fn at(&self, node: &Node, rest: &[&str]) -> Option<Place> {
        let Some((next, inside)) = rest.split_first() else {
            return Some(Place { used: used(node), has_undo: node.compensate.is_some() });
        };
        if let (Some(Give::Body(body)), "fallback") = (&node.fallback, *next) {
            return self.within(body, inside);
        }
        match &node.kind {
            Kind::Foreach(each) => self.within(&each.body, inside),
            Kind::Loop(rounds) => self.within(&rounds.body, inside),
            Kind::Race(branches) => {
                let (_, body) = branches.iter().find(|(name, _)| **name == **next)?;
                self.within(body, inside)
            }
            Kind::Flow { name, version, .. } => {
                let plan = self.served.flow(name, *version, self.identity).ok()?;
                self.within(&plan.body, rest)
            }
            Kind::Extension { .. } => self.answering(node, rest),
            Kind::Use { .. } | Kind::Switch(_) | Kind::Wait(_) | Kind::Respond(_) | Kind::Fail(_) => None,
        }
    }

    fn answering(&self, node: &Node, rest: &[&str]) -> Option<Place> {
        let point = used(node)?;
        let default = self.served.point(&point).ok().and_then(|point| point.default.clone());
        let levels = (1..=3).flat_map(|level| self.served.extensions(&point, self.identity, level));
        levels.chain(&default).find_map(|extension| match &extension.implementation {
            Implementation::Body(body) if body.is_single && rest.first() == Some(&"body") => {
                self.within(body, &rest[1..])
            }
            Implementation::Body(body) => self.within(body, rest),
            Implementation::Rust(_) => None,
        })
    }
}
