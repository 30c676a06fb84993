//! Stage 3 of 8: validate. Documents and the registry become a set that fits together, or all that is
//! wrong with it. Pure: no IO, no clock, no await. Compiles no expression: stage 4 does, and tells its own
//! findings beside these.

mod address;
mod asks;
mod cases;
mod checked;
mod connections;
mod edges;
mod fit;
mod flows;
mod gather;
mod misfit;
mod nodes;
mod places;
mod responds;
mod set;
mod triggers;
mod walk;

pub use checked::{Checked, CheckedFlow};

use sdk::Registry;

use self::set::Set;
use super::{
    diagnostic::{Diagnostic, tidy},
    parse::Parsed,
    tree::Tree,
};

/// Checks a set of documents. Every finding is returned, in the order of texts and lines.
#[must_use]
pub fn validate(parsed: Vec<Parsed>, registry: &Registry) -> (Checked, Vec<Diagnostic>) {
    let mut faults = Vec::new();
    let mut trees = Vec::new();
    let checked = gather::gather(parsed, &mut trees, &mut faults);
    let mut set = Set::new(&checked, registry);
    walk::flows(&mut set);
    walk::implementations(&mut set);
    places::extensions(&mut set);
    asks::circles(&mut set);
    places::configs(&mut set);
    places::identities(&mut set);
    places::waits(&mut set);
    places::undone(&mut set);
    connections::check(&mut set);
    triggers::routes(&mut set);
    flows::sub_flows(&mut set);
    cases::check(&mut set);
    faults.append(&mut set.faults);
    let flows = checked.flows.iter().filter(|flow| flow.level == 3).map(|flow| &flow.tree);
    let trees: Vec<&Tree> = flows.chain(&trees).collect();
    let faults = tidy(faults, &trees);
    (checked, faults)
}

#[cfg(test)]
mod tests;
