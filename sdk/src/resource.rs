//! Named things a flow refers to instead of holding them: connections, decision tables, secrets.

use std::{
    any::Any,
    fmt,
    sync::{Arc, OnceLock},
};

use serde_json::Value;

use crate::Error;

/// A published document that components use by name, such as a `Connection` or a `Decision`.
///
/// What a component derives from it (a connection pool, a compiled table) is built once and kept with
/// it, so it lives exactly as long as the document is served unchanged.
pub struct Resource {
    /// The document's kind, such as `Connection`.
    pub kind: String,
    /// Its name, such as `orders`.
    pub name: String,
    /// The document without its header.
    pub body: Value,
    derived: OnceLock<Result<Arc<dyn Any + Send + Sync>, Error>>,
}

impl Resource {
    /// A resource from a document.
    pub fn new(kind: impl Into<String>, name: impl Into<String>, body: Value) -> Self {
        Self { kind: kind.into(), name: name.into(), body, derived: OnceLock::new() }
    }

    /// What `build` made of this resource, building it on first use. One type per kind of resource.
    ///
    /// # Errors
    /// What `build` answered, the same each time; `INTERNAL` when two types are asked for.
    pub fn derived<T: Send + Sync + 'static>(
        &self,
        build: impl FnOnce(&Self) -> Result<T, Error>,
    ) -> Result<Arc<T>, Error> {
        let made =
            self.derived.get_or_init(|| build(self).map(|made| Arc::new(made) as Arc<dyn Any + Send + Sync>));
        let made = made.as_ref().map_err(Clone::clone)?;
        Arc::clone(made)
            .downcast::<T>()
            .map_err(|_| Error::internal(format!("{} `{}` is used as two types", self.kind, self.name)))
    }
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resource").field("kind", &self.kind).field("name", &self.name).finish_non_exhaustive()
    }
}

/// A secret's text. Never printed: `Debug` and `Display` show `***`.
#[derive(Clone)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Wraps a secret's text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The text itself. Hand it to the far side and to nobody else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Resource, Secret};

    #[test]
    fn a_secret_never_shows_in_text() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret} {secret:?}"), "*** ***");
    }

    #[test]
    fn what_is_derived_is_built_once() {
        let resource = Resource::new("Connection", "orders", json!({"n": 1}));
        let first = resource.derived(|r| Ok(r.body["n"].to_string())).unwrap();
        let second = resource.derived(|_| Ok(String::from("never built"))).unwrap();
        assert_eq!((first.as_str(), second.as_str()), ("1", "1"));
        assert!(resource.derived(|_| Ok(1_u8)).is_err());
    }
}
