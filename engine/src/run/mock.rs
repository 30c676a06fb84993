//! Mocks of a case: each stands for the innermost call of a node, so retry, fallback and otherwise still act.
//! Pure components run; a read or write without a mock answers `{}`. Which cases there are is not known here.

use std::{collections::BTreeMap, sync::Arc};

use sdk::{Class, Effect, Error, Outcome, Shared, Value};
use serde_json::Map;

use super::{frame::Part, invocation::Invocation, report::ServedBy};
use crate::flow::plan::{ExtensionPlan, Implementation, Kind};

/// Mocks by the path of their node, such as `load` or `channels.theirs`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mocks {
    by_path: BTreeMap<String, Shared>,
}

impl Mocks {
    /// Mocks by path.
    pub fn new(mocks: impl IntoIterator<Item = (String, Value)>) -> Self {
        Self { by_path: mocks.into_iter().map(|(path, value)| (path, Shared::new(value))).collect() }
    }

    /// The mocks of what lies under a node, for a run of its own.
    #[must_use]
    pub fn under(&self, path: &str) -> Self {
        let below = |(given, value): (&String, &Shared)| {
            let rest = given.strip_prefix(path)?.strip_prefix('.')?;
            Some((rest.to_owned(), Shared::clone(value)))
        };
        Self { by_path: self.by_path.iter().filter_map(below).collect() }
    }

    fn has_below(&self, path: &str) -> bool {
        self.by_path.keys().any(|given| given.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
    }
}

/// What a mock says of the call; `None` = the call is made.
pub(super) fn answer(invocation: &Invocation) -> Option<Outcome> {
    let mocks = invocation.frame.run.mocks.as_ref()?;
    let path = invocation.frame.path(invocation.slot);
    let node = invocation.node();
    let mock = mocks.by_path.get(&path);
    let told = match (&node.kind, mock) {
        // Its items are looked up one by one.
        (Kind::Foreach(_), _) => return None,
        (_, Some(mock)) => say(&nth(invocation, mock)),
        (Kind::Use { .. }, None) if node.effect == Effect::Pure => return None,
        (Kind::Use { .. } | Kind::Wait(_), None) => Ok(nothing()),
        (Kind::Flow { .. }, None) if !mocks.has_below(&path) => Ok(nothing()),
        (_, None) => return None,
    };
    invocation.note(|notes| notes.served_by = Some(ServedBy::Mock));
    Some(told)
}

/// What stands for a point without a mock: only what computes is run.
pub(super) fn extension(invocation: &Invocation, chosen: &[Arc<ExtensionPlan>]) -> Option<Outcome> {
    let mocks = invocation.frame.run.mocks.as_ref()?;
    let does_io = |extension: &Arc<ExtensionPlan>| match &extension.implementation {
        Implementation::Body(body) => body.effect != Effect::Pure,
        Implementation::Rust(_) => false,
    };
    if mocks.has_below(&invocation.frame.path(invocation.slot)) || !chosen.iter().any(does_io) {
        return None;
    }
    invocation.note(|notes| notes.served_by = Some(ServedBy::Mock));
    Some(Ok(nothing()))
}

/// What a mock says of one item of a `foreach` whose body has nodes of its own.
pub(super) fn item(invocation: &Invocation, index: usize) -> Option<Outcome> {
    let mocks = invocation.frame.run.mocks.as_ref()?;
    let Kind::Foreach(foreach) = &invocation.node().kind else { return None };
    if foreach.body.is_single {
        return None;
    }
    let mock = mocks.by_path.get(&invocation.frame.path(invocation.slot))?;
    Some(say(&of_list(mock, index)))
}

/// The mock of the one node of an item: a list holds one result per item.
fn nth(invocation: &Invocation, mock: &Shared) -> Shared {
    let parent = invocation.frame.parent.as_ref();
    match parent.filter(|_| invocation.frame.body.is_single) {
        Some(parent) => match (&parent.part, &parent.frame.node(parent.slot).kind) {
            (Part::Nth(index), Kind::Foreach(_)) => of_list(mock, *index),
            _ => Shared::clone(mock),
        },
        None => Shared::clone(mock),
    }
}

fn of_list(mock: &Shared, index: usize) -> Shared {
    match &**mock {
        Value::Array(items) => items.get(index).map_or_else(nothing, |item| Shared::new(item.clone())),
        _ => Shared::clone(mock),
    }
}

fn say(mock: &Shared) -> Outcome {
    match fail_code(mock) {
        Some(code) => Err(Error::new(Class::of_code(code), code, "as the case says")),
        None => Ok(Shared::clone(mock)),
    }
}

/// The code of `{fail: CODE}`.
fn fail_code(mock: &Value) -> Option<&str> {
    mock.as_object().filter(|fields| fields.len() == 1)?.get("fail")?.as_str()
}

fn nothing() -> Shared {
    Shared::new(Value::Object(Map::new()))
}
