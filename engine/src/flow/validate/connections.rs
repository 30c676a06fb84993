//! Bodies of connections and decisions, as the components that use them declare; secrets by reference.

use sdk::Value;

use super::{fit::About, set::Set};
use crate::flow::tree::{Entry, Shape, Span, Tree};

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
    if set.faults.len() == before
        && let Err(fault) = (entry.validate)(&body.to_json())
    {
        let help = format!("see the description of {}", about.what);
        set.error(about.code, about.owner, fault.message, help);
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
