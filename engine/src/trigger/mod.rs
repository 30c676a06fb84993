//! What starts flows without a caller: time.

mod schedule;

pub use schedule::{Schedule, ScheduleError};
