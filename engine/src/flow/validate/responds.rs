//! Two answers to one caller. Told only where it is certain: the second can run only where the first did.

use std::collections::HashMap;

use super::set::Set;
use crate::flow::{
    diagnostic::Diagnostic,
    document::{Body, Join, Kind, OrderItem},
};

pub(super) fn check(set: &mut Set<'_>, body: &Body) {
    let responds: Vec<usize> =
        (0..body.nodes.len()).filter(|index| matches!(body.nodes[*index].kind, Kind::Respond(_))).collect();
    if responds.len() < 2 {
        return;
    }
    let into = edges(body);
    for &second in &responds {
        let first =
            responds.iter().copied().filter(|first| body.nodes[*first].when.is_none()).find(|first| {
                *first != second && implies(body, &into, second, *first, &mut vec![None; body.nodes.len()])
            });
        if let (Some(first), None) = (first, &body.nodes[second].when) {
            let (first, second) = (&body.nodes[first], &body.nodes[second]);
            let message = format!("the caller was answered by `{}` already", first.id.value);
            let help = "keep one of the two, or give them `when` conditions that exclude each other";
            let fault = Diagnostic::error("RESPOND_TWICE", second.span, message, help);
            set.faults.push(fault.see(first.span, "the first answer"));
        }
    }
}

/// Whether `node` runs only where `first` ran. A circle (told by stage 4) proves nothing.
fn implies(
    body: &Body,
    into: &[Vec<usize>],
    node: usize,
    first: usize,
    known: &mut Vec<Option<bool>>,
) -> bool {
    if node == first {
        return true;
    }
    if let Some(known) = known[node] {
        return known;
    }
    known[node] = Some(false);
    let is_bound = !into[node].is_empty()
        && body.nodes[node].join != Join::Settled
        && into[node].iter().all(|from| implies(body, into, *from, first, known));
    known[node] = Some(is_bound);
    is_bound
}

/// Edges into each node, by written index.
fn edges(body: &Body) -> Vec<Vec<usize>> {
    let ids: HashMap<&str, usize> =
        body.nodes.iter().enumerate().map(|(index, node)| (node.id.value.as_str(), index)).collect();
    let mut into = vec![Vec::new(); body.nodes.len()];
    for (index, node) in body.nodes.iter().enumerate() {
        let needs = node.needs.iter().flatten();
        into[index].extend(needs.filter_map(|need| ids.get(need.value.as_str()).copied()));
        if let Kind::Switch(cases) = &node.kind {
            for to in cases.iter().flat_map(|case| &case.to) {
                if let Some(to) = ids.get(to.value.as_str()) {
                    into[*to].push(index);
                }
            }
        }
    }
    if let Some(order) = &body.order {
        sequence(&order.items, Vec::new(), &ids, &mut into);
    }
    into
}

fn sequence(
    items: &[OrderItem],
    before: Vec<usize>,
    ids: &HashMap<&str, usize>,
    into: &mut [Vec<usize>],
) -> Vec<usize> {
    let mut last = before;
    for item in items {
        last = match item {
            OrderItem::One(id) => {
                let Some(&to) = ids.get(id.value.as_str()) else { continue };
                into[to].extend(last);
                vec![to]
            }
            OrderItem::Sequence(items) => sequence(items, last, ids, into),
            OrderItem::Parallel(items) => items
                .iter()
                .flat_map(|item| sequence(std::slice::from_ref(item), last.clone(), ids, into))
                .collect(),
        };
    }
    last
}
