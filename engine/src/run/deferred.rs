//! Calls that components put off until their node's result is kept: what stands in the outbox, and how it becomes
//! a call again. Who makes that call, and when, is not decided here.

use std::sync::Arc;

use bytes::Bytes;
use sdk::{Call, Deferred, Identity, Value};
use serde::{Deserialize, Serialize};

use crate::state::{Event, OutEvent};

/// The payload of an event in the outbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Letter {
    /// The component to call.
    pub component: String,
    /// Its configuration.
    pub with: Value,
    /// Where it goes: one target that is down holds up no other.
    pub target: String,
    /// The flow it came from.
    pub flow: String,
    /// The node it came from.
    pub node: String,
    /// For whom.
    pub identity: Identity,
    /// The same for every delivery.
    pub key: Option<String>,
}

impl Letter {
    /// Reads an event of the outbox.
    ///
    /// # Errors
    /// When it is none of ours.
    pub fn read(event: &OutEvent) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(&event.payload)
    }

    /// The call it was put off from, once more.
    #[must_use]
    pub fn call(&self, event: &OutEvent, attempt: u32) -> Call {
        Call {
            run: event.run.to_string().into(),
            flow: self.flow.as_str().into(),
            node: self.node.as_str().into(),
            identity: Arc::new(self.identity.clone()),
            idempotency_key: self.key.as_deref().map(Arc::from),
            attempt,
            deadline: None,
        }
    }
}

/// What is to be kept of a call that is put off; none when it cannot be written down.
pub(super) fn event(call: &Call, deferred: Deferred) -> Option<Event> {
    let Deferred { component, with, target, topic, key } = deferred;
    let letter = Letter {
        component: component.to_owned(),
        with,
        target: (*target).to_owned(),
        flow: (*call.flow).to_owned(),
        node: (*call.node).to_owned(),
        identity: (*call.identity).clone(),
        key: call.idempotency_key.as_deref().map(str::to_owned),
    };
    let payload = serde_json::to_vec(&letter).ok()?;
    Some(Event { record: 0, topic, key, payload: Bytes::from(payload) })
}
