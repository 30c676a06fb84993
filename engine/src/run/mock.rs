//! Mocks of a case: each stands for the innermost call of a node, so retry, fallback and otherwise still act.
//! Pure components run; a read or write without a mock answers `{}`. Which cases there are is not known here.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use sdk::{Class, Effect, Error, Outcome, Shared, Value};
use serde_json::Map;

use super::{frame::Part, invocation::Invocation, report::ServedBy};
use crate::flow::plan::{ExtensionPlan, Implementation, Kind};

/// Mocks by the path of their node, such as `load` or `channels.theirs`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mocks {
    by_path: BTreeMap<String, Shared>,
    /// Nodes that are called for real, with all that lies below them.
    live: BTreeSet<String>,
}

impl Mocks {
    /// Mocks by path.
    pub fn new(mocks: impl IntoIterator<Item = (String, Value)>) -> Self {
        let by_path = mocks.into_iter().map(|(path, value)| (path, Shared::new(value))).collect();
        Self { by_path, live: BTreeSet::new() }
    }

    /// The same mocks, but these nodes call what they really call, and so does what undoes them.
    #[must_use]
    pub fn with_live(self, live: impl IntoIterator<Item = String>) -> Self {
        Self { live: live.into_iter().collect(), ..self }
    }

    /// Whether some node is called for real.
    #[must_use]
    pub fn has_live(&self) -> bool {
        !self.live.is_empty()
    }

    /// Whether a node, or one around it, is called for real.
    fn is_live(&self, path: &str) -> bool {
        self.live.iter().any(|live| {
            path.strip_prefix(&**live).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// The mocks of what lies under a node, for a run of its own; none when that run is called for real.
    #[must_use]
    pub fn under(&self, path: &str) -> Option<Self> {
        let below = |given: &String| Some(given.strip_prefix(path)?.strip_prefix('.')?.to_owned());
        let by_path =
            self.by_path.iter().filter_map(|(given, value)| Some((below(given)?, Shared::clone(value))));
        let live = self.live.iter().filter_map(below).collect();
        (!self.is_live(path)).then(|| Self { by_path: by_path.collect(), live })
    }

    fn has_below(&self, path: &str) -> bool {
        let is_below = |given: &String| given.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
        self.by_path.keys().any(is_below) || self.live.iter().any(is_below)
    }
}

/// What a mock says of the call; `None` = the call is made.
pub(super) fn answer(invocation: &Invocation) -> Option<Outcome> {
    let mocks = invocation.frame.run.mocks.as_ref()?;
    let path = invocation.frame.path(invocation.slot);
    if mocks.is_live(&path) {
        return None;
    }
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
    let path = invocation.frame.path(invocation.slot);
    if mocks.is_live(&path) || mocks.has_below(&path) || !chosen.iter().any(does_io) {
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
    let path = invocation.frame.path(invocation.slot);
    let mock = mocks.by_path.get(&path).filter(|_| !mocks.is_live(&path))?;
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
