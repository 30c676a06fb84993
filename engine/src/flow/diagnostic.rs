//! What is wrong with a document, where, and how to mend it. Pure data: rendering is the caller's.

use serde::Serialize;

use super::tree::Span;

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
