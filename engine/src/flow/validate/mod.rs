//! Stage 3 of 8: validate. Documents and the registry become a set that fits together, or all that is
//! wrong with it. Pure: no IO, no clock, no await. Compiles no expression: stage 4 does, and tells its own
//! findings beside these.

mod cases;
mod checked;
mod connections;
mod edges;
mod fit;
mod flows;
mod gather;
mod nodes;
mod places;
mod responds;
mod set;
mod triggers;

pub use checked::{Checked, CheckedFlow};

use sdk::Registry;

use self::{nodes::Around, set::Set};
use super::{
    diagnostic::{Diagnostic, tidy},
    document::{Body, Implementation},
    parse::Parsed,
};

/// Checks a set of documents. Every finding is returned, in the order of texts and lines.
#[must_use]
pub fn validate(parsed: Vec<Parsed>, registry: &Registry) -> (Checked, Vec<Diagnostic>) {
    let mut faults = Vec::new();
    let mut trees = Vec::new();
    let checked = gather::gather(parsed, &mut trees, &mut faults);
    let mut set = Set::new(&checked, registry);
    flows(&mut set);
    implementations(&mut set);
    places::extensions(&mut set);
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
    let trees: Vec<&super::tree::Tree> = flows.chain(&trees).collect();
    let faults = tidy(faults, &trees);
    (checked, faults)
}

/// Flows as written and as variants left them. What only a variant brings about names the variant.
fn flows(set: &mut Set<'_>) {
    for checked in &set.checked.flows {
        let before = set.faults.len();
        let around = Around { flow: Some(&checked.flow) };
        checked.flow.all_nodes().into_iter().for_each(|node| nodes::check(set, node, around));
        for body in [Some(&checked.flow.body), checked.flow.finally.as_ref()].into_iter().flatten() {
            bodies(set, body);
        }
        flows::check(set, checked);
        triggers::check(set, checked);
        let found = set.faults.split_off(before);
        for fault in found {
            if !set.faults.iter().any(|told| told.is_same(&fault)) {
                set.faults.push(blame(fault, checked));
            }
        }
    }
}

fn blame(fault: Diagnostic, checked: &CheckedFlow) -> Diagnostic {
    match (checked.variants.first(), checked.removed.last()) {
        (Some(variant), Some((removed, _))) => fault.see(removed.span, format!("`{variant}` removes this")),
        _ => fault,
    }
}

fn bodies(set: &mut Set<'_>, body: &Body) {
    for body in body.all_bodies() {
        edges::check(set, body);
        responds::check(set, body);
    }
}

fn implementations(set: &mut Set<'_>) {
    let around = Around { flow: None };
    let check = |set: &mut Set<'_>, implementation: &Implementation| {
        implementation.all_nodes().into_iter().for_each(|node| nodes::check(set, node, around));
        match implementation {
            Implementation::Body(body) => bodies(set, body),
            Implementation::One(node) => node.works().into_iter().for_each(|work| {
                if let super::document::Do::Body(body) = work {
                    bodies(set, body);
                }
            }),
        }
    };
    for point in &set.checked.points {
        for schema in [&point.input, &point.output].into_iter().flatten() {
            flows::schema(set, schema);
        }
        places::default_of(set, point);
        if let Some(default) = &point.default {
            check(set, default);
        }
    }
    for extension in &set.checked.extensions {
        check(set, &extension.implementation);
    }
}

#[cfg(test)]
mod tests;
