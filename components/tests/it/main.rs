//! Tests of the components as the engine sees them: through the registry, against real servers.
#![cfg(test)]

mod expression;
mod http;
mod patience;
mod server;
mod spec;
