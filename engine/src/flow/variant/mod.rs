//! A flow and a patch give another flow. Works on trees, so that the result is read by the same rules as
//! a flow that was written out; every node remembers where it came from. Compiles nothing.
//!
//! In this order: `remove`, `replace`, `add`, `set`.

mod edges;
mod merge;
mod patch;

use std::{collections::BTreeMap, sync::Arc};

use super::{
    document::Variant,
    tree::{Span, Spanned, Tree},
};

/// How a node came to be as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The variant that added or replaced it; `None` = the flow itself.
    pub variant: Option<Arc<str>>,
    /// What that variant did.
    pub change: Change,
    /// The variants that set parts of it or moved its edges, outermost first.
    pub touched: Vec<Arc<str>>,
    /// Where it is written.
    pub span: Span,
}

/// What was done to a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Change {
    /// Nothing: it is the flow's own.
    #[default]
    None,
    /// It stands in the place of another.
    Replaced,
    /// It was not there before.
    Added,
}

/// A flow's tree as written, or as variants left it.
#[derive(Clone, Debug, PartialEq)]
pub struct Effective {
    /// The tree.
    pub tree: Tree,
    /// Where each node came from, by id.
    pub origins: BTreeMap<String, Origin>,
    /// Nodes that variants took away, each with the place and the variant that did it.
    pub removed: Vec<(Spanned<String>, Arc<str>)>,
    /// The variants, outermost first.
    pub variants: Vec<Arc<str>>,
    /// What variants set: the path within the flow, and where its key stands in the variant.
    pub changes: Vec<(String, Span)>,
}

impl Effective {
    /// A flow as written.
    #[must_use]
    pub fn base(tree: Tree) -> Self {
        let entries = tree.get("nodes").map(Tree::entries).unwrap_or_default();
        let own = |span| Origin { variant: None, change: Change::None, touched: Vec::new(), span };
        let origins = entries.iter().map(|entry| (entry.key.value.clone(), own(entry.key.span))).collect();
        Self { tree, origins, removed: Vec::new(), variants: Vec::new(), changes: Vec::new() }
    }

    /// The flow after one more variant, and what is wrong with that variant.
    #[must_use]
    pub fn patched(&self, variant: &Variant) -> (Self, Vec<super::diagnostic::Diagnostic>) {
        patch::apply(self, variant)
    }
}

#[cfg(test)]
mod tests;
