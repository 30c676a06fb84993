//! The real program on real files: killed, cut from power, started again, while callers go on.

mod call;
mod caller;
mod far;
mod image;
mod look;
mod process;
mod rounds;
mod stage;

pub use far::{Audit, Effect, Notice, Reserve};
pub use look::Look;
pub use process::copy;
pub use rounds::{Kind, Plan, prove};
