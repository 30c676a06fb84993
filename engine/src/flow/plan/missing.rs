//! Stage 4 of 8: looks for reads of nodes that may not have run. A warning, because only the author knows;
//! an error where a variant took the node away and nothing guards the read.

use std::{collections::HashSet, sync::Arc};

use super::{
    body::inner_slot,
    compiler::{Moment, Seen},
    graph::{Graph, Why},
};
use crate::flow::{
    diagnostic::Diagnostic,
    document::{Body, Join, Node},
    expr::Root,
    tree::{Span, Spanned},
    validate::CheckedFlow,
};

/// A node that a variant took away.
#[derive(Clone, Debug)]
pub(super) struct Removed {
    pub(super) id: String,
    /// Where the variant says so.
    pub(super) span: Span,
    pub(super) variant: Arc<str>,
}

impl Removed {
    /// All that variants took away from a flow.
    pub(super) fn of(checked: &CheckedFlow) -> Vec<Self> {
        let removed = checked.removed.iter();
        let one = |(id, variant): &(Spanned<String>, Arc<str>)| Self {
            id: id.value.clone(),
            span: id.span,
            variant: Arc::clone(variant),
        };
        removed.map(one).collect()
    }
}

/// A body with its edges and slots.
pub(super) struct View<'v> {
    pub(super) body: &'v Body,
    /// Written indices in slot order.
    pub(super) order: &'v [usize],
    pub(super) graph: &'v Graph,
    /// What variants took away; their slots follow those of the nodes.
    pub(super) removed: &'v [Removed],
}

impl View<'_> {
    /// Every read, by slot of its reader and of the body's output, that may find nothing.
    pub(super) fn check(&self, seen: &[Vec<Seen>], output: &[Seen], path: &str) -> Vec<Diagnostic> {
        let certain = self.certain();
        let prefix = if path.is_empty() { String::new() } else { format!("{path}.") };
        let mut found = Vec::new();
        for (slot, seen) in seen.iter().enumerate() {
            let reader = self.order[slot];
            let at = format!("{prefix}nodes.{}", self.body.nodes[reader].id.value);
            found.extend(self.reads(Some(reader), seen, &certain).map(|finding| finding.at(at.as_str())));
        }
        let at = format!("{prefix}output");
        found.extend(self.reads(None, output, &certain).map(|finding| finding.at(at.as_str())));
        found
    }

    fn reads<'s>(
        &'s self,
        reader: Option<usize>,
        seen: &'s [Seen],
        certain: &'s [bool],
    ) -> impl Iterator<Item = Diagnostic> + 's {
        let guarded: HashSet<usize> = seen
            .iter()
            .filter(|seen| seen.read.guarded && seen.is_condition)
            .filter_map(|seen| inner_slot(seen.read.root))
            .collect();
        let mut told = HashSet::new();
        seen.iter().filter_map(move |each| {
            let Root::Node { depth: 0, slot } = each.read.root else { return None };
            let slot = usize::from(slot);
            if each.read.guarded || each.moment == Moment::Undo || guarded.contains(&slot) {
                return None;
            }
            let Some(&source) = self.order.get(slot) else { return self.gone(slot, each) };
            let why = self.why(reader, source, each, seen, certain)?;
            told.insert(source).then(|| self.warn(source, each, why))
        })
    }

    /// Why `source` may have nothing to read; `None` when it always has.
    fn why(
        &self,
        reader: Option<usize>,
        source: usize,
        read: &Seen,
        all: &[Seen],
        certain: &[bool],
    ) -> Option<&'static str> {
        if reader == Some(source) {
            return None;
        }
        let node = &self.body.nodes[source];
        let is_implied = reader.is_some_and(|reader| self.implies(reader, source));
        if !certain[source] && !is_implied && !reader.is_some_and(|reader| self.is_last(reader, source, all))
        {
            return Some("a switch may not have chosen it");
        }
        let reads_within = read.read.key.is_some();
        if node.when.is_some() && node.otherwise.is_none() && reads_within && !self.same_when(reader, node) {
            return Some("it is null when its `when` is false and it has no `otherwise`");
        }
        if !node.is_critical && node.otherwise.is_none() && reads_within {
            return Some("it is null when it fails, as it is not critical and has no `otherwise`");
        }
        let join = reader.map_or(Join::All, |reader| self.body.nodes[reader].join);
        let may_run_early = matches!(join, Join::Any | Join::Count(_) | Join::Settled);
        let is_needed = reader.is_some_and(|reader| self.carrying(reader).any(|(from, _)| from == source));
        (may_run_early && is_needed).then_some("this node may run before or without it, as its `join` says")
    }

    /// Whether the reader runs under the same condition as what it reads.
    fn same_when(&self, reader: Option<usize>, node: &Node) -> bool {
        let when = reader.and_then(|reader| self.body.nodes[reader].when.as_ref());
        when.map(|when| &when.value) == node.when.as_ref().map(|when| &when.value)
    }

    fn carrying(&self, node: usize) -> impl Iterator<Item = (usize, Why)> {
        self.graph.edges_into(node).filter(|(_, why)| *why != Why::Reads)
    }

    /// Nodes that no switch can leave out.
    fn certain(&self) -> Vec<bool> {
        let mut certain = vec![false; self.order.len()];
        for &node in self.order {
            let is_free = self.carrying(node).next().is_none();
            let is_led_to = self.carrying(node).any(|(from, why)| why != Why::Switch && certain[from]);
            certain[node] = is_free || is_led_to || self.body.nodes[node].join == Join::Settled;
        }
        certain
    }

    /// Whether `reader` runs only where `source` was not left out by a switch.
    fn implies(&self, reader: usize, source: usize) -> bool {
        let mut implied = vec![false; self.order.len()];
        for &node in self.order {
            let is_bound = self.carrying(node).next().is_some()
                && self.body.nodes[node].join != Join::Settled
                && self.carrying(node).all(|(from, _)| implied[from]);
            implied[node] = node == source || is_bound;
            if node == reader {
                return implied[node];
            }
        }
        false
    }

    /// Whether the reader reads all it needs but `source` with a guard: one of them is alive, so when all
    /// others are missing this one is not.
    fn is_last(&self, reader: usize, source: usize, all: &[Seen]) -> bool {
        let is_guarded = |node: usize| {
            all.iter().any(|seen| {
                seen.read.guarded
                    && inner_slot(seen.read.root).and_then(|slot| self.order.get(slot)) == Some(&node)
            })
        };
        let is_needed = self.carrying(reader).any(|(from, _)| from == source);
        is_needed && self.carrying(reader).all(|(from, _)| from == source || is_guarded(from))
    }

    fn warn(&self, source: usize, read: &Seen, why: &str) -> Diagnostic {
        let node = &self.body.nodes[source];
        let id = &node.id.value;
        let message = format!("`nodes.{id}` is read, but {why}");
        let help = format!("write `orDefault(nodes.{id}…, …)`, or test `status.{id}` in `when`");
        Diagnostic::warning("MAY_BE_MISSING", read.span, message, help).see(node.span, format!("`{id}`"))
    }

    fn gone(&self, slot: usize, read: &Seen) -> Option<Diagnostic> {
        let Removed { id, span, variant } = self.removed.get(slot - self.order.len())?;
        let message = format!("`{id}` is removed by `{variant}`, but `nodes.{id}` is still read");
        let help =
            format!("write `orDefault(nodes.{id}…, …)` where it is read, or let the variant replace `{id}`");
        let fault = Diagnostic::error("REMOVED_NODE_READ", *span, message, help);
        Some(fault.see(read.span, "it is read here"))
    }
}
