//! Extensions that ask extension points: none may ask for itself without end. Follows only what is certain to answer;
//! where a guard decides, a run counts how deep it is.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
};

use super::{
    places::{Place, place},
    set::Set,
};
use crate::flow::{
    document::{ExtensionDocument, Implementation, Kind},
    tree::Spanned,
};

/// What answers at which place.
struct Answers<'c> {
    extensions: HashMap<(&'c str, Place), Vec<&'c ExtensionDocument>>,
    defaults: HashMap<&'c str, &'c Implementation>,
}

/// Points that ask each other in a circle.
pub(super) fn circles(set: &mut Set<'_>) {
    let checked = set.checked;
    let mut answers = Answers { extensions: HashMap::new(), defaults: HashMap::new() };
    for extension in &checked.extensions {
        for stated in &extension.places {
            let key = (extension.point.value.as_str(), place(stated));
            answers.extensions.entry(key).or_default().push(extension);
        }
    }
    for point in &checked.points {
        if let Some(default) = &point.default {
            answers.defaults.insert(&point.header.name.value, default);
        }
    }
    let mut walk = Walk { set, answers, told: BTreeSet::new() };
    for extension in checked.extensions.iter().filter(|extension| extension.when.is_none()) {
        for stated in &extension.places {
            walk.begin(&extension.point.value, &extension.implementation, &place(stated));
        }
    }
    for (point, default) in checked.points.iter().filter_map(|point| Some((point, point.default.as_ref()?))) {
        walk.begin(&point.header.name.value, default, &(String::new(), None, None));
    }
}

fn asked(implementation: &Implementation) -> impl Iterator<Item = &Spanned<String>> {
    implementation.all_nodes().into_iter().filter_map(|node| match &node.kind {
        Kind::Extension { point, .. } => Some(point),
        _ => None,
    })
}

struct Walk<'w, 's, 'c> {
    set: &'w mut Set<'s>,
    answers: Answers<'c>,
    told: BTreeSet<BTreeSet<&'c str>>,
}

impl<'c> Walk<'_, '_, 'c> {
    fn begin(&mut self, point: &'c str, implementation: &'c Implementation, identity: &Place) {
        self.follow(implementation, identity, &mut vec![point], &mut BTreeSet::new());
    }

    /// `seen` are the points that were followed: another way to one of them leads no further, and a circle that does
    /// not lead back to where it began is told from one of its own points.
    fn follow(
        &mut self,
        implementation: &'c Implementation,
        identity: &Place,
        path: &mut Vec<&'c str>,
        seen: &mut BTreeSet<&'c str>,
    ) {
        for point in asked(implementation) {
            if path[0] == point.value {
                if self.told.insert(path.iter().copied().collect()) {
                    let circle: Vec<&str> = path.iter().copied().chain([point.value.as_str()]).collect();
                    let message =
                        format!("extension points ask each other without end: {}", circle.join(" -> "));
                    let help = "ask another point, or let a guard (`when`) tell the two apart";
                    self.set.error("FLOW_CYCLE", point.span, message, help);
                }
            } else if seen.insert(&point.value)
                && let Some(next) = self.answers.certain(&point.value, identity)
            {
                path.push(&point.value);
                self.follow(next, identity, path, seen);
                path.pop();
            }
        }
    }
}

impl<'c> Answers<'c> {
    /// What answers a point for an identity whatever the input is.
    fn certain(&self, point: &'c str, identity: &Place) -> Option<&'c Implementation> {
        let (use_case, biz_id, scenario) = identity;
        let keys = [(biz_id, scenario), (biz_id, &None), (&None, &None)];
        for (biz_id, scenario) in keys {
            let key = (point, (use_case.clone(), biz_id.clone(), scenario.clone()));
            let first = self.extensions.get(&key);
            let first = first.and_then(|found| found.iter().min_by_key(|found| Reverse(found.priority)));
            if let Some(first) = first {
                return first.when.is_none().then_some(&first.implementation);
            }
        }
        self.defaults.get(point).copied()
    }
}
