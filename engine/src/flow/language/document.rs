//! The kinds of document and the header all of them have: DESIGN §4.

use super::{
    binding, flow,
    form::{
        Form,
        Group::{Own, Shared},
        Key, Name, Object, key, object, required,
    },
    node, policy,
};

/// The language version of this engine.
pub const API_VERSION: &str = "bactrian/v1";

/// Every kind of document with its grammar, in the order of DESIGN §4.
pub static DOCUMENTS: &[(&str, &Object)] = &[
    ("Flow", &object("a flow", "A named DAG of nodes.", &[Shared(&HEADER), Shared(&flow::FLOW)])),
    (
        "Variant",
        &object(
            "a variant",
            "A patch of a flow for a business.",
            &[Shared(&HEADER), Shared(&binding::VARIANT)],
        ),
    ),
    (
        "ExtensionPoint",
        &object(
            "an extension point",
            "A contract where businesses differ.",
            &[Shared(&HEADER), Shared(&binding::POINT)],
        ),
    ),
    (
        "Extension",
        &Object {
            name: "an extension",
            about: "One implementation of a point, for a business.",
            keys: &[
                Shared(&HEADER),
                Shared(&binding::EXTENSION),
                Shared(&node::BARE),
                Shared(&node::CONTROL),
                Shared(&node::CALL),
                Shared(&policy::POLICIES),
                Shared(&node::SEVERAL),
            ],
            exactly_one: Some(binding::BODIES),
            is_open: false,
        },
    ),
    (
        "Config",
        &object("a configuration", "Settings of a business.", &[Shared(&HEADER), Shared(&binding::CONFIG)]),
    ),
    (
        "Identity",
        &object(
            "identity rules",
            "Who, what and where to identity.",
            &[Shared(&HEADER), Shared(&binding::IDENTITY)],
        ),
    ),
    (
        "Connection",
        &Object {
            name: "a connection",
            about: "A named endpoint with secrets by reference.",
            keys: &[Shared(&HEADER), Shared(&binding::CONNECTION)],
            exactly_one: None,
            is_open: true,
        },
    ),
    ("Decision", &object("a decision", "A rule table.", &[Shared(&HEADER), Shared(&binding::DECISION)])),
];

/// The grammar of a kind of document.
#[must_use]
pub fn document(kind: &str) -> Option<&'static Object> {
    DOCUMENTS.iter().find(|(name, _)| *name == kind).map(|(_, object)| *object)
}

/// What every document begins with.
static HEADER: &[Key] = &[
    required("apiVersion", Form::Word(&[API_VERSION]), "the language version"),
    required("kind", Form::Text, "the kind of document"),
    required("metadata", Form::Object(&METADATA), "the document's name, version and owner"),
];

/// `title`: one text, or one for each language.
pub(super) const TITLE: Form = Form::Either(&[Form::Text, Form::Object(&TITLES)]);

static TITLES: Object = object(
    "a title",
    "One text for each language.",
    &[Own(&[required("zh", Form::Text, "in Chinese"), required("en", Form::Text, "in English")])],
);

static METADATA: Object = object(
    "metadata",
    "The document's name, version and owner.",
    &[Own(&[
        required("name", Form::Name(Name::Word), "the document's name"),
        key(
            "version",
            Form::Whole(1, u32::MAX as u64),
            "counts up with each change that is published; 1 unless stated",
        ),
        key("title", TITLE, "for people, in one text or one per language"),
        key("owner", Form::Text, "the team that answers for it"),
        key(
            "labels",
            Form::Named(Name::Free, &TITLE),
            "for finding and filtering; `domain` groups what belongs together",
        ),
    ])],
);
