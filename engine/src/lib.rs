//! Bactrian's engine: flows by business identity, from YAML to answers.

pub mod flow;
pub mod scoped;
pub mod serve;
pub mod state;
