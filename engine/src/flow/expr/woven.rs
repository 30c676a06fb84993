//! What a template gives when nobody needs it as one value yet: its own parts, and references into values that
//! stay where they are. Written out it is the same JSON, without a copy of what it refers to.

use std::sync::Arc;

use sdk::Shared;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::path::{Step, walk};

/// A value in parts.
#[derive(Debug)]
pub struct Woven(pub(super) Part);

#[derive(Debug)]
pub(super) enum Part {
    Own(Value),
    /// A value inside another; it was there when this was made.
    Within(Shared, Arc<[Step]>),
    List(Vec<Part>),
    Object(Vec<(String, Part)>),
}

impl Woven {
    /// One value, with a copy of everything referred to.
    #[must_use]
    pub fn whole(&self) -> Value {
        self.0.whole()
    }
}

impl Part {
    fn whole(&self) -> Value {
        match self {
            Self::Own(value) => value.clone(),
            Self::Within(root, steps) => walk(root, steps).cloned().unwrap_or_default(),
            Self::List(parts) => parts.iter().map(Self::whole).collect(),
            Self::Object(fields) => fields.iter().map(|(key, part)| (key.clone(), part.whole())).collect(),
        }
    }
}

impl Serialize for Woven {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Own(value) => value.serialize(serializer),
            Self::Within(root, steps) => walk(root, steps).serialize(serializer),
            Self::List(parts) => serializer.collect_seq(parts),
            Self::Object(fields) => serializer.collect_map(fields.iter().map(|(key, part)| (key, part))),
        }
    }
}
