//! Stage 4 of 8: compiles the expressions of one flow and says where in the file each fault stands. Keeps
//! what every expression reads, for the edges and the checks that look at a whole body.

use std::{collections::HashMap, ops::Range, sync::Arc};

use sdk::{Registry, Value};

use super::{model::SettingRead, pieces::Schemas};
use crate::flow::{
    diagnostic::{Diagnostic, Severity},
    document::{self, Policies},
    expr::{Cache, Expression, Fault, Names, Read, Root, Template},
    nearest::nearest,
    policy::States,
    tree::{Span, Spanned, Tree},
};

/// What plans are made with; shared by all flows of a set.
pub struct Workshop<'w> {
    /// The components.
    pub registry: &'w Registry,
    /// What policies remember beyond a plan.
    pub states: States,
    pub(super) schemas: Schemas,
    pub(super) cache: Arc<Cache>,
}

impl<'w> Workshop<'w> {
    /// A workshop with these components, whose plans keep their policies' states here.
    #[must_use]
    pub fn new(registry: &'w Registry, states: States) -> Self {
        Self { registry, states, schemas: Schemas::default(), cache: Arc::default() }
    }

    /// Names with these plain roots, sharing what this workshop has parsed.
    pub(crate) fn names(&self, roots: &[Root]) -> Names<'static> {
        Names::new(roots).sharing(&self.cache)
    }
}

/// When a node evaluates an expression: decides whether reading implies an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// Before or during its call: it waits for what it reads.
    Call,
    /// After its call: it waits as well, but may read itself.
    After,
    /// When the run is undone: everything has settled by then.
    Undo,
}

/// Something an expression reads.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) read: Read,
    pub(super) span: Span,
    pub(super) moment: Moment,
    /// It stands in the node's own `when`: a guard there guards the whole node.
    pub(super) is_condition: bool,
}

/// Where an expression stands: its names, its moment, its path within the document.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) names: &'a Names<'a>,
    pub(super) moment: Moment,
    pub(super) path: &'a str,
}

impl<'a> At<'a> {
    pub(super) const fn new(names: &'a Names<'a>, path: &'a str) -> Self {
        Self { names, moment: Moment::Call, path }
    }

    pub(super) const fn when(self, moment: Moment) -> Self {
        Self { moment, ..self }
    }
}

/// Compiles one flow, or one extension.
pub(super) struct Compiler<'c> {
    pub(super) workshop: &'c Workshop<'c>,
    /// The document, as policies name it: name and version.
    pub(super) label: String,
    /// The flow's `defaults`, merged into its nodes already.
    pub(super) defaults: Policies,
    /// The flow's `vars`, as far as they may be read; `None` = not checked.
    pub(super) vars: Vec<String>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The settings that are read without a guard.
    pub(super) settings: Vec<SettingRead>,
    /// What has been read since the last [`Compiler::collect`].
    pub(super) seen: Vec<Seen>,
    /// The order found for a body, by its address: a body inside one that is compiled again keeps it.
    pub(super) orders: HashMap<*const document::Body, Vec<usize>>,
}

impl<'c> Compiler<'c> {
    pub(super) fn new(workshop: &'c Workshop<'c>, label: String, defaults: Policies) -> Self {
        Self {
            workshop,
            label,
            defaults,
            vars: Vec::new(),
            diagnostics: Vec::new(),
            settings: Vec::new(),
            seen: Vec::new(),
            orders: HashMap::new(),
        }
    }

    /// What was made, unless an error was found beside it.
    pub(super) fn finish<T>(self, made: Option<T>) -> (Option<T>, Vec<Diagnostic>) {
        let is_refused = self.diagnostics.iter().any(|found| found.severity == Severity::Error);
        (made.filter(|_| !is_refused), self.diagnostics)
    }

    /// Runs `work` and takes what it read, leaving what was read before.
    pub(super) fn collect<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> (T, Vec<Seen>) {
        let before = std::mem::take(&mut self.seen);
        let made = work(self);
        (made, std::mem::replace(&mut self.seen, before))
    }

    /// Compiles a bare expression.
    pub(super) fn expression(&mut self, text: &Spanned<String>, at: At<'_>) -> Option<Expression> {
        if text.value.is_empty() {
            // Stage 2 has told that it is missing.
            return None;
        }
        match Expression::compile(&text.value, at.names) {
            Ok(expression) => {
                for fault in expression.warnings() {
                    self.warn(text.span, &text.value, fault, at.path);
                }
                self.read(expression.reads(), text.span, at);
                Some(expression)
            }
            Err(faults) => {
                for fault in faults {
                    self.refuse(text.span, &text.value, &fault, at.path);
                }
                None
            }
        }
    }

    /// Compiles a template.
    pub(super) fn template(&mut self, tree: &Tree, at: At<'_>) -> Option<Template> {
        self.template_in_pieces(tree, &tree.to_json(), at, &|_| false)
    }

    /// Compiles a template, some of whose texts are handed over in pieces.
    pub(super) fn template_in_pieces(
        &mut self,
        tree: &Tree,
        value: &Value,
        at: At<'_>,
        in_pieces: &dyn Fn(&str) -> bool,
    ) -> Option<Template> {
        match Template::compile_in_pieces(value, at.names, in_pieces) {
            Ok(template) => {
                for (pointer, fault) in template.warnings() {
                    self.warn(
                        tree.span_at(pointer),
                        text_at(value, pointer),
                        fault,
                        &below(at.path, pointer),
                    );
                }
                self.read(template.reads(), tree.span, at);
                Some(template)
            }
            Err(faults) => {
                for (pointer, fault) in faults {
                    let text = text_at(value, &pointer);
                    self.refuse(tree.span_at(&pointer), text, &fault, &below(at.path, &pointer));
                }
                None
            }
        }
    }

    /// A template that may be absent: `Some(None)` when it is, `None` when it does not compile.
    pub(super) fn optional(&mut self, tree: Option<&Tree>, at: At<'_>) -> Option<Option<Template>> {
        match tree {
            Some(tree) => self.template(tree, at).map(Some),
            None => Some(None),
        }
    }

    /// An expression that may be absent: `Some(None)` when it is, `None` when it does not compile.
    pub(super) fn condition(
        &mut self,
        text: Option<&Spanned<String>>,
        at: At<'_>,
    ) -> Option<Option<Expression>> {
        match text {
            Some(text) => self.expression(text, at).map(Some),
            None => Some(None),
        }
    }

    fn read(&mut self, reads: &[Read], span: Span, at: At<'_>) {
        for read in reads {
            if let (Root::Vars, Some(key)) = (read.root, &read.key)
                && !self.vars.iter().any(|var| **var == **key)
            {
                let help = match nearest(key, self.vars.iter().map(String::as_str)) {
                    Some(meant) => format!("did you mean `vars.{meant}`?"),
                    None => "state it under `vars`; a var may read only those before it".to_owned(),
                };
                let message = format!("no var `{key}` is known here");
                self.diagnostics
                    .push(Diagnostic::error("EXPR_UNKNOWN_NAME", span, message, help).at(at.path));
            }
            if let (Root::Config, Some(key), false) = (read.root, &read.key, read.guarded) {
                let setting = SettingRead { key: key.as_ref().into(), span, path: at.path.into() };
                // A body that is compiled again reads the same again.
                if !self.settings.contains(&setting) {
                    self.settings.push(setting);
                }
            }
            self.seen.push(Seen { read: read.clone(), span, moment: at.moment, is_condition: false });
        }
    }

    fn refuse(&mut self, span: Span, text: &str, fault: &Fault, path: &str) {
        let span = part(span, text, &fault.range);
        let help = fault.help.clone().unwrap_or_else(|| mend(fault.code));
        self.diagnostics.push(Diagnostic::error(fault.code, span, fault.message.clone(), help).at(path));
    }

    fn warn(&mut self, span: Span, text: &str, fault: &Fault, path: &str) {
        let span = part(span, text, &fault.range);
        let help = fault.help.clone().unwrap_or_else(|| mend(fault.code));
        self.diagnostics.push(Diagnostic::warning(fault.code, span, fault.message.clone(), help).at(path));
    }
}

/// How to mend what nothing better is known about.
fn mend(code: &str) -> String {
    match code {
        "EXPR_SYNTAX" => "write CEL, such as `input.amount > 0 && nodes.load.paid`".to_owned(),
        "EXPR_UNKNOWN_FUNCTION" => {
            "there are the functions of CEL, of strings, math and lists, and orDefault, date, now and uuid"
                .to_owned()
        }
        "EXPR_UNKNOWN_NAME" => {
            "a name begins with input, vars, nodes.<id>, status.<id>, errors.<id>, config, identity or run"
                .to_owned()
        }
        _ => format!("`bactrian explain-code {code}` says more"),
    }
}

fn text_at<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// `nodes.load.with` and `/query/from` as `nodes.load.with.query.from`.
fn below(path: &str, pointer: &str) -> String {
    let steps = pointer.replace('/', ".").replace("~1", "/").replace("~0", "~");
    format!("{path}{steps}")
}

/// The place of a stretch of a text, when the text stands on one line as it is (plain, or between quotes
/// without escapes); else the place of the whole text.
fn part(span: Span, text: &str, range: &Range<usize>) -> Span {
    let chars = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    let quote = match span.length.checked_sub(chars(text)) {
        Some(0) => 0,
        Some(2) => 1,
        _ => return span,
    };
    let (Some(before), Some(inside)) = (text.get(..range.start), text.get(range.clone())) else {
        return span;
    };
    if text.contains('\n') {
        return span;
    }
    Span { column: span.column + quote + chars(before), length: chars(inside).max(1), ..span }
}

#[cfg(test)]
mod tests {
    use super::{Span, below, part};

    #[test]
    fn a_fault_is_marked_inside_its_text() {
        let span = |column, length| Span { line: 3, column, length, ..Span::default() };
        let check =
            |length, text: &str, range, expected| assert_eq!(part(span(10, length), text, &range), expected);
        check(5, "a + b", 4..5, span(14, 1));
        check(7, "a + b", 4..5, span(15, 1));
        check(6, "价格 + b", 9..10, span(15, 1));
        check(9, "a + b", 4..5, span(10, 9));
        check(5, "a + b", 4..4, span(14, 1));
    }

    #[test]
    fn a_pointer_becomes_a_path() {
        assert_eq!(below("nodes.load.with", "/query/a~1b/0"), "nodes.load.with.query.a/b.0");
        assert_eq!(below("output", ""), "output");
    }
}
