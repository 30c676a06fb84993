//! Expressions: CEL inside `${ }` of any JSON value ([`Template`]) and bare CEL ([`Expression`]).
//!
//! ```text
//! text --lexer, caps--> tokens within bounds --parse--> tree --bind--> names resolved --cost--> Expression
//! Expression + Scope --view--> CEL over borrowed JSON --encode--> JSON
//! ```
//!
//! The one place that names the crate `cel`. Compiling and evaluating do no I/O and read no clock: `now()` and
//! `uuid()` come from the [`Scope`].

mod bind;
mod binding;
mod calls;
mod caps;
mod cell;
mod cost;
mod decimal;
mod encode;
mod expression;
mod failure;
mod fault;
mod functions;
mod growth;
mod interpolation;
mod lexer;
mod lint;
mod list;
mod missing;
mod names;
mod object;
mod parse;
mod path;
mod pattern;
mod reads;
mod scope;
mod template;
#[cfg(test)]
mod testing;
mod tree;
mod view;
mod woven;

pub use cell::Cell;
pub use expression::Expression;
pub use fault::{Failure, Fault};
pub use names::Names;
pub use parse::Cache;
pub use reads::Read;
pub use scope::{Root, Scope};
pub use template::Template;
pub use woven::Woven;
