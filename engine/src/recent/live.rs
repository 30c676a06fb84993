//! A run that goes on and has been seen waiting for something.

use std::sync::Arc;

use bytes::Bytes;
use sdk::Clock;
use tokio::sync::watch;

use super::{About, Child, Detail, Item, Watch, kept::joined};
use crate::{run::Handle, state::Action};

/// A run that goes on.
pub struct Live {
    pub(super) about: Arc<About>,
    pub(super) handle: Handle,
    pub(super) watch: Option<Arc<Watch>>,
    pub(super) ended: watch::Sender<Option<Item>>,
}

impl Live {
    /// As lists show it.
    #[must_use]
    pub fn item(&self, clock: &dyn Clock) -> Item {
        let took = clock.now().saturating_sub(self.about.started_at).max(0);
        Item::of(&self.about, f64::from(u32::try_from(took).unwrap_or(u32::MAX)))
    }

    /// The whole run as JSON, with the runs that it started.
    #[must_use]
    pub fn to_json(&self, clock: &dyn Clock, children: &[Child]) -> Bytes {
        let detail = Detail {
            input: Some(&self.about.input),
            output: None,
            is_traced: self.about.is_traced,
            nodes: &self.handle.nodes(),
            compensations: Vec::new(),
            error: None,
            waits: Vec::new(),
            parent: self.about.parent.as_ref().map(|parent| parent.run.to_string()),
            actions: &[Action::Cancel],
            late: None,
        };
        joined(&self.item(clock), &serde_json::to_vec(&detail).unwrap_or_default(), children)
    }

    /// Reaches the run.
    #[must_use]
    pub const fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Hears of its nodes, when it is traced.
    #[must_use]
    pub fn watch(&self) -> Option<&Arc<Watch>> {
        self.watch.as_ref()
    }

    /// Tells when it has ended, and how.
    #[must_use]
    pub fn ended(&self) -> watch::Receiver<Option<Item>> {
        self.ended.subscribe()
    }
}
