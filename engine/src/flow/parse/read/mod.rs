//! From trees to typed documents. The check has told every fault already, so reading tells nothing: what
//! has the wrong form is left out or takes its default, and a name that is missing reads as empty.

mod binding;
mod body;
mod flow;
mod kind;
mod policy;
mod tests;
mod trigger;

use sdk::{Class, Duration};

use super::PolicyBlocks;
use crate::flow::{
    document::{Document, Header},
    tree::{Shape, Span, Spanned, Tree},
};

pub use body::node;
pub use flow::flow;
pub(super) use tests::cases;

/// Reads a document whose kind is known.
pub(super) fn document(kind: &str, tree: &Tree) -> Option<Document> {
    let header = header(tree);
    Some(match kind {
        "Flow" => Document::Flow(Box::new(flow(tree))),
        "Variant" => Document::Variant(Box::new(binding::variant(header, tree))),
        "ExtensionPoint" => Document::ExtensionPoint(Box::new(binding::point(header, tree))),
        "Extension" => Document::Extension(Box::new(binding::extension(header, tree))),
        "Config" => Document::Config(Box::new(binding::config(header, tree))),
        "Identity" => Document::Identity(Box::new(binding::identity(header, tree))),
        "Connection" => Document::Connection(Box::new(binding::connection(header, tree))),
        "Decision" => Document::Decision(Box::new(binding::decision(header, tree))),
        _ => return None,
    })
}

/// Reads the header of any document.
fn header(tree: &Tree) -> Header {
    let metadata = tree.get("metadata");
    let get = |key| metadata.and_then(|metadata| metadata.get(key));
    Header {
        name: name_or(get("name"), metadata.map_or(tree.span, |tree| tree.span)),
        version: whole(get("version")).unwrap_or(1),
        title: plain(get("title")),
        owner: plain(get("owner")),
        labels: get("labels")
            .map(|labels| {
                let entry = |entry: &crate::flow::tree::Entry| {
                    Some((entry.key.value.clone(), plain(Some(&entry.value))?))
                };
                labels.entries().iter().filter_map(entry).collect()
            })
            .unwrap_or_default(),
        span: tree.span,
        hash: tree.hash(),
    }
}

/// A scalar as text.
fn scalar(tree: &Tree) -> Option<String> {
    match &tree.shape {
        Shape::Text(text) => Some(text.clone()),
        Shape::Number(number) => Some(number.to_string()),
        Shape::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

fn plain(tree: Option<&Tree>) -> Option<String> {
    tree.and_then(scalar)
}

fn text(tree: Option<&Tree>) -> Option<Spanned<String>> {
    tree.and_then(|tree| Some(Spanned::new(scalar(tree)?, tree.span)))
}

/// A name that must be there; empty (and told already) when it is not.
fn name_or(tree: Option<&Tree>, span: Span) -> Spanned<String> {
    text(tree).unwrap_or_else(|| Spanned::new(String::new(), tree.map_or(span, |tree| tree.span)))
}

/// A name that must be there in `tree`.
fn name(tree: &Tree, key: &str) -> Spanned<String> {
    name_or(tree.get(key), tree.span)
}

/// A bare expression, without white space around it.
fn expression(tree: Option<&Tree>) -> Option<Spanned<String>> {
    let mut expression = text(tree)?;
    expression.value = expression.value.trim().to_owned();
    Some(expression).filter(|expression| !expression.value.is_empty())
}

fn expression_or(tree: &Tree, key: &str) -> Spanned<String> {
    expression(tree.get(key)).unwrap_or_else(|| Spanned::new(String::new(), tree.span))
}

fn flag(tree: Option<&Tree>) -> Option<bool> {
    match tree.map(|tree| &tree.shape) {
        Some(Shape::Bool(truth)) => Some(*truth),
        _ => None,
    }
}

fn whole<T: TryFrom<u64>>(tree: Option<&Tree>) -> Option<T> {
    match tree.map(|tree| &tree.shape) {
        Some(Shape::Number(number)) => number.as_u64().and_then(|number| T::try_from(number).ok()),
        _ => None,
    }
}

fn integer(tree: Option<&Tree>) -> Option<i32> {
    match tree.map(|tree| &tree.shape) {
        Some(Shape::Number(number)) => number.as_i64().and_then(|number| i32::try_from(number).ok()),
        _ => None,
    }
}

fn number(tree: Option<&Tree>) -> Option<f64> {
    match tree.map(|tree| &tree.shape) {
        Some(Shape::Number(number)) => number.as_f64(),
        _ => None,
    }
}

fn duration(tree: Option<&Tree>) -> Option<Duration> {
    tree.and_then(Tree::text).and_then(|text| text.parse().ok())
}

/// One of a few words.
fn word<T: Copy + Default>(tree: Option<&Tree>, words: &[(&str, T)]) -> T {
    let found = tree.and_then(Tree::text).and_then(|text| words.iter().find(|(word, _)| *word == text));
    found.map(|(_, value)| *value).unwrap_or_default()
}

fn class(text: &str) -> Option<Class> {
    serde_json::from_value(serde_json::Value::from(text)).ok()
}

/// One, or a list of several.
fn several(tree: &Tree) -> &[Tree] {
    match &tree.shape {
        Shape::List(items) => items,
        _ => std::slice::from_ref(tree),
    }
}

fn names(tree: &Tree) -> Vec<Spanned<String>> {
    several(tree).iter().filter_map(|tree| text(Some(tree))).collect()
}

/// A template that is there; `null` counts as a value.
fn template(tree: Option<&Tree>) -> Option<Tree> {
    tree.cloned()
}

fn pairs(tree: Option<&Tree>) -> Vec<(Spanned<String>, Tree)> {
    let entries = tree.map(Tree::entries).unwrap_or_default();
    entries.iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect()
}
