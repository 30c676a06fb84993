//! The grammar of the language as data: which keys a document has, what their values look like, what
//! they are for. The check, the reading and the JSON Schema for editors all follow these tables.

mod binding;
mod document;
mod flow;
mod form;
mod meant;
mod node;
mod policy;
mod schema;

pub use document::{API_VERSION, DOCUMENTS, document};
pub use flow::{CASE, CASES};
pub use form::{Form, Group, Key, Name, Object};
pub use meant::meant;
pub use node::{BESIDE, KINDS, NODE};
pub use policy::CLASSES;
pub use schema::schema;
