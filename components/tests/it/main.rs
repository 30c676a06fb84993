//! Tests of the components as the engine sees them: through the registry, against real servers.
#![cfg(test)]

mod expression;
mod http;
mod server;
mod spec;
