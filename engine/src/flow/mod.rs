//! Stages 1 to 4: from files to plans. Knows nothing of runs, state or HTTP.

pub mod diagnostic;
pub mod document;
pub mod nearest;
pub mod schema;
pub mod tree;
//! From files to plans: the language of flows. Runs nothing and reads no clock.

pub mod expr;
