//! The grammar of `kind: Flow` and of cases: DESIGN §4.1 and §4.7.

use super::{
    document::TITLE,
    form::{Form, Group::Own, Key, Name, Object, key, object, required},
    node::{BODY, NODE},
    policy::{BLOCK, CLASSES, RETRY},
};

/// What stands beside the header of a flow.
pub(super) static FLOW: &[Key] = &[
    key("useCase", Form::Name(Name::Word), "level one of the identity; the flow's name unless stated"),
    key("durable", Form::Flag, "true: journalled, survives a crash, may wait for days"),
    key("timeout", Form::Duration, "of the whole run; 30s unless stated, none for a durable flow"),
    key(
        "retention",
        Form::Duration,
        "for how long an ended run of a durable flow is kept; 30d unless stated",
    ),
    key("triggers", Form::Object(&TRIGGERS), "what starts it, beside its name"),
    key("input", Form::Schema, "what it takes; defaults are filled in"),
    key("vars", Form::Named(Name::Identifier, &Form::Template), "values computed once at the start"),
    key(
        "order",
        Form::Order,
        "one line for the edges: a list is a sequence, an inner list runs side by side",
    ),
    required("nodes", Form::Named(Name::Node, &Form::Object(&NODE)), "the nodes by id"),
    key(
        "defaults",
        Form::Object(&BLOCK),
        "policies of every node that calls something and states none itself",
    ),
    key("policies", Form::Named(Name::Free, &Form::Object(&BLOCK)), "named policy blocks for `policy:`"),
    key("output", Form::Template, "what the caller gets; the last node's output unless stated"),
    key(
        "errors",
        Form::List(&Form::Object(&ERROR)),
        "what the caller sees of a failure; the first match wins",
    ),
    key("compensation", Form::Object(&COMPENSATION), "how a failed run is undone"),
    key(
        "finally",
        Form::MarkedOrNamed(&BODY, "nodes", Name::Node, &Form::Object(&NODE)),
        "nodes run once after the end; they cannot change the result",
    ),
    key("tests", Form::List(&Form::Object(&CASE)), "cases that `bactrian test` runs"),
];

static TRIGGERS: Object = object(
    "triggers",
    "What starts a flow.",
    &[Own(&[
        key("http", Form::Object(&HTTP), "a route of its own"),
        key("cron", Form::Object(&CRON), "a schedule"),
        key("consume", Form::Object(&CONSUME), "messages of a broker"),
    ])],
);

/// HTTP methods a trigger may have.
pub(super) const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];

static HTTP: Object = object(
    "http",
    "A route of its own.",
    &[Own(&[
        required("method", Form::Word(METHODS), "the HTTP method"),
        required("path", Form::Text, "the path, such as /orders/{id}/cancel"),
        key("mode", Form::Word(&["sync", "async"]), "whether the caller waits; sync unless stated"),
        key("idempotencyKey", Form::Line, "from `request`: the same key gives the same answer"),
        key("input", Form::Template, "from `request`; the body unless stated"),
    ])],
);

static CRON: Object = object(
    "cron",
    "A schedule.",
    &[Own(&[
        required("schedule", Form::Text, "five or six fields, such as '0 2 * * *'"),
        key("timezone", Form::Text, "an IANA name, such as Asia/Shanghai; UTC unless stated"),
        key(
            "overlap",
            Form::Word(&["skip", "allow", "queue"]),
            "when the run before still goes on; skip unless stated",
        ),
        key(
            "catchUp",
            Form::Word(&["none", "last", "all"]),
            "what to do about missed times; none unless stated",
        ),
        key("identities", Form::List(&Form::Object(&IDENTITY)), "one run for each"),
        key("input", Form::Template, "from `trigger`"),
    ])],
);

static IDENTITY: Object = object(
    "an identity",
    "For whom; what is absent is the default.",
    &[Own(&[
        key("bizId", Form::Name(Name::Word), "the business line"),
        key("scenario", Form::Name(Name::Word), "the circumstances"),
    ])],
);

static CONSUME: Object = object(
    "consume",
    "Messages of a broker.",
    &[Own(&[
        required("connection", Form::Name(Name::Word), "the broker"),
        required("topic", Form::Text, "the topic or queue"),
        key("group", Form::Text, "the consumer group"),
        key("key", Form::Line, "messages of one key run one after another"),
        key("dedupe", Form::Line, "what makes two messages the same"),
        key("identity", Form::Object(&MESSAGE_IDENTITY), "for whom, from `message`"),
        key("input", Form::Template, "from `message`"),
        key("deadLetter", Form::Text, "where messages go that cannot be started"),
    ])],
);

static MESSAGE_IDENTITY: Object = object(
    "an identity",
    "For whom; null means the default.",
    &[Own(&[
        key("bizId", Form::Line, "the business line"),
        key("scenario", Form::Line, "the circumstances"),
    ])],
);

static ERROR: Object = object(
    "an error rule",
    "What the caller sees of a failure.",
    &[Own(&[
        key("match", Form::Object(&MATCH), "which failures; all unless stated"),
        key("status", Form::Whole(400, 599), "the HTTP status"),
        key("code", Form::Name(Name::Code), "the code"),
        key("message", Form::Line, "for people"),
    ])],
);

static MATCH: Object = object(
    "match",
    "Which failures; everything stated must hold.",
    &[Own(&[
        key("node", Form::Name(Name::Address), "the node that failed"),
        key("class", Form::Word(CLASSES), "its class"),
        key("code", Form::Name(Name::Code), "its code"),
        key("when", Form::Expression, "a condition over `error`"),
    ])],
);

static COMPENSATION: Object = object(
    "compensation",
    "How a failed run is undone.",
    &[Own(&[
        key("order", Form::Word(&["reverse", "parallel"]), "reverse unless stated"),
        key("retry", Form::Object(&RETRY), "of each compensation"),
        key("onExhausted", Form::Word(&["park", "fail"]), "when an undo cannot be done; park unless stated"),
    ])],
);

/// One of `tests`, or of a cases file.
pub static CASE: Object = object(
    "a case",
    "An input and what must come of it.",
    &[Own(&[
        key("name", TITLE, "what it shows, in one text or one per language"),
        key("input", Form::Data, "the input"),
        key("identity", Form::Object(&IDENTITY), "for whom it runs"),
        key(
            "mocks",
            Form::Named(Name::Address, &Form::Data),
            "answers of nodes, by address; {fail: CODE} fails",
        ),
        key("expect", Form::Object(&EXPECT), "what is compared; only what is stated"),
    ])],
);

/// Words for how a run may end.
pub(super) const STATUSES: &[&str] =
    &["running", "waiting", "succeeded", "failed", "compensated", "cancelled", "timed_out", "parked"];

const ADDRESSES: Form = Form::List(&Form::Name(Name::Address));

static EXPECT: Object = object(
    "expect",
    "What a case compares.",
    &[Own(&[
        key("output", Form::Data, "the output"),
        key("status", Form::Word(STATUSES), "how the run ends"),
        key("error", Form::Name(Name::Code), "the code the caller sees"),
        key("http", Form::Object(&EXPECT_HTTP), "the HTTP answer"),
        key("ran", ADDRESSES, "exactly these nodes ran, in any order"),
        key("skipped", ADDRESSES, "these nodes were skipped"),
        key("compensated", ADDRESSES, "these nodes were undone, in this order"),
        key("level", Form::Whole(1, 3), "the level of the plan: 1 scenario, 2 business, 3 use case"),
        key("attempts", Form::Named(Name::Address, &Form::Whole(0, 1_000)), "how often nodes were tried"),
    ])],
);

static EXPECT_HTTP: Object = object(
    "http",
    "The HTTP answer.",
    &[Own(&[
        key("status", Form::Whole(100, 599), "the status"),
        key("headers", Form::Named(Name::Free, &Form::Text), "headers"),
    ])],
);

/// A document of a cases file.
pub static CASES: Object = object(
    "a cases document",
    "Cases of one flow.",
    &[Own(&[
        required("flow", Form::Name(Name::Word), "the flow they test"),
        required("cases", Form::List(&Form::Object(&CASE)), "the cases"),
    ])],
);
