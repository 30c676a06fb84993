//! Components of the names that the reference flows use, which take anything and do nothing.

use sdk::{Component, ComponentEntry, Context, Effect, Outcome, Registry, Shared, Value};

/// A component of any name that takes anything.
macro_rules! anything {
    ($($type:ident $name:literal $effect:ident),*) => {
        $(struct $type;
        impl<'de> sdk::serde::Deserialize<'de> for $type {
            fn deserialize<D: sdk::serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Value::deserialize(from).map(|_| Self)
            }
        }
        impl sdk::schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut sdk::schemars::SchemaGenerator) -> sdk::schemars::Schema {
                sdk::schemars::json_schema!({"properties": {"path": {"x-bactrian-template": true}}})
            }
        }
        #[sdk::async_trait]
        impl Component for $type {
            const NAME: &'static str = $name;
            const EFFECT: Effect = Effect::$effect;
            fn effect(with: &Value) -> Effect {
                if with["method"] == "GET" { Effect::Read } else { Self::EFFECT }
            }
            async fn run(&self, _: &Context, input: Shared) -> Outcome {
                Ok(input)
            }
        })*
        /// All of them.
        pub(crate) fn registry() -> Registry {
            let mut registry = Registry::default();
            $(registry = registry.with(ComponentEntry::of::<$type>("tests")).unwrap();)*
            registry
        }
    };
}

anything!(
    Http "http" Write, Log "log" Pure, Map "map" Pure, Publish "publish" Write, Decide "decide" Pure,
    Download "download" Read, Reconcile "reconcile" Read, Template "template" Pure
);
