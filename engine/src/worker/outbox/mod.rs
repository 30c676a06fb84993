//! The outbox: what runs have kept to be told to the world is told, at least once, in order per key and target.
//!
//! ```text
//! store.outbox --read--> lanes --head of each--> courier: the component again, its key the same
//!                                   | refused for good, five times --> parked, for an operator
//! ```
//!
//! What is delivered leaves the store; what a dead process had begun to deliver is delivered again, under the same
//! id. Nothing waits for what lies in another lane. What lies behind a parked event waits until an operator has had
//! it delivered or dropped it: the order of a key is kept, not its pace.

mod courier;
mod lanes;
mod parked;
mod publisher;

pub(crate) use parked::{Parked, Unparked};
pub(super) use publisher::publish;
