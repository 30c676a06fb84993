//! Stage 6, around durable runs: who drives them in this process, and everything that wakes them. How one run
//! is driven is `run`'s, what is on disk is `state`'s.
//!
//! ```text
//! call, cron, flow --start--> run::open ----+
//! store.due, reap --claim--> run::resume ---+--attend--> ended | a row | lost
//! message, operator --wake--> the run here, or its row
//! event kept by a run --outbox--> other systems
//! ```

mod attend;
mod begin;
mod claim;
mod desk;
mod gone;
mod lost;
mod operate;
mod outbox;
mod pinned;
mod upkeep;
mod wake;

pub use begin::Given;
pub(crate) use begin::{Begun, Opened};
pub(crate) use desk::Desk;
pub use desk::{Sealed, Told};
pub use operate::{OperateError, Order};
pub(crate) use outbox::{Parked, Unparked};
