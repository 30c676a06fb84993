//! What starts and wakes flows besides calls: time, and messages whose sender is checked.

mod cron;
mod schedule;
mod signature;

pub(crate) use cron::fire;
pub use schedule::{Schedule, ScheduleError};
pub use signature::{unsigned_id, verify};
