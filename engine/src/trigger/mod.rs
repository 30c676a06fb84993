//! What starts and wakes flows besides calls: time, and messages whose sender is checked.

mod schedule;
mod signature;

pub use schedule::{Schedule, ScheduleError};
pub use signature::{unsigned_id, verify};
