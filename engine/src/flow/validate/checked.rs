//! What stage 3 gives: a set of documents that fit together.

use std::{collections::BTreeMap, sync::Arc};

use sdk::Identity;

use crate::flow::{
    diagnostic::Diagnostic,
    document::{
        Config, Connection, Decision, ExtensionDocument, ExtensionPointDocument, Flow, Header, IdentityRules,
    },
    tree::{Spanned, Tree},
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

impl CheckedFlow {
    /// A fault that a variant brought about is told at the variant: at the node it added or replaced, or
    /// where it removed one. What lies in the variant's own text, or in no variant, stays where it is.
    #[must_use]
    pub fn blame(&self, fault: Diagnostic) -> Diagnostic {
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
}
