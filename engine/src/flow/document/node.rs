//! Nodes: DESIGN §4.3 and §4.4 as data.

use sdk::Duration;

use super::{Do, Policies, Title};
use crate::flow::tree::{Span, Spanned, Tree};

/// One step of a flow.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The id; empty for the one node of a `do`.
    pub id: Spanned<String>,
    /// What it is.
    pub kind: Kind,
    /// `title`.
    pub title: Option<Title>,
    /// `needs`; `None` when not stated.
    pub needs: Option<Vec<Spanned<String>>>,
    /// `join`.
    pub join: Join,
    /// `when`, an expression.
    pub when: Option<Spanned<String>>,
    /// `otherwise`, a template.
    pub otherwise: Option<Tree>,
    /// `critical`, true unless stated.
    pub is_critical: bool,
    /// `with`, a template.
    pub with: Option<Tree>,
    /// `output`, a template that shapes what the node gives (`nodes.<its id>` is the raw output there).
    pub output: Option<Tree>,
    /// The policy keys, named blocks already merged in.
    pub policies: Policies,
    /// `policy`: the named blocks it refers to.
    pub blocks: Vec<Spanned<String>>,
    /// `idempotencyKey`, a template.
    pub idempotency_key: Option<Tree>,
    /// `compensate`: one node without id.
    pub compensate: Option<Box<Node>>,
    /// Some text in it mentions `nodes.`, `status.` or `errors.`.
    pub mentions_nodes: bool,
    /// Where each of its keys stands.
    pub keys: Vec<Spanned<String>>,
    /// Where it starts.
    pub span: Span,
}

impl Node {
    /// Where a key stands; where the node starts when the key is not stated here.
    #[must_use]
    pub fn at(&self, key: &str) -> Span {
        self.keys.iter().find(|stated| stated.value == key).map_or(self.span, |stated| stated.span)
    }
}

/// The ten kinds.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `use: component`.
    Use(Spanned<String>),
    /// `extension: point`.
    Extension {
        /// The point.
        point: Spanned<String>,
        /// `reduce`.
        reduce: Reduce,
    },
    /// `flow: name` or `flow: {name, version, mode}`.
    Flow {
        /// The flow.
        name: Spanned<String>,
        /// A pinned version.
        version: Option<u32>,
        /// How it runs.
        mode: FlowMode,
    },
    /// `switch`.
    Switch(Vec<SwitchCase>),
    /// `foreach`.
    Foreach(Box<Foreach>),
    /// `loop`.
    Loop(Box<Loop>),
    /// `race`: named branches in written order.
    Race(Vec<(Spanned<String>, Do)>),
    /// `wait`.
    Wait(Box<Wait>),
    /// `respond`.
    Respond(Box<Respond>),
    /// `fail`.
    Fail(Box<Fail>),
}

/// When a node may start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Join {
    /// All settled, at least one alive, none failed unaccepted.
    #[default]
    All,
    /// The first success.
    Any,
    /// `{n: k}`: k successes.
    Count(u32),
    /// All settled, whatever became of them.
    Settled,
}

/// How several implementations of a point are combined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reduce {
    /// The first that applies.
    #[default]
    First,
    /// All answered true.
    All,
    /// One answered true.
    Any,
    /// None answered true.
    None,
    /// A list by priority.
    Collect,
    /// One object, the higher priority wins.
    Merge,
}

/// How a sub-flow runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FlowMode {
    /// Its own run; cancel and compensation reach it.
    #[default]
    Child,
    /// Within this run.
    Inline,
    /// Its own run that nobody waits for.
    Detached,
}

/// One case of a switch.
#[derive(Clone, Debug, PartialEq)]
pub struct SwitchCase {
    /// `case`, an expression; `None` for `default: true`.
    pub case: Option<Spanned<String>>,
    /// `to`.
    pub to: Vec<Spanned<String>>,
    /// Where it starts.
    pub span: Span,
}

/// `foreach`.
#[derive(Clone, Debug, PartialEq)]
pub struct Foreach {
    /// `in`, an expression.
    pub over: Spanned<String>,
    /// `as`, by default `item`.
    pub item: String,
    /// `concurrency`, by default 1.
    pub concurrency: u32,
    /// `max`, by default 1,000.
    pub max: u32,
    /// `onItemError`.
    pub on_item_error: OnItemError,
    /// `do`.
    pub body: Do,
}

/// What a failed item does to the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnItemError {
    /// The node fails.
    #[default]
    Fail,
    /// Null stands in its place and `errors.<id>` lists it.
    Collect,
    /// It is left out.
    Drop,
}

/// `loop`.
#[derive(Clone, Debug, PartialEq)]
pub struct Loop {
    /// `until`, an expression.
    pub until: Spanned<String>,
    /// `every`: the time between rounds.
    pub every: Option<Duration>,
    /// `after`: the time before the first round.
    pub after: Option<Duration>,
    /// `max` rounds.
    pub max: u32,
    /// `do`.
    pub body: Do,
}

/// `wait`.
#[derive(Clone, Debug, PartialEq)]
pub enum Wait {
    /// `{for}`: a duration, or a template that gives one.
    For(Tree),
    /// `{until}`: a template that gives a time.
    Until(Tree),
    /// `{callback}`.
    Callback(Callback),
}

/// `wait.callback`.
#[derive(Clone, Debug, PartialEq)]
pub struct Callback {
    /// `channel`.
    pub channel: Spanned<String>,
    /// `key`, a template.
    pub key: Tree,
    /// `match`, an expression over `message`.
    pub matches: Option<Spanned<String>>,
    /// `verify.connection`.
    pub verify: Option<Spanned<String>>,
    /// `dedupe`, a template over `message`.
    pub dedupe: Option<Tree>,
}

/// `respond`.
#[derive(Clone, Debug, PartialEq)]
pub struct Respond {
    /// `status`, by default 200.
    pub status: u16,
    /// `body`, a template.
    pub body: Option<Tree>,
    /// `headers`, templates.
    pub headers: Option<Tree>,
}

/// `fail`.
#[derive(Clone, Debug, PartialEq)]
pub struct Fail {
    /// `code`.
    pub code: Spanned<String>,
    /// `status` the caller sees; by default the class's.
    pub status: Option<u16>,
    /// `class`, by default `business`.
    pub class: sdk::Class,
    /// `message`, a template.
    pub message: Option<Tree>,
}
