//! A component: one struct that is its configuration, schema, documentation and code.

use std::sync::Arc;

use async_trait::async_trait;
use schemars::{JsonSchema, Schema};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{Class, Context, Error, Outcome, Shared};

/// What a component does to the world. It decides what is journalled, cached, cancelled and undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Computes from its input alone. Never journalled, freely repeated.
    Pure,
    /// Asks the world. May be repeated, cached and cancelled.
    Read,
    /// Changes the world. Its intent is on disk before it starts; a timeout leaves its outcome unknown.
    Write,
}

/// A name in both languages of the designer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Title {
    /// English.
    pub en: &'static str,
    /// Chinese.
    pub zh: &'static str,
}

/// How the palette shows a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct About {
    /// Title in both languages.
    pub title: Title,
    /// The group it stands in, such as `data`, `network`, `flow`.
    pub category: &'static str,
    /// An icon of the designer's set.
    pub icon: &'static str,
    /// More words to find it by, in any language.
    pub keywords: &'static [&'static str],
}

/// The code behind `use:`. The struct's fields are the node's `with:`; its docs are the product's docs.
#[async_trait]
pub trait Component: DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// The word after `use:`. Also the name of the file that holds it.
    const NAME: &'static str;
    /// What it does to the world.
    const EFFECT: Effect;
    /// How the palette shows it.
    const ABOUT: Option<About> = None;
    /// Whether all it does in a durable run is to keep a call for later ([`Context::defer`]): then it changes
    /// nothing itself, and its intent need not be on disk.
    const DEFERS: bool = false;
    /// Whether its output is its evaluated `with:` as it stands: then the engine may leave the call out.
    const GIVES_SETTINGS: bool = false;

    /// The effect of one node, for components where the configuration decides (`http` with GET reads).
    /// `with` is as written in the flow: it may still hold expressions.
    #[must_use]
    fn effect(with: &Value) -> Effect {
        let _ = with;
        Self::EFFECT
    }

    /// Turns an evaluated `with:` into the component.
    ///
    /// # Errors
    /// `CONFIG_INVALID` when it does not fit the struct.
    fn build(with: Value) -> Result<Self, Error> {
        serde_json::from_value(with).map_err(|fault| {
            Error::new(Class::Validation, "CONFIG_INVALID", format!("`with` of `{}`: {fault}", Self::NAME))
        })
    }

    /// [`Component::build`] for a value that others may hold too. Worth overriding only by a component
    /// that keeps the value as it is.
    ///
    /// # Errors
    /// See [`Component::build`].
    fn build_shared(with: Shared) -> Result<Self, Error> {
        Self::build(Arc::unwrap_or_clone(with))
    }

    /// Checks what the schema cannot say. Pure: no IO. Called once, at load, on a constant `with:`.
    ///
    /// # Errors
    /// What is wrong and how to mend it; shown as a diagnostic of the node.
    fn validate(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Does the work. `input` is the output of the one node this one needs; with none or several, the
    /// flow's input. Must be cancel safe: the engine drops the future when time is up.
    ///
    /// # Errors
    /// An error with the class that says what may be done about it.
    async fn run(&self, cx: &Context, input: Shared) -> Outcome;
}

/// A built component behind a pointer.
#[async_trait]
pub trait Node: Send + Sync {
    /// See [`Component::run`].
    ///
    /// # Errors
    /// See [`Component::run`].
    async fn run(&self, cx: &Context, input: Shared) -> Outcome;
}

struct Built<C>(C);

#[async_trait]
impl<C: Component> Node for Built<C> {
    async fn run(&self, cx: &Context, input: Shared) -> Outcome {
        self.0.run(cx, input).await
    }
}

/// A component as the registry holds it.
#[derive(Clone, Copy)]
pub struct ComponentEntry {
    /// The word after `use:`.
    pub name: &'static str,
    /// What it does to the world unless [`ComponentEntry::effect_of`] says otherwise.
    pub effect: Effect,
    /// See [`Component::DEFERS`].
    pub defers: bool,
    /// See [`Component::GIVES_SETTINGS`].
    pub gives_settings: bool,
    /// How the palette shows it.
    pub about: Option<About>,
    /// The module that declares it.
    pub module: &'static str,
    /// The effect of one node, from its `with:` as written.
    pub effect_of: fn(&Value) -> Effect,
    /// The JSON Schema of `with:`.
    pub schema: fn() -> Schema,
    /// Turns an evaluated `with:` into a node.
    pub build: fn(Value) -> Result<Arc<dyn Node>, Error>,
    /// Turns an evaluated `with:` that others may hold too into a node, copying only if it must.
    pub build_shared: fn(Shared) -> Result<Arc<dyn Node>, Error>,
    /// Builds and checks without keeping anything.
    pub validate: fn(Value) -> Result<(), Error>,
}

impl ComponentEntry {
    /// The entry of component `C`, declared in `module`.
    #[must_use]
    pub const fn of<C: Component>(module: &'static str) -> Self {
        Self {
            name: C::NAME,
            effect: C::EFFECT,
            defers: C::DEFERS,
            gives_settings: C::GIVES_SETTINGS,
            about: C::ABOUT,
            module,
            effect_of: C::effect,
            schema: || schemars::schema_for!(C),
            build: |with| Ok(Arc::new(Built(C::build(with)?))),
            build_shared: |with| Ok(Arc::new(Built(C::build_shared(with)?))),
            validate: |with| C::build(with)?.validate(),
        }
    }
}

inventory::collect!(ComponentEntry);

/// Registers a component: `component!(Delay);`.
#[macro_export]
macro_rules! component {
    ($type:ty) => {
        $crate::inventory::submit! { $crate::ComponentEntry::of::<$type>(::std::module_path!()) }
    };
}
