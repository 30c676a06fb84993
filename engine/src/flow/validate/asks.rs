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
    let mut told = BTreeSet::new();
    for extension in checked.extensions.iter().filter(|extension| extension.when.is_none()) {
        for stated in &extension.places {
            let point = extension.point.value.as_str();
            follow(set, &answers, &extension.implementation, &place(stated), &mut vec![point], &mut told);
        }
    }
    for (point, default) in checked.points.iter().filter_map(|point| Some((point, point.default.as_ref()?))) {
        let nobody = (String::new(), None, None);
        follow(set, &answers, default, &nobody, &mut vec![&point.header.name.value], &mut told);
    }
}

fn asked(implementation: &Implementation) -> impl Iterator<Item = &Spanned<String>> {
    implementation.all_nodes().into_iter().filter_map(|node| match &node.kind {
        Kind::Extension { point, .. } => Some(point),
        _ => None,
    })
}

fn follow<'c>(
    set: &mut Set<'_>,
    answers: &Answers<'c>,
    implementation: &'c Implementation,
    identity: &Place,
    path: &mut Vec<&'c str>,
    told: &mut BTreeSet<BTreeSet<&'c str>>,
) {
    for point in asked(implementation) {
        // A circle that does not lead back to where it began is told from one of its own points.
        if path[0] == point.value {
            if told.insert(path.iter().copied().collect()) {
                let circle: Vec<&str> = path.iter().copied().chain([point.value.as_str()]).collect();
                let message = format!("extension points ask each other without end: {}", circle.join(" -> "));
                let help = "ask another point, or let a guard (`when`) tell the two apart";
                set.error("FLOW_CYCLE", point.span, message, help);
            }
        } else if let Some(next) = answers.certain(&point.value, identity) {
            path.push(&point.value);
            follow(set, answers, next, identity, path, told);
            path.pop();
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
