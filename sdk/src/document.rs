//! Documents that components use by name: what their bodies look like, so that a typo in a connection is
//! found at load and not by the first caller.

use std::sync::Arc;

use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Error, Evaluate};

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

    /// Compiles the expressions the body holds, so that a slip in one is found at load.
    ///
    /// # Errors
    /// As [`Document::validate`].
    fn compile(&self, _compile: &Compile<'_>) -> Result<(), Error> {
        Ok(())
    }
}

/// Compiles an expression over fields of these names.
pub type Compile<'c> = dyn Fn(&str, &[&str]) -> Result<Arc<dyn Evaluate>, Error> + 'c;

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
    /// Reads a body and compiles the expressions it holds.
    pub compile: fn(&Value, &Compile<'_>) -> Result<(), Error>,
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
            validate: |body| read::<D>(body)?.validate(),
            compile: |body, compile| read::<D>(body)?.compile(compile),
        }
    }
}

fn read<D: Document>(body: &Value) -> Result<D, Error> {
    D::deserialize(body)
        .map_err(|fault| Error::validation("CONFIG_INVALID", format!("{}: {fault}", D::KIND.to_lowercase())))
}

inventory::collect!(DocumentEntry);

/// Registers a kind of document: `document!(HttpConnection);`.
#[macro_export]
macro_rules! document {
    ($type:ty) => {
        $crate::inventory::submit! { $crate::DocumentEntry::of::<$type>(::std::module_path!()) }
    };
}
