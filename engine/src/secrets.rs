//! Secrets by reference: `secret://name`, resolved when used, never printed, stored or sent anywhere.

use std::collections::BTreeMap;

use sdk::{Class, Error, Secret};

/// The secrets of one process, read once at start by the binary.
#[derive(Clone, Default)]
pub struct Secrets(BTreeMap<String, Secret>);

impl Secrets {
    /// Secrets from pairs of name and text.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().map(|(name, text)| (name, Secret::new(&text))).collect())
    }

    /// The secret behind `reference`.
    ///
    /// # Errors
    /// `SECRET_NOT_FOUND`; the message names the reference, never a value.
    pub fn get(&self, reference: &str) -> Result<Secret, Error> {
        let name = reference.strip_prefix("secret://").unwrap_or(reference);
        self.0.get(name).cloned().ok_or_else(|| {
            let message = format!("no secret `{name}`; give it to the process with `--secrets`");
            Error::new(Class::Internal, "SECRET_NOT_FOUND", message)
        })
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
