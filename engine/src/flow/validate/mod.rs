//! Stage 3 of 8: validate. Documents and the registry become a set that fits together, or all that is
//! wrong with it. Pure: no IO, no clock, no await. Compiles no expression: stage 4 does, and tells its own
//! findings beside these.

mod checked;
mod gather;

pub use checked::{Checked, CheckedFlow};

use sdk::Registry;

use super::{diagnostic::Diagnostic, parse::Parsed};

/// Checks a set of documents. Every finding is returned, in the order of texts and lines.
#[must_use]
pub fn validate(parsed: Vec<Parsed>, registry: &Registry) -> (Checked, Vec<Diagnostic>) {
    let mut faults = Vec::new();
    let mut trees = Vec::new();
    let checked = gather::gather(parsed, &mut trees, &mut faults);
    let _ = registry;
    (checked, faults)
}
