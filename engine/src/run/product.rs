//! What a node or a run gives. Mostly one value; the answer of a run may also be parts that stay where they are
//! until it is written out, so that a flow that puts together what others said copies none of it.

use std::{
    fmt,
    ops::Deref,
    sync::{Arc, OnceLock},
};

use sdk::{Shared, Value};
use serde::{Serialize, Serializer};

use crate::flow::expr::Woven;

/// A value, made whole when somebody looks at it. Serializing alone does not make it whole.
#[derive(Clone)]
pub struct Product(Form);

#[derive(Clone)]
enum Form {
    Whole(Shared),
    Woven(Arc<(Woven, OnceLock<Shared>)>),
}

impl Product {
    /// The value to share.
    #[must_use]
    pub fn whole(&self) -> &Shared {
        match &self.0 {
            Form::Whole(value) => value,
            Form::Woven(woven) => woven.1.get_or_init(|| Shared::new(woven.0.whole())),
        }
    }
}

impl From<Shared> for Product {
    fn from(value: Shared) -> Self {
        Self(Form::Whole(value))
    }
}

impl From<Woven> for Product {
    fn from(woven: Woven) -> Self {
        Self(Form::Woven(Arc::new((woven, OnceLock::new()))))
    }
}

impl Default for Product {
    fn default() -> Self {
        Shared::default().into()
    }
}

impl Deref for Product {
    type Target = Value;
    fn deref(&self) -> &Value {
        self.whole()
    }
}

impl PartialEq for Product {
    fn eq(&self, other: &Self) -> bool {
        self.whole() == other.whole()
    }
}

impl fmt::Debug for Product {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.whole(), formatter)
    }
}

impl fmt::Display for Product {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.whole(), formatter)
    }
}

impl Serialize for Product {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Form::Whole(value) => value.serialize(serializer),
            Form::Woven(woven) => match woven.1.get() {
                Some(whole) => whole.serialize(serializer),
                None => woven.0.serialize(serializer),
            },
        }
    }
}
