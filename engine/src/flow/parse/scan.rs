//! The event pass: refuses what YAML can do and flows must not, and notes where every value stands,
//! before a single value is built. Interprets no scalar.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, StrInput};

use super::refuse;
use crate::flow::{
    diagnostic::Diagnostic,
    tree::{SourceId, Span},
};

/// The deepest nesting.
pub(super) const DEPTH: usize = 64;
/// The most refusals reported for one document: an alias bomb needs no thousand messages.
const REFUSALS: usize = 20;

/// Where the parts of a value stand.
#[derive(Debug)]
pub(super) enum Outline {
    /// A scalar; true when it is plain (unquoted) and empty.
    Scalar(Span, bool),
    /// A sequence.
    List(Span, Vec<Outline>),
    /// A mapping: keys as written, with their places.
    Map(Span, Vec<(String, Span, Outline)>),
}

impl Outline {
    /// Where it starts.
    pub(super) const fn span(&self) -> Span {
        match self {
            Self::Scalar(span, _) | Self::List(span, _) | Self::Map(span, _) => *span,
        }
    }
}

/// One document of a text.
pub(super) struct Scanned<'t> {
    /// Its own text.
    pub(super) text: &'t str,
    /// The line its text starts on, from 1.
    pub(super) line: u32,
    /// Its outline.
    pub(super) outline: Outline,
}

/// A collection that is still open.
enum Open {
    List(Span, Vec<Outline>),
    Map {
        span: Span,
        entries: Vec<(String, Span, Outline)>,
        key: Option<(String, Span)>,
        seen: HashMap<String, Span>,
    },
}

impl Open {
    const fn span(&self) -> Span {
        match self {
            Self::List(span, _) | Self::Map { span, .. } => *span,
        }
    }
}

/// Scans a text. What is refused is told to `faults`; documents with a fault are left out.
pub(super) fn scan<'t>(source: SourceId, text: &'t str, faults: &mut Vec<Diagnostic>) -> Vec<Scanned<'t>> {
    let mut options = granit_parser::options! {
        flow_nesting_limit: DEPTH,
        block_nesting_limit: DEPTH,
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        disallow_directives: true,
    };
    options.set_emit_comments(false);
    let mut scan = Scan {
        source,
        text,
        parser: Parser::new_from_str_with_options(text, options),
        found: Vec::new(),
        faults: Vec::new(),
        open: Vec::new(),
        root: None,
        start: (0, 1),
    };
    scan.run();
    faults.append(&mut scan.faults);
    scan.found
}

struct Scan<'t> {
    source: SourceId,
    text: &'t str,
    parser: Parser<'t, StrInput<'t>>,
    found: Vec<Scanned<'t>>,
    faults: Vec<Diagnostic>,
    open: Vec<Open>,
    root: Option<Outline>,
    start: (usize, u32),
}

impl<'t> Scan<'t> {
    fn run(&mut self) {
        loop {
            match self.document() {
                Ok(true) => {}
                Ok(false) => return,
                Err(fault) => {
                    let span = self.span_at(fault.marker().line(), fault.marker().col());
                    let open = self.open.last().map(Open::span);
                    self.faults.push(refuse::syntax(&fault, span, open, self.text));
                    self.forget();
                    if !matches!(self.parser.proceed_next_document(), Ok(true)) {
                        return;
                    }
                }
            }
        }
    }

    /// Reads up to the end of one document; false at the end of the text.
    fn document(&mut self) -> Result<bool, ScanError> {
        let before = self.faults.len();
        while let Some(event) = self.parser.next_event() {
            let (event, at) = event?;
            match event {
                Event::DocumentStart(..) => {
                    self.start = (at.start.byte_offset().unwrap_or(0), number(at.start.line()));
                }
                Event::DocumentEnd => {
                    let end = at.start.byte_offset().unwrap_or(self.text.len());
                    self.close_document(end, before);
                    return Ok(true);
                }
                Event::StreamEnd => return Ok(false),
                event => self.node(event, &at, before),
            }
        }
        Ok(false)
    }

    fn close_document(&mut self, end: usize, before: usize) {
        let root = self.root.take();
        let is_sound = self.faults.len() == before;
        self.forget();
        let (Some(outline), true) = (root, is_sound) else { return };
        if matches!(outline, Outline::Scalar(_, true)) {
            return;
        }
        let (start, line) = self.start;
        if let Some(text) = self.text.get(start..end) {
            self.found.push(Scanned { text, line, outline });
        }
    }

    fn forget(&mut self) {
        self.open.clear();
        self.root = None;
    }

    fn node(&mut self, event: Event<'t>, at: &granit_parser::Span, before: usize) {
        let span = self.span(at);
        if self.faults.len() - before < REFUSALS {
            self.properties(&event, at, span);
        }
        match event {
            Event::Alias(_) | Event::UnresolvedAlias(_) => self.value(Outline::Scalar(span, false)),
            Event::Scalar(text, style, ..) => {
                if self.expects_key() {
                    self.key(&text, style, span);
                } else {
                    let is_empty = text.is_empty() || (text == "~" && span.length == 0);
                    self.value(Outline::Scalar(span, style == ScalarStyle::Plain && is_empty));
                }
            }
            Event::SequenceStart(..) => {
                self.refuse_key(span);
                self.open.push(Open::List(span, Vec::new()));
            }
            Event::MappingStart(..) => {
                self.refuse_key(span);
                self.open.push(Open::Map { span, entries: Vec::new(), key: None, seen: HashMap::new() });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if self.open.len() > DEPTH {
                    self.faults.push(refuse::depth(span));
                }
                let closed = match self.open.pop() {
                    Some(Open::List(span, items)) => Outline::List(span, items),
                    Some(Open::Map { span, entries, .. }) => Outline::Map(span, entries),
                    None => return,
                };
                self.value(closed);
            }
            _ => {}
        }
    }

    /// Refuses anchors, aliases and tags.
    fn properties(&mut self, event: &Event<'t>, at: &granit_parser::Span, span: Span) {
        if event.is_alias() || matches!(event, Event::UnresolvedAlias(_)) {
            self.faults.push(refuse::alias(span));
        }
        if matches!(event, Event::Anchor(..)) {
            self.faults.push(refuse::anchor(span));
        }
        if let Some(tag) = event.tag() {
            let start = at.tag_start().unwrap_or(at.start);
            let written = tag.original();
            let mut place = self.span_at(start.line(), start.col());
            place.length = number(written.chars().count().max(1));
            self.faults.push(refuse::tag(place, &written));
        }
    }

    fn expects_key(&self) -> bool {
        matches!(self.open.last(), Some(Open::Map { key: None, .. }))
    }

    fn key(&mut self, text: &str, style: ScalarStyle, span: Span) {
        let Some(Open::Map { key, seen, .. }) = self.open.last_mut() else { return };
        *key = Some((text.to_owned(), span));
        if let Some(first) = seen.insert(text.to_owned(), span) {
            self.faults.push(refuse::duplicate_key(text, span, first));
        }
        if text == "<<" && style == ScalarStyle::Plain {
            self.faults.push(refuse::merge_key(span));
        }
    }

    /// A collection where a key is expected has no meaning in a flow.
    fn refuse_key(&mut self, span: Span) {
        if let Some(Open::Map { key: key @ None, .. }) = self.open.last_mut() {
            *key = Some((String::new(), span));
            self.faults.push(refuse::complex_key(span));
            // The collection itself then takes the value's place; the real value is dropped with the document.
        }
    }

    fn value(&mut self, value: Outline) {
        match self.open.last_mut() {
            None => self.root = Some(value),
            Some(Open::List(_, items)) => items.push(value),
            Some(Open::Map { entries, key, .. }) => {
                if let Some((name, span)) = key.take() {
                    entries.push((name, span, value));
                }
            }
        }
    }

    fn span(&self, at: &granit_parser::Span) -> Span {
        let length = if at.start.line() == at.end.line() { at.end.index() - at.start.index() } else { 1 };
        Span { length: number(length), ..self.span_at(at.start.line(), at.start.col()) }
    }

    fn span_at(&self, line: usize, column: usize) -> Span {
        Span { source: self.source, line: number(line.max(1)), column: number(column + 1), length: 1 }
    }
}

/// Lines and columns of a text of at most 512 KiB always fit.
fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
