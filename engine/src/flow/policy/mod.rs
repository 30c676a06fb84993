//! Policies of a node as tower layers, built at plan time and only where asked for.
//!
//! One order, outermost first (DESIGN §4.4): cache > fallback > total timeout > retry > circuit breaker >
//! rate limit > bulkhead > attempt timeout > call. The layers know neither runs nor plans: the runtime
//! hands them a [`Call`].

mod breaker;
mod bulkhead;
mod cache;
mod call;
mod deadline;
mod fallback;
mod rate_limit;
mod retry;
mod stack;
mod states;
#[cfg(test)]
mod trial;

pub use breaker::{BreakerState, Forced};
pub use call::{Call, Event, Request};
pub use stack::{Settings, Stack};
pub use states::{BreakerView, States};
