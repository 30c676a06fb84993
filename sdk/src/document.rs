//! Documents that components use by name: what their bodies look like, so that a typo in a connection is
//! found at load and not by the first caller.

use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Error;

/// The body of a kind of document, such as a `Connection` of type `http`.
pub trait Document: DeserializeOwned + JsonSchema + 'static {
    /// The document's kind.
    const KIND: &'static str;
    /// The body's `type`, for kinds that have several.
    const TYPE: Option<&'static str> = None;

    /// Checks what the schema cannot say. Pure: no IO.
    ///
    /// # Errors
    /// What is wrong and how to mend it; shown as a diagnostic of the document.
    fn validate(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// A kind of document as the registry holds it.
#[derive(Clone, Copy)]
pub struct DocumentEntry {
    /// The document's kind.
    pub kind: &'static str,
    /// The body's `type`, for kinds that have several.
    pub r#type: Option<&'static str>,
    /// The module that declares it.
    pub module: &'static str,
    /// The JSON Schema of the body.
    pub schema: fn() -> Schema,
    /// Reads and checks a body without keeping anything.
    pub validate: fn(&Value) -> Result<(), Error>,
}

impl DocumentEntry {
    /// The entry of `D`, declared in `module`.
    #[must_use]
    pub const fn of<D: Document>(module: &'static str) -> Self {
        Self {
            kind: D::KIND,
            r#type: D::TYPE,
            module,
            schema: || schemars::schema_for!(D),
            validate: |body| {
                let read = D::deserialize(body).map_err(|fault| {
                    Error::validation("CONFIG_INVALID", format!("{}: {fault}", D::KIND.to_lowercase()))
                });
                read?.validate()
            },
        }
    }
}

inventory::collect!(DocumentEntry);

/// Registers a kind of document: `document!(HttpConnection);`.
#[macro_export]
macro_rules! document {
    ($type:ty) => {
        $crate::inventory::submit! { $crate::DocumentEntry::of::<$type>(::std::module_path!()) }
    };
}
