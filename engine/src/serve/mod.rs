//! Stage 8 of 8: serve. HTTP in, HTTP out.

mod assets;
mod body;
mod guard;
mod limits;
mod listen;
mod openapi;
mod reply;

pub use assets::{Asset, Assets};
pub use body::{collect, parse};
pub use guard::{Guard, IDENTITY_HEADERS};
pub use limits::Limits;
pub use listen::{Body, ListenError, bind, serve};
pub use openapi::{Described, openapi};
pub use reply::{Cause, Details, Problem, Reply, bytes, json};
