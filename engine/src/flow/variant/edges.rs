//! The edges of a flow as written, and how they change when a node goes.

use crate::flow::{
    document::{Body, Kind, OrderItem},
    tree::{Shape, Span, Spanned, Tree},
};

/// Edges between nodes by id, by what says them.
pub(super) struct Edges {
    needs: Vec<(String, String)>,
    order: Vec<(String, String)>,
    switch: Vec<(String, String)>,
}

impl Edges {
    pub(super) fn of(body: &Body) -> Self {
        let mut edges = Self { needs: Vec::new(), order: Vec::new(), switch: Vec::new() };
        for node in &body.nodes {
            let id = &node.id.value;
            let needs = node.needs.iter().flatten().map(|need| (need.value.clone(), id.clone()));
            edges.needs.extend(needs);
            if let Kind::Switch(cases) = &node.kind {
                let to = cases.iter().flat_map(|case| &case.to).map(|to| (id.clone(), to.value.clone()));
                edges.switch.extend(to);
            }
        }
        if let Some(order) = &body.order {
            edges.sequence(&order.items, Vec::new());
        }
        edges
    }

    /// Wires items one after another; gives the nodes the next item waits for.
    fn sequence(&mut self, items: &[OrderItem], before: Vec<String>) -> Vec<String> {
        let mut last = before;
        for item in items {
            last = match item {
                OrderItem::One(id) => {
                    self.order.extend(last.iter().map(|from| (from.clone(), id.value.clone())));
                    vec![id.value.clone()]
                }
                OrderItem::Sequence(items) => self.sequence(items, last),
                OrderItem::Parallel(items) => items
                    .iter()
                    .flat_map(|item| self.sequence(std::slice::from_ref(item), last.clone()))
                    .collect(),
            };
        }
        last
    }
}

fn into<'e>(edges: &'e [(String, String)], id: &'e str) -> impl Iterator<Item = &'e str> {
    edges.iter().filter(move |(_, to)| to == id).map(|(from, _)| from.as_str())
}

fn out<'e>(edges: &'e [(String, String)], id: &'e str) -> impl Iterator<Item = &'e str> {
    edges.iter().filter(move |(from, _)| from == id).map(|(_, to)| to.as_str())
}

/// Takes a node out of a flow and joins what stood before it to what stood after it. Gives the ids of the
/// nodes whose edges changed.
pub(super) fn remove(tree: &mut Tree, body: &Body, id: &str, span: Span) -> Vec<String> {
    let edges = Edges::of(body);
    let needed: Vec<&str> = into(&edges.needs, id).collect();
    let before: Vec<&str> = needed.iter().copied().chain(into(&edges.order, id)).collect();
    let after: Vec<&str> = out(&edges.needs, id).chain(out(&edges.order, id)).collect();
    let mut touched = Vec::new();
    let Some(nodes) = tree.get_mut("nodes") else { return touched };
    for next in out(&edges.needs, id) {
        replace_need(nodes, next, id, &before, span);
        touched.push(next.to_owned());
    }
    // What `order` put before the node is before the next one anyway; what `needs` did is not.
    for next in out(&edges.order, id).filter(|_| !needed.is_empty()) {
        add_needs(nodes, next, &needed, span);
        touched.push(next.to_owned());
    }
    for target in out(&edges.switch, id) {
        add_needs(nodes, target, &before, span);
        touched.push(target.to_owned());
    }
    for source in into(&edges.switch, id) {
        lead_on(nodes, source, id, &after, span);
        touched.push(source.to_owned());
    }
    nodes.remove(id);
    if let Some(order) = tree.get_mut("order") {
        drop_from(order, id);
    }
    if let Some(Tree { shape: Shape::List(rules), .. }) = tree.get_mut("errors") {
        rules.retain(|rule| {
            rule.get("match").and_then(|rule| rule.get("node")).and_then(Tree::text) != Some(id)
        });
    }
    touched
}

fn texts(tree: Option<&Tree>) -> Vec<Spanned<String>> {
    let text = |tree: &Tree| tree.text().map(|text| Spanned::new(text.to_owned(), tree.span));
    match tree.map(|tree| (&tree.shape, tree)) {
        Some((Shape::List(items), _)) => items.iter().filter_map(text).collect(),
        Some((_, tree)) => text(tree).into_iter().collect(),
        None => Vec::new(),
    }
}

/// Puts others in the place of one id in a list of ids.
fn exchange(list: Vec<Spanned<String>>, id: &str, others: &[&str], span: Span) -> Vec<Spanned<String>> {
    let mut kept: Vec<Spanned<String>> = Vec::with_capacity(list.len() + others.len());
    for item in list {
        let new: Vec<Spanned<String>> = if item.value == id {
            others.iter().map(|other| Spanned::new((*other).to_owned(), span)).collect()
        } else {
            vec![item]
        };
        for item in new {
            if !kept.iter().any(|there| there.value == item.value) {
                kept.push(item);
            }
        }
    }
    kept
}

fn replace_need(nodes: &mut Tree, node: &str, id: &str, others: &[&str], span: Span) {
    let Some(node) = nodes.get_mut(node) else { return };
    let others: Vec<&str> = others.iter().copied().filter(|other| *other != id).collect();
    let needs = exchange(texts(node.get("needs")), id, &others, span);
    if needs.is_empty() {
        node.remove("needs");
    } else {
        node.set(Spanned::new("needs".to_owned(), span), Tree::texts(needs, span));
    }
}

/// Adds edges into a node.
pub(super) fn add_needs(nodes: &mut Tree, node: &str, others: &[&str], span: Span) {
    let Some(tree) = nodes.get_mut(node) else { return };
    let mut needs = texts(tree.get("needs"));
    for other in others.iter().filter(|other| **other != node) {
        if !needs.iter().any(|there| there.value == **other) {
            needs.push(Spanned::new((*other).to_owned(), span));
        }
    }
    if !needs.is_empty() {
        tree.set(Spanned::new("needs".to_owned(), span), Tree::texts(needs, span));
    }
}

/// A case that led to the node leads to what came after it.
fn lead_on(nodes: &mut Tree, source: &str, id: &str, after: &[&str], span: Span) {
    let cases = nodes.get_mut(source).and_then(|node| node.get_mut("switch"));
    let Some(Tree { shape: Shape::List(cases), .. }) = cases else { return };
    for case in cases {
        let to = texts(case.get("to"));
        if to.iter().any(|to| to.value == id) {
            let to = Tree::texts(exchange(to, id, after, span), span);
            case.set(Spanned::new("to".to_owned(), span), to);
        }
    }
}

fn drop_from(order: &mut Tree, id: &str) {
    if let Shape::List(items) = &mut order.shape {
        items.retain(|item| item.text() != Some(id));
        items.iter_mut().for_each(|item| drop_from(item, id));
        items.retain(|item| !matches!(&item.shape, Shape::List(items) if items.is_empty()));
    }
}
