//! From texts to documents.

use super::{LARGEST, cases, check, read, refuse, scan, value};
use crate::flow::{
    diagnostic::{Diagnostic, tidy},
    document::Document,
    language,
    load::Source,
    nearest::nearest,
    spread::spread,
    tree::{Shape, Span, Tree},
};

/// A document with the tree it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The document.
    pub document: Document,
    /// Its tree, which variants patch.
    pub tree: Tree,
}

/// Reads all texts. Every fault of every document is returned, in the order of texts and lines.
#[must_use]
pub fn parse(sources: &[Source]) -> (Vec<Parsed>, Vec<Diagnostic>) {
    let mut parsed = Vec::new();
    let mut faults = Vec::new();
    let mut pending = Vec::new();
    for (source, (mut documents, trees, mut found)) in sources.iter().zip(spread(sources, read_one)) {
        parsed.append(&mut documents);
        faults.append(&mut found);
        pending.push((source, trees));
    }
    let flows = cases::Flows::new(sources, &parsed);
    for (source, trees) in pending {
        for tree in trees {
            cases::attach(source, &flows, &tree, &mut parsed, &mut faults);
        }
    }
    let trees: Vec<&Tree> = parsed.iter().map(|parsed| &parsed.tree).collect();
    let faults = tidy(faults, &trees);
    (parsed, faults)
}

/// The documents of one text, the trees of its cases, and what is wrong.
type Read = (Vec<Parsed>, Vec<Tree>, Vec<Diagnostic>);

fn read_one(source: &Source) -> Read {
    let mut faults = Vec::new();
    let trees = trees(source, &mut faults);
    if source.is_cases() {
        return (Vec::new(), trees, faults);
    }
    let documents = trees.into_iter().filter_map(|tree| document(tree, &mut faults)).collect();
    (documents, Vec::new(), faults)
}

/// The trees of one text; what cannot be read is left out and told.
fn trees(source: &Source, faults: &mut Vec<Diagnostic>) -> Vec<Tree> {
    if !source.is_read {
        return Vec::new();
    }
    if source.text.len() > LARGEST {
        faults.push(refuse::too_large(source.id, source.text.len()));
        return Vec::new();
    }
    let before = faults.len();
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    let mut trees = Vec::new();
    for scanned in scan::scan(source.id, text, faults) {
        match value::value(&scanned) {
            Ok(tree) => trees.push(tree),
            Err(fault) => faults.push(*fault),
        }
    }
    if trees.is_empty() && faults.len() == before {
        faults.push(refuse::empty(source.id));
    }
    trees
}

fn document(tree: Tree, faults: &mut Vec<Diagnostic>) -> Option<Parsed> {
    let start = Span { length: 1, ..tree.span };
    let Some(kind) = tree.get("kind") else {
        faults.push(missing_kind(start, &tree));
        return None;
    };
    let Some(grammar) = kind.text().and_then(language::document) else {
        faults.push(unknown_kind(kind));
        return None;
    };
    check::object(&tree, grammar, start, faults);
    let document = read::document(kind.text()?, &tree)?;
    Some(Parsed { document, tree })
}

fn missing_kind(start: Span, tree: &Tree) -> Diagnostic {
    match &tree.shape {
        Shape::Map(_) => {}
        Shape::List(_) => {
            let help = "write each entry as a document of its own, with a line `---` between two";
            return Diagnostic::error(
                "WRONG_TYPE",
                start,
                "a document must be a mapping, found a list",
                help,
            );
        }
        _ => {
            let help = "begin with `apiVersion: bactrian/v1` and `kind: Flow` (or another kind)";
            return Diagnostic::error("WRONG_TYPE", start, "a document must be a mapping", help);
        }
    }
    let slip = tree.entries().iter().find(|entry| nearest(&entry.key.value, ["kind"]).is_some());
    match slip {
        Some(slip) => Diagnostic::error(
            "UNKNOWN_KEY",
            slip.key.span,
            format!("a document has no key `{}`", slip.key.value),
            "did you mean `kind`?",
        ),
        None => Diagnostic::error(
            "MISSING_KEY",
            start,
            "the document does not say its `kind`",
            "begin with `apiVersion: bactrian/v1` and `kind: Flow` (or another kind)",
        ),
    }
}

fn unknown_kind(kind: &Tree) -> Diagnostic {
    let known = language::DOCUMENTS.iter().map(|(name, _)| *name);
    let found = kind.text().unwrap_or_default();
    let help = match nearest(found, known.clone()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("write one of {}", known.collect::<Vec<_>>().join(", ")),
    };
    Diagnostic::error("UNKNOWN_KIND", kind.span, format!("there is no kind `{found}`"), help)
}

/// What the grammar says of a flow's tree, for trees that variants made.
#[must_use]
pub fn check_flow(tree: &Tree) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    if let Some(grammar) = language::document("Flow") {
        check::object(tree, grammar, Span { length: 1, ..tree.span }, &mut faults);
    }
    faults
}
