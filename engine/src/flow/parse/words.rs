//! What the grammar check says: one function for each finding, so that all of them read alike.

use std::fmt::Display;

use crate::flow::{
    diagnostic::Diagnostic,
    language::{self, Form, Name, Object},
    nearest::nearest,
    tree::{Shape, Span, Spanned, Tree},
};

/// Names that every expression may know already.
const RESERVED: [&str; 15] = [
    "claims", "config", "error", "errors", "identity", "index", "input", "last", "message", "nodes",
    "request", "run", "status", "trigger", "vars",
];

pub(super) fn unknown_key(key: &Spanned<String>, object: &'static Object) -> Diagnostic {
    let known = object.keys().map(|key| key.name);
    let help = match nearest(&key.value, known.clone()) {
        Some(name) => format!("did you mean `{name}`?"),
        None if let Some(name) = language::meant(&key.value, |name| object.key(name).is_some()) => {
            format!("did you mean `{name}`?")
        }
        None => format!("{} knows: {}", object.name, known.collect::<Vec<_>>().join(", ")),
    };
    Diagnostic::error("UNKNOWN_KEY", key.span, format!("{} has no key `{}`", object.name, key.value), help)
}

pub(super) fn none_of(object: &Object, choices: &[&str], owner: Span) -> Diagnostic {
    let code = if object.name == "a node" { "NODE_KIND" } else { "MISSING_KEY" };
    Diagnostic::error(
        code,
        owner,
        format!("{} does not say what it does", object.name),
        format!("add exactly one of {}", list(choices)),
    )
}

pub(super) fn one_too_many(
    object: &Object,
    first: &Spanned<String>,
    second: &Spanned<String>,
    is_kind: bool,
) -> Diagnostic {
    let code = if is_kind { "NODE_KIND" } else { "ONE_OF" };
    Diagnostic::error(
        code,
        second.span,
        format!("{} has both `{}` and `{}`", object.name, first.value, second.value),
        format!("keep one of them; make `{}` a node of its own if both are needed", second.value),
    )
    .see(first.span, "the other")
}

pub(super) fn misplaced(key: &Spanned<String>, kind: &str, kinds: &[&str]) -> Diagnostic {
    Diagnostic::error(
        "MISPLACED_KEY",
        key.span,
        format!("`{}` means nothing beside `{kind}`", key.value),
        format!("it belongs to {}; put it there, or take it away", list(kinds)),
    )
}

/// What may not be empty, by its key.
pub(super) fn empty(key: &Spanned<String>) -> Option<Diagnostic> {
    let (code, message, help) = match key.value.as_str() {
        "nodes" => ("NO_NODES", "there is no node", "write at least one below `nodes:`"),
        "for" => ("MISSING_KEY", "`for` names nobody", "name at least one place: `{useCase: …}`"),
        "race" => ("RACE_BRANCHES", "a race needs somebody to race against", "name at least two branches"),
        "switch" => (
            "SWITCH_CASES",
            "a switch without a case leads nowhere",
            "write cases: `- {case: …, to: …}`, and `- {default: true, to: …}` last",
        ),
        "order" => (
            "ORDER_EMPTY",
            "`order` names no node",
            "name the nodes in the order they run, or take `order` away",
        ),
        _ => return None,
    };
    Some(Diagnostic::error(code, key.span, message, help))
}

pub(super) fn wrong_form(tree: &Tree, what: &str, expected: &str, mend: &str) -> Diagnostic {
    let help = if mend.is_empty() { format!("write {expected}") } else { mend.to_owned() };
    Diagnostic::error(
        "WRONG_TYPE",
        tree.span,
        format!("`{what}` must be {expected}, found {}", shape(tree)),
        help,
    )
}

pub(super) fn out_of_range(
    tree: &Tree,
    what: &str,
    found: &str,
    low: impl Display,
    high: impl Display,
) -> Diagnostic {
    Diagnostic::error(
        "OUT_OF_RANGE",
        tree.span,
        format!("`{what}` cannot be {found}"),
        format!("write a number from {low} to {high}"),
    )
}

pub(super) fn no_duration(span: Span, what: &str, found: &str) -> Diagnostic {
    let help = match found.parse::<u64>() {
        Ok(number) => format!("add the unit: `{number}s` or `{number}ms`"),
        Err(_) => "write whole numbers with ms, s, m, h or d, such as `250ms` or `1m30s`".to_owned(),
    };
    Diagnostic::error("BAD_DURATION", span, format!("`{what}: {found}` is no length of time"), help)
}

pub(super) fn unknown_word(span: Span, what: &str, found: &str, choices: &[&str]) -> Diagnostic {
    let help = match nearest(found, choices.iter().copied()) {
        Some(word) => format!("did you mean `{word}`? Possible: {}", list(choices)),
        None => format!("write {}", list(choices)),
    };
    Diagnostic::error("UNKNOWN_WORD", span, format!("`{what}` cannot be `{found}`"), help)
}

pub(super) fn wrapped(span: Span, what: &str, inner: &str) -> Diagnostic {
    Diagnostic::error(
        "EXPRESSION_WRAPPED",
        span,
        format!("`{what}` is an expression already"),
        format!("take `${{` and `}}` away: `{inner}`"),
    )
}

pub(super) fn blank(span: Span, what: &str) -> Diagnostic {
    Diagnostic::error(
        "EXPR_EMPTY",
        span,
        format!("`{what}` is empty"),
        "write a condition, or take the key away",
    )
}

pub(super) fn bad_name(span: Span, what: &str, found: &str, why: &str) -> Diagnostic {
    Diagnostic::error("BAD_NAME", span, format!("`{found}` cannot stand in `{what}`"), why)
}

/// Whether a text follows the rule.
///
/// # Errors
/// The rule in words.
pub(super) fn name(rule: Name, text: &str) -> Result<(), &'static str> {
    let is_free = |text: &str| !matches!(text, "in" | "true" | "false" | "null");
    let is_node = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            && is_free(text)
    };
    let is_identifier = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && is_free(text)
    };
    let is_code = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_uppercase())
            && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    };
    match rule {
        Name::Node if !is_node(text) => Err(
            "use small letters, digits and `_`, a letter first, and no word of CEL; a dash would read as minus",
        ),
        Name::Local if RESERVED.contains(&text) => {
            Err("this name has a meaning of its own; use another, such as `order` or `line`")
        }
        Name::Identifier | Name::Local if !is_identifier(text) => {
            Err("use letters, digits and `_`, a letter first, and no word of CEL; a dash would read as minus")
        }
        Name::Address if !text.split('.').all(|step| is_node(without_index(step))) => {
            Err("use a node id, or ids joined by dots such as `outer.inner`")
        }
        Name::Code if !is_code(text) => Err("use capitals, digits and `_`, such as ORDER_NOT_FOUND"),
        Name::Word if sdk::UseCase::new(text).is_err() => Err(
            "use letters, digits, `-`, `_`, `.` and `:`, at most 128 bytes, and none of the words default, null, none, undefined, nil, true",
        ),
        Name::Free if text.is_empty() => Err("write a name"),
        _ => Ok(()),
    }
}

/// `lots` of `lots[2]`.
fn without_index(step: &str) -> &str {
    let inner = step.strip_suffix(']').and_then(|step| step.split_once('['));
    inner.filter(|(_, index)| index.parse::<u32>().is_ok()).map_or(step, |(id, _)| id)
}

pub(super) const fn form(form: &Form) -> &'static str {
    match form {
        Form::Expression => "an expression",
        Form::Flag => "true or false",
        Form::Yes => "true",
        Form::Whole(..) | Form::Integer => "a whole number",
        Form::Number(..) => "a number",
        Form::Duration => "a length of time",
        Form::Word(_) => "a word",
        Form::Name(_) => "a name",
        Form::Object(_) | Form::Named(..) | Form::Marked(..) | Form::MarkedOrNamed(..) => "a mapping",
        Form::List(_) | Form::Order => "a list",
        Form::Schema => "a JSON Schema",
        _ => "a text",
    }
}

/// How to mend a scalar of the wrong type.
pub(super) fn mend(form: &Form, tree: &Tree) -> &'static str {
    match (form, &tree.shape) {
        (Form::Whole(..) | Form::Integer | Form::Number(..), Shape::Text(text))
            if text.parse::<f64>().is_ok() =>
        {
            "write the number without quotes"
        }
        (Form::Number(..), Shape::Text(text)) if text.ends_with('%') => "write a share, such as `0.5`",
        (Form::Yes, _) => "write true, or take the key away",
        (Form::Flag, _) => "write true or false, without quotes; YAML 1.2 has no yes, no, on or off",
        (Form::Duration, _) => "write whole numbers with ms, s, m, h or d, such as `250ms`",
        (Form::Text | Form::Line | Form::Name(_) | Form::Word(_), Shape::Map(_)) => {
            "write a text; one that holds `{` or `: ` must be quoted"
        }
        (Form::Expression, Shape::Map(_) | Shape::List(_)) => "quote the expression: '…'",
        (Form::Name(_) | Form::Word(_), Shape::Number(_) | Shape::Bool(_)) => "quote it to mean the text",
        (_, Shape::List(_)) => "write one value, not a list",
        (_, Shape::Null) => "write a value after the colon, or take the key away",
        _ => "",
    }
}

pub(super) fn either(forms: &[Form]) -> String {
    forms.iter().map(form).collect::<Vec<_>>().join(" or ")
}

const fn shape(tree: &Tree) -> &'static str {
    match &tree.shape {
        Shape::Null => "nothing",
        Shape::Bool(true) => "true",
        Shape::Bool(false) => "false",
        Shape::Number(_) => "a number",
        Shape::Text(_) => "a text",
        Shape::List(_) => "a list",
        Shape::Map(_) => "a mapping",
    }
}

fn list(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
