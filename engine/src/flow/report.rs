//! Findings as text for people and as JSON for programs. Knows no colour: that is the terminal's affair.

use std::fmt::Write as _;

use schemars::JsonSchema;
use sdk::Value;
use serde::Serialize;
use serde_json::json;

use super::{
    diagnostic::{Diagnostic, Severity},
    load::Source,
    tree::Span,
};

/// The longest part of a source line that is shown.
const WIDTH: usize = 140;

/// A finding in parts, for those who colour or lay it out themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// `error` or `warning`.
    pub severity: Severity,
    /// The code.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// `file:line:column`.
    pub place: String,
    /// The path within the document.
    pub path: String,
    /// The number of the line, its text and the line of carets below it; none when the text is unknown.
    pub excerpt: Option<(u32, String, String)>,
    /// Other places that matter: `file:line:column` and why.
    pub related: Vec<(String, String)>,
    /// How to mend it.
    pub help: String,
}

impl Report {
    /// Lays a finding out over the texts it points into.
    #[must_use]
    pub fn new(finding: &Diagnostic, sources: &[Source]) -> Self {
        let related = finding.related.iter().map(|(span, why)| (place(*span, sources), why.clone()));
        Self {
            severity: finding.severity,
            code: finding.code,
            message: finding.message.clone(),
            place: place(finding.span, sources),
            path: finding.path.clone(),
            excerpt: excerpt(finding.span, sources),
            related: related.collect(),
            help: finding.help.clone(),
        }
    }

    /// The whole as plain text, with a line break at its end.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{}[{}]: {}\n", self.severity.word(), self.code, self.message);
        let gutter = self.excerpt.as_ref().map_or(2, |(line, ..)| line.to_string().len());
        let pad = " ".repeat(gutter);
        let path = if self.path.is_empty() { String::new() } else { format!(" ({})", self.path) };
        let mut line = |args: std::fmt::Arguments<'_>| {
            // Writing to a String cannot fail.
            writeln!(text, "{args}").unwrap_or_default();
        };
        line(format_args!("{pad}--> {}{path}", self.place));
        if let Some((number, source, carets)) = &self.excerpt {
            line(format_args!("{pad} |"));
            line(format_args!("{number} | {source}"));
            line(format_args!("{pad} | {carets}"));
        }
        for (place, why) in &self.related {
            line(format_args!("{pad} = see: {place} ({why})"));
        }
        line(format_args!("{pad} = help: {}", self.help));
        text
    }
}

impl Severity {
    /// `error` or `warning`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A finding for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Diagnostic")]
pub struct Finding {
    /// The code.
    pub code: &'static str,
    /// How bad it is.
    #[schemars(extend("enum" = ["error", "warning"]))]
    pub severity: &'static str,
    /// The file; empty when no text is to blame.
    pub file: String,
    /// Where in it.
    pub range: Range,
    /// The path within the document.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// The words that the message quotes, for those who translate it by its code.
    pub params: Vec<String>,
    /// How to mend it.
    pub help: String,
    /// Other places that matter.
    pub related: Vec<Related>,
}

/// From where to where, the end excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Range {
    /// The first character.
    pub start: Position,
    /// Behind the last one.
    pub end: Position,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Position {
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
}

/// Another place that matters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Related {
    /// The file.
    pub file: String,
    /// Where in it.
    pub range: Range,
    /// Why it matters.
    pub message: String,
}

impl Finding {
    /// A finding over the texts it points into.
    #[must_use]
    pub fn new(finding: &Diagnostic, sources: &[Source]) -> Self {
        let related = |(span, why): &(Span, String)| Related {
            file: file(*span, sources).to_owned(),
            range: range(*span),
            message: why.clone(),
        };
        Self {
            code: finding.code,
            severity: finding.severity.word(),
            file: file(finding.span, sources).to_owned(),
            range: range(finding.span),
            path: finding.path.clone(),
            message: finding.message.clone(),
            params: finding.message.split('`').skip(1).step_by(2).map(str::to_owned).collect(),
            help: finding.help.clone(),
            related: finding.related.iter().map(related).collect(),
        }
    }
}

/// A finding as JSON: see [`Finding`].
#[must_use]
pub fn to_json(finding: &Diagnostic, sources: &[Source]) -> Value {
    json!(Finding::new(finding, sources))
}

fn range(span: Span) -> Range {
    Range {
        start: Position { line: span.line, column: span.column },
        end: Position { line: span.line, column: span.column + span.length.max(1) },
    }
}

fn source(span: Span, sources: &[Source]) -> Option<&Source> {
    sources.iter().find(|source| source.id == span.source)
}

fn file(span: Span, sources: &[Source]) -> &str {
    source(span, sources).map_or("", |source| &*source.path)
}

fn place(span: Span, sources: &[Source]) -> String {
    format!("{}:{}:{}", file(span, sources), span.line, span.column)
}

fn excerpt(span: Span, sources: &[Source]) -> Option<(u32, String, String)> {
    let number = usize::try_from(span.line).ok()?.checked_sub(1)?;
    let line = source(span, sources)?.text.lines().nth(number)?;
    let column = usize::try_from(span.column).ok()?.saturating_sub(1);
    let length = usize::try_from(span.length).ok()?.max(1);
    // A long line is shown from a little before the place.
    let skip = if column + length.min(40) > WIDTH { column.saturating_sub(40) } else { 0 };
    let mut shown: String = line.chars().skip(skip).take(WIDTH).map(printable).collect();
    if skip > 0 {
        shown.insert(0, '…');
    }
    let lead = usize::from(skip > 0);
    let before: String = shown.chars().take(column - skip + lead).map(blank).collect();
    let width: usize = shown.chars().skip(column - skip + lead).take(length).map(width).sum();
    Some((span.line, shown, format!("{before}{}", "^".repeat(width.max(1)))))
}

/// Control characters would move the cursor; tabs keep their width because the caret line copies them.
fn printable(c: char) -> char {
    if c.is_control() && c != '\t' { '\u{fffd}' } else { c }
}

/// As wide as the character above it.
fn blank(c: char) -> &'static str {
    match (c, width(c)) {
        ('\t', _) => "\t",
        (_, 2) => "  ",
        _ => " ",
    }
}

/// Columns on a terminal: wide scripts take two.
fn width(c: char) -> usize {
    let wide = [
        0x1100..=0x115f,
        0x2e80..=0xa4cf,
        0xac00..=0xd7a3,
        0xf900..=0xfaff,
        0xfe30..=0xfe4f,
        0xff00..=0xff60,
        0x1f300..=0x1faff,
        0x20000..=0x3fffd,
    ];
    if wide.iter().any(|range| range.contains(&u32::from(c))) { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::{Report, to_json};
    use crate::flow::{
        diagnostic::Diagnostic,
        load::Source,
        tree::{SourceId, Span},
    };

    fn sources() -> Vec<Source> {
        vec![Source::new(0, "flows/a.yaml", "a: 1\n标题: {title: 退款, x: 1}\n")]
    }

    fn finding() -> Diagnostic {
        let span = Span { source: SourceId(0), line: 2, column: 17, length: 1 };
        let first = Span { source: SourceId(0), line: 1, column: 1, length: 1 };
        Diagnostic::error("UNKNOWN_KEY", span, "a node has no key `x`", "take it away")
            .at("标题.x")
            .see(first, "the first")
    }

    #[test]
    fn carets_stand_below_the_place_in_wide_scripts_too() {
        let text = Report::new(&finding(), &sources()).to_text();
        let expected = "error[UNKNOWN_KEY]: a node has no key `x`
 --> flows/a.yaml:2:17 (标题.x)
  |
2 | 标题: {title: 退款, x: 1}
  |                     ^
  = see: flows/a.yaml:1:1 (the first)
  = help: take it away
";
        assert_eq!(text, expected);
    }

    #[test]
    fn json_names_the_file_the_range_and_what_the_message_quotes() {
        let json = to_json(&finding(), &sources());
        assert_eq!(json["file"], "flows/a.yaml");
        assert_eq!(json["range"]["end"]["column"], 18);
        assert_eq!(json["params"][0], "x");
        assert_eq!(json["related"][0]["range"]["start"]["line"], 1);
    }
}
