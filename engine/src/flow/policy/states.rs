//! What policies remember. It belongs to targets, not to plans, so a reload does not close a breaker.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sdk::Clock;
use serde::Serialize;

use super::{BreakerState, Forced, breaker::Breaker, bulkhead::Places, cache::Entry, rate_limit::Buckets};
use crate::flow::document::{Bulkhead, CircuitBreaker, RateLimit};

/// The states of all breakers, limits, bulkheads and caches of one engine. Cheap to clone.
#[derive(Clone)]
pub struct States(Arc<Inside>);

struct Inside {
    kept: Mutex<Kept>,
    answers: moka::future::Cache<String, Entry>,
    flights: moka::future::Cache<String, Entry>,
}

/// By target and settings: two nodes that state different settings do not share.
#[derive(Default)]
struct Kept {
    breakers: BTreeMap<(String, String), Arc<Breaker>>,
    places: BTreeMap<(String, String), Arc<Places>>,
    buckets: BTreeMap<(String, String), Arc<Buckets>>,
}

/// One breaker as an operator sees it.
#[derive(Clone, Debug, Serialize)]
pub struct BreakerView {
    /// Component and target.
    pub target: String,
    /// What it does with calls.
    pub state: BreakerState,
}

/// Bytes of cached answers.
const CACHE_BYTES: u64 = 64 << 20;
/// Calls of one key that may wait for one flight at once.
const FLIGHTS: u64 = 100_000;

impl Default for States {
    fn default() -> Self {
        let answers = moka::future::Cache::builder()
            .weigher(|_: &String, entry: &Entry| entry.weight())
            .max_capacity(CACHE_BYTES)
            .build();
        let flights = moka::future::Cache::builder().max_capacity(FLIGHTS).build();
        Self(Arc::new(Inside { kept: Mutex::default(), answers, flights }))
    }
}

impl States {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn breaker(&self, target: &str, settings: &CircuitBreaker) -> Arc<Breaker> {
        let key = (target.to_owned(), format!("{settings:?}"));
        Arc::clone(self.kept().breakers.entry(key).or_insert_with(|| Arc::new(Breaker::new(settings))))
    }

    pub(super) fn bulkhead(&self, target: &str, settings: &Bulkhead) -> Arc<Places> {
        let key = (target.to_owned(), format!("{settings:?}"));
        Arc::clone(self.kept().places.entry(key).or_insert_with(|| Arc::new(Places::new(settings))))
    }

    pub(super) fn buckets(&self, target: &str, settings: &RateLimit, clock: &Arc<dyn Clock>) -> Arc<Buckets> {
        let RateLimit { limit, per, burst, .. } = settings;
        let key = (target.to_owned(), format!("{limit}/{per}/{burst:?}"));
        let new = || Arc::new(Buckets::new(settings, Arc::clone(clock)));
        Arc::clone(self.kept().buckets.entry(key).or_insert_with(new))
    }

    pub(super) fn answers(&self) -> &moka::future::Cache<String, Entry> {
        &self.0.answers
    }

    pub(super) fn flights(&self) -> &moka::future::Cache<String, Entry> {
        &self.0.flights
    }

    /// All breakers, by target.
    #[must_use]
    pub fn breakers(&self) -> Vec<BreakerView> {
        let kept = self.kept();
        kept.breakers
            .iter()
            .map(|((target, _), breaker)| BreakerView { target: target.clone(), state: breaker.state() })
            .collect()
    }

    /// Forces the breakers of `target` open or closed, or lets them go again. False when there is none.
    pub fn force(&self, target: &str, forced: Option<Forced>) -> bool {
        let kept = self.kept();
        let mut found = false;
        for ((name, _), breaker) in &kept.breakers {
            if name == target {
                breaker.force(forced);
                found = true;
            }
        }
        found
    }

    /// Forgets all cached answers.
    pub fn clear_answers(&self) {
        self.0.answers.invalidate_all();
    }
}
