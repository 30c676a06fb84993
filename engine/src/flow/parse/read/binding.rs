//! The documents of DESIGN §4.6.

use super::{
    PolicyBlocks,
    body::{body, unnamed},
    expression, expression_or, integer, name, names, pairs, several, template, text,
};
use crate::flow::{
    document::{
        Config, Connection, Decision, ExtensionDocument, ExtensionPointDocument, For, Header, IdentityRule,
        IdentityRules, Implementation, Variant, VariantPatch,
    },
    tree::{Entry, Shape, Tree},
};

pub(super) fn variant(header: Header, tree: &Tree) -> Variant {
    let patch = tree.get("patch").map(|patch| VariantPatch {
        remove: patch.get("remove").map(names).unwrap_or_default(),
        replace: pairs(patch.get("replace")),
        add: pairs(patch.get("add")),
        set: patch.get("set").cloned(),
    });
    Variant {
        header,
        of: name(tree, "of"),
        place: place(tree.get("for").unwrap_or(tree)),
        patch: patch.unwrap_or_default(),
    }
}

fn place(tree: &Tree) -> For {
    For {
        use_case: text(tree.get("useCase")),
        biz_id: text(tree.get("bizId")),
        scenario: text(tree.get("scenario")),
        span: tree.span,
    }
}

pub(super) fn point(header: Header, tree: &Tree) -> ExtensionPointDocument {
    ExtensionPointDocument {
        header,
        input: tree.get("input").cloned(),
        output: tree.get("output").cloned(),
        default: tree.get("default").map(|tree| implementation(tree, &[])),
    }
}

pub(super) fn extension(header: Header, tree: &Tree) -> ExtensionDocument {
    ExtensionDocument {
        header,
        point: name(tree, "point"),
        places: tree.get("for").map(|tree| several(tree).iter().map(place).collect()).unwrap_or_default(),
        priority: integer(tree.get("priority")).unwrap_or(0),
        when: expression(tree.get("when")),
        implementation: implementation(tree, &["when"]),
    }
}

/// Reads one call or a body; `guards` are keys that belong to the document around it.
fn implementation(tree: &Tree, guards: &[&str]) -> Implementation {
    let blocks = PolicyBlocks::default();
    if tree.get("nodes").is_some() {
        return Implementation::Body(body(tree, &blocks));
    }
    let kept = |entry: &&Entry| !guards.contains(&entry.key.value.as_str());
    let shape = Shape::Map(tree.entries().iter().filter(kept).cloned().collect());
    Implementation::One(Box::new(unnamed(&Tree { span: tree.span, shape }, &blocks)))
}

pub(super) fn config(header: Header, tree: &Tree) -> Config {
    Config { header, place: place(tree.get("for").unwrap_or(tree)), values: pairs(tree.get("values")) }
}

pub(super) fn identity(header: Header, tree: &Tree) -> IdentityRules {
    let rules = match tree.get("rules").map(|tree| &tree.shape) {
        Some(Shape::List(rules)) => rules.as_slice(),
        _ => &[],
    };
    let rule = |tree: &Tree| IdentityRule {
        when: expression_or(tree, "when"),
        biz_id: template(tree.get("bizId")),
        scenario: template(tree.get("scenario")),
        span: tree.span,
    };
    IdentityRules { header, rules: rules.iter().map(rule).collect() }
}

pub(super) fn connection(header: Header, tree: &Tree) -> Connection {
    let is_setting = |entry: &&Entry| !matches!(entry.key.value.as_str(), "apiVersion" | "kind" | "metadata");
    let settings = Shape::Map(tree.entries().iter().filter(is_setting).cloned().collect());
    Connection { header, protocol: name(tree, "type"), settings: Tree { span: tree.span, shape: settings } }
}

pub(super) fn decision(header: Header, tree: &Tree) -> Decision {
    let table = tree.get("table").cloned();
    Decision { header, table: table.unwrap_or(Tree { span: tree.span, shape: Shape::Null }) }
}
