//! Child flows that could not undo what they did. Such a child has not ended: nothing that comes after it may begin,
//! another try of it above all, until an operator has acted. Which action that is, is not decided here.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use sdk::Error;

use super::one::locked;

/// Where children of a run are stuck, and why they were to be undone.
#[derive(Default)]
pub(crate) struct Stuck(Mutex<BTreeMap<Arc<str>, Error>>);

impl Stuck {
    /// A child is stuck for as long as the guard lives.
    pub(super) fn hold(&self, address: Arc<str>, why: Error) -> Held<'_> {
        locked(&self.0).insert(Arc::clone(&address), why);
        Held { stuck: self, address }
    }

    /// The first place that is stuck.
    pub(super) fn first(&self) -> Option<(Arc<str>, Error)> {
        locked(&self.0).first_key_value().map(|(address, why)| (Arc::clone(address), why.clone()))
    }
}

/// See [`Stuck::hold`].
pub(super) struct Held<'s> {
    stuck: &'s Stuck,
    address: Arc<str>,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        locked(&self.stuck.0).remove(&self.address);
    }
}
