//! What stage 3 gives: a set of documents that fit together.

use std::{collections::BTreeMap, sync::Arc};

use sdk::Identity;

use crate::flow::{
    diagnostic::Diagnostic,
    document::{
        Config, Connection, Decision, ExtensionDocument, ExtensionPointDocument, Flow, Header, IdentityRules,
    },
    tree::{Span, Spanned, Tree},
    variant::Origin,
};

/// Documents that fit together. Only a set without an error may be planned and served; with errors it
/// still holds all that could be read, so that stage 4 can tell its own findings at the same time.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// Every flow as written, and every variant of it applied; by name, base first.
    pub flows: Vec<CheckedFlow>,
    /// The headers of all variants; applied, they are among the flows.
    pub variants: Vec<Header>,
    /// Extension points by name.
    pub points: Vec<ExtensionPointDocument>,
    /// Extensions written in the flow language, by name.
    pub extensions: Vec<ExtensionDocument>,
    /// Business settings by name.
    pub configs: Vec<Config>,
    /// Identity rules by name.
    pub identities: Vec<IdentityRules>,
    /// Connections by name.
    pub connections: Vec<Connection>,
    /// Decisions by name.
    pub decisions: Vec<Decision>,
}

impl Checked {
    /// A fault that a variant brought about is told at the variant: at the node it added or replaced, where it
    /// removed one, or at the key by which it set what does not fit. What lies in the variant's own text, or in no
    /// variant, stays where it is.
    #[must_use]
    pub fn blame(&self, flow: &CheckedFlow, fault: Diagnostic) -> Diagnostic {
        let there = fault.span;
        let fault = flow.blame(fault);
        let name = &flow.flow.header.name.value;
        let is_base = |base: &&CheckedFlow| base.level == 3 && base.flow.header.name.value == *name;
        match self.flows.iter().find(is_base).filter(|_| fault.span == there) {
            Some(base) => at_change(&base.tree, &flow.changes, fault),
            None => fault,
        }
    }
}

/// A fault in the text of a flow that only a variant has: told where the variant set what does not fit.
pub(super) fn at_change(base: &Tree, changes: &[(String, Span)], fault: Diagnostic) -> Diagnostic {
    let there = fault.span;
    if !base.holds(there) {
        return fault;
    }
    let path = base.path_at(there);
    let is_around = |(set, _): &&(String, Span)| {
        path.strip_prefix(set.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let nearest = changes.iter().filter(is_around).max_by_key(|(set, _)| set.len());
    match nearest.or_else(|| changes.last()) {
        Some((_, span)) => {
            Diagnostic { span: *span, path: String::new(), ..fault }.see(there, "where it shows")
        }
        None => fault,
    }
}

impl CheckedFlow {
    /// Tells a fault at the node that a variant made or took away, if its words name one.
    fn blame(&self, fault: Diagnostic) -> Diagnostic {
        if self.variants.is_empty()
            || self.flow.header.span.source != fault.span.source && !self.is_own(&fault)
        {
            return fault;
        }
        let words: Vec<&str> =
            fault.message.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).collect();
        let made = self
            .origins
            .iter()
            .filter(|(id, origin)| origin.variant.is_some() && words.contains(&id.as_str()))
            .map(|(_, origin)| origin.span)
            .chain(
                self.removed
                    .iter()
                    .filter(|(id, _)| words.contains(&id.value.as_str()))
                    .map(|(id, _)| id.span),
            );
        match made.into_iter().next().filter(|span| *span != fault.span && !self.is_made(&fault)) {
            Some(span) => {
                let there = fault.span;
                Diagnostic { span, path: String::new(), ..fault }.see(there, "where it shows")
            }
            None => fault,
        }
    }

    /// Whether a variant added the node `before` another: that is its place.
    pub(super) fn is_put_before(&self, id: Span) -> bool {
        let mut added =
            self.origins.iter().filter(|(_, origin)| origin.variant.is_some() && origin.span == id);
        added.any(|(id, _)| {
            self.flow.body.nodes.iter().any(|node| node.needs.iter().flatten().any(|need| need.value == *id))
        })
    }

    fn is_own(&self, fault: &Diagnostic) -> bool {
        self.origins
            .values()
            .any(|origin| origin.variant.is_none() && origin.span.source == fault.span.source)
    }

    /// Whether the fault lies at a node that a variant made.
    fn is_made(&self, fault: &Diagnostic) -> bool {
        let made = self.origins.values().filter(|origin| origin.variant.is_some());
        made.into_iter().any(|origin| origin.span == fault.span)
    }
}

/// A flow as written or as variants left it.
#[derive(Clone, Debug)]
pub struct CheckedFlow {
    /// The flow. Its `header.hash` is that of the effective tree; its cases are those of the base.
    pub flow: Flow,
    /// The tree it was read from, for `explain`.
    pub tree: Tree,
    /// Where it answers.
    pub place: Identity,
    /// The level at which it answers: 1 exact, 2 business, 3 use case.
    pub level: u8,
    /// The variants it was built from, outermost first; empty for the base.
    pub variants: Vec<Arc<str>>,
    /// Where each node came from, by id.
    pub origins: BTreeMap<String, Origin>,
    /// Nodes that variants took away, each with the place and the variant that did it.
    pub removed: Vec<(Spanned<String>, Arc<str>)>,
    /// What variants set: the path within the flow, and where its key stands in the variant.
    pub changes: Vec<(String, Span)>,
}
