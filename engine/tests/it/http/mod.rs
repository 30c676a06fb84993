//! The server from outside: real connections on a real port.

mod calls;
pub(crate) mod events;
mod hostile;
mod limits;
mod openapi;
mod reload;
mod routes;
pub(crate) mod world;

pub(crate) use world::{World, document};
