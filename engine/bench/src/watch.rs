//! The one place of this program that reads the machine's clock.

use std::time::Instant;

/// Now, for measuring.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
