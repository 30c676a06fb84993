//! What is wrong with a document, where, and how to mend it. Pure data: rendering is the caller's.

use serde::Serialize;

use super::tree::{Span, Tree};

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

/// The findings of stage 3 and of stage 4 together. Where both saw the same fault, stage 3's words stay.
#[must_use]
pub fn merged(validated: Vec<Diagnostic>, planned: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let is_told = |finding: &Diagnostic| {
        validated.iter().any(|told| {
            told.code == finding.code
                && told.span.source == finding.span.source
                && (told.span == finding.span
                    || told.path.starts_with(&finding.path) && !finding.path.is_empty()
                    || finding.path.starts_with(&told.path) && !told.path.is_empty())
        })
    };
    let new: Vec<Diagnostic> = planned.into_iter().filter(|finding| !is_told(finding)).collect();
    tidy(validated.into_iter().chain(new).collect(), &[])
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
    let mut told: Vec<Diagnostic> = Vec::with_capacity(found.len());
    for mut finding in found {
        let here = told.iter().rev().take_while(|other| other.span.line == finding.span.line);
        if here.into_iter().any(|other| other.is_same(&finding)) {
            continue;
        }
        if finding.path.is_empty() {
            finding.path = path(&finding, trees);
        }
        told.push(finding);
    }
    told
}

/// The path within the document that a finding lies in: the last one to start before it.
fn path(finding: &Diagnostic, trees: &[&Tree]) -> String {
    trees
        .iter()
        .filter(|tree| tree.span.source == finding.span.source && tree.span.line <= finding.span.line)
        .max_by_key(|tree| (tree.span.line, tree.span.column))
        .map(|tree| tree.path_at(finding.span))
        .unwrap_or_default()
}
