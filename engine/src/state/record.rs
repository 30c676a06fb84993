//! What a run's journal says, entry by entry. What may follow what is `journal.rs`, bytes are `encode.rs`.

use std::sync::Arc;

use bytes::Bytes;
use sdk::{Error as Failure, Identity, Shared, Timestamp};
use serde::Serialize;

use super::id::{Address, Correlation, RunId, Tenant};

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Somebody drives it, or will soon.
    Running,
    /// Nothing is in flight but waits: it is a row.
    Waiting,
    /// Ended with its output.
    Succeeded,
    /// Ended by a failure with nothing to undo.
    Failed,
    /// Ended by a failure, and everything was undone.
    Compensated,
    /// Ended because somebody asked.
    Cancelled,
    /// Ended because its time was over.
    TimedOut,
    /// Stopped until an operator acts. Not ended.
    Parked,
}

impl Status {
    /// Every status, in the order of their codes on disk.
    pub const ALL: [Self; 8] = [
        Self::Running,
        Self::Waiting,
        Self::Succeeded,
        Self::Failed,
        Self::Compensated,
        Self::Cancelled,
        Self::TimedOut,
        Self::Parked,
    ];

    /// Whether nothing can change the run any more (I8).
    #[must_use]
    pub const fn is_ended(self) -> bool {
        !matches!(self, Self::Running | Self::Waiting | Self::Parked)
    }

    /// The word of DESIGN §5.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Compensated => "compensated",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed_out",
            Self::Parked => "parked",
        }
    }

    pub(crate) fn code(self) -> u8 {
        Self::ALL.into_iter().zip(0..).find(|(status, _)| *status == self).map_or(u8::MAX, |(_, code)| code)
    }

    pub(crate) fn of_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

/// The run that started this one, and the node there that waits for it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Parent {
    /// The run that started this one.
    pub run: RunId,
    /// The node of that run, or none for a rerun of it.
    pub address: Option<Address>,
}

/// What a run began as: the first record of its journal.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    /// The flow's name.
    pub flow: Arc<str>,
    /// The flow's version, as its metadata says.
    pub version: Arc<str>,
    /// Content hash of the plan the run keeps to its end.
    pub plan: Arc<str>,
    /// Which level of the identity gave the flow: `1`, `2`, `3` or `default`.
    pub level: Arc<str>,
    /// Who called, for what.
    pub identity: Identity,
    /// What people look the run up by, such as an order number.
    pub business_key: Option<Arc<str>>,
    /// When the whole run times out.
    pub deadline: Option<Timestamp>,
    /// The run that started this one.
    pub parent: Option<Parent>,
    /// The caller's input, defaults filled.
    pub input: Shared,
    /// What else the run's expressions read: trigger, request, claims, configuration.
    pub context: Shared,
}

impl Origin {
    /// Whose run it is.
    #[must_use]
    pub fn tenant(&self) -> Tenant {
        Tenant::from(&self.identity)
    }
}

/// The answer a caller got: the same bytes for the same idempotency key (I5). Opaque to state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply(pub Bytes);

impl Serialize for Reply {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&String::from_utf8_lossy(&self.0))
    }
}

/// What a node waits for: a time, a message, or whichever comes first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Wait {
    /// When it ends by itself.
    pub until: Option<Timestamp>,
    /// The message it waits for.
    pub message: Option<Correlation>,
}

/// How a wait ended: by exactly one of these (I10).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "by", rename_all = "camelCase")]
pub enum Resolution {
    /// The time came.
    Timer,
    /// A message came.
    Message {
        /// The message's event id, unique in its channel.
        event: Arc<str>,
        /// What it said.
        payload: Shared,
    },
    /// Nobody needs it any more: a race was lost, or the run was cancelled.
    Cancelled,
}

/// What an operator asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "RunAction")]
pub enum Action {
    /// Try the node that is stuck once more.
    Retry,
    /// Go on as if the stuck compensation had been done.
    Skip,
    /// Go on where the run stopped.
    Resume,
    /// End the run, undoing what it did.
    Cancel,
}

/// One entry of a journal, and when it was made.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record {
    /// When, by the clock of the process that drove the run.
    pub at: Timestamp,
    /// What happened.
    pub entry: Entry,
}

/// What happened. `pure` nodes leave no entry; the results of `read` nodes ride with the next flush.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Entry {
    /// The run began. Always the first entry, and only that.
    Started(Box<Origin>),
    /// A `write` is about to be called: an intent. On disk before the call.
    NodeStarted {
        /// Which execution.
        address: Address,
        /// Counts from 1.
        attempt: u32,
        /// The same over retries, crashes and owners.
        key: Arc<str>,
    },
    /// A node gave its output.
    NodeSucceeded {
        /// Which execution.
        address: Address,
        /// What the nodes after it read.
        output: Shared,
        /// What people see: attempts, the level that answered, the keys tried.
        detail: Option<Shared>,
    },
    /// A node, or one attempt of it, failed. `is_outcome_unknown` says whether a write may have happened.
    NodeFailed {
        /// Which execution.
        address: Address,
        /// Counts from 1.
        attempt: u32,
        /// Why.
        failure: Box<Failure>,
        /// What people see.
        detail: Option<Shared>,
    },
    /// A node did not run.
    NodeSkipped {
        /// Which execution.
        address: Address,
        /// Why, for people.
        reason: Arc<str>,
        /// What the nodes after it read; none when the branch is dead.
        otherwise: Option<Shared>,
    },
    /// A value that must be the same after recovery: `now()`, `uuid()`.
    Noted {
        /// Whose expression asked.
        address: Address,
        /// The value.
        value: Shared,
    },
    /// A node begins to wait.
    WaitRegistered {
        /// Which execution.
        address: Address,
        /// For what.
        wait: Wait,
    },
    /// A wait ended.
    WaitResolved {
        /// Which execution.
        address: Address,
        /// How.
        resolution: Resolution,
    },
    /// A compensation is about to be called.
    CompensationStarted {
        /// The node being undone.
        address: Address,
        /// Counts from 1.
        attempt: u32,
        /// The same over retries, crashes and owners.
        key: Arc<str>,
    },
    /// A compensation is done.
    CompensationSucceeded {
        /// The node that is undone.
        address: Address,
    },
    /// An attempt of a compensation failed.
    CompensationFailed {
        /// The node being undone.
        address: Address,
        /// Counts from 1.
        attempt: u32,
        /// Why.
        failure: Box<Failure>,
    },
    /// The run stopped until an operator acts.
    Parked {
        /// Where it is stuck, if at one node.
        address: Option<Address>,
        /// Why.
        failure: Box<Failure>,
    },
    /// An operator acted, on a parked run or a live one.
    Resumed {
        /// What was asked.
        action: Action,
        /// Which node, if one was named.
        address: Option<Address>,
        /// Why, in the operator's words.
        reason: Arc<str>,
        /// Who.
        actor: Arc<str>,
    },
    /// The caller was answered while the run goes on.
    Responded {
        /// The answer.
        reply: Reply,
    },
    /// The run ended. Always the last entry.
    Ended {
        /// How.
        status: Status,
        /// Whether an uncritical node failed on the way.
        is_degraded: bool,
        /// Why, unless it succeeded.
        failure: Option<Box<Failure>>,
        /// The node that failed.
        address: Option<Address>,
        /// What the flow gave.
        output: Option<Shared>,
        /// The caller's answer, unless it had been given before.
        reply: Option<Reply>,
    },
}

impl Record {
    /// `entry`, made at `at`.
    #[must_use]
    pub const fn new(at: Timestamp, entry: Entry) -> Self {
        Self { at, entry }
    }
}

impl Entry {
    /// The execution this entry is about, if it is about one.
    #[must_use]
    pub const fn address(&self) -> Option<&Address> {
        match self {
            Self::NodeStarted { address, .. }
            | Self::NodeSucceeded { address, .. }
            | Self::NodeFailed { address, .. }
            | Self::NodeSkipped { address, .. }
            | Self::Noted { address, .. }
            | Self::WaitRegistered { address, .. }
            | Self::WaitResolved { address, .. }
            | Self::CompensationStarted { address, .. }
            | Self::CompensationSucceeded { address }
            | Self::CompensationFailed { address, .. } => Some(address),
            Self::Parked { address, .. } | Self::Resumed { address, .. } | Self::Ended { address, .. } => {
                address.as_ref()
            }
            Self::Started(_) | Self::Responded { .. } => None,
        }
    }
}
