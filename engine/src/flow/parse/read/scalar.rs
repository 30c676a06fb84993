//! Single values: what has the wrong form reads as absent.

use sdk::{Class, Duration};

use crate::flow::{
    document::Title,
    tree::{Shape, Span, Spanned, Tree},
};

/// A scalar as text.
pub(super) fn scalar(tree: &Tree) -> Option<String> {
    match &tree.shape {
        Shape::Text(text) => Some(text.clone()),
        Shape::Number(number) => Some(number.to_string()),
        Shape::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

pub(super) fn plain(tree: Option<&Tree>) -> Option<String> {
    tree.and_then(scalar)
}

/// A title: one text, or one for each language.
pub(super) fn title(tree: Option<&Tree>) -> Option<Title> {
    let tree = tree?;
    let in_language = |key| plain(tree.get(key));
    match scalar(tree) {
        Some(text) => Some(Title::from(text.as_str())),
        None => Some(Title { en: in_language("en")?, zh: in_language("zh")? }),
    }
}

pub(super) fn text(tree: Option<&Tree>) -> Option<Spanned<String>> {
    tree.and_then(|tree| Some(Spanned::new(scalar(tree)?, tree.span)))
}

/// A name that must be there; empty (and told already) when it is not.
pub(super) fn name_or(tree: Option<&Tree>, span: Span) -> Spanned<String> {
    text(tree).unwrap_or_else(|| Spanned::new(String::new(), tree.map_or(span, |tree| tree.span)))
}

/// A name that must be there in `tree`.
pub(super) fn name(tree: &Tree, key: &str) -> Spanned<String> {
    name_or(tree.get(key), tree.span)
}

/// A bare expression, without white space around it.
pub(super) fn expression(tree: Option<&Tree>) -> Option<Spanned<String>> {
    let mut expression = text(tree)?;
    let bare = expression.value.trim();
    // A wrapped one was told; what is inside may have faults of its own.
    let bare = bare.strip_prefix("${").and_then(|bare| bare.strip_suffix('}')).unwrap_or(bare);
    expression.value = bare.trim().to_owned();
    Some(expression).filter(|expression| !expression.value.is_empty())
}

pub(super) fn expression_or(tree: &Tree, key: &str) -> Spanned<String> {
    expression(tree.get(key)).unwrap_or_else(|| Spanned::new(String::new(), tree.span))
}

pub(super) fn flag(tree: Option<&Tree>) -> Option<bool> {
    match tree.map(|tree| &tree.shape) {
        Some(Shape::Bool(truth)) => Some(*truth),
        _ => None,
    }
}

pub(super) fn whole<T: TryFrom<u64>>(tree: Option<&Tree>) -> Option<T> {
    match tree.map(|tree| &tree.shape) {
        Some(Shape::Number(number)) => number.as_u64().and_then(|number| T::try_from(number).ok()),
        _ => None,
    }
}

pub(super) fn integer(tree: Option<&Tree>) -> Option<i32> {
    match tree.map(|tree| &tree.shape) {
        Some(Shape::Number(number)) => number.as_i64().and_then(|number| i32::try_from(number).ok()),
        _ => None,
    }
}

pub(super) fn number(tree: Option<&Tree>) -> Option<f64> {
    match tree.map(|tree| &tree.shape) {
        Some(Shape::Number(number)) => number.as_f64(),
        _ => None,
    }
}

pub(super) fn duration(tree: Option<&Tree>) -> Option<Duration> {
    tree.and_then(Tree::text).and_then(|text| text.parse().ok())
}

/// One of a few words.
pub(super) fn word<T: Copy + Default>(tree: Option<&Tree>, words: &[(&str, T)]) -> T {
    let found = tree.and_then(Tree::text).and_then(|text| words.iter().find(|(word, _)| *word == text));
    found.map(|(_, value)| *value).unwrap_or_default()
}

pub(super) fn class(text: &str) -> Option<Class> {
    serde_json::from_value(serde_json::Value::from(text)).ok()
}

/// One, or a list of several.
pub(super) fn several(tree: &Tree) -> &[Tree] {
    match &tree.shape {
        Shape::List(items) => items,
        _ => std::slice::from_ref(tree),
    }
}

pub(super) fn names(tree: &Tree) -> Vec<Spanned<String>> {
    several(tree).iter().filter_map(|tree| text(Some(tree))).collect()
}

/// A template that is there; `null` counts as a value.
pub(super) fn template(tree: Option<&Tree>) -> Option<Tree> {
    tree.cloned()
}

pub(super) fn pairs(tree: Option<&Tree>) -> Vec<(Spanned<String>, Tree)> {
    let entries = tree.map(Tree::entries).unwrap_or_default();
    entries.iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect()
}
