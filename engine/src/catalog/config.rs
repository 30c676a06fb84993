//! Business configuration: each key is looked up on its own by the three tries, so a business states only
//! what differs. The effective object of every stated place is made once, when the snapshot is.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use sdk::{Identity, Shared, UseCase, Value, serde_json::Map};
use serde::Serialize;

use crate::scoped::Scoped;

/// One stated value.
#[derive(Clone, Debug, PartialEq)]
struct Setting {
    value: Value,
    document: Arc<str>,
}

/// One key as an identity sees it.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SettingView {
    /// The key.
    pub key: String,
    /// Its value.
    pub value: Value,
    /// The level that answered: 1 exact, 2 business, 3 use case.
    #[schemars(extend("enum" = [1, 2, 3]))]
    pub level: u8,
    /// The document that states it.
    pub document: Arc<str>,
    /// The keys tried, the one that hit last.
    pub tried: Vec<String>,
}

/// All business configuration of a snapshot.
#[derive(Default)]
pub struct Settings {
    keys: BTreeMap<String, Scoped<Setting>>,
    stated: BTreeMap<UseCase, (BTreeSet<Identity>, BTreeSet<String>)>,
    effective: Scoped<Shared>,
    none: Shared,
}

impl Settings {
    /// States a value. The first one for a place stays.
    pub(super) fn state(&mut self, place: &Identity, key: &str, value: Value, document: &Arc<str>) {
        let (places, keys) = self.stated.entry(place.use_case.clone()).or_default();
        places.insert(place.clone());
        keys.insert(key.to_owned());
        let setting = || Setting { value, document: Arc::clone(document) };
        self.keys.entry(key.to_owned()).or_default().entry(place, setting);
    }

    /// Makes the effective objects. A place answers for every identity for which it is the nearest stated
    /// one: nothing nearer states any key, so each key is found from there on as from the identity itself.
    pub(super) fn settle(mut self) -> Self {
        self.none = Shared::new(Value::Object(Map::new()));
        for (places, keys) in self.stated.values() {
            for place in places {
                let found =
                    |key: &String| Some((key.clone(), self.keys.get(key)?.get(place)?.value.value.clone()));
                let object: Map<String, Value> = keys.iter().filter_map(found).collect();
                self.effective.entry(place, || Shared::new(Value::Object(object)));
            }
        }
        self
    }

    /// The settings of an identity: an object, empty when its use case has none.
    #[must_use]
    pub fn get(&self, identity: &Identity) -> Shared {
        Shared::clone(self.effective.get(identity).map_or(&self.none, |hit| hit.value))
    }

    /// Where each setting of an identity comes from.
    #[must_use]
    pub fn explain(&self, identity: &Identity) -> Vec<SettingView> {
        let Some((_, stated)) = self.stated.get(&identity.use_case) else { return Vec::new() };
        let view = |key: &String| {
            let hit = self.keys.get(key)?.get(identity)?;
            Some(SettingView {
                key: key.clone(),
                value: hit.value.value.clone(),
                level: hit.level,
                document: Arc::clone(&hit.value.document),
                tried: hit.tried().map(|key| key.to_string()).collect(),
            })
        };
        stated.iter().filter_map(view).collect()
    }

    /// The keys that some business states for a use case.
    pub fn keys(&self, use_case: &UseCase) -> impl Iterator<Item = &str> {
        self.stated.get(use_case).into_iter().flat_map(|(_, keys)| keys.iter().map(String::as_str))
    }

    /// Every place that some document names.
    pub fn places(&self) -> impl Iterator<Item = &Identity> {
        self.stated.values().flat_map(|(places, _)| places)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::{collection::vec, option, prelude::*, sample::select};
    use sdk::{Identity, Value, serde_json::json};

    use super::Settings;

    fn id(use_case: &str, biz_id: Option<&str>, scenario: Option<&str>) -> Identity {
        Identity::new(use_case, biz_id, scenario).unwrap()
    }

    fn settings(all: &[(Identity, &str, Value)]) -> Settings {
        let mut settings = Settings::default();
        for (at, (place, key, value)) in all.iter().enumerate() {
            settings.state(place, key, value.clone(), &Arc::from(format!("d{at}")));
        }
        settings.settle()
    }

    #[test]
    fn a_business_states_only_what_differs() {
        let settings = settings(&[
            (id("close", None, None), "minutes", json!(30)),
            (id("close", None, None), "batch", json!(200)),
            (id("close", Some("travel"), Some("flight")), "minutes", json!(15)),
        ]);
        let get = |biz_id, scenario| settings.get(&id("close", biz_id, scenario));
        assert_eq!(*get(Some("travel"), Some("flight")), json!({"batch": 200, "minutes": 15}));
        assert_eq!(*get(Some("travel"), Some("hotel")), json!({"batch": 200, "minutes": 30}));
        assert_eq!(*settings.get(&id("other", None, None)), json!({}));
        let explained = settings.explain(&id("close", Some("travel"), Some("flight")));
        let told: Vec<_> =
            explained.iter().map(|view| (view.key.as_str(), view.level, &*view.document)).collect();
        assert_eq!(told, [("batch", 3, "d1"), ("minutes", 1, "d2")]);
    }

    proptest! {
        #[test]
        fn the_effective_object_is_the_lookup_of_each_key(
            all in vec((option::of(select(vec!["a", "b"])), option::of(select(vec!["x", "y"])), select(vec!["k", "l", "m"])), 0..20),
            biz_id in option::of(select(vec!["a", "b", "c"])),
            scenario in option::of(select(vec!["x", "y", "z"])),
        ) {
            let all: Vec<_> = all
                .into_iter()
                .enumerate()
                .map(|(at, (biz_id, scenario, key))| (id("u", biz_id, scenario), key, json!(at)))
                .collect();
            let settings = settings(&all);
            let identity = id("u", biz_id, scenario);
            let explained: Value =
                settings.explain(&identity).into_iter().map(|view| (view.key, view.value)).collect();
            let explained = if explained.is_null() { json!({}) } else { explained };
            prop_assert_eq!(&*settings.get(&identity), &explained);
        }
    }
}
