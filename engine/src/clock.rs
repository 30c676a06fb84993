//! The engine's one clock. Everything else takes time from the `Clock` it was given.

use std::{
    future::Future,
    pin::Pin,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use sdk::{Clock, Timestamp};
use tokio::time::Instant;

/// The machine's clock. Under tokio's paused time in tests, the monotonic side and sleeps stand still with it.
#[derive(Debug)]
pub struct SystemClock {
    start: Instant,
    started_at_ms: Timestamp,
}

impl SystemClock {
    /// Reads the machine's time once; from then on it only counts, so a step of the wall clock cannot make
    /// timers fire early. A process that lives for months drifts with the machine's monotonic clock.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one clock")]
    pub fn new() -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Self { start: Instant::now(), started_at_ms: millis(since_1970) }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

fn millis(duration: Duration) -> Timestamp {
    Timestamp::try_from(duration.as_millis()).unwrap_or(Timestamp::MAX)
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        self.started_at_ms.saturating_add(millis(self.start.elapsed()))
    }

    fn monotonic_nanos(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one clock")]
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// RFC 3339 in UTC with milliseconds.
#[must_use]
pub fn text(at: Timestamp) -> String {
    let at = chrono::DateTime::from_timestamp_millis(at).unwrap_or_default();
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// Writes a time as text; for `serialize_with`.
///
/// # Errors
/// Those of the serializer.
pub fn as_text<S: serde::Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&text(*at))
}

/// Writes a time as text, or null; for `serialize_with`.
///
/// # Errors
/// Those of the serializer.
pub fn maybe_as_text<S: serde::Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => as_text(at, serializer),
        None => serializer.serialize_none(),
    }
}
