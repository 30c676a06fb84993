//! The server from outside: real connections on a real port.

mod calls;
mod drafts;
pub(crate) mod events;
mod hostile;
mod limits;
mod openapi;
mod reload;
mod routes;
mod runs;
mod surface;
pub(crate) mod world;

pub(crate) use world::{World, document};
