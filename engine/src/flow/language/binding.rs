//! The grammar of the documents of DESIGN §4.6.

use super::{
    form::{
        Form,
        Group::{Own, Shared},
        Key, Name, Object, key, object, required,
    },
    node::{BARE, CALL, CONTROL, KINDS, NODE, OPTION, PLACE, SEVERAL},
    policy::POLICIES,
};

const WORD: Form = Form::Name(Name::Word);

static BOUND: Object = object(
    "for",
    "A place of the three-level lookup.",
    &[Own(&[
        required("useCase", WORD, "the use case"),
        key("bizId", WORD, "the business line; every one unless stated"),
        key("scenario", WORD, "the circumstances; needs a bizId"),
    ])],
);

static VARIANT_PLACE: Object = object(
    "for",
    "The business a variant is for.",
    &[Own(&[
        key("useCase", WORD, "the flow's use case"),
        required("bizId", WORD, "the business line"),
        key("scenario", WORD, "the circumstances"),
    ])],
);

/// What stands beside the header of a variant.
pub(super) static VARIANT: &[Key] = &[
    required("of", WORD, "the flow"),
    required("for", Form::Object(&VARIANT_PLACE), "the business it is for"),
    required("patch", Form::Object(&PATCH), "what differs"),
];

static PATCH: Object = object(
    "patch",
    "What a variant changes.",
    &[Own(&[
        key(
            "remove",
            Form::OneOrMore(&Form::Name(Name::Node)),
            "nodes to leave out; what stood around them is joined",
        ),
        key(
            "replace",
            Form::Named(Name::Node, &Form::Object(&NODE)),
            "nodes to put in the place of others; edges stay",
        ),
        key("add", Form::Named(Name::Node, &Form::Object(&ADDED)), "nodes to add, with `after` and `before`"),
        key("set", Form::Data, "a merge over the whole flow; null takes a key away (RFC 7396)"),
    ])],
);

/// A node that a variant adds.
pub(super) static ADDED: Object = Object {
    name: "an added node",
    about: "A node with its place among the others.",
    keys: &[
        Shared(&BARE),
        Shared(&CONTROL),
        Shared(&OPTION),
        Shared(&PLACE),
        Shared(&CALL),
        Shared(&POLICIES),
        Own(&[
            key("after", Form::OneOrMore(&Form::Name(Name::Node)), "the nodes it comes after"),
            key("before", Form::OneOrMore(&Form::Name(Name::Node)), "the nodes it comes before"),
        ]),
    ],
    exactly_one: Some(KINDS),
    is_open: false,
};

/// One call, or nodes: exactly one of these.
pub(super) static BODIES: &[&str] =
    &["use", "extension", "flow", "switch", "foreach", "loop", "race", "wait", "respond", "fail", "nodes"];

/// The default of an extension point.
static DEFAULT: Object = Object {
    name: "default",
    about: "Answers when no business registered anything.",
    keys: &[Shared(&BARE), Shared(&CONTROL), Shared(&CALL), Shared(&POLICIES), Shared(&SEVERAL)],
    exactly_one: Some(BODIES),
    is_open: false,
};

/// What stands beside the header of an extension point.
pub(super) static POINT: &[Key] = &[
    key("input", Form::Schema, "what an implementation is given"),
    key("output", Form::Schema, "what it answers"),
    key("default", Form::Object(&DEFAULT), "used after level 3"),
];

/// What stands beside the header of an extension, before its body.
pub(super) static EXTENSION: &[Key] = &[
    required("point", WORD, "the extension point"),
    required("for", Form::OneOrMore(&Form::Object(&BOUND)), "where it answers"),
    key("priority", Form::Integer, "the higher one wins at one place; 0 unless stated"),
    key("when", Form::Expression, "a guard over `input`"),
];

/// What stands beside the header of a configuration.
pub(super) static CONFIG: &[Key] = &[
    required("for", Form::Object(&BOUND), "for whom"),
    required("values", Form::Named(Name::Identifier, &Form::Data), "read as config.NAME"),
];

/// What stands beside the header of identity rules.
pub(super) static IDENTITY: &[Key] =
    &[required("rules", Form::List(&Form::Object(&RULE)), "the first that holds decides")];

static RULE: Object = object(
    "a rule",
    "Derives the business identity of a request.",
    &[Own(&[
        required("when", Form::Expression, "over `request` and `claims`"),
        key("bizId", Form::Line, "the business line; null means the default"),
        key("scenario", Form::Line, "the circumstances; null means the default"),
    ])],
);

/// What stands beside the header of a connection; the rest depends on its type.
pub(super) static CONNECTION: &[Key] =
    &[required("type", Form::Name(Name::Word), "http, postgres, rabbitmq…")];

/// What stands beside the header of a decision; the component that decides knows the table.
pub(super) static DECISION: &[Key] = &[required("table", Form::Data, "the rule table")];
