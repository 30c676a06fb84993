//! Bactrian's engine: flows by business identity, from YAML to answers.

pub mod flow;
pub mod scoped;
pub mod serve;
//! The engine: flows in, plans out, runs driven. It names no component and opens no socket of its own.

pub mod flow;
