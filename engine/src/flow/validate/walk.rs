//! Takes every flow, point and extension of the set through the checks of nodes and edges.

use super::{edges, flows as whole, nodes, nodes::Around, places, responds, set::Set, triggers};
use crate::flow::document::{Body, Do, Implementation};

/// Flows as written and as variants left them. What only a variant brings about names the variant.
pub(super) fn flows(set: &mut Set<'_>) {
    for checked in &set.checked.flows {
        let before = set.faults.len();
        let around = Around { flow: Some(&checked.flow) };
        checked.flow.all_nodes().into_iter().for_each(|node| nodes::check(set, node, around));
        for body in [Some(&checked.flow.body), checked.flow.finally.as_ref()].into_iter().flatten() {
            bodies(set, body);
        }
        whole::check(set, checked);
        triggers::check(set, checked);
        let found = set.faults.split_off(before);
        for fault in found {
            // What the flow as written has told its variants need not tell again.
            let is_new = checked.level == 3 || !set.faults.iter().any(|told| told.is_same(&fault));
            if is_new && !(fault.code == "ORPHAN_NODE" && checked.is_put_before(fault.span)) {
                set.faults.push(set.checked.blame(checked, fault));
            }
        }
    }
}

fn bodies(set: &mut Set<'_>, body: &Body) {
    for body in body.all_bodies() {
        edges::check(set, body);
        responds::check(set, body);
    }
}

pub(super) fn implementations(set: &mut Set<'_>) {
    let around = Around { flow: None };
    let check = |set: &mut Set<'_>, implementation: &Implementation| {
        implementation.all_nodes().into_iter().for_each(|node| nodes::check(set, node, around));
        match implementation {
            Implementation::Body(body) => bodies(set, body),
            Implementation::One(node) => node.works().into_iter().for_each(|work| {
                if let Do::Body(body) = work {
                    bodies(set, body);
                }
            }),
        }
    };
    for point in &set.checked.points {
        for schema in [&point.input, &point.output].into_iter().flatten() {
            whole::schema(set, schema);
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
