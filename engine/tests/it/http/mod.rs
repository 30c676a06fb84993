//! The server from outside: real connections on a real port.

mod calls;
mod world;
