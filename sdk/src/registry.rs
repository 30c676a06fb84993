//! What code offers: components and Rust extensions, sorted, without duplicates, never silently empty.
//!
//! `inventory` says nothing about a crate that nobody names, about duplicates, or about order. This is
//! the only file that reads it, and it does say so.

use std::collections::BTreeMap;

use crate::{ComponentEntry, DocumentEntry, ExtensionEntry};

/// Why the registry cannot be built.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// Nothing registered: the crates that hold components are not linked.
    #[error("no component is registered: name the crates that hold them, as in `use components as _;`")]
    Empty,
    /// Two components, or two kinds of document, of one name.
    #[error("`{name}` is declared twice, in {first} and in {second}")]
    Duplicate {
        /// The name.
        name: &'static str,
        /// Where it was declared first.
        first: &'static str,
        /// Where it was declared again.
        second: &'static str,
    },
}

/// Components by name and Rust extensions in a fixed order.
#[derive(Clone, Default)]
pub struct Registry {
    components: BTreeMap<&'static str, ComponentEntry>,
    documents: BTreeMap<(&'static str, Option<&'static str>), DocumentEntry>,
    extensions: Vec<ExtensionEntry>,
}

impl Registry {
    /// Everything that was registered with `component!` and `extension!` in the linked crates.
    ///
    /// # Errors
    /// When nothing is registered, or one name twice.
    pub fn collect() -> Result<Self, RegistryError> {
        let mut registry = Self::default();
        for entry in inventory::iter::<ComponentEntry> {
            registry = registry.with(*entry)?;
        }
        if registry.components.is_empty() {
            return Err(RegistryError::Empty);
        }
        for entry in inventory::iter::<DocumentEntry> {
            if let Some(first) = registry.documents.insert((entry.kind, entry.r#type), *entry) {
                let (first, second) = (first.module, entry.module);
                return Err(RegistryError::Duplicate {
                    name: entry.r#type.unwrap_or(entry.kind),
                    first,
                    second,
                });
            }
        }
        registry.extensions = inventory::iter::<ExtensionEntry>.into_iter().copied().collect();
        registry.sort();
        Ok(registry)
    }

    /// The registry with one more component, for tests and embedders.
    ///
    /// # Errors
    /// When the name is taken.
    pub fn with(mut self, entry: ComponentEntry) -> Result<Self, RegistryError> {
        if let Some(first) = self.components.insert(entry.name, entry) {
            return Err(RegistryError::Duplicate {
                name: entry.name,
                first: first.module,
                second: entry.module,
            });
        }
        Ok(self)
    }

    /// The registry with one more extension. Whether it clashes is decided at load, beside the YAML ones.
    #[must_use]
    pub fn with_extension(mut self, entry: ExtensionEntry) -> Self {
        self.extensions.push(entry);
        self.sort();
        self
    }

    fn sort(&mut self) {
        self.extensions
            .sort_by_key(|entry| (entry.point, entry.place, entry.priority, entry.module, entry.name));
    }

    /// The component of that name.
    #[must_use]
    pub fn component(&self, name: &str) -> Option<&ComponentEntry> {
        self.components.get(name)
    }

    /// All components by name.
    pub fn components(&self) -> impl Iterator<Item = &ComponentEntry> {
        self.components.values()
    }

    /// What the body of a document of that kind and `type` looks like, if a component has said so.
    #[must_use]
    pub fn document(&self, kind: &str, r#type: Option<&str>) -> Option<&DocumentEntry> {
        self.documents().find(|entry| entry.kind == kind && entry.r#type == r#type)
    }

    /// All declared kinds of document, by kind and type.
    pub fn documents(&self) -> impl Iterator<Item = &DocumentEntry> {
        self.documents.values()
    }

    /// All Rust extensions, sorted by point and place.
    #[must_use]
    pub fn extensions(&self) -> &[ExtensionEntry] {
        &self.extensions
    }
}
