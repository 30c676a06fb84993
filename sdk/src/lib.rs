//! What an author of Bactrian components and extensions depends on, and nothing more.
//!
//! This crate knows no runtime: no tokio, hyper, petgraph or sled. A component is one struct, which
//! is its configuration, its schema, its documentation and its form in the designer at once:
//!
//! ```
//! # extern crate bactrian_sdk as sdk;
//! use sdk::prelude::*;
//!
//! /// Greets whoever is named.
//! #[derive(Deserialize, JsonSchema)]
//! #[serde(deny_unknown_fields)]
//! #[schemars(crate = "sdk::schemars")]
//! #[serde(crate = "sdk::serde")]
//! pub struct Greet {
//!     /// Who is greeted.
//!     pub name: String,
//! }
//!
//! #[async_trait]
//! impl Component for Greet {
//!     const NAME: &'static str = "greet";
//!     const EFFECT: Effect = Effect::Pure;
//!
//!     async fn run(&self, _cx: &Context, _input: Shared) -> Outcome {
//!         Ok(Shared::new(Value::from(format!("hello {}", self.name))))
//!     }
//! }
//! sdk::component!(Greet);
//! ```
//!
//! A business team implements an extension point for its own identity with [`ExtensionPoint`],
//! [`Extension`] and [`extension!`]. With the feature `testing` a component runs by itself, on a
//! clock that stands still: see `testing::Bench`.

mod clock;
mod component;
mod context;
mod document;
mod error;
mod extension;
mod identity;
pub mod registry;
mod resource;
mod template;
#[cfg(feature = "testing")]
pub mod testing;
mod units;

pub use async_trait::async_trait;
pub use clock::{Clock, Timestamp};
pub use component::{About, Component, ComponentEntry, Effect, Node, Title};
pub use context::{Call, Context, Deferred, Evaluate, Host};
pub use document::{Compile, Document, DocumentEntry};
pub use error::{Class, Error, Outcome, Shared};
pub use extension::{Extension, ExtensionEntry, ExtensionPoint, Implementation, Place};
pub use identity::{BizId, Identity, NameRefused, Scenario, UseCase};
pub use registry::Registry;
pub use resource::{Inline, Resource, Secret};
pub use template::{PIECES_KEY, Piece, TEMPLATE_KEYWORD, Template, plain};
pub use units::{ByteSize, Duration, UnitError};

pub use inventory;
pub use schemars;
pub use serde;
pub use serde_json;
pub use serde_json::Value;

/// Everything a component's file needs.
pub mod prelude {
    pub use crate::{
        About, ByteSize, Class, Component, Context, Deferred, Duration, Effect, Error, Outcome, Shared,
        Template, Title, Value, async_trait,
    };
    pub use schemars::JsonSchema;
    pub use serde::Deserialize;
}
