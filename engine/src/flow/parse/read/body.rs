//! Nodes and what holds them: DESIGN §4.2 to §4.4.

use super::{PolicyBlocks, expression, flag, kind, names, policy, template, text, title, whole, word};
use crate::flow::{
    document::{Body, Do, Join, Node, Order, OrderItem},
    tree::{Shape, Spanned, Tree},
};

/// The names by which an expression reads what nodes gave.
const NODE_NAMES: [&str; 3] = ["nodes.", "status.", "errors."];

/// Reads one node.
pub fn node(id: Spanned<String>, tree: &Tree, blocks: &PolicyBlocks<'_>) -> Node {
    let kind = kind::kind(tree, blocks);
    Node {
        keys: tree.entries().iter().map(|entry| entry.key.clone()).collect(),
        span: if id.value.is_empty() { tree.span } else { id.span },
        policies: policy::of_node(tree, &kind, blocks),
        blocks: tree.get("policy").map(names).unwrap_or_default(),
        title: title(tree.get("title")),
        needs: tree.get("needs").map(names),
        join: join(tree.get("join")),
        when: expression(tree.get("when")),
        otherwise: template(tree.get("otherwise")),
        is_critical: flag(tree.get("critical")).unwrap_or(true),
        with: template(tree.get("with")),
        output: template(tree.get("output")),
        idempotency_key: template(tree.get("idempotencyKey")),
        mentions_nodes: tree.any_text(&|text| NODE_NAMES.iter().any(|name| text.contains(name))),
        compensate: tree.get("compensate").map(|undo| Box::new(unnamed(undo, blocks))),
        kind,
        id,
    }
}

/// Reads a node without id.
pub(super) fn unnamed(tree: &Tree, blocks: &PolicyBlocks<'_>) -> Node {
    node(Spanned::new(String::new(), tree.span), tree, blocks)
}

/// Reads `do`: one node, or a body.
pub(super) fn work(tree: &Tree, blocks: &PolicyBlocks<'_>) -> Do {
    if tree.get("nodes").is_some() {
        Do::Body(body(tree, blocks))
    } else {
        Do::One(Box::new(unnamed(tree, blocks)))
    }
}

/// Reads `{order, nodes, output}`.
pub(super) fn body(tree: &Tree, blocks: &PolicyBlocks<'_>) -> Body {
    Body {
        order: tree.get("order").filter(|order| matches!(order.shape, Shape::List(_))).map(order),
        nodes: tree.get("nodes").map(|nodes| by_id(nodes, blocks)).unwrap_or_default(),
        output: template(tree.get("output")),
        span: tree.span,
    }
}

/// Reads nodes by id.
pub(super) fn by_id(tree: &Tree, blocks: &PolicyBlocks<'_>) -> Vec<Node> {
    tree.entries().iter().map(|entry| node(entry.key.clone(), &entry.value, blocks)).collect()
}

fn join(tree: Option<&Tree>) -> Join {
    match tree.and_then(|tree| whole(tree.get("n"))) {
        Some(count) => Join::Count(count),
        None => word(tree, &[("all", Join::All), ("any", Join::Any), ("settled", Join::Settled)]),
    }
}

/// Lists alternate: the outermost is a sequence, a list in it runs side by side, a list in that is a
/// sequence again.
fn order(tree: &Tree) -> Order {
    let items = match &tree.shape {
        Shape::List(items) => items.iter().filter_map(|item| order_item(item, true)).collect(),
        _ => Vec::new(),
    };
    Order { items, span: tree.span }
}

fn order_item(tree: &Tree, is_parallel: bool) -> Option<OrderItem> {
    match &tree.shape {
        Shape::List(items) => {
            let items = items.iter().filter_map(|item| order_item(item, !is_parallel)).collect();
            Some(if is_parallel { OrderItem::Parallel(items) } else { OrderItem::Sequence(items) })
        }
        _ => text(Some(tree)).map(OrderItem::One),
    }
}
