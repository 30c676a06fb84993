//! What can be wrong with an expression: at load ([`Fault`]) and when it is evaluated ([`Failure`]).
//! Neither knows files or places in them: a fault's range is inside the text of its expression.

use std::ops::Range;
use std::sync::Arc;

/// The text is not CEL.
pub(super) const SYNTAX: &str = "EXPR_SYNTAX";
/// A name leads nowhere.
pub(super) const UNKNOWN_NAME: &str = "EXPR_UNKNOWN_NAME";
/// No function is called so, or it is not called with so many arguments.
pub(super) const UNKNOWN_FUNCTION: &str = "EXPR_UNKNOWN_FUNCTION";
/// Over 4 KiB of text.
pub(super) const TOO_LONG: &str = "EXPR_TOO_LONG";
/// Over 200 operators.
pub(super) const TOO_MANY_OPERATORS: &str = "EXPR_TOO_MANY_OPERATORS";
/// Nested deeper than 64.
pub(super) const TOO_DEEP: &str = "EXPR_TOO_DEEP";
/// Macros nested so that the work cannot be bounded.
pub(super) const TOO_COSTLY: &str = "EXPR_TOO_COSTLY";
/// Money times a floating-point number (a warning).
pub(super) const FLOAT_MONEY: &str = "EXPR_FLOAT_MONEY";
/// An evaluation that failed.
pub(super) const FAILED: &str = "EXPR_FAILED";

/// Something wrong with an expression, found when it is compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Fault {
    /// `EXPR_…`.
    pub code: &'static str,
    /// What is wrong, as a fragment of a sentence.
    pub message: String,
    /// Where, in bytes of the text given to the compiler.
    pub range: Range<usize>,
    /// How to mend it.
    pub help: Option<String>,
}

impl Fault {
    pub(super) fn new(code: &'static str, message: impl Into<String>, range: Range<usize>) -> Self {
        Self { code, message: message.into(), range, help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same fault in a longer text that has this one at `offset`.
    pub(super) fn shifted(mut self, offset: usize) -> Self {
        self.range = self.range.start + offset..self.range.end + offset;
        self
    }
}

/// An evaluation that failed; its code is always `EXPR_FAILED`. Holds types and names, never values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{cause}, in `{expression}`")]
pub struct Failure {
    /// The text of the expression.
    pub expression: Arc<str>,
    /// What went wrong.
    pub cause: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl Failure {
    /// The code of every failed evaluation.
    pub const CODE: &'static str = FAILED;

    pub(super) fn new(expression: &Arc<str>, cause: Cause) -> Self {
        Self { expression: Arc::clone(expression), cause: cause.message, help: cause.help }
    }
}

/// The part of a [`Failure`] that is known before the expression is.
#[derive(Debug)]
pub(super) struct Cause {
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Cause {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
