//! The server from outside: real connections on a real port.

mod calls;
pub(crate) mod world;

pub(crate) use world::{World, document};
