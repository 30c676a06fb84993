//! The grammar of policies: DESIGN §4.4.

use super::{
    form::{
        Form,
        Group::{Own, Shared},
        Key, Object, key, object, required,
    },
    node::BARE,
};

/// The failure classes a flow may name.
pub const CLASSES: &[&str] = &[
    "validation",
    "business",
    "not_found",
    "conflict",
    "timeout",
    "unavailable",
    "rate_limited",
    "cancelled",
    "internal",
];

const MANY: u64 = u32::MAX as u64;

/// The policy keys of a node, of `defaults` and of a named block.
pub(super) static POLICIES: &[Key] = &[
    key("cache", Form::Object(&CACHE), "keeps outputs for a while; one call fills it for all who wait"),
    key("fallback", Form::Object(&FALLBACK), "what to give when the node fails: the catch of one node"),
    key(
        "timeout",
        Form::Either(&[Form::Duration, Form::Object(&TIMEOUT)]),
        "how long an attempt may take; of race, loop, foreach, wait and flow: the whole",
    ),
    key("retry", Form::Object(&RETRY), "calls again when the failure may pass"),
    key("circuitBreaker", Form::Object(&CIRCUIT_BREAKER), "stops calling a far side that keeps failing"),
    key("rateLimit", Form::Object(&RATE_LIMIT), "how many calls in a period"),
    key("bulkhead", Form::Object(&BULKHEAD), "how many calls at once"),
];

/// A block of policies.
pub(super) static BLOCK: Object = object("a policy block", "Policies by key.", &[Shared(&POLICIES)]);

static TIMEOUT: Object = object(
    "timeout",
    "How long it may take.",
    &[Own(&[
        key("attempt", Form::Duration, "of each attempt"),
        key("total", Form::Duration, "of all attempts together"),
    ])],
);

/// `retry`, also of `compensation`.
pub(super) static RETRY: Object = object(
    "retry",
    "Exponential backoff with full jitter; `Retry-After` is honoured.",
    &[Own(&[
        key("attempts", Form::Whole(1, 1_000), "calls altogether, the first included; 3 unless stated"),
        key("initial", Form::Duration, "the first delay's upper bound; 200ms unless stated"),
        key("max", Form::Duration, "the largest delay's upper bound; 10s unless stated"),
        key("factor", Form::Number(1.0, 100.0), "growth of the bound; 2 unless stated"),
        key(
            "jitter",
            Form::Word(&["full", "none"]),
            "how a delay is chosen below its bound; full unless stated",
        ),
        key("on", ON, "classes that are retried; the retriable ones unless stated"),
        key("budget", Form::Duration, "the time after which no further attempt starts"),
    ])],
);

const ON: Form = Form::OneOrMore(&Form::Word(CLASSES));

static CIRCUIT_BREAKER: Object = object(
    "circuitBreaker",
    "Opens when too many calls fail, lets probes through after a while.",
    &[Own(&[
        key("failureRate", Form::Number(0.0, 1.0), "share of failures that opens it; 0.5 unless stated"),
        key("slowRate", Form::Number(0.0, 1.0), "share of slow calls that opens it; never unless stated"),
        key("slow", Form::Duration, "what counts as a slow call"),
        key("window", Form::Duration, "the time it looks back; 30s unless stated"),
        key("minCalls", Form::Whole(1, MANY), "calls in the window before it may open; 20 unless stated"),
        key("open", Form::Duration, "how long it stays open; 15s unless stated"),
        key("probes", Form::Whole(1, MANY), "calls let through to try again; 3 unless stated"),
    ])],
);

static RATE_LIMIT: Object = object(
    "rateLimit",
    "How many calls in a period, in total or for each key.",
    &[Own(&[
        required("limit", Form::Whole(1, MANY), "calls per period"),
        key("per", Form::Duration, "the period; 1s unless stated"),
        key("burst", Form::Whole(1, MANY), "how many at once; `limit` unless stated"),
        key("key", Form::Template, "one bucket for each value of this template"),
        key("wait", Form::Duration, "how long a call may wait for its turn; refused at once unless stated"),
    ])],
);

static BULKHEAD: Object = object(
    "bulkhead",
    "How many calls at once.",
    &[Own(&[
        required("max", Form::Whole(1, MANY), "calls in flight"),
        key("queue", Form::Whole(0, MANY), "calls waiting; none unless stated"),
        key("wait", Form::Duration, "how long a call may wait; 1s unless stated"),
    ])],
);

static CACHE: Object = object(
    "cache",
    "Keeps outputs for a while.",
    &[Own(&[
        key("key", Form::Template, "what makes two calls the same; the whole `with` unless stated"),
        required("ttl", Form::Duration, "how long an output is kept"),
        key("staleIfError", Form::Duration, "how long after that an old value may stand in for a failure"),
    ])],
);

static FALLBACK: Object = Object {
    name: "fallback",
    about: "What the node gives when it failed: a value, or another call.",
    keys: &[
        Own(&[
            key("on", ON, "classes it catches; all but cancelled unless stated"),
            key("value", Form::Template, "the value to give"),
        ]),
        Shared(&BARE),
    ],
    exactly_one: Some(&["value", "use", "extension"]),
    is_open: false,
};
