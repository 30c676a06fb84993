//! The sandbox's one clock. It plays far-side services, which have clocks of their own, so it does not share the
//! engine's.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// The time of day.
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Waits: the injected latency of a slow service.
#[expect(clippy::disallowed_methods, reason = "a slow far side really is slow; nothing here is replayed")]
pub(crate) async fn pause(length: Duration) {
    if !length.is_zero() {
        tokio::time::sleep(length).await;
    }
}
