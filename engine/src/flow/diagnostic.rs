//! What is wrong with a document, where, and how to mend it. Pure data: rendering is the caller's.

use std::collections::HashMap;

use serde::Serialize;

use super::tree::{SourceId, Span, Tree};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The set is refused.
    Error,
    /// The set is taken; somebody should look.
    Warning,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// A stable code with a page of its own (`bactrian explain-code CODE`).
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// A lowercase fragment: what, which value.
    pub message: String,
    /// Where.
    pub span: Span,
    /// The path within the document, such as `nodes.load.with.path`.
    pub path: String,
    /// How to mend it.
    pub help: String,
    /// Other places that matter, such as the first of two duplicates.
    pub related: Vec<(Span, String)>,
}

impl Diagnostic {
    /// An error at `span`.
    pub fn error(
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            span,
            path: String::new(),
            help: help.into(),
            related: Vec::new(),
        }
    }

    /// A warning at `span`.
    pub fn warning(
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message, help) }
    }

    /// The same finding with its path within the document.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// The same finding with another place that matters.
    #[must_use]
    pub fn see(mut self, span: Span, what: impl Into<String>) -> Self {
        self.related.push((span, what.into()));
        self
    }
}

impl Diagnostic {
    /// The same code, place and words; notes do not count.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.code == other.code && self.span == other.span && self.message == other.message
    }
}

/// The findings of an earlier stage and of a later one together. A later stage often trips over what an
/// earlier one has told already, in other words: then the earlier words stay alone.
#[must_use]
pub fn merged(earlier: Vec<Diagnostic>, later: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut by_source: HashMap<SourceId, Vec<(&Diagnostic, String)>> = HashMap::new();
    for finding in &earlier {
        by_source.entry(finding.span.source).or_default().push((finding, dotted(&finding.path)));
    }
    let is_told = |finding: &Diagnostic| {
        let path = dotted(&finding.path);
        by_source.get(&finding.span.source).into_iter().flatten().any(|(told, at)| {
            let is_around = is_below(at, &path) || is_below(&path, at);
            // What stands in `order` twice waits for itself; that needs no telling.
            let is_order = finding.code == "CYCLE" && told.code == "DUPLICATE_IN_ORDER";
            let is_settings = finding.code == "CONFIG_INVALID" && is_below(at, node(&path));
            (told.severity == Severity::Error && (told.span == finding.span || is_settings))
                || is_order
                || (told.code == finding.code && is_around)
        })
    };
    let new: Vec<Diagnostic> = later.into_iter().filter(|finding| !is_told(finding)).collect();
    tidy(earlier.into_iter().chain(new).collect(), &[])
}

/// `order[1]` as `order.1`.
fn dotted(path: &str) -> String {
    path.replace('[', ".").replace(']', "")
}

fn is_below(path: &str, above: &str) -> bool {
    !above.is_empty() && path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The path of the node that `with` or `use` belongs to.
fn node(path: &str) -> &str {
    let end = [".with", ".use"].iter().filter_map(|key| path.rfind(key)).max().unwrap_or(path.len());
    &path[..end]
}

/// Sorts findings by place, tells each once, and fills in the paths that are missing. Give it the findings
/// of all stages together: two stages that saw the same fault then tell it once.
#[must_use]
pub fn tidy(mut found: Vec<Diagnostic>, trees: &[&Tree]) -> Vec<Diagnostic> {
    found.sort_by(|left, right| {
        let place = |finding: &Diagnostic| (finding.span.source, finding.span.line, finding.span.column);
        place(left)
            .cmp(&place(right))
            .then(left.severity.cmp(&right.severity))
            .then(left.code.cmp(right.code))
    });
    let mut by_source: HashMap<SourceId, Vec<&Tree>> = HashMap::new();
    for tree in trees {
        by_source.entry(tree.span.source).or_default().push(tree);
    }
    let mut told: Vec<Diagnostic> = Vec::with_capacity(found.len());
    for mut finding in found {
        let mut here = told.iter().rev().take_while(|other| {
            (other.span.source, other.span.line) == (finding.span.source, finding.span.line)
        });
        if here.any(|other| other.is_same(&finding)) {
            continue;
        }
        if finding.path.is_empty() {
            let trees = by_source.get(&finding.span.source).map(Vec::as_slice);
            finding.path = path(&finding, trees.unwrap_or_default());
        }
        told.push(finding);
    }
    told
}

/// The path within the document that a finding lies in: the last one to start before it.
fn path(finding: &Diagnostic, trees: &[&Tree]) -> String {
    trees
        .iter()
        .filter(|tree| tree.span.line <= finding.span.line)
        .max_by_key(|tree| (tree.span.line, tree.span.column))
        .map(|tree| tree.path_at(finding.span))
        .unwrap_or_default()
}
