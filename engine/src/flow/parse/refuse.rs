//! What stage 2 refuses, in words: one function for each refusal, so that all of them read alike.

use granit_parser::{ErrorKind, ScanError};

use crate::flow::{
    diagnostic::Diagnostic,
    tree::{SourceId, Span},
};

pub(super) fn alias(span: Span) -> Diagnostic {
    Diagnostic::error(
        "YAML_ALIAS",
        span,
        "aliases are not allowed in flows",
        "write the value out; if this is an expression or a pattern that begins with `*`, quote it",
    )
}

pub(super) fn anchor(span: Span) -> Diagnostic {
    Diagnostic::error(
        "YAML_ANCHOR",
        span,
        "anchors are not allowed in flows",
        "take `&name` away and write the value out where it is needed; named `policies:` share settings",
    )
}

pub(super) fn tag(span: Span, written: &str) -> Diagnostic {
    let help = if written.starts_with("!!") || written.starts_with("!<") {
        "take the tag away: quotes make a value a text, and no other types can be named"
    } else {
        "quote the whole value: '!…'; an expression that begins with `!` is a tag to YAML"
    };
    Diagnostic::error("YAML_TAG", span, format!("`{written}` is read as a YAML tag"), help)
}

pub(super) fn merge_key(span: Span) -> Diagnostic {
    Diagnostic::error(
        "YAML_MERGE_KEY",
        span,
        "`<<` does not merge in YAML 1.2",
        "write the keys out; named `policies:` with `policy:` on the node share settings",
    )
}

pub(super) fn complex_key(span: Span) -> Diagnostic {
    Diagnostic::error(
        "YAML_KEY",
        span,
        "a key must be a text, not a list or a mapping",
        "if this is a template, quote it: '${ … }'",
    )
}

pub(super) fn duplicate_key(name: &str, span: Span, first: Span) -> Diagnostic {
    let help = if first.column == 1 && matches!(name, "apiVersion" | "kind" | "metadata") {
        "keep one of them; put a line with `---` between two documents"
    } else {
        "keep one of them, or give this one another name"
    };
    let message = format!("`{name}` is here twice, first at line {}", first.line);
    Diagnostic::error("DUPLICATE_KEY", span, message, help).see(first, "first here")
}

pub(super) fn depth(span: Span) -> Diagnostic {
    Diagnostic::error(
        "YAML_DEPTH",
        span,
        format!("nested deeper than {} levels", super::scan::DEPTH),
        "move the inner part into a flow of its own, or into the input of a component",
    )
}

pub(super) fn not_finite(span: Span, found: f64) -> Diagnostic {
    Diagnostic::error(
        "YAML_NUMBER",
        span,
        format!("`{found}` is no number that JSON can hold"),
        "write a finite number, or quote it to mean the text",
    )
}

pub(super) fn value(span: Span, why: &str) -> Diagnostic {
    Diagnostic::error(
        "YAML_VALUE",
        span,
        format!("the value cannot be read: {why}"),
        "quote it to mean the text",
    )
}

pub(super) fn empty(source: SourceId) -> Diagnostic {
    let span = Span { source, line: 1, column: 1, length: 1 };
    Diagnostic::error(
        "EMPTY_FILE",
        span,
        "the file holds no document",
        "write a document, or delete the file",
    )
}

pub(super) fn too_large(source: SourceId, bytes: usize) -> Diagnostic {
    let span = Span { source, line: 1, column: 1, length: 1 };
    Diagnostic::error(
        "FILE_TOO_LARGE",
        span,
        format!("the file has {bytes} bytes; at most {} are read", super::LARGEST),
        "split it: each flow may have a file of its own",
    )
}

/// A bracket or brace that reading left open when it came to `stopped`.
fn unclosed(open: Span, stopped: Span) -> Diagnostic {
    let help = "close it on this line, or indent what belongs to it deeper than this line";
    Diagnostic::error("YAML_SYNTAX", open, "this is no YAML: this bracket is never closed", help)
        .see(stopped, "here it can no longer go on")
}

/// The line `span` lies on.
fn line_of(span: Span, text: &str) -> &str {
    text.lines().nth(usize::try_from(span.line).unwrap_or(1).saturating_sub(1)).unwrap_or("")
}

/// A text that is no YAML. `open` is the innermost collection that was being read.
pub(super) fn syntax(fault: &ScanError, span: Span, open: Option<Span>, text: &str) -> Diagnostic {
    use ErrorKind as Kind;
    let line = line_of(span, text);
    if matches!(fault.kind(), Kind::RecursionLimitExceeded) {
        return depth(span);
    }
    if let Some(open) = open {
        let (first, column) = (line_of(open, text), usize::try_from(open.column).unwrap_or(1));
        let indent = |line: &str| line.chars().take_while(|c| *c == ' ').count();
        let is_bracket = matches!(first.chars().nth(column.saturating_sub(1)), Some('[' | '{'));
        if is_bracket && open.line < span.line && indent(line) <= indent(first) {
            return unclosed(open, span);
        }
    }
    let help = match fault.kind() {
        _ if line.contains("${") => {
            "a template in a `{ }` or `[ ]`, or with `: ` in it, must be quoted: '${ … }'; or use `>-`"
        }
        Kind::MissingAnchorOrAliasName | Kind::UnknownAnchor => {
            "quote the value: `*` and `&` at its start mean something to YAML"
        }
        Kind::TabNotAllowed
        | Kind::TabInBlockIndentation
        | Kind::TabInIndentation
        | Kind::TabAtBlockScalarStart => "indent with spaces; YAML allows no tabs there",
        Kind::UnclosedQuotedScalar | Kind::DocumentIndicatorInQuotedScalar => "close the quote",
        Kind::UnclosedFlowCollection { .. }
        | Kind::UnexpectedEofFlowMapping
        | Kind::UnexpectedEofFlowSequence
        | Kind::ExpectedFlowMappingSeparator
        | Kind::ExpectedFlowSequenceSeparator
        | Kind::MismatchedFlowCollectionEnd { .. }
        | Kind::MisplacedFlowCollectionEnd => "close the bracket, and put a comma between entries",
        Kind::DirectiveDisallowed => "take the line with `%` away",
        Kind::UnexpectedCharacter { .. } => {
            "quote the value: it begins with a character that means something to YAML"
        }
        Kind::UnknownQuotedScalarEscape => "use single quotes, in which a backslash is only a backslash",
        _ => {
            "check the indentation; quote a text that holds `: `, ` #`, or begins with one of @ ` % ! & * { ["
        }
    };
    Diagnostic::error("YAML_SYNTAX", span, format!("this is no YAML: {}", fault.info()), help)
}
