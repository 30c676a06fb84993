//! Pauses of a node's own: of a `wait` and between the rounds of a loop.

use std::time::Duration;

use chrono::DateTime;
use sdk::{Class, Error, Timestamp, Value};

use super::{invocation::Invocation, journal::Tag};

/// Waits for `duration`.
pub(super) async fn sleep(invocation: &Invocation, tag: Tag, duration: Duration) {
    let frame = &invocation.frame;
    match &frame.run.journal {
        Some(_) if invocation.is_past() => {}
        Some(journal) => journal.pause(frame.address(invocation.slot), tag, duration, false).await,
        None => frame.run.clock.sleep(duration).await,
    }
}

/// Waits until `time`.
pub(super) async fn until(invocation: &Invocation, time: Timestamp) {
    let left = time.saturating_sub(invocation.frame.run.clock.now());
    sleep(invocation, Tag::Wait, Duration::from_millis(u64::try_from(left).unwrap_or(0))).await;
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
