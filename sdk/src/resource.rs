//! Named things a flow refers to instead of holding them: connections, decision tables, secrets.

use std::{
    any::Any,
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError},
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

/// Resources that stand in flows themselves, by kind and body: what [`crate::Host::inline`] answers from.
///
/// Holds a bounded number and starts afresh when full: bodies are written by authors, so there are few of
/// them, unless an author puts changing data into one.
#[derive(Default)]
pub struct Inline(Mutex<BTreeMap<String, HashMap<Value, Arc<Resource>>>>);

impl Inline {
    const MOST: usize = 1024;

    /// The resource of that kind and body, made on first use.
    pub fn get(&self, kind: &str, body: &Value) -> Arc<Resource> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(resource) = known.get(kind).and_then(|bodies| bodies.get(body)) {
            return Arc::clone(resource);
        }
        let bodies = known.entry(kind.to_owned()).or_default();
        if bodies.len() >= Self::MOST {
            bodies.clear();
        }
        let resource = Arc::new(Resource::new(kind, "inline", body.clone()));
        bodies.insert(body.clone(), Arc::clone(&resource));
        resource
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

    use super::{Inline, Resource, Secret};

    #[test]
    fn equal_inline_bodies_share_what_is_derived() {
        let inline = Inline::default();
        let table = inline.get("Decision", &json!({"rules": [1]}));
        table.derived(|_| Ok(String::from("compiled"))).unwrap();
        let again = inline.get("Decision", &json!({"rules": [1]}));
        assert_eq!(*again.derived(|_| Ok(String::from("again"))).unwrap(), "compiled");
        let other = inline.get("Schema", &json!({"rules": [1]}));
        assert_eq!(*other.derived(|_| Ok(String::from("other"))).unwrap(), "other");
    }

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
