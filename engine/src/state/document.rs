//! Small documents beside the runs: plans of live runs, catalog revisions, drafts, layout pins.

use async_trait::async_trait;
use bytes::Bytes;

use super::contract::Result;

/// What a writer believes to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Whatever it is.
    Anything,
    /// Nothing.
    Nothing,
    /// This version.
    Version(u64),
}

/// A document as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its key in the section.
    pub key: String,
    /// Counts its writes from 1: the ETag of a draft.
    pub version: u64,
    /// What it says.
    pub body: Bytes,
}

/// Sections of keyed documents: `plan` by hash, `catalog` by revision, `draft`, `layout`.
#[async_trait]
pub trait Documents {
    /// Writes a document and gives its new version; `Conflict` when something else is there.
    async fn put(&self, section: &str, key: &str, body: Bytes, expected: Expected) -> Result<u64>;
    /// Reads a document.
    async fn get(&self, section: &str, key: &str) -> Result<Option<Kept>>;
    /// Removes a document; nothing happens if it is not there.
    async fn remove(&self, section: &str, key: &str) -> Result<()>;
    /// At most `max` documents after the key `after`, in order of their keys.
    async fn documents(&self, section: &str, after: Option<&str>, max: usize) -> Result<Vec<Kept>>;
}
