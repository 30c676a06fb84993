//! Addresses of nodes: `load`, `channels.theirs`, `outcome.query`, `points.refund` (in the extension that
//! answers), `refund.book` (in a sub-flow), `lots[2].lock` (one item).

use super::set::Set;
use crate::flow::{
    document::{Body, Do, Implementation, Kind, Node},
    tree::Spanned,
};

/// Whether an address names a node.
pub(super) fn leads_somewhere(set: &Set<'_>, body: &Body, address: &str) -> bool {
    let steps: Vec<&str> = address.split('.').map(|step| step.split('[').next().unwrap_or(step)).collect();
    // Sixteen sub-flows and what lies in each is as deep as any address leads.
    steps.len() <= 64 && in_body(set, body, &steps)
}

fn in_body(set: &Set<'_>, body: &Body, steps: &[&str]) -> bool {
    let Some((first, rest)) = steps.split_first() else { return false };
    let mut nodes = body.nodes.iter();
    nodes
        .find(|node| node.id.value == **first)
        .is_some_and(|node| rest.is_empty() || in_node(set, node, rest))
}

fn in_node(set: &Set<'_>, node: &Node, steps: &[&str]) -> bool {
    let in_work = |work: &Do, steps: &[&str]| match work {
        Do::Body(body) => in_body(set, body, steps),
        // The one node of a `do` has the address of what it stands in.
        Do::One(node) => in_node(set, node, steps),
    };
    match &node.kind {
        Kind::Race(branches) => {
            let Some((name, rest)) = steps.split_first() else { return false };
            let branch = branches.iter().find(|(branch, _)| branch.value == **name);
            branch.is_some_and(|(_, work)| rest.is_empty() || in_work(work, rest))
        }
        Kind::Extension { point, .. } => {
            let written =
                set.checked.extensions.iter().filter(|extension| extension.point.value == point.value);
            let default = set.points.get(point.value.as_str()).and_then(|point| point.default.as_ref());
            written.map(|extension| &extension.implementation).chain(default).any(|implementation| {
                match implementation {
                    Implementation::Body(body) => in_body(set, body, steps),
                    Implementation::One(node) => in_node(set, node, steps),
                }
            })
        }
        Kind::Flow { name, .. } => {
            let family = set.checked.flows.iter().map(|checked| &checked.flow);
            family
                .filter(|flow| flow.header.name.value == name.value)
                .any(|flow| in_body(set, &flow.body, steps))
        }
        _ => node.works().into_iter().any(|work| in_work(work, steps)),
    }
}

/// Tells that an address names no node.
pub(super) fn unknown(set: &mut Set<'_>, node: &Spanned<String>, body: &Body) {
    let known: Vec<&str> = body.nodes.iter().map(|node| node.id.value.as_str()).collect();
    let otherwise = format!("the flow has: {}", known.join(", "));
    set.unknown("UNKNOWN_NODE", "node", node, known.into_iter(), &otherwise);
}
