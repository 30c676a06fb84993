//! `/openapi.json`: OpenAPI 3.1 of the fixed routes and of every flow.
//!
//! Schemas are made of the very types that are read and written, and of the flows' own: OpenAPI 3.1 schemas are
//! JSON Schema 2020-12 (specification §4.8.24). The document is made when somebody asks and kept by nobody.

mod assemble;
mod flow;
mod operation;
mod shared;

pub use assemble::openapi;
pub(super) use operation::{Media, Operation, Tag, schema};
pub(super) use shared::{Header, Sent};
