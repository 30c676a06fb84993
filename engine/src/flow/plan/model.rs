//! The shape of a plan: what a run reads. Slots are indices into a body's nodes, in topological order.
//!
//! Every [`Body`] is one frame of names: expressions of its nodes see it at depth 0, the body around it at
//! depth 1. The flow's own body is the outermost frame; an extension's body stands alone. A slot at or
//! beyond `nodes.len()` belongs to a node that a variant removed: it reads as missing.

use std::{sync::Arc, time::Duration};

use sdk::{Class, Effect, Error, Shared, UseCase, Value};

use crate::flow::{
    document::{self, Compensation, FlowMode, HttpMode, Join, OnItemError, Reduce, Title},
    expr::{Expression, Root, Template},
    policy::Stack,
    schema::Contract,
    tree::Span,
    variant::Origin,
};

/// One flow variant, compiled.
pub struct Plan {
    /// SHA-256 of the effective documents it was compiled from, in hex. Runs are pinned to it.
    pub hash: Arc<str>,
    /// The flow's name.
    pub flow: Arc<str>,
    /// `metadata.version` of the flow.
    pub version: u32,
    /// Level one of the identity.
    pub use_case: UseCase,
    /// The level of the lookup at which this plan answers: 1 exact, 2 business, 3 use case.
    pub level: u8,
    /// The variants it was built from, outermost first; empty for the base.
    pub variants: Vec<Arc<str>>,
    /// Journalled, survives a crash.
    pub is_durable: bool,
    /// Of the whole run.
    pub timeout: Option<Duration>,
    /// For how long its ended runs are kept at least.
    pub retention: Option<Duration>,
    /// Checks the input and fills its defaults.
    pub input: Option<Contract>,
    /// Evaluated once at start, in order; a later one may read an earlier one.
    pub vars: Vec<(Arc<str>, Template)>,
    /// The nodes.
    pub body: Arc<Body>,
    /// What the caller gets.
    pub output: Output,
    /// First match wins.
    pub errors: Vec<ErrorRule>,
    /// How it is undone.
    pub compensation: Compensation,
    /// Nodes run once after the end.
    pub finally: Option<Arc<Body>>,
    /// Its own route.
    pub http: Option<HttpPlan>,
    /// Started by time.
    pub cron: Option<CronPlan>,
    /// Started by messages.
    pub consume: Option<ConsumePlan>,
    /// Settings (`config.<key>`) that it reads without a guard.
    pub settings: Vec<SettingRead>,
    /// Where each node of the body came from, in slot order.
    pub origins: Vec<Option<Origin>>,
}

/// A setting that is read without a guard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingRead {
    /// The key.
    pub key: Arc<str>,
    /// Where it is read.
    pub span: Span,
    /// The path within the document.
    pub path: Arc<str>,
}

/// Nodes with their edges, in topological order: of a flow, a loop, an item, a branch, an extension.
pub struct Body {
    /// The nodes; a slot is an index into this.
    pub nodes: Vec<Node>,
    /// Nodes that need nothing.
    pub starts: Vec<u16>,
    /// Shapes the result; `None` = the output of the last node that ran (in slot order).
    pub output: Option<Template>,
    /// True for the one node of a `do`: it has no id and its address is that of its parent.
    pub is_single: bool,
    /// The strongest effect among its nodes.
    pub effect: Effect,
}

/// An edge into a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The slot it comes from.
    pub from: u16,
    /// Waits until it has settled, but never carries a skip (made by a data reference).
    pub is_order_only: bool,
}

/// An edge out of a node: the other end of an [`Edge`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// The slot it leads to.
    pub to: u16,
    /// See [`Edge::is_order_only`].
    pub is_order_only: bool,
}

/// One step, compiled.
pub struct Node {
    /// The id within its body; empty for the one node of a `do`.
    pub id: Arc<str>,
    /// `title`.
    pub title: Option<Title>,
    /// What it does.
    pub kind: Kind,
    /// Edges in.
    pub needs: Vec<Edge>,
    /// Edges out, those to a switch's targets included.
    pub next: Vec<Next>,
    /// The node whose output it is handed: the one it needs. `None` = it needs none or several, and is
    /// handed the input of the flow (of an extension: of the point).
    pub input: Option<u16>,
    /// When it may start.
    pub join: Join,
    /// `when`.
    pub when: Option<Expression>,
    /// Its output when `when` is false, or when it failed and is not critical.
    pub otherwise: Option<Template>,
    /// A failure fails the run.
    pub is_critical: bool,
    /// `with`.
    pub with: Option<Template>,
    /// Shapes its output; `nodes.<its id>` is the raw one there.
    pub output: Option<Template>,
    /// The policies asked for, `defaults` included; `None` when there are none. On race, loop, foreach, wait
    /// and flow a plain `timeout` stands under `total`.
    pub asked: Option<Box<document::Policies>>,
    /// The layers around its call; `None` when none is needed.
    pub policies: Option<Stack>,
    /// Its idempotency key; `None` = derived from run, node and item.
    pub idempotency_key: Option<Template>,
    /// Key of its cache; `None` = its whole `with`.
    pub cache_key: Option<Template>,
    /// Key of its rate limit; `None` = one bucket.
    pub rate_key: Option<Template>,
    /// What its `fallback` gives; which classes it catches is the stack's.
    pub fallback: Option<Give>,
    /// Undoes it: a body of one node, inside this node's body (`nodes.<its id>` is what it gave).
    pub compensate: Option<Arc<Body>>,
    /// What it does to the world.
    pub effect: Effect,
}

/// What a fallback gives, compiled.
pub enum Give {
    /// A value.
    Value(Template),
    /// What a body of one node gives, inside the failed node's body.
    Body(Arc<Body>),
}

/// The ten kinds, compiled.
pub enum Kind {
    /// A component.
    Use {
        /// Its name.
        name: &'static str,
        /// Built from a constant `with`; `None` = built per call from the evaluated one.
        built: Option<Arc<dyn sdk::Node>>,
        /// Builds it per call (`build_shared` of the registry's entry).
        build: fn(Shared) -> Result<Arc<dyn sdk::Node>, Error>,
        /// In a durable run it only keeps a call for later.
        defers: bool,
        /// Its output is its evaluated `with`.
        gives_settings: bool,
    },
    /// An extension point; the snapshot resolves it by identity.
    Extension {
        /// The point.
        point: Arc<str>,
        /// How several are combined.
        reduce: Reduce,
    },
    /// A sub-flow; the snapshot resolves it by name and identity.
    Flow {
        /// The flow.
        name: Arc<str>,
        /// A pinned version.
        version: Option<u32>,
        /// How it runs.
        mode: FlowMode,
    },
    /// Routing.
    Switch(SwitchPlan),
    /// One body per item.
    Foreach(Box<ForeachPlan>),
    /// Rounds of one body.
    Loop(Box<LoopPlan>),
    /// Branches side by side, the first success wins; each branch is a body.
    Race(Vec<(Arc<str>, Arc<Body>)>),
    /// Waits, durably.
    Wait(Box<WaitPlan>),
    /// Answers the caller.
    Respond(Box<RespondPlan>),
    /// Raises an error.
    Fail(Box<FailPlan>),
}

/// `switch`, compiled.
pub struct SwitchPlan {
    /// Conditions with their targets; `None` is the default.
    pub cases: Vec<(Option<Expression>, Vec<u16>)>,
}

/// `foreach`, compiled.
pub struct ForeachPlan {
    /// The list.
    pub over: Expression,
    /// How many items at once.
    pub concurrency: usize,
    /// The most items.
    pub max: usize,
    /// What a failed item does.
    pub on_item_error: OnItemError,
    /// One item's work. Its locals are: 0 the item under its name, 1 `index`.
    pub body: Arc<Body>,
}

/// `loop`, compiled. `until` is evaluated in the frame of the round that has ended: same locals.
pub struct LoopPlan {
    /// Ends it.
    pub until: Expression,
    /// Between rounds.
    pub every: Option<Duration>,
    /// Before the first round.
    pub after: Option<Duration>,
    /// The most rounds.
    pub max: u32,
    /// One round's work. Its locals are: 0 `last`, 1 `index`.
    pub body: Arc<Body>,
}

/// `wait`, compiled.
pub enum WaitPlan {
    /// A duration.
    For(Template),
    /// A time.
    Until(Template),
    /// A message.
    Callback(Box<CallbackPlan>),
}

/// `wait.callback`, compiled.
pub struct CallbackPlan {
    /// The channel.
    pub channel: Arc<str>,
    /// The correlation key.
    pub key: Template,
    /// Which messages count.
    pub matches: Option<Expression>,
    /// The connection whose `signature` is checked before correlation.
    pub verify: Option<Arc<str>>,
    /// A template over `message`: what makes two of them the same.
    pub dedupe: Option<Value>,
}

/// `respond`, compiled.
pub struct RespondPlan {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Option<Template>,
    /// The headers.
    pub headers: Option<Template>,
}

/// `fail`, compiled.
pub struct FailPlan {
    /// The code.
    pub code: Arc<str>,
    /// The status the caller sees.
    pub status: Option<u16>,
    /// The class.
    pub class: Class,
    /// The message.
    pub message: Option<Template>,
}

/// What the caller of a flow gets.
pub enum Output {
    /// The output of the last node that ran.
    Last,
    /// A value.
    Value(Template),
    /// A value with status and headers.
    Envelope(Box<Envelope>),
}

impl Output {
    /// Whether the answer is what this node of `body` gives, as it stands.
    #[must_use]
    pub fn is_of(&self, body: &Body, slot: u16) -> bool {
        let is_named = |template: &Template| template.root() == Some(Root::Node { depth: 0, slot });
        match self {
            Self::Last => body.nodes.get(usize::from(slot)).is_some_and(|node| node.next.is_empty()),
            Self::Value(template) => is_named(template),
            Self::Envelope(envelope) => is_named(&envelope.value),
        }
    }
}

/// `output: {value, status, headers}`.
pub struct Envelope {
    /// The value.
    pub value: Template,
    /// The status, by default 200.
    pub status: Option<Template>,
    /// The headers.
    pub headers: Option<Template>,
}

/// One rule of `errors`, compiled.
pub struct ErrorRule {
    /// The node that failed.
    pub node: Option<Arc<str>>,
    /// Its class.
    pub class: Option<Class>,
    /// Its code.
    pub match_code: Option<Arc<str>>,
    /// Over `error` (class, code, message, data, node) as local 0 of the flow's frame.
    pub when: Option<Expression>,
    /// The status the caller sees.
    pub status: Option<u16>,
    /// The code the caller sees.
    pub code: Option<Arc<str>>,
    /// The detail the caller sees.
    pub message: Option<Template>,
}

/// `triggers.cron`, compiled.
pub struct CronPlan {
    /// What was written.
    pub asked: document::Cron,
    /// Over `trigger`; `None` = an empty object.
    pub input: Option<Template>,
}

/// `triggers.consume`, compiled. Its templates are over `message`.
pub struct ConsumePlan {
    /// What was written.
    pub asked: document::Consume,
    /// One lane per key.
    pub key: Option<Template>,
    /// What makes two messages the same.
    pub dedupe: Option<Template>,
    /// `{bizId, scenario}`, null for the default.
    pub identity: Option<Template>,
    /// `None` = the message's body.
    pub input: Option<Template>,
}

/// A flow's own route, compiled.
pub struct HttpPlan {
    /// The method.
    pub method: Arc<str>,
    /// The path with `{name}` parameters.
    pub path: Arc<str>,
    /// Whether the caller waits.
    pub mode: HttpMode,
    /// Over `request`.
    pub idempotency_key: Option<Template>,
    /// Over `request`; `None` = the body.
    pub input: Option<Template>,
}

impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { flow, level, hash, .. } = self;
        write!(f, "Plan({flow} at level {level}, {hash})")
    }
}
