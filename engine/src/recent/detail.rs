//! What only a run's own page shows. Durable runs and others show the same; where it is kept differs.

use std::sync::Arc;

use schemars::JsonSchema;
use sdk::{Timestamp, Value};
use serde::Serialize;

use super::{Item, item::ItemError};
use crate::{
    clock::{as_text, maybe_as_text},
    run::{Attempt, ErrorReport, NodeReport, NodeStatus, RunStatus, UndoReason},
    state::Action,
};

/// A run with all that is known of it.
#[derive(Serialize, JsonSchema)]
pub struct Run<'d> {
    /// As lists show it.
    #[serde(flatten)]
    pub item: Item,
    /// What only its own page shows.
    #[serde(flatten)]
    pub detail: Detail<'d>,
    /// The first hundred runs it started: of detached flows, and when it was run again.
    pub children: Vec<Child>,
}

/// A run that another one started.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "RunChild")]
pub struct Child {
    /// Its id.
    pub id: Arc<str>,
    /// Its flow.
    pub flow: Arc<str>,
    /// How it stands.
    pub status: RunStatus,
    /// The address of the node that started it; null when it is the run again.
    pub node: Option<Arc<str>>,
}

impl From<&Item> for Child {
    fn from(item: &Item) -> Self {
        let node = item.parent.as_ref().and_then(|parent| parent.address.as_ref());
        Self {
            id: Arc::clone(&item.id),
            flow: Arc::clone(&item.flow),
            status: item.status,
            node: node.map(|address| address.as_str().into()),
        }
    }
}

/// What only a run's own page shows.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Detail<'d> {
    /// What it was given; null when it was too large to keep.
    pub input: Option<&'d Value>,
    /// What it answered; null while it has not, and when it was too large to keep.
    pub output: Option<&'d Value>,
    /// False when what its nodes did was not kept.
    pub is_traced: bool,
    /// Its nodes in the order in which they settled.
    pub nodes: &'d [NodeReport],
    /// What undid nodes, in the order in which it began.
    pub compensations: Vec<Compensation>,
    /// Why it did not end well, whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ItemError>,
    /// What it waits for.
    pub waits: Vec<Waiting>,
    /// The run that started it.
    pub parent: Option<String>,
    /// What an operator may do with it.
    pub actions: &'d [Action],
    /// Messages that came after their wait had ended; of durable runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late: Option<Vec<Late>>,
}

/// What undid one node, in the shape of a node.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RunCompensation")]
pub struct Compensation {
    /// The address of the node that was undone.
    pub address: Arc<str>,
    /// The same.
    pub id: Arc<str>,
    /// The word of the kind of what undoes it.
    pub kind: &'static str,
    /// The component, point or flow that undoes it.
    #[serde(rename = "use")]
    pub used: Option<Arc<str>>,
    /// How far it has come.
    pub status: NodeStatus,
    /// Why the node was to be undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<UndoReason>,
    /// When it began.
    #[serde(serialize_with = "maybe_as_text")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub started_at: Option<Timestamp>,
    /// Since the run started.
    pub offset_ms: f64,
    /// How long it took.
    pub duration_ms: f64,
    /// Its tries.
    pub attempts: Vec<Attempt>,
    /// How often it was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tries: Option<u32>,
    /// A value was too large to keep.
    pub is_truncated: bool,
    /// Why it could not be undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

/// What a run waits for.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RunWait")]
pub struct Waiting {
    /// The address of the node that waits.
    pub address: String,
    /// For a message, or for a time.
    pub kind: WaitKind,
    /// Since when.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub since: Timestamp,
    /// Until when at the latest.
    #[serde(serialize_with = "maybe_as_text")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub until: Option<Timestamp>,
    /// The channel its message comes in by.
    pub channel: Option<String>,
    /// What its message is about.
    pub key: Option<String>,
}

/// What ends a wait.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WaitKind {
    /// A message.
    Callback,
    /// A time.
    Timer,
}

/// A message that came after its wait had ended.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "LateMessage")]
pub struct Late {
    /// The channel it came in by.
    pub channel: String,
    /// What it is about.
    pub key: String,
    /// Its id.
    pub event: String,
    /// What it says.
    pub payload: Value,
    /// When it came.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub received_at: Timestamp,
    /// The wait it was for, if any is known.
    pub address: Option<String>,
}
