//! What is told about a run: per node its status, times, attempts, who answered, and why it was skipped.
//! Plain data; `trace` collects it.

use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use sdk::{Error, Shared, Timestamp};
use serde::{Serialize, Serializer};

use super::{
    event::Dead,
    frame::{Frame, Word},
};
use crate::{
    clock::maybe_as_text,
    flow::plan::{Kind, Node},
};

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Something of it is in flight.
    Running,
    /// Only waits are open; it costs a row.
    Waiting,
    /// It ended well.
    Succeeded,
    /// It failed and there was nothing to undo.
    Failed,
    /// It failed and what it did was undone.
    Compensated,
    /// It was cancelled.
    Cancelled,
    /// Its time was up.
    TimedOut,
    /// Something could not be undone: an operator must decide.
    Parked,
}

impl RunStatus {
    /// The word used in flows, records and answers.
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
}

/// Where a node stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeStatus {
    /// It has not started.
    Pending,
    /// It was started.
    Running,
    /// It gave its output.
    Succeeded,
    /// It failed.
    Failed,
    /// It did not run: see [`Skip`].
    Skipped,
    /// It waits for a message or a time.
    Waiting,
    /// It was stopped.
    Cancelled,
    /// It was undone.
    Compensated,
}

impl From<Word> for NodeStatus {
    fn from(word: Word) -> Self {
        match word {
            Word::Succeeded => Self::Succeeded,
            Word::Failed => Self::Failed,
            Word::Skipped => Self::Skipped,
            Word::Cancelled => Self::Cancelled,
        }
    }
}

/// Why a node did not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "RunNodeSkip")]
pub struct Skip {
    /// `when`: an optional step; `dead`: not on the way that was taken; `filtered`: a switch let nothing
    /// through to it.
    #[schemars(extend("enum" = ["when", "dead", "filtered"]))]
    pub kind: &'static str,
    /// In words.
    pub reason: &'static str,
}

impl Skip {
    /// An optional step whose condition was false.
    pub const WHEN: Self = Self { kind: "when", reason: "its `when` was false" };
}

impl From<Dead> for Skip {
    fn from(dead: Dead) -> Self {
        let reason = match dead {
            Dead::NotChosen => "a switch chose another way",
            Dead::NeedsDead => "nothing it needs is alive",
            Dead::Unreachable => "fewer of its needs can succeed than its join asks for",
        };
        Self { kind: "dead", reason }
    }
}

/// Who gave a node's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServedBy {
    /// The call itself.
    Call,
    /// The cache, fresh.
    Cache,
    /// The cache, past its time because the call failed.
    Stale,
    /// The node's `fallback`.
    Fallback,
    /// The node's `otherwise`.
    Otherwise,
    /// A case's mock.
    Mock,
}

/// One try of one node.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RunAttempt")]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    /// Since the run started.
    pub offset_ms: f64,
    /// How long it took.
    pub duration_ms: f64,
    /// How it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

/// Level of the lookup that answered: 1 to 3, or the point's own default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// 1 exact, 2 business, 3 use case.
    Key(u8),
    /// The point's `default:`.
    Default,
}

impl Serialize for Level {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Key(level) => serializer.serialize_u8(*level),
            Self::Default => serializer.serialize_str("default"),
        }
    }
}

impl JsonSchema for Level {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Level".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Where the lookup found it: 1 exact, 2 business, 3 use case, or the point's own default.",
            "enum": [1, 2, 3, "default"],
        })
    }
}

/// Which extension answered.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "RunNodeExtension")]
pub struct Answered {
    /// The point.
    pub point: Arc<str>,
    /// The extension; several by a comma.
    pub name: Arc<str>,
    /// Where it was found.
    pub level: Level,
    /// The keys tried (use case, biz id, scenario), the one that hit last.
    pub tried: Vec<[String; 3]>,
}

/// A failure as it is shown to an author.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "NodeFailure")]
pub struct ErrorReport {
    /// Its code.
    pub code: Arc<str>,
    /// Its class.
    pub class: sdk::Class,
    /// What happened.
    pub message: String,
}

impl From<&Error> for ErrorReport {
    fn from(error: &Error) -> Self {
        Self { code: Arc::clone(&error.code), class: error.class, message: error.message.clone() }
    }
}

/// How the items of a `foreach` fared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "RunNodeItems")]
pub struct Items {
    /// All of them.
    pub total: usize,
    /// Those that failed.
    pub failed: usize,
}

/// What is told about one node.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RunNode")]
pub struct NodeReport {
    /// Its address within the run, such as `close[3].lock`.
    pub address: Arc<str>,
    /// Its id within its body.
    pub id: Arc<str>,
    /// The word of its kind.
    pub kind: &'static str,
    /// The component, point or flow it names.
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    pub used: Option<Arc<str>>,
    /// Where it stands.
    pub status: NodeStatus,
    /// Why it did not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip: Option<Skip>,
    /// When it started.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "maybe_as_text")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub started_at: Option<Timestamp>,
    /// Since the run started.
    pub offset_ms: f64,
    /// How long it took.
    pub duration_ms: f64,
    /// Its tries.
    pub attempts: Vec<Attempt>,
    /// Which extension answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension: Option<Answered>,
    /// What it was given, when values are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Shared>,
    /// What it gave, when values are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Shared>,
    /// A value was too large to keep.
    pub is_truncated: bool,
    /// How it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
    /// Who gave its output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub served_by: Option<ServedBy>,
    /// How its items fared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Items>,
}

impl NodeReport {
    /// A report that says only which node it is.
    pub(crate) fn of(frame: &Frame, slot: u16, status: NodeStatus) -> Self {
        let node = frame.node(slot);
        Self {
            address: frame.address(slot),
            id: Arc::clone(&node.id),
            kind: kind(node),
            used: used(node),
            status,
            skip: None,
            started_at: None,
            offset_ms: 0.0,
            duration_ms: 0.0,
            attempts: Vec::new(),
            extension: None,
            input: None,
            output: None,
            is_truncated: false,
            error: None,
            served_by: None,
            items: None,
        }
    }
}

/// The word of a node's kind.
#[must_use]
pub const fn kind(node: &Node) -> &'static str {
    match node.kind {
        Kind::Use { .. } => "use",
        Kind::Extension { .. } => "extension",
        Kind::Flow { .. } => "flow",
        Kind::Switch(_) => "switch",
        Kind::Foreach(_) => "foreach",
        Kind::Loop(_) => "loop",
        Kind::Race(_) => "race",
        Kind::Wait(_) => "wait",
        Kind::Respond(_) => "respond",
        Kind::Fail(_) => "fail",
    }
}

/// The component, point or flow that a node names.
#[must_use]
pub fn used(node: &Node) -> Option<Arc<str>> {
    match &node.kind {
        Kind::Use { name, .. } => Some((*name).into()),
        Kind::Extension { point, .. } => Some(Arc::clone(point)),
        Kind::Flow { name, .. } => Some(Arc::clone(name)),
        _ => None,
    }
}
