//! `kind: Flow`: DESIGN §4.1. Also reads the effective tree that a variant left.

use super::{
    body::{body, by_id},
    duration, expression, flag, header, plain, policy, tests, text, trigger, whole, word,
};
use crate::flow::{
    document::{Body, Compensation, CompensationOrder, ErrorRule, Flow, OnExhausted},
    parse::PolicyBlocks,
    tree::{Shape, Spanned, Tree},
};

/// Reads a flow.
#[must_use]
pub fn flow(tree: &Tree) -> Flow {
    let header = header(tree);
    let blocks = PolicyBlocks { named: tree.get("policies"), defaults: tree.get("defaults") };
    let list = |key| match tree.get(key).map(|tree| &tree.shape) {
        Some(Shape::List(items)) => items.as_slice(),
        _ => &[],
    };
    Flow {
        use_case: text(tree.get("useCase")).unwrap_or_else(|| header.name.clone()),
        is_durable: Spanned::new(
            flag(tree.get("durable")).unwrap_or(false),
            tree.get("durable").map_or(tree.span, |tree| tree.span),
        ),
        timeout: duration(tree.get("timeout")),
        retention: duration(tree.get("retention")),
        triggers: tree.get("triggers").map(trigger::triggers).unwrap_or_default(),
        input: tree.get("input").cloned(),
        vars: tree.get("vars").cloned(),
        body: body(tree, &blocks),
        defaults: blocks
            .defaults
            .map(|defaults| policy::policies(defaults, &PolicyBlocks::default()))
            .unwrap_or_default(),
        blocks: blocks
            .named
            .map(|named| named.entries().iter().map(|entry| entry.key.clone()).collect())
            .unwrap_or_default(),
        errors: list("errors").iter().map(error_rule).collect(),
        compensation: tree.get("compensation").map(compensation).unwrap_or_default(),
        finally: tree.get("finally").map(|tree| finally(tree, &blocks)),
        cases: list("tests").iter().map(tests::case).collect(),
        header,
    }
}

fn finally(tree: &Tree, blocks: &PolicyBlocks<'_>) -> Body {
    if tree.get("nodes").is_some() {
        return body(tree, blocks);
    }
    Body { nodes: by_id(tree, blocks), span: tree.span, ..Body::default() }
}

fn error_rule(tree: &Tree) -> ErrorRule {
    let matches = tree.get("match");
    let get = |key| matches.and_then(|matches| matches.get(key));
    ErrorRule {
        node: text(get("node")),
        class: text(get("class")),
        match_code: text(get("code")),
        when: expression(get("when")),
        status: whole(tree.get("status")),
        code: plain(tree.get("code")),
        message: tree.get("message").cloned(),
        span: tree.span,
    }
}

fn compensation(tree: &Tree) -> Compensation {
    Compensation {
        order: word(
            tree.get("order"),
            &[("reverse", CompensationOrder::Reverse), ("parallel", CompensationOrder::Parallel)],
        ),
        retry: tree.get("retry").map(policy::retry),
        on_exhausted: word(
            tree.get("onExhausted"),
            &[("park", OnExhausted::Park), ("fail", OnExhausted::Fail)],
        ),
    }
}
