//! Extension points and their implementations in Rust.
//!
//! A point names a contract; an implementation is bound to one place of the three-level lookup.

use std::{marker::PhantomData, sync::Arc};

use async_trait::async_trait;
use schemars::{JsonSchema, Schema};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Class, Context, Error, Outcome, Shared};

/// A named contract where businesses differ.
pub trait ExtensionPoint: Send + Sync + 'static {
    /// What an implementation is given.
    type Input: DeserializeOwned + JsonSchema + Send;
    /// What it answers.
    type Output: Serialize + JsonSchema + Send;
    /// The point's name, as in `extension: points-return`.
    const NAME: &'static str;
}

/// One business's implementation of a point.
#[async_trait]
pub trait Extension<P: ExtensionPoint>: Default + Send + Sync + 'static {
    /// Does the work.
    ///
    /// # Errors
    /// An error with the class that says what may be done about it.
    async fn run(&self, cx: &Context, input: P::Input) -> Result<P::Output, Error>;
}

/// Where in the lookup an implementation stands: a use case, perhaps a biz id, perhaps a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The use case.
    pub use_case: &'static str,
    /// The biz id; `None` is the default.
    pub biz_id: Option<&'static str>,
    /// The scenario; `None` is the default.
    pub scenario: Option<&'static str>,
}

/// An implementation behind a pointer.
#[async_trait]
pub trait Implementation: Send + Sync {
    /// Decodes the input, runs, encodes the output.
    ///
    /// # Errors
    /// `EXTENSION_INPUT` when the input does not fit, or what the implementation answered.
    async fn run(&self, cx: &Context, input: Shared) -> Outcome;
}

struct Typed<P, E>(E, PhantomData<fn() -> P>);

#[async_trait]
impl<P: ExtensionPoint, E: Extension<P>> Implementation for Typed<P, E> {
    async fn run(&self, cx: &Context, input: Shared) -> Outcome {
        let input = serde::Deserialize::deserialize(&*input).map_err(|fault| {
            Error::new(Class::Validation, "EXTENSION_INPUT", format!("input of `{}`: {fault}", P::NAME))
        })?;
        let output = self.0.run(cx, input).await?;
        serde_json::to_value(output)
            .map(Shared::new)
            .map_err(|fault| Error::internal(format!("output of `{}`: {fault}", P::NAME)))
    }
}

/// An implementation as the registry holds it.
#[derive(Clone, Copy)]
pub struct ExtensionEntry {
    /// The point.
    pub point: &'static str,
    /// The implementation's type name, for people.
    pub name: &'static str,
    /// Where it stands in the lookup.
    pub place: Place,
    /// The higher one wins at one key.
    pub priority: i32,
    /// The module that declares it.
    pub module: &'static str,
    /// Schemas of input and output.
    pub schemas: fn() -> (Schema, Schema),
    /// Makes the implementation.
    pub build: fn() -> Arc<dyn Implementation>,
}

impl ExtensionEntry {
    /// The entry of `E` for point `P` at `place`.
    #[must_use]
    pub const fn of<P: ExtensionPoint, E: Extension<P>>(
        name: &'static str,
        place: Place,
        priority: i32,
        module: &'static str,
    ) -> Self {
        Self {
            point: P::NAME,
            name,
            place,
            priority,
            module,
            schemas: || (schemars::schema_for!(P::Input), schemars::schema_for!(P::Output)),
            build: || Arc::new(Typed::<P, E>(E::default(), PhantomData)),
        }
    }
}

inventory::collect!(ExtensionEntry);

/// Binds an implementation to a place: `extension!(PointsReturn => Wanlitong, "cancel-order", "used-car");`.
/// Leave the scenario, or the biz id as well, away to bind at level 2 or 3.
#[macro_export]
macro_rules! extension {
    ($point:ty => $type:ty, $use_case:literal) => { $crate::extension!(@ $point, $type, $use_case, None, None); };
    ($point:ty => $type:ty, $use_case:literal, $biz_id:literal) => {
        $crate::extension!(@ $point, $type, $use_case, Some($biz_id), None);
    };
    ($point:ty => $type:ty, $use_case:literal, $biz_id:literal, $scenario:literal) => {
        $crate::extension!(@ $point, $type, $use_case, Some($biz_id), Some($scenario));
    };
    (@ $point:ty, $type:ty, $use_case:literal, $biz_id:expr, $scenario:expr) => {
        $crate::inventory::submit! {
            $crate::ExtensionEntry::of::<$point, $type>(
                ::std::stringify!($type),
                $crate::Place { use_case: $use_case, biz_id: $biz_id, scenario: $scenario },
                0,
                ::std::module_path!(),
            )
        }
    };
}
