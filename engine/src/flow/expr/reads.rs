//! What an expression reads, for the checks that look at a flow as a whole: edges that a reference implies,
//! references to nodes that may be skipped.

use super::path::{Path, Step};
use super::scope::Root;
use super::tree::Mark;

/// One thing an expression reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Read {
    /// Where it starts.
    pub root: Root,
    /// The first key below it, when it is written out: `orderId` in `input.orderId`.
    pub key: Option<Box<str>>,
    /// Whether the expression copes with its absence: by `orDefault`, `has()`, `.?` or a look at
    /// `status.<id>` of the same node.
    pub guarded: bool,
}

impl Read {
    pub(super) fn of(path: &Path, mark: Mark) -> Self {
        let key = path.steps.first().and_then(Step::key).map(Into::into);
        // Only `has(nodes.x)` and `has(nodes.x.y)` cope with a missing node; with a missing object they raise.
        let guarded = match mark {
            Mark::Value => matches!(path.root, Root::Status { .. } | Root::Nodes { .. }),
            Mark::Has => path.is_of_node() || path.steps.len() == 1,
            Mark::Node => path.is_of_node(),
            Mark::Default | Mark::Present | Mark::Pattern => true,
        };
        Self { root: path.root, key, guarded }
    }
}

/// Sorts and joins what is read twice. A node that was `tested` (by a look at `status.x` or `has(nodes.x)`)
/// is guarded wherever it is read.
pub(super) fn settle(mut reads: Vec<Read>, tested: &[Root]) -> Vec<Read> {
    for read in &mut reads {
        read.guarded |= tested.contains(&read.root);
    }
    reads.sort();
    // An unguarded read of the same thing sorts first and stays.
    reads.dedup_by(|later, first| later.root == first.root && later.key == first.key);
    reads
}
