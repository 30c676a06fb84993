//! The ten kinds of node: DESIGN §4.3.

use sdk::Class;

use super::{
    PolicyBlocks, body::work, class, duration, expression, expression_or, name, name_or, names, plain,
    template, text, whole, word,
};
use crate::flow::{
    document::{
        Callback, Fail, FlowMode, Foreach, Kind, Loop, OnItemError, Reduce, Respond, SwitchCase, Wait,
    },
    language::KINDS,
    tree::{Shape, Span, Spanned, Tree},
};

/// Reads what a node is. Without a kind (told already) it reads as a component without a name.
pub(super) fn kind(tree: &Tree, blocks: &PolicyBlocks<'_>) -> Kind {
    let found = KINDS.iter().find_map(|kind| tree.get(kind).map(|value| (*kind, value)));
    let Some((kind, value)) = found else {
        return Kind::Use(Spanned::new(String::new(), tree.span));
    };
    match kind {
        "extension" => {
            Kind::Extension { point: name_or(Some(value), value.span), reduce: reduce(tree.get("reduce")) }
        }
        "flow" => flow(value),
        "switch" => Kind::Switch(match &value.shape {
            Shape::List(cases) => cases.iter().map(case).collect(),
            _ => Vec::new(),
        }),
        "foreach" => Kind::Foreach(Box::new(foreach(value, blocks))),
        "loop" => Kind::Loop(Box::new(rounds(value, blocks))),
        "race" => Kind::Race(
            value.entries().iter().map(|entry| (entry.key.clone(), work(&entry.value, blocks))).collect(),
        ),
        "wait" => Kind::Wait(Box::new(wait(value))),
        "respond" => Kind::Respond(Box::new(Respond {
            status: whole(value.get("status")).unwrap_or(200),
            body: template(value.get("body")),
            headers: template(value.get("headers")),
        })),
        "fail" => Kind::Fail(Box::new(Fail {
            code: name(value, "code"),
            status: whole(value.get("status")),
            class: plain(value.get("class")).and_then(|text| class(&text)).unwrap_or(Class::Business),
            message: template(value.get("message")),
        })),
        _ => Kind::Use(name_or(Some(value), value.span)),
    }
}

fn reduce(tree: Option<&Tree>) -> Reduce {
    word(
        tree,
        &[
            ("first", Reduce::First),
            ("all", Reduce::All),
            ("any", Reduce::Any),
            ("none", Reduce::None),
            ("collect", Reduce::Collect),
            ("merge", Reduce::Merge),
        ],
    )
}

fn flow(value: &Tree) -> Kind {
    let named = match text(Some(value)) {
        Some(named) => named,
        None => name(value, "name"),
    };
    let modes = [("child", FlowMode::Child), ("inline", FlowMode::Inline), ("detached", FlowMode::Detached)];
    Kind::Flow { name: named, version: whole(value.get("version")), mode: word(value.get("mode"), &modes) }
}

fn case(tree: &Tree) -> SwitchCase {
    SwitchCase {
        case: expression(tree.get("case")),
        to: tree.get("to").map(names).unwrap_or_default(),
        span: tree.span,
    }
}

fn foreach(tree: &Tree, blocks: &PolicyBlocks<'_>) -> Foreach {
    Foreach {
        over: expression_or(tree, "in"),
        item: plain(tree.get("as")).unwrap_or_else(|| "item".to_owned()),
        concurrency: whole(tree.get("concurrency")).unwrap_or(1),
        max: whole(tree.get("max")).unwrap_or(1_000),
        on_item_error: word(
            tree.get("onItemError"),
            &[("fail", OnItemError::Fail), ("collect", OnItemError::Collect), ("drop", OnItemError::Drop)],
        ),
        body: work(tree.get("do").unwrap_or(tree), blocks),
    }
}

fn rounds(tree: &Tree, blocks: &PolicyBlocks<'_>) -> Loop {
    Loop {
        until: expression_or(tree, "until"),
        every: duration(tree.get("every")),
        after: duration(tree.get("after")),
        max: whole(tree.get("max")).unwrap_or(1),
        body: work(tree.get("do").unwrap_or(tree), blocks),
    }
}

fn wait(tree: &Tree) -> Wait {
    if let Some(callback) = tree.get("callback") {
        return Wait::Callback(Callback {
            channel: name(callback, "channel"),
            key: callback.get("key").cloned().unwrap_or_else(|| nothing(callback)),
            matches: expression(callback.get("match")),
            verify: callback.get("verify").and_then(|verify| text(verify.get("connection"))),
            dedupe: template(callback.get("dedupe")),
        });
    }
    match tree.get("until") {
        Some(until) => Wait::Until(moment(until)),
        None => Wait::For(tree.get("for").cloned().unwrap_or_else(|| nothing(tree))),
    }
}

fn nothing(tree: &Tree) -> Tree {
    Tree { span: tree.span, shape: Shape::Null }
}

/// A moment as it is written, a template, or an expression that stands bare, as in the `until` of a loop.
fn moment(until: &Tree) -> Tree {
    let is_bare = |text: &str| {
        !text.contains("${")
            && text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.contains(['.', '(', '['])
    };
    match until.text().filter(|text| is_bare(text)) {
        // What the expression is faulted for stands behind `${`, which nobody wrote.
        Some(text) => Tree {
            span: Span { column: until.span.column.saturating_sub(2), ..until.span },
            shape: Shape::Text(format!("${{{text}}}")),
        },
        None => until.clone(),
    }
}
