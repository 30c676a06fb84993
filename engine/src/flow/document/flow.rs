//! `kind: Flow`: DESIGN §4.1 as data.

use sdk::Duration;

use super::{Header, Node, Policies, Retry, Title};
use crate::flow::tree::{Span, Spanned, Tree};

/// A flow as written, or as a variant left it.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// The header.
    pub header: Header,
    /// `useCase`, by default the flow's name.
    pub use_case: Spanned<String>,
    /// `durable`.
    pub is_durable: Spanned<bool>,
    /// `timeout` of the whole run; `None` = the default (30 s, durable: none).
    pub timeout: Option<Duration>,
    /// `retention` of ended runs; `None` = the default.
    pub retention: Option<Duration>,
    /// `triggers`.
    pub triggers: Triggers,
    /// `input`, a JSON Schema.
    pub input: Option<Tree>,
    /// `vars`, templates by name.
    pub vars: Option<Tree>,
    /// `order`, `nodes` and `output`.
    pub body: Body,
    /// `defaults`: policies of every node that does not state its own.
    pub defaults: Policies,
    /// `policies`: the names of its policy blocks.
    pub blocks: Vec<Spanned<String>>,
    /// `errors`.
    pub errors: Vec<ErrorRule>,
    /// `compensation`.
    pub compensation: Compensation,
    /// `finally`: nodes run once after the end.
    pub finally: Option<Body>,
    /// `tests`, and the cases of `NAME.cases.yaml`.
    pub cases: Vec<Case>,
}

/// Nodes with their order: of a flow, of a loop's `do`, of an extension.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    /// `order`.
    pub order: Option<Order>,
    /// `nodes`, in written order.
    pub nodes: Vec<Node>,
    /// `output`; absent = the last node's output.
    pub output: Option<Tree>,
    /// Where it starts.
    pub span: Span,
}

/// What a loop, an item or a race branch does: one node, or a body with ids of its own.
#[derive(Clone, Debug, PartialEq)]
pub enum Do {
    /// One node; its id is empty.
    One(Box<Node>),
    /// `{order, nodes, output}`.
    Body(Body),
}

/// `order: [load, [coupon, points], notify]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// The items in sequence.
    pub items: Vec<OrderItem>,
    /// Where it stands.
    pub span: Span,
}

/// One item of an order.
#[derive(Clone, Debug, PartialEq)]
pub enum OrderItem {
    /// One node.
    One(Spanned<String>),
    /// Several side by side; each may again be a sequence written as a list.
    Parallel(Vec<OrderItem>),
    /// A sequence inside a parallel group.
    Sequence(Vec<OrderItem>),
}

/// `triggers`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Triggers {
    /// `http`.
    pub http: Option<HttpTrigger>,
    /// `cron`.
    pub cron: Option<Cron>,
    /// `consume`.
    pub consume: Option<Consume>,
}

/// `triggers.http`.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpTrigger {
    /// `method`, in capitals.
    pub method: Spanned<String>,
    /// `path`, such as `/orders/{id}/cancel`.
    pub path: Spanned<String>,
    /// `mode`.
    pub mode: HttpMode,
    /// `idempotencyKey`, a template.
    pub idempotency_key: Option<Tree>,
    /// `input`, a template over `request`; absent = the body.
    pub input: Option<Tree>,
    /// Where it stands.
    pub span: Span,
}

/// Whether the caller waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpMode {
    /// The answer is the output.
    #[default]
    Sync,
    /// The answer is 202 and the run's place.
    Async,
}

/// `triggers.cron`.
#[derive(Clone, Debug, PartialEq)]
pub struct Cron {
    /// `schedule`, five or six fields.
    pub schedule: Spanned<String>,
    /// `timezone`, an IANA name; UTC when absent.
    pub timezone: Option<Spanned<String>>,
    /// `overlap`.
    pub overlap: Overlap,
    /// `catchUp`: how many missed fires are made up for: 0 (`none`), 1 (`last`), all.
    pub catch_up: CatchUp,
    /// `identities`: one run each; absent = one run with the default identity.
    pub identities: Vec<CronIdentity>,
    /// `input`, a template over `trigger`.
    pub input: Option<Tree>,
}

/// What to do about missed fires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CatchUp {
    /// Nothing.
    #[default]
    None,
    /// Run the last one.
    Last,
    /// Run all of them.
    All,
}

/// What to do when the previous run still goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overlap {
    /// Leave this one out.
    #[default]
    Skip,
    /// Start it beside the other.
    Allow,
    /// Start it once the other has ended.
    Queue,
}

/// One of `triggers.cron.identities`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CronIdentity {
    /// `bizId`.
    pub biz_id: Option<Spanned<String>>,
    /// `scenario`.
    pub scenario: Option<Spanned<String>>,
}

/// `triggers.consume`.
#[derive(Clone, Debug, PartialEq)]
pub struct Consume {
    /// `connection`.
    pub connection: Spanned<String>,
    /// `topic`.
    pub topic: String,
    /// `group`.
    pub group: Option<String>,
    /// `key`, a template: one lane per key.
    pub key: Option<Tree>,
    /// `dedupe`, a template.
    pub dedupe: Option<Tree>,
    /// `identity`: templates for `bizId` and `scenario`.
    pub identity: Option<Tree>,
    /// `input`, a template over `message`.
    pub input: Option<Tree>,
    /// `deadLetter`.
    pub dead_letter: Option<String>,
}

/// One rule of `errors`.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorRule {
    /// `match.node`.
    pub node: Option<Spanned<String>>,
    /// `match.class`.
    pub class: Option<Spanned<String>>,
    /// `match.code`.
    pub match_code: Option<Spanned<String>>,
    /// `match.when`, an expression over `error`.
    pub when: Option<Spanned<String>>,
    /// `status` the caller sees.
    pub status: Option<u16>,
    /// `code` the caller sees.
    pub code: Option<String>,
    /// `message`, a template.
    pub message: Option<Tree>,
    /// Where it stands.
    pub span: Span,
}

/// `compensation`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compensation {
    /// `order`.
    pub order: CompensationOrder,
    /// `retry` of each compensation.
    pub retry: Option<Retry>,
    /// `onExhausted`.
    pub on_exhausted: OnExhausted,
}

/// In which order things are undone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CompensationOrder {
    /// The last completed first.
    #[default]
    Reverse,
    /// All at once.
    Parallel,
}

/// What happens when an undo cannot be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnExhausted {
    /// The run is parked for an operator.
    #[default]
    Park,
    /// The run ends failed.
    Fail,
}

/// One of `tests`.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// `name`; its English text where it has two.
    pub name: Option<String>,
    /// `name` in both languages.
    pub title: Option<Title>,
    /// `input`.
    pub input: Tree,
    /// `identity.bizId`.
    pub biz_id: Option<Spanned<String>>,
    /// `identity.scenario`.
    pub scenario: Option<Spanned<String>>,
    /// `mocks` by node address (`load`, `channels.theirs`).
    pub mocks: Vec<(Spanned<String>, Tree)>,
    /// `expect`.
    pub expect: Expectation,
    /// `expect` as it is written.
    pub expected: Option<Tree>,
    /// Where it stands.
    pub span: Span,
}

/// What a case compares; only what is stated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expectation {
    /// `output`.
    pub output: Option<Tree>,
    /// `status`, the run's status word.
    pub status: Option<Spanned<String>>,
    /// `error`, the code the caller sees.
    pub error: Option<Spanned<String>>,
    /// `http.status`.
    pub http_status: Option<u16>,
    /// `http.headers`.
    pub http_headers: Option<Tree>,
    /// `ran`: exactly these nodes ran.
    pub ran: Option<Vec<Spanned<String>>>,
    /// `skipped`: these were skipped.
    pub skipped: Option<Vec<Spanned<String>>>,
    /// `compensated`, in order.
    pub compensated: Option<Vec<Spanned<String>>>,
    /// `level` of the plan, 1 to 3.
    pub level: Option<u8>,
    /// `attempts` by node.
    pub attempts: Vec<(Spanned<String>, u32)>,
}
