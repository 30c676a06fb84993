//! Stages 1 to 4: from files to plans. Knows nothing of runs, state or HTTP.

pub mod diagnostic;
pub mod document;
pub mod expr;
pub mod language;
pub mod load;
pub mod nearest;
pub mod parse;
pub mod plan;
pub mod policy;
pub mod report;
pub mod schema;
pub mod spread;
pub mod tree;
pub mod validate;
pub mod variant;
pub mod watch;
