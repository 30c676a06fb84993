//! What is published: immutable revisions of all texts, drafts beside them, and imports of a directory.
//!
//! Keeps texts, and what channels have asked for. Whether a set of texts loads is the catalog's to say, before it is published.

mod channel;
mod draft;
mod import;
mod pins;
mod revision;

pub use channel::Form;
pub use draft::{Draft, DraftError};
pub use import::{Conflict, Merge, merge};
pub use pins::{Pin, Pins};
pub use revision::{Change, Origin, PublishError, Revision, Revisions, Texts};
