//! The one place of this program that reads the machine's clock.

use std::time::{Duration, Instant};

/// Now, for measuring.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Lets real time pass.
#[expect(clippy::disallowed_methods, reason = "what is waited for is another process")]
pub(crate) async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}
