//! What a durable run writes to the store, and what it takes back from there. A run that is not durable has
//! no journal and pays nothing.
//!
//! Recovery and wake-up are the same: the records are loaded, the plan is driven again from the top, and a
//! node whose address has settled takes the recorded outcome. `pure` nodes are computed again; a write that
//! was begun and not settled is called again with the same idempotency key.
//!
//! * `recall`: what the records say, and the order in which it is told again.
//! * `write`: what is appended, and when it must be on disk: before a write, at a wait, at the end.
//! * `flush`, `pending`: which of it is to be written, and when.
//! * `wait`: what the run waits for, and when nothing else is left so that it becomes a row.

mod busy;
mod flush;
mod pending;
mod recall;
mod wait;
mod write;

pub(super) use recall::Recalled;
pub(super) use wait::Tag;
pub(crate) use write::Journal;
pub(super) use write::{Birth, Broken};
