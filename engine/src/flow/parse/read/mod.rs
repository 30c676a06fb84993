//! From trees to typed documents. The check has told every fault already, so reading tells nothing: what
//! has the wrong form is left out or takes its default, and a name that is missing reads as empty.

mod binding;
mod body;
mod flow;
mod kind;
mod policy;
mod scalar;
mod tests;
mod trigger;

use self::scalar::{
    class, duration, expression, expression_or, flag, integer, name, name_or, names, number, pairs, plain,
    several, template, text, title, whole, word,
};
use super::PolicyBlocks;
use crate::flow::{
    document::{Document, Header},
    tree::{Entry, Tree},
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
        title: title(get("title")),
        owner: plain(get("owner")),
        labels: get("labels")
            .map(|labels| {
                let entry = |entry: &Entry| Some((entry.key.value.clone(), title(Some(&entry.value))?));
                labels.entries().iter().filter_map(entry).collect()
            })
            .unwrap_or_default(),
        span: tree.span,
        hash: tree.hash(),
    }
}
