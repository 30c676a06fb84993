//! Shared answers of reads: one flight per key, and an old answer when a new one cannot be had.
//!
//! Expiry is kept in the value, on the engine's clock, because the map forgets what expired while an old
//! answer must outlive its time to live by `staleIfError`.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use sdk::{Outcome, Shared, Timestamp};

use super::{
    Event, Request, States,
    stack::{Inner, layered},
};
use crate::flow::document::Cache;

/// One answer.
#[derive(Clone)]
pub(super) struct Entry {
    value: Shared,
    fresh_until: Timestamp,
    stale_until: Timestamp,
    weight: u32,
}

impl Entry {
    /// About how many bytes it holds.
    pub(super) const fn weight(&self) -> u32 {
        self.weight
    }
}

#[derive(Clone)]
pub(super) struct CacheLayer {
    node: Arc<str>,
    ttl_ms: i64,
    stale_ms: i64,
    states: States,
}

layered!(CacheLayer, Cached);

impl CacheLayer {
    pub(super) fn new(cache: &Cache, node: &str, states: &States) -> Self {
        let millis = |duration: sdk::Duration| i64::try_from(duration.get().as_millis()).unwrap_or(i64::MAX);
        Self {
            node: node.into(),
            ttl_ms: millis(cache.ttl),
            stale_ms: cache.stale_if_error.map_or(0, millis),
            states: states.clone(),
        }
    }

    async fn handle(self, request: Request, mut inner: impl Inner) -> Outcome {
        let Some(key) = request.call.cache_key()? else { return inner.call(request).await };
        let key = format!("{}\u{1f}{key}", self.node);
        let (call, clock) = (Arc::clone(&request.call), request.call.clock());
        let answers = self.states.answers();
        let old = answers.get(&key).await;
        if let Some(entry) = old.as_ref().filter(|entry| clock.now() < entry.fresh_until) {
            call.note(Event::Cached);
            return Ok(Shared::clone(&entry.value));
        }
        let fell_back = Arc::new(AtomicBool::new(false));
        let request = Request { fell_back: Some(Arc::clone(&fell_back)), ..request };
        let flight = async {
            let value = inner.call(request).await?;
            let fresh_until = clock.now().saturating_add(self.ttl_ms);
            let weight = u32::try_from(size_of_value(&value) + key.len()).unwrap_or(u32::MAX);
            let entry =
                Entry { value, fresh_until, stale_until: fresh_until.saturating_add(self.stale_ms), weight };
            // What stood in for a failure serves those who wait, and nobody after them.
            if !fell_back.load(Ordering::Acquire) {
                answers.insert(key.clone(), entry.clone()).await;
            }
            Ok::<_, sdk::Error>(entry)
        };
        let landed = self.states.flights().try_get_with(key.clone(), flight).await;
        self.states.flights().invalidate(&key).await;
        match landed {
            Ok(entry) => Ok(entry.value),
            Err(error) => match old.filter(|entry| clock.now() < entry.stale_until) {
                Some(entry) => {
                    call.note(Event::Stale(sdk::Error::clone(&error)));
                    Ok(entry.value)
                }
                None => Err(sdk::Error::clone(&error)),
            },
        }
    }
}

/// About how many bytes a value takes.
fn size_of_value(value: &sdk::Value) -> usize {
    use sdk::Value;
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 24,
        Value::String(text) => 24 + text.len(),
        Value::Array(items) => 24 + items.iter().map(size_of_value).sum::<usize>(),
        Value::Object(entries) => {
            48 + entries.iter().map(|(key, item)| 48 + key.len() + size_of_value(item)).sum::<usize>()
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use crate::flow::policy::{Event, trial::Trial};

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_shared_until_it_expires() {
        let trial = Trial::policies("cache: {ttl: 30s}").answers(["1", "2"]);
        assert_eq!(*trial.call().await.unwrap(), 1);
        assert_eq!(*trial.call().await.unwrap(), 1);
        trial.pass_ms(30_000).await;
        assert_eq!(*trial.call().await.unwrap(), 2);
        assert_eq!(trial.events(), [Event::Cached]);
    }

    #[tokio::test(start_paused = true)]
    async fn callers_of_one_key_share_one_flight() {
        let trial = Trial::policies("cache: {ttl: 30s}").answers(["wait 1s"; 9]);
        let answers = join_all((0..8).map(|_| trial.call())).await;
        assert!(answers.iter().all(Result::is_ok));
        assert_eq!(trial.attempts(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_fallback_gave_is_not_kept() {
        let trial = Trial::policies("cache: {ttl: 30s}\nfallback: {value: 0}").answers(["fail TIMEOUT", "2"]);
        assert_eq!(*trial.call().await.unwrap(), "recovered from TIMEOUT");
        assert_eq!(*trial.call().await.unwrap(), 2);
        assert_eq!(*trial.call().await.unwrap(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn an_old_answer_stands_in_for_a_failure_and_a_failure_is_not_kept() {
        let trial = Trial::policies("cache: {ttl: 1s, staleIfError: 10s}").answers([
            "1",
            "fail TIMEOUT",
            "fail TIMEOUT",
            "2",
        ]);
        trial.call().await.unwrap();
        trial.pass_ms(5_000).await;
        assert_eq!(*trial.call().await.unwrap(), 1);
        assert!(matches!(&trial.events()[..], [Event::Stale(_)]));
        trial.pass_ms(10_000).await;
        assert!(trial.call().await.is_err());
        assert_eq!(*trial.call().await.unwrap(), 2);
    }
}
