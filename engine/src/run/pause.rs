//! Pauses of a run: of a `wait` and between the rounds of a loop.

use std::time::Duration;

use chrono::DateTime;
use sdk::{Class, Error, Timestamp, Value};

use super::invocation::Invocation;

/// Waits for `duration`; `nth` tells the pauses of one node apart.
pub(super) async fn sleep(invocation: &Invocation, _nth: u32, duration: Duration) -> Result<(), Error> {
    invocation.frame.run.clock.sleep(duration).await;
    Ok(())
}

/// Waits until `time`.
pub(super) async fn until(invocation: &Invocation, time: Timestamp) -> Result<(), Error> {
    let left = time.saturating_sub(invocation.frame.run.clock.now());
    sleep(invocation, 0, Duration::from_millis(u64::try_from(left).unwrap_or(0))).await
}

/// A time as flows write it: RFC 3339, or milliseconds since 1970.
pub(super) fn time_of(value: &Value) -> Result<Timestamp, Error> {
    let time = match value {
        Value::String(text) => DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_millis()),
        other => other.as_i64(),
    };
    time.ok_or_else(|| {
        Error::new(Class::Validation, "WAIT_INVALID", format!("`wait.until` gives {value}, not a time"))
    })
}
