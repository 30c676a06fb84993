//! The grammar of nodes: DESIGN §4.3 and §4.4.

use super::{
    document::TITLE,
    form::{
        Form,
        Group::{Own, Shared},
        Key, Name, Object, key, object, required,
    },
    policy::{CLASSES, POLICIES},
};

/// The words of which a node has exactly one.
pub const KINDS: &[&str] =
    &["use", "extension", "flow", "switch", "foreach", "loop", "race", "wait", "respond", "fail"];

/// What makes a call of its own.
const CALLS: &[&str] = &["use", "extension", "flow"];
/// What does work, by itself or inside.
const WORKS: &[&str] = &["use", "extension", "flow", "foreach", "loop", "race"];

/// Keys that mean something only beside some kinds.
pub const BESIDE: &[(&str, &[&str])] = &[
    ("with", CALLS),
    ("reduce", &["extension"]),
    ("idempotencyKey", CALLS),
    ("cache", CALLS),
    ("circuitBreaker", CALLS),
    ("rateLimit", CALLS),
    ("bulkhead", CALLS),
    ("retry", WORKS),
    ("compensate", WORKS),
];

const NODE_ID: Form = Form::Name(Name::Node);

/// `use` and `extension` with their `with`: what a fallback may call.
pub(super) static BARE: &[Key] = &[
    key("use", Form::Name(Name::Word), "a component"),
    key("extension", Form::Name(Name::Word), "an extension point: the identity picks the implementation"),
    key("with", Form::Template, "what the component or the called flow is given"),
];

/// The kinds beside `use` and `extension`.
pub(super) static CONTROL: &[Key] = &[
    key("flow", Form::Either(&[Form::Name(Name::Word), Form::Object(&FLOW)]), "a sub-flow"),
    key(
        "switch",
        Form::List(&Form::Object(&CASE)),
        "routing: the first case that holds; what is not chosen is dead",
    ),
    key("foreach", Form::Object(&FOREACH), "one round of work for each item of a list"),
    key("loop", Form::Object(&LOOP), "rounds of work until a condition holds"),
    key(
        "race",
        Form::Named(Name::Node, &Form::Marked(&INNER, "nodes", &BODY)),
        "branches side by side: the first success wins",
    ),
    key("wait", Form::Object(&WAIT), "waits for a time or a message; needs a durable flow"),
    key("respond", Form::Object(&RESPOND), "answers the caller now; the run goes on"),
    key("fail", Form::Object(&FAIL), "raises an error"),
];

/// What every node may say about its call, wherever it stands.
pub(super) static CALL: &[Key] = &[
    key(
        "reduce",
        Form::Word(&["first", "all", "any", "none", "collect", "merge"]),
        "beside `extension`: how several implementations are combined; first unless stated",
    ),
    key("title", TITLE, "for people, in one text or one per language"),
    key("output", Form::Template, "shapes what the node gives"),
    key("idempotencyKey", Form::Line, "the same for every repetition of one piece of work"),
    key(
        "policy",
        Form::OneOrMore(&Form::Name(Name::Free)),
        "named blocks of `policies`; the node's own keys go first",
    ),
    key("compensate", Form::Object(&UNDO), "the node that undoes this one"),
];

/// What a node says about its place among others.
pub(super) static PLACE: &[Key] = &[
    key("needs", Form::OneOrMore(&NODE_ID), "the nodes before this one"),
    key(
        "join",
        Form::Either(&[Form::Word(&["all", "any", "settled"]), Form::Object(&COUNT)]),
        "when it may start; all unless stated",
    ),
];

/// What a node says about whether it runs and what its failure means.
pub(super) static OPTION: &[Key] = &[
    key("when", Form::Expression, "runs only when this holds; else its output is `otherwise`"),
    key("otherwise", Form::Template, "the output when it did not run, or failed and is not critical"),
    key("critical", Form::Flag, "false: its failure does not fail the run"),
];

/// A node under `nodes:`.
pub static NODE: Object = Object {
    name: "a node",
    about: "One step of a flow; exactly one kind.",
    keys: &[
        Shared(&BARE),
        Shared(&CONTROL),
        Shared(&OPTION),
        Shared(&PLACE),
        Shared(&CALL),
        Shared(&POLICIES),
    ],
    exactly_one: Some(KINDS),
    is_open: false,
};

/// A node without id and edges: of `do`, of a race.
pub(super) static INNER: Object = Object {
    name: "a node",
    about: "One step without an id of its own.",
    keys: &[Shared(&BARE), Shared(&CONTROL), Shared(&OPTION), Shared(&CALL), Shared(&POLICIES)],
    exactly_one: Some(KINDS),
    is_open: false,
};

/// The node that undoes another.
static UNDO: Object = Object {
    name: "compensate",
    about: "Undoes its node; also runs when the outcome of the node is unknown.",
    keys: &[Shared(&BARE), Shared(&CONTROL), Shared(&OPTION), Shared(&CALL), Shared(&POLICIES)],
    exactly_one: Some(&["use", "extension", "flow"]),
    is_open: false,
};

pub(super) static SEVERAL: &[Key] = &[
    key("order", Form::Order, "one line for the edges"),
    key("nodes", Form::Named(Name::Node, &Form::Object(&NODE)), "the nodes by id"),
];

/// `{order, nodes, output}` with ids of its own.
pub(super) static BODY: Object = object(
    "a body",
    "Nodes with ids of their own.",
    &[Own(&[
        key("order", Form::Order, "one line for the edges"),
        required("nodes", Form::Named(Name::Node, &Form::Object(&NODE)), "the nodes by id"),
        key("output", Form::Template, "what the body gives; the last node's output unless stated"),
    ])],
);

static COUNT: Object = object(
    "join",
    "Starts after so many successes.",
    &[Own(&[required("n", Form::Whole(1, 256), "how many successes")])],
);

static FLOW: Object = object(
    "flow",
    "A sub-flow.",
    &[Own(&[
        required("name", Form::Name(Name::Word), "the flow"),
        key("version", Form::Whole(1, u32::MAX as u64), "a pinned version"),
        key("mode", Form::Word(&["child", "inline", "detached"]), "how it runs; child unless stated"),
    ])],
);

static CASE: Object = Object {
    name: "a case",
    about: "A condition and where it leads.",
    keys: &[Own(&[
        key("case", Form::Expression, "the condition"),
        key("default", Form::Yes, "true: taken when no case holds"),
        required("to", Form::OneOrMore(&NODE_ID), "the node or nodes it leads to"),
    ])],
    exactly_one: Some(&["case", "default"]),
    is_open: false,
};

static FOREACH: Object = object(
    "foreach",
    "One round of work for each item; outputs in the order of the input.",
    &[Own(&[
        required("in", Form::Expression, "the list"),
        key("as", Form::Name(Name::Local), "the item's name; `item` unless stated"),
        key("concurrency", Form::Whole(1, 10_000), "how many items at once; 1 unless stated"),
        key("max", Form::Whole(1, 10_000), "the most items; 1,000 unless stated"),
        key(
            "onItemError",
            Form::Word(&["fail", "collect", "drop"]),
            "what a failed item does; fail unless stated",
        ),
        required("do", Form::Marked(&INNER, "nodes", &BODY), "the work: one node, or {order, nodes, output}"),
    ])],
);

static LOOP: Object = object(
    "loop",
    "Rounds of work; `last` is the round before.",
    &[Own(&[
        required("until", Form::Expression, "ends it; sees `last`"),
        key("every", Form::Duration, "the time between rounds"),
        key("after", Form::Duration, "the time before the first round"),
        required("max", Form::Whole(1, 10_000), "the most rounds; then it fails with LOOP_EXHAUSTED"),
        required("do", Form::Marked(&INNER, "nodes", &BODY), "the work: one node, or {order, nodes, output}"),
    ])],
);

static WAIT: Object = Object {
    name: "wait",
    about: "Waits for a length of time, a moment or a message.",
    keys: &[Own(&[
        key("for", Form::Line, "how long: a duration, or a template that gives one"),
        key("until", Form::Line, "a template that gives a moment"),
        key("callback", Form::Object(&CALLBACK), "a message"),
    ])],
    exactly_one: Some(&["for", "until", "callback"]),
    is_open: false,
};

static CALLBACK: Object = object(
    "callback",
    "A message to `POST /v1/callbacks/{channel}`.",
    &[Own(&[
        required("channel", Form::Name(Name::Word), "the channel"),
        required("key", Form::Line, "what the message must carry to be meant"),
        key("match", Form::Expression, "which messages count; sees `message`"),
        key("verify", Form::Object(&VERIFY), "checks the signature before anything else"),
        key("dedupe", Form::Line, "what makes two messages the same"),
    ])],
);

static VERIFY: Object = object(
    "verify",
    "Checks a callback's signature.",
    &[Own(&[required("connection", Form::Name(Name::Word), "the connection whose `signature` is used")])],
);

static RESPOND: Object = object(
    "respond",
    "Answers the caller now; the run goes on.",
    &[Own(&[
        key("status", Form::Whole(100, 599), "the HTTP status; 200 unless stated"),
        key("body", Form::Template, "the body"),
        key("headers", Form::Named(Name::Free, &Form::Line), "headers"),
    ])],
);

static FAIL: Object = object(
    "fail",
    "Raises an error.",
    &[Own(&[
        required("code", Form::Name(Name::Code), "for programs, in capitals"),
        key("status", Form::Whole(400, 599), "the HTTP status the caller sees; the class's unless stated"),
        key("class", Form::Word(CLASSES), "what kind of failure; business unless stated"),
        key("message", Form::Line, "for people"),
    ])],
);
