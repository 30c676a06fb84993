//! What is served: everything published, compiled into one immutable snapshot behind an atomic swap. A
//! reload validates, builds and swaps; a run keeps the snapshot it started with. Keeps no texts: `publish`
//! does.
//!
//! **Pinning.** A snapshot's `hash` covers every document, a plan's `hash` the effective tree of its flow. A
//! durable run records both. After a restart it is driven on the serving snapshot when that one's hash is the
//! same; else the revision's texts are compiled again. The plan's hash alone would not do: extensions,
//! sub-flows, decisions and connections that the run reaches later are no part of it.

mod channel;
mod compile;
mod config;
mod explain;
mod point;
mod route;
mod snapshot;
mod undo;

pub use channel::Channel;
pub use compile::{Sources, compile};
pub use config::{SettingView, Settings};
pub use explain::{CandidateView, Cell, PlanView, PointView, Tried, named};
pub use point::Point;
pub use route::{Routed, Routes};
pub use snapshot::{DocumentView, FlowEntry, Snapshot};

#[cfg(test)]
#[path = "catalog_tests.rs"]
mod tests;
