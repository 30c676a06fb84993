//! Stage 2 of 8: parse. From texts to typed documents with places. Never fails: what is wrong becomes a
//! diagnostic, and everything that is wrong is told at once. Knows no component, expression or graph.
//!
//! In this order: byte cap, event pass (`scan`), values by serde_yaml (`value`), grammar (`check`),
//! typed documents (`read`).

mod cases;
mod check;
mod document;
pub mod read;
mod refuse;
mod scan;
mod value;
mod words;

pub use document::{Parsed, check_flow, parse};

use super::tree::Tree;

/// The largest text that is read, in bytes.
const LARGEST: usize = 512 * 1024;

/// Policies a flow shares among its nodes, as trees.
#[derive(Clone, Copy, Default)]
pub struct PolicyBlocks<'t> {
    /// `policies`: blocks by name.
    pub named: Option<&'t Tree>,
    /// `defaults`.
    pub defaults: Option<&'t Tree>,
}

#[cfg(test)]
mod tests;
