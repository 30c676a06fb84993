//! Bactrian's engine: flows by business identity, from YAML to answers.

pub mod catalog;
pub mod clock;
pub mod error;
pub mod flow;
pub mod identify;
pub mod publish;
pub mod run;
pub mod scoped;
pub mod secrets;
pub mod serve;
pub mod state;
pub mod trigger;
