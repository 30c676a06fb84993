//! Time as a value that can be replaced. Nothing in the engine reads the machine's clock elsewhere.

use std::{future::Future, pin::Pin};

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Timestamp = i64;

/// The one source of time. The engine's own reads the machine; tests and the simulator use theirs.
pub trait Clock: Send + Sync + 'static {
    /// The wall clock, in milliseconds since 1970.
    fn now(&self) -> Timestamp;

    /// A clock that never goes back, in nanoseconds since some fixed moment. For measuring only.
    fn monotonic_nanos(&self) -> u64;

    /// Ends after `duration`. Dropping the future cancels the wait.
    fn sleep(&self, duration: std::time::Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}
