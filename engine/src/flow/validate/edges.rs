//! Edges between nodes: what they name must exist, and every node must have a place.

use std::collections::{HashMap, HashSet};

use super::set::Set;
use crate::flow::{
    document::{Body, Join, Kind, Node, Order, OrderItem, SwitchCase},
    tree::{Span, Spanned},
};

/// The most edges out of one node (SECURITY rule 15).
const FAN_OUT: usize = 256;

pub(super) fn check(set: &mut Set<'_>, body: &Body) {
    if body.nodes.is_empty() {
        return;
    }
    Edges { set, body, ids: body.nodes.iter().map(|node| node.id.value.as_str()).collect() }.check();
}

struct Edges<'e, 's> {
    set: &'e mut Set<'s>,
    body: &'e Body,
    ids: HashSet<&'e str>,
}

impl Edges<'_, '_> {
    fn check(&mut self) {
        let mut placed = HashSet::new();
        if let Some(order) = &self.body.order {
            self.order(order, &mut placed);
        }
        let mut fan_out: HashMap<&str, usize> = HashMap::new();
        let mut targets = HashSet::new();
        for node in &self.body.nodes {
            self.needs(node);
            self.join(node);
            if let Kind::Switch(cases) = &node.kind {
                self.switch(node, cases);
                let to = cases.iter().flat_map(|case| &case.to);
                targets.extend(to.clone().map(|id| id.value.as_str()));
                *fan_out.entry(&node.id.value).or_default() += to.count();
            }
            for need in node.needs.iter().flatten() {
                *fan_out.entry(&need.value).or_default() += 1;
            }
        }
        for node in &self.body.nodes {
            if fan_out.get(node.id.value.as_str()).is_some_and(|edges| *edges > FAN_OUT) {
                let message = format!("more than {FAN_OUT} nodes follow `{}`", node.id.value);
                self.set.error(
                    "TOO_MANY_EDGES",
                    node.span,
                    message,
                    "let a `foreach` do the same work many times",
                );
            }
            let is_placed =
                placed.contains(node.id.value.as_str()) || targets.contains(node.id.value.as_str());
            let is_free = node.needs.as_ref().is_none_or(Vec::is_empty) && !node.mentions_nodes;
            if !placed.is_empty() && !is_placed && is_free {
                let message = format!("`{}` has no place among the others", node.id.value);
                let help = "put it into `order`, give it `needs`, or let a `switch` lead to it";
                self.set.error("ORPHAN_NODE", node.id.span, message, help);
            }
        }
    }

    fn exists(&mut self, id: &Spanned<String>, what: &str) {
        if !self.ids.contains(id.value.as_str()) {
            let known: Vec<&str> = self.body.nodes.iter().map(|node| node.id.value.as_str()).collect();
            let otherwise = format!("{what} may name: {}", known.join(", "));
            self.set.unknown("UNKNOWN_NODE", "node", id, known.into_iter(), &otherwise);
        }
    }

    fn needs(&mut self, node: &Node) {
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for need in node.needs.iter().flatten() {
            self.exists(need, "needs");
            if need.value == node.id.value {
                let message = format!("`{}` needs itself", need.value);
                self.set.error("CYCLE", need.span, message, "take it out of its own `needs`");
            }
            if seen.insert(&need.value, need.span).is_some() {
                let message = format!("`{}` is needed twice", need.value);
                self.set.error("DUPLICATE_NEED", need.span, message, "name it once");
            }
        }
    }

    fn join(&mut self, node: &Node) {
        let Join::Count(count) = node.join else { return };
        let needs = node.needs.as_ref().map_or(0, Vec::len);
        // `order` and `switch` add needs of their own; only a node placed by `needs` alone can be counted.
        if self.body.order.is_none() && needs > 0 && usize::try_from(count).unwrap_or(usize::MAX) > needs {
            let message = format!("`{}` waits for {count} successes, but needs only {needs}", node.id.value);
            self.set.error(
                "JOIN_COUNT",
                node.at("join"),
                message,
                format!("write a number from 1 to {needs}"),
            );
        }
    }

    fn switch(&mut self, node: &Node, cases: &[SwitchCase]) {
        let default = cases.iter().position(|case| case.case.is_none());
        for (index, case) in cases.iter().enumerate() {
            if default.is_some_and(|default| index > default) {
                let help = "put `default` last";
                self.set.error(
                    "SWITCH_CASES",
                    case.span,
                    "this case is never looked at: the default stands before it",
                    help,
                );
            }
            for to in &case.to {
                self.exists(to, "to");
                if to.value == node.id.value {
                    let message = format!("`{}` leads to itself", to.value);
                    self.set.error(
                        "CYCLE",
                        to.span,
                        message,
                        "lead to a node after it; to repeat work use `loop`",
                    );
                }
            }
        }
    }

    fn order<'o>(&mut self, order: &'o Order, placed: &mut HashSet<&'o str>) {
        let mut seen: HashMap<&str, Span> = HashMap::new();
        let mut ids = Vec::new();
        flatten(&order.items, &mut ids);
        for id in ids {
            self.exists(id, "order");
            if seen.insert(&id.value, id.span).is_some() {
                let message = format!("`{}` is in `order` twice", id.value);
                let help = "name it once; to run the same work again give it a second node";
                self.set.error("DUPLICATE_IN_ORDER", id.span, message, help);
            }
            placed.insert(&id.value);
        }
        self.wide(&order.items, order.span);
    }

    fn wide(&mut self, items: &[OrderItem], span: Span) {
        for item in items {
            match item {
                OrderItem::One(_) => {}
                OrderItem::Sequence(items) => self.wide(items, span),
                OrderItem::Parallel(items) => {
                    if items.len() > FAN_OUT {
                        let message = format!("{} nodes side by side; at most {FAN_OUT} may be", items.len());
                        self.set.error(
                            "TOO_MANY_EDGES",
                            span,
                            message,
                            "let a `foreach` do the same work many times",
                        );
                    }
                    self.wide(items, span);
                }
            }
        }
    }
}

fn flatten<'o>(items: &'o [OrderItem], ids: &mut Vec<&'o Spanned<String>>) {
    for item in items {
        match item {
            OrderItem::One(id) => ids.push(id),
            OrderItem::Parallel(items) | OrderItem::Sequence(items) => flatten(items, ids),
        }
    }
}
