//! A scope as CEL's resolver of variables: answers the idents that stand for bound paths, borrowing what the
//! scope lends. Made for one evaluation.

use std::borrow::Cow;
use std::sync::OnceLock;

use cel::common::types::{CelNull, CelString, CelTimestamp};
use cel::common::value::CowVal;
use cel::context::VariableResolver;
use serde_json::Value;

use super::functions::truth;
use super::path::{Path, Step};
use super::pattern::Pattern;
use super::scope::Scope;
use super::tree::{self, Mark};
use super::view::view;

pub(super) struct Binding<'s> {
    scope: &'s dyn Scope,
    paths: &'s [Path],
    patterns: &'s [Pattern],
    /// Values the scope made up for this evaluation, by path.
    made: OnceLock<Box<[OnceLock<Value>]>>,
}

impl<'s> Binding<'s> {
    pub(super) fn new(scope: &'s dyn Scope, paths: &'s [Path], patterns: &'s [Pattern]) -> Self {
        Self { scope, paths, patterns, made: OnceLock::new() }
    }

    fn root(&self, index: usize) -> Option<&Value> {
        match self.scope.get(self.paths.get(index)?.root)? {
            Cow::Borrowed(value) => Some(value),
            Cow::Owned(value) => {
                let made = self.made.get_or_init(|| self.paths.iter().map(|_| OnceLock::new()).collect());
                made.get(index).map(|slot| slot.get_or_init(|| value))
            }
        }
    }

    /// The value at the end of a path.
    pub(super) fn value(&self, index: usize) -> Option<&Value> {
        self.paths.get(index)?.walk(self.root(index)?)
    }

    /// `has(path)`: an object without the last key is false, anything else missing is an error.
    fn has(&self, index: usize) -> Option<bool> {
        let path = self.paths.get(index)?;
        let Some(root) = self.root(index) else {
            return path.is_of_node().then_some(false);
        };
        let Some((last, above)) = path.steps.split_last() else { return Some(true) };
        let parent = above.iter().try_fold(root, |value, step| step.follow(value))?;
        match last {
            Step::Key(key) => parent.as_object().map(|object| object.contains_key(&**key)),
            Step::Index(index) => parent.as_array().map(|items| *index < items.len()),
        }
    }
}

impl VariableResolver for Binding<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let Some((mark, index)) = tree::decode(variable) else {
            return match variable {
                tree::NOW => Some(CowVal::owned(CelTimestamp::from(self.scope.now().fixed_offset()))),
                tree::UUID => Some(CowVal::owned(CelString::from(self.scope.uuid().to_string()))),
                _ => None,
            };
        };
        match mark {
            Mark::Pattern => self.patterns.get(index).map(|pattern| CowVal::Borrowed(pattern)),
            Mark::Default => Some(self.value(index).map_or(CowVal::Borrowed(&CelNull), view)),
            Mark::Node if self.root(index).is_none() => Some(CowVal::Borrowed(&CelNull)),
            Mark::Value | Mark::Node => self.value(index).map(view),
            Mark::Has => self.has(index).map(truth),
            Mark::Present => Some(truth(self.value(index).is_some_and(|value| !value.is_null()))),
        }
    }
}
