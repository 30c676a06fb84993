//! What one fixed route takes and answers, as data beside its handler. Costs nothing until it is read: schemas are
//! functions that nobody has called.

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::{Header, Sent};

/// Makes the schema of one type.
pub(in crate::serve) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// The schema of a type, by its name in the document's `components`.
pub(in crate::serve) fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// The part of the product that a route belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Tag {
    Flows,
    Runs,
    Events,
    Components,
    Extensions,
    Catalog,
    Settings,
    Service,
}

impl Tag {
    pub(super) const ALL: [Self; 8] = [
        Self::Flows,
        Self::Runs,
        Self::Events,
        Self::Components,
        Self::Extensions,
        Self::Catalog,
        Self::Settings,
        Self::Service,
    ];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Flows => "flows",
            Self::Runs => "runs",
            Self::Events => "events",
            Self::Components => "components",
            Self::Extensions => "extensions",
            Self::Catalog => "catalog",
            Self::Settings => "settings",
            Self::Service => "service",
        }
    }

    pub(super) const fn description(self) -> &'static str {
        match self {
            Self::Flows => "Call flows, look at them, and run drafts of them.",
            Self::Runs => "What was run, how it went, and what an operator does about it.",
            Self::Events => "Messages that runs wait for, and events on their way to other systems.",
            Self::Components => "What can stand behind `use:`, and the language itself.",
            Self::Extensions => "Where businesses differ, and who answers whom.",
            Self::Catalog => "Published documents: drafts, validation, publishing, history.",
            Self::Settings => "Business settings by identity, and pinned positions.",
            Self::Service => "The engine about itself.",
        }
    }
}

/// What stands in the body of a good answer.
#[derive(Clone, Copy)]
pub(in crate::serve) enum Media {
    /// JSON of a type.
    Json(SchemaOf),
    /// A stream of events: each name with the type of its data.
    Events(&'static [(&'static str, SchemaOf)]),
    /// Text of these media types.
    Text(&'static [&'static str]),
}

/// What one fixed route takes and answers.
#[derive(Clone, Copy)]
pub(in crate::serve) struct Operation {
    pub(super) id: &'static str,
    pub(super) tag: Tag,
    pub(super) description: &'static str,
    pub(super) query: Option<SchemaOf>,
    pub(super) headers: &'static [Header],
    /// The type of the body, and whether there must be one.
    pub(super) body: Option<(SchemaOf, bool)>,
    pub(super) answers: (u16, Media),
    pub(super) sends: &'static [Sent],
    pub(super) refusals: &'static [(u16, &'static str)],
}

impl Operation {
    /// Answers 200 with JSON of this type.
    pub(in crate::serve) const fn of<A: JsonSchema>(tag: Tag, id: &'static str) -> Self {
        Self::with(tag, id, Media::Json(schema::<A>))
    }

    /// Answers 200 with this.
    pub(in crate::serve) const fn with(tag: Tag, id: &'static str, media: Media) -> Self {
        Self {
            id,
            tag,
            description: "",
            query: None,
            headers: &[],
            body: None,
            answers: (200, media),
            sends: &[],
            refusals: &[],
        }
    }

    /// Says more than the summary does.
    pub(in crate::serve) const fn says(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// The parameters of its query are the fields of this type.
    pub(in crate::serve) const fn query<Q: JsonSchema>(mut self) -> Self {
        self.query = Some(schema::<Q>);
        self
    }

    /// Headers it reads.
    pub(in crate::serve) const fn reads(mut self, headers: &'static [Header]) -> Self {
        self.headers = headers;
        self
    }

    /// Takes JSON of this type.
    pub(in crate::serve) const fn takes<B: JsonSchema>(mut self) -> Self {
        self.body = Some((schema::<B>, true));
        self
    }

    /// Takes JSON of this type, or nothing.
    pub(in crate::serve) const fn may_take<B: JsonSchema>(mut self) -> Self {
        self.body = Some((schema::<B>, false));
        self
    }

    /// The status of its good answer.
    pub(in crate::serve) const fn status(mut self, status: u16) -> Self {
        self.answers.0 = status;
        self
    }

    /// Headers of its good answer.
    pub(in crate::serve) const fn sends(mut self, headers: &'static [Sent]) -> Self {
        self.sends = headers;
        self
    }

    /// Codes it refuses with, each with its status.
    pub(in crate::serve) const fn refuses(mut self, refusals: &'static [(u16, &'static str)]) -> Self {
        self.refusals = refusals;
        self
    }
}
