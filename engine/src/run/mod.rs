//! Stage 6 of 8: run. One future per run, nothing spawned per node.
//!
//! ```text
//! Start --begin--> life: vars -> drive -> answer | undo -> finally -> Finished
//!                        drive: Effect -> node -> Event -> step -> Effect ...
//!                        node:  when -> with -> policies around kind::call -> output -> slot
//! ```
//!
//! `step` is pure and decides; `drive` performs; `frame` holds the values of one body; `kind/*` is what each
//! kind of node does. A node's own bodies (items, rounds, branches, extensions) are driven the same way,
//! inside that node's future.

#[cfg(test)]
mod body_tests;
pub mod case;
#[cfg(test)]
mod code_tests;
mod deferred;
mod drive;
mod durable;
#[cfg(test)]
mod durable_tests;
mod event;
mod failure;
#[cfg(test)]
mod flow_tests;
mod frame;
mod handle;
mod invocation;
mod journal;
mod kept;
mod kind;
mod life;
mod mock;
mod node;
mod one;
mod pace;
mod pause;
mod product;
mod report;
mod saga;
#[cfg(test)]
mod saga_tests;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod shop;
mod snapshot;
mod step;
mod stuck;
#[cfg(test)]
mod stuck_tests;
mod trace;
#[cfg(test)]
mod trial;
mod view;
#[cfg(test)]
mod wait_tests;

pub use deferred::Letter;
pub use durable::{Carried, Durable, Opening, open, resume};
pub use event::{Dead, Effect, Ending, Event, Status};
pub use failure::{Answer, Cause, Failure, seal, unseal};
pub use handle::Handle;
pub use life::{Begun, Finished, Request, RunReport, Start, begin};
pub use mock::Mocks;
pub use product::Product;
pub use report::{
    Answered, Attempt, ErrorReport, Items, Level, NodeReport, NodeStatus, RunStatus, ServedBy, Skip, kind,
    used,
};
pub use saga::{Reason as UndoReason, Undone};
pub use snapshot::Snapshot;
pub use step::{State, step};
pub use trace::{Keep, Observer};
