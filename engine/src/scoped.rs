//! A value per identity, found in exactly three tries; the first hit wins. Extensions, flow variants,
//! business configuration, limits and rollouts are all looked up here and nowhere else.
//!
//! 1. (use case, biz id, scenario)  2. (use case, biz id, default)  3. (use case, default, default)
//!
//! A scenario without a biz id is answered at level 3: (use case, default, scenario) is never tried.
//! Nothing here knows guards, priorities or what a value is.

use std::fmt;

use hashbrown::{Equivalent, HashMap, hash_map::EntryRef};
use sdk::{BizId, Identity, Scenario};

use crate::flow::nearest::nearest;

/// A key of the lookup by borrowed parts: costs no allocation and never joins its parts to one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key<'a> {
    use_case: &'a str,
    biz_id: Option<&'a str>,
    scenario: Option<&'a str>,
}

impl<'a> Key<'a> {
    /// The key that answers for `identity` at `level`; `None` when the identity has no such level.
    #[must_use]
    pub fn at(identity: &'a Identity, level: u8) -> Option<Self> {
        let biz_id = identity.biz_id.as_ref().map(BizId::as_str);
        let scenario = identity.scenario.as_ref().map(Scenario::as_str);
        let use_case = identity.use_case.as_str();
        match level {
            1 => Some(Self { use_case, biz_id: Some(biz_id?), scenario: Some(scenario?) }),
            2 => Some(Self { use_case, biz_id: Some(biz_id?), scenario: None }),
            3 => Some(Self { use_case, biz_id: None, scenario: None }),
            _ => None,
        }
    }
}

impl Key<'_> {
    /// Use case, biz id and scenario, with `default` for an absent one.
    #[must_use]
    pub fn parts(&self) -> [String; 3] {
        let part = |text: Option<&str>| text.unwrap_or("default").to_owned();
        [self.use_case.to_owned(), part(self.biz_id), part(self.scenario)]
    }
}

impl Equivalent<Identity> for Key<'_> {
    fn equivalent(&self, key: &Identity) -> bool {
        self.use_case == key.use_case.as_str()
            && self.biz_id == key.biz_id.as_ref().map(BizId::as_str)
            && self.scenario == key.scenario.as_ref().map(Scenario::as_str)
    }
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |text: Option<&'_ str>| text.unwrap_or("default").to_owned();
        write!(f, "({}, {}, {})", self.use_case, part(self.biz_id), part(self.scenario))
    }
}

/// The level at which a value registered for `place` answers; `None` when no caller can reach it.
#[must_use]
pub const fn level_of(place: &Identity) -> Option<u8> {
    match (&place.biz_id, &place.scenario) {
        (Some(_), Some(_)) => Some(1),
        (Some(_), None) => Some(2),
        (None, None) => Some(3),
        (None, Some(_)) => None,
    }
}

/// The keys tried for an identity, first to last.
pub fn keys(identity: &Identity) -> impl Iterator<Item = (u8, Key<'_>)> {
    (1..=3).filter_map(|level| Key::at(identity, level).map(|key| (level, key)))
}

/// What answered.
#[derive(Debug, PartialEq, Eq)]
pub struct Hit<'s, 'i, T> {
    /// The value.
    pub value: &'s T,
    /// Where it was found: 1 exact, 2 business, 3 use case.
    pub level: u8,
    /// The identity that was looked up.
    identity: &'i Identity,
}

impl<'i, T> Hit<'_, 'i, T> {
    /// The keys tried, the one that hit last.
    pub fn tried(&self) -> impl Iterator<Item = Key<'i>> + use<'i, T> {
        let level = self.level;
        keys(self.identity).filter(move |(tried, _)| *tried <= level).map(|(_, key)| key)
    }
}

/// A second value was given for one key; the first stays.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key} is registered twice")]
pub struct Duplicate<T> {
    /// The key.
    pub key: Identity,
    /// What was refused.
    pub refused: T,
}

/// Values by identity.
#[derive(Clone, Debug)]
pub struct Scoped<T> {
    values: HashMap<Identity, T>,
}

impl<T> Default for Scoped<T> {
    fn default() -> Self {
        Self { values: HashMap::new() }
    }
}

impl<T> Scoped<T> {
    /// Registers a value. What no caller can reach is taken too: refusing it is the loader's lint.
    ///
    /// # Errors
    /// When the key is taken; [`Scoped::at`] shows by whom, so that both can be named.
    pub fn insert(&mut self, place: Identity, value: T) -> Result<(), Duplicate<T>> {
        if self.values.contains_key(&place) {
            return Err(Duplicate { key: place, refused: value });
        }
        self.values.insert(place, value);
        Ok(())
    }

    /// The value registered for exactly this key, made by `make` when there is none yet.
    pub fn entry(&mut self, place: &Identity, make: impl FnOnce() -> T) -> &mut T {
        match self.values.entry_ref(place) {
            EntryRef::Occupied(entry) => entry.into_mut(),
            EntryRef::Vacant(entry) => entry.insert_entry_with_key(place.clone(), make()).into_mut(),
        }
    }

    /// The value that answers for `identity`.
    #[must_use]
    pub fn get<'s, 'i>(&'s self, identity: &'i Identity) -> Option<Hit<'s, 'i, T>> {
        let hit = |(level, key)| self.values.get(&key).map(|value| Hit { value, level, identity });
        keys(identity).find_map(hit)
    }

    /// The value registered for exactly this key.
    #[must_use]
    pub fn at<Q: std::hash::Hash + Equivalent<Identity>>(&self, key: &Q) -> Option<&T> {
        self.values.get(key)
    }

    /// Everything registered, sorted by key.
    #[must_use]
    pub fn sorted(&self) -> Vec<(&Identity, &T)> {
        let mut all: Vec<_> = self.values.iter().collect();
        all.sort_unstable_by_key(|(place, _)| *place);
        all
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Why `identity` is answered as it is: every key tried, the one that hit, and keys of the same use
    /// case spelled nearly like those that missed.
    #[must_use]
    pub fn explain(&self, identity: &Identity) -> Explanation {
        let level = self.get(identity).map(|hit| hit.level);
        let tried = keys(identity)
            .filter(|(tried, _)| level.is_none_or(|level| *tried <= level))
            .map(|(level, key)| (level, key.to_string()))
            .collect();
        let mut near: Vec<&Identity> =
            self.values.keys().filter(|place| is_near(place, identity, level)).collect();
        near.sort_unstable();
        Explanation { level, tried, near: near.iter().map(ToString::to_string).collect() }
    }
}

/// Why an identity is answered as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The level that hit; `None` = nothing answers.
    pub level: Option<u8>,
    /// Levels and keys tried, first to last; the last one hit unless `level` is `None`.
    pub tried: Vec<(u8, String)>,
    /// Keys that missed by a slip of spelling.
    pub near: Vec<String>,
}

/// Whether `place` would have answered before `level`, had its biz id or scenario been spelled the same.
fn is_near(place: &Identity, identity: &Identity, level: Option<u8>) -> bool {
    let is_earlier = level_of(place).is_some_and(|at| level.is_none_or(|level| at < level));
    if !is_earlier || place.use_case != identity.use_case {
        return false;
    }
    let close = |given: Option<&str>, known: Option<&str>| match (given, known) {
        (_, None) => true,
        (Some(given), Some(known)) => given == known || nearest(given, [known]).is_some(),
        (None, Some(_)) => false,
    };
    let biz_ids = (identity.biz_id.as_ref().map(BizId::as_str), place.biz_id.as_ref().map(BizId::as_str));
    let scenarios =
        (identity.scenario.as_ref().map(Scenario::as_str), place.scenario.as_ref().map(Scenario::as_str));
    let is_same = biz_ids.0 == biz_ids.1 && scenarios.0 == scenarios.1;
    !is_same && close(biz_ids.0, biz_ids.1) && close(scenarios.0, scenarios.1)
}

#[cfg(test)]
#[path = "scoped_tests.rs"]
mod tests;
