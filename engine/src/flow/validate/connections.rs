//! Bodies of connections and decisions, as the components that use them declare; secrets by reference.

use std::sync::Arc;

use sdk::Value;

use super::{fit::About, set::Set};
use crate::flow::{
    expr::{self, Cell},
    nearest::nearest,
    tree::{Entry, Shape, Span, Tree},
};

/// Keys whose values are secrets.
const SECRETS: [&str; 10] = [
    "bearer",
    "basic",
    "password",
    "token",
    "secret",
    "apikey",
    "privatekey",
    "accesskey",
    "mtls",
    "credential",
];

pub(super) fn check(set: &mut Set<'_>) {
    for connection in &set.checked.connections {
        let protocol = &connection.protocol;
        let what = format!("a connection of type {}", protocol.value);
        let about = About { code: "CONNECTION_INVALID", what: &what, owner: connection.header.name.span };
        let known = set.registry.documents().filter(|entry| entry.kind == "Connection");
        let known: Vec<&str> = known.filter_map(|entry| entry.r#type).collect();
        // Others may serve a type that no component here has declared; a slip in one that is declared is told.
        if !known.contains(&protocol.value.as_str())
            && let Some(meant) = nearest(&protocol.value, known.iter().copied())
        {
            let message = format!("there is no connection of type `{}`", protocol.value);
            set.error("UNKNOWN_WORD", protocol.span, message, format!("did you mean `{meant}`?"));
        }
        if references(set, &connection.settings) {
            declared(set, "Connection", Some(&protocol.value), &connection.settings, &about);
        }
    }
    for decision in &set.checked.decisions {
        if matches!(decision.table.shape, Shape::Null) {
            continue;
        }
        let entry = Entry {
            key: crate::flow::tree::Spanned::new("table".to_owned(), decision.table.span),
            value: decision.table.clone(),
        };
        let body = Tree { span: decision.table.span, shape: Shape::Map(vec![entry]) };
        let about = About { code: "DECISION_INVALID", what: "a decision", owner: decision.header.name.span };
        declared(set, "Decision", None, &body, &about);
    }
}

/// Holds a body against its declared schema and, when that fits, against the component's own check.
fn declared(set: &mut Set<'_>, kind: &str, r#type: Option<&str>, body: &Tree, about: &About<'_>) {
    let Some(entry) = set.registry.document(kind, r#type).copied() else { return };
    let before = set.faults.len();
    let schema = || serde_json::to_value((entry.schema)()).unwrap_or(Value::Bool(true));
    let name = format!("document:{kind}:{}", r#type.unwrap_or_default());
    set.schemas.fit(&name, schema, body, about, &mut set.faults);
    if set.faults.len() > before {
        return;
    }
    let json = body.to_json();
    let compile = |text: &str, names: &[&str]| -> Result<Arc<dyn sdk::Evaluate>, sdk::Error> {
        match Cell::compile(text, names, &Arc::default()) {
            Ok(cell) => Ok(Arc::new(cell)),
            Err(faults) => {
                let words: Vec<String> = faults.into_iter().map(in_words).collect();
                Err(sdk::Error::validation(about.code, format!("`{text}`: {}", words.join("; "))))
            }
        }
    };
    if let Err(fault) = (entry.validate)(&json).and_then(|()| (entry.compile)(&json, &compile)) {
        let (span, word) = mentioned(body, &fault.message).unwrap_or((about.owner, String::new()));
        let schema = schema();
        let described = schema.pointer(&format!("/properties/{word}/description")).and_then(Value::as_str);
        let help = match described.and_then(|text| text.lines().next()) {
            Some(text) => format!("mend `{word}`: {text}"),
            None => format!("`bactrian explain-code {}` shows one that is right", about.code),
        };
        set.error(about.code, span, fault.message, help);
    }
}

fn in_words(fault: expr::Fault) -> String {
    match fault.help {
        Some(help) => format!("{}, {help}", fault.message),
        None => fault.message,
    }
}

/// Where a body says what a message quotes: the last quoted word that is one of its texts or keys, at the
/// last place that says it (of two of one name the second is wrong).
fn mentioned(body: &Tree, message: &str) -> Option<(Span, String)> {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let mut said = Vec::new();
    sayings(body, &mut said);
    if let (true, [row, column, ..]) = (message.starts_with("rule `"), quoted.as_slice()) {
        let start = said.iter().find(|(_, text, is_key)| !is_key && text == row).map(|(span, ..)| *span);
        let cells =
            said.iter().filter(|(span, text, is_key)| *is_key && text == column && Some(*span) > start);
        if let Some((span, ..)) = cells.min_by_key(|(span, ..)| *span) {
            return Some((*span, (*column).to_owned()));
        }
    }
    quoted.iter().rev().find_map(|word| {
        let mut found = said.iter().filter(|(_, text, _)| text == word).collect::<Vec<_>>();
        found.sort_by_key(|(span, _, is_key)| (!is_key, *span));
        found.last().map(|(span, ..)| (*span, (*word).to_owned()))
    })
}

/// Every key and every text with its place, and whether it is a key.
fn sayings<'t>(tree: &'t Tree, said: &mut Vec<(Span, &'t str, bool)>) {
    match &tree.shape {
        Shape::Text(text) => said.push((tree.span, text, false)),
        Shape::List(items) => items.iter().for_each(|item| sayings(item, said)),
        _ => {
            for Entry { key, value } in tree.entries() {
                said.push((key.span, &key.value, true));
                sayings(value, said);
            }
        }
    }
}

/// Whether every reference is well formed; tells when one is not.
fn references(set: &mut Set<'_>, settings: &Tree) -> bool {
    let mut found = Vec::new();
    search(settings, false, &mut found);
    let is_sound = found.iter().all(|(_, fault)| matches!(fault, Fault::Plain(_)));
    for (span, fault) in found {
        match fault {
            Fault::Plain(key) => {
                let message = format!("`{key}` stands here for everybody to read");
                let help = format!("write `{key}: 'secret://name'` and give the secret to the process");
                set.warn("SECRET_IN_PLAIN", span, message, help);
            }
            Fault::Form(text) => {
                let message = format!("`{text}` names no secret");
                let help = "write secret:// and a name of letters, digits, `-`, `_` and `.`";
                set.error("SECRET_FORM", span, message, help);
            }
        }
    }
    is_sound
}

enum Fault {
    Plain(String),
    Form(String),
}

/// `is_secret`: the value stands under a key such as `password`.
fn search(tree: &Tree, is_secret: bool, found: &mut Vec<(Span, Fault)>) {
    if let Shape::List(items) = &tree.shape {
        items.iter().for_each(|item| search(item, false, found));
    }
    for Entry { key, value } in tree.entries() {
        let folded: String =
            key.value.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        let is_secret = SECRETS.contains(&folded.as_str()) || (is_secret && folded == "value");
        match value.text() {
            Some(text) => match text.strip_prefix("secret:") {
                Some(name) if !is_reference(name) => found.push((value.span, Fault::Form(text.to_owned()))),
                None if is_secret && !text.is_empty() => {
                    found.push((value.span, Fault::Plain(key.value.clone())));
                }
                _ => {}
            },
            None => search(value, folded == "header" || is_secret, found),
        }
    }
}

/// What follows `secret:` in a reference.
fn is_reference(rest: &str) -> bool {
    rest.strip_prefix("//").is_some_and(|name| {
        !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'))
    })
}
