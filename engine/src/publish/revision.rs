//! Revisions: numbered from 1, never changed, each the whole set of texts by hash.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use bytes::Bytes;
use futures_util::{
    FutureExt as _,
    future::BoxFuture,
    stream::{self, StreamExt as _, TryStreamExt as _},
};
use sdk::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::state::{self, Documents, Expected};

/// Texts by path.
pub type Texts = BTreeMap<String, Arc<str>>;

const REVISIONS: &str = "revision";
const TEXTS: &str = "text";
const NEWEST: &str = "newest";
const IMPORTED: &str = "imported";

/// How a revision came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RevisionOrigin")]
pub enum Origin {
    /// From the directory.
    Import,
    /// From the designer or the API.
    Publish,
    /// An earlier one again.
    Rollback,
}

/// One revision: which text stood at which path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Revision {
    /// Its number, from 1.
    pub number: u64,
    /// When, in milliseconds since 1970.
    pub at: Timestamp,
    /// How it came about.
    pub origin: Origin,
    /// Who published it.
    pub by: String,
    /// Why.
    pub note: String,
    /// SHA-256 of each text, by path.
    pub files: BTreeMap<String, String>,
}

impl Revision {
    /// SHA-256 over its paths and the hashes of their texts, in hex.
    #[must_use]
    pub fn hash(&self) -> String {
        hash(&self.files.iter().map(|(path, text)| format!("{path}\n{text}\n")).collect::<String>())
    }
}

/// One file that differs between two revisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "FileChange")]
pub struct Change {
    /// The path.
    pub path: String,
    /// `added`, `removed` or `changed`.
    #[schemars(extend("enum" = ["added", "removed", "changed"]))]
    pub change: &'static str,
    /// The text before.
    pub before: Option<Arc<str>>,
    /// The text after.
    pub after: Option<Arc<str>>,
}

/// Why something was not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// Another revision came first.
    #[error("revision {0} was published in the meantime")]
    Moved(u64),
    /// There is no such revision.
    #[error("there is no revision {0}")]
    Missing(u64),
    /// What is kept cannot be read.
    #[error("revision {0} cannot be read")]
    Unreadable(u64),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] state::Error),
}

/// The history of what was published.
#[derive(Clone)]
pub struct Revisions {
    pub(super) documents: Arc<dyn Documents + Send + Sync>,
}

/// Zero-padded, so that keys sort as numbers do.
fn key(number: u64) -> String {
    format!("{number:012}")
}

/// SHA-256 of a text, in hex.
pub(super) fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        write!(hex, "{byte:02x}").ok();
        hex
    })
}

impl Revisions {
    /// The history kept in `documents`.
    #[must_use]
    pub fn new(documents: Arc<dyn Documents + Send + Sync>) -> Self {
        Self { documents }
    }

    /// Publishes `texts` as the revision after `base` (0 = the first).
    ///
    /// # Errors
    /// `Moved` when `base` is not the newest any more; nothing has changed then.
    pub async fn publish(
        &self,
        base: u64,
        texts: &Texts,
        origin: Origin,
        by: &str,
        note: &str,
        at: Timestamp,
    ) -> Result<Revision, PublishError> {
        // Side by side, so that the store commits many of them at once.
        let files = self.keep_all(texts).await?;
        let revision =
            Revision { number: base + 1, at, origin, by: by.to_owned(), note: note.to_owned(), files };
        let body = serde_json::to_vec(&revision).map_err(|_| PublishError::Unreadable(revision.number))?;
        let key = key(revision.number);
        match self.documents.put(REVISIONS, &key, body.into(), Expected::Nothing).await {
            Ok(_) => {
                let number = Bytes::from(revision.number.to_string());
                self.documents.put(NEWEST, NEWEST, number, Expected::Anything).await?;
                Ok(revision)
            }
            Err(state::Error::Conflict(_)) => Err(PublishError::Moved(revision.number)),
            Err(fault) => Err(fault.into()),
        }
    }

    /// Keeps texts; gives the hash of each by its path. The futures are boxed, since a stream of borrowing
    /// ones is not `Send` for every lifetime.
    async fn keep_all(&self, texts: &Texts) -> Result<BTreeMap<String, String>, PublishError> {
        let kept: Vec<BoxFuture<'_, _>> =
            texts.iter().map(|(path, text)| self.keep(path, text).boxed()).collect();
        stream::iter(kept).buffer_unordered(64).try_collect().await
    }

    /// Keeps a text, unless it is there; gives its path and hash.
    async fn keep(&self, path: &str, text: &str) -> Result<(String, String), PublishError> {
        let hash = hash(text);
        if self.documents.get(TEXTS, &hash).await?.is_none() {
            let body = Bytes::copy_from_slice(text.as_bytes());
            self.documents.put(TEXTS, &hash, body, Expected::Anything).await?;
        }
        Ok((path.to_owned(), hash))
    }

    /// The newest revision; none when nothing was published.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn newest(&self) -> Result<Option<Revision>, PublishError> {
        let kept = self.documents.get(NEWEST, NEWEST).await?;
        let text = kept.as_ref().and_then(|kept| std::str::from_utf8(&kept.body).ok());
        let mut number: u64 = text.and_then(|text| text.parse().ok()).unwrap_or(0);
        // What is noted may lag behind after a crash, never run ahead.
        while self.documents.get(REVISIONS, &key(number + 1)).await?.is_some() {
            number += 1;
        }
        if number == 0 { Ok(None) } else { self.get(number).await.map(Some) }
    }

    /// The directory's texts as they were imported last; empty when nothing was.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn imported(&self) -> Result<Texts, PublishError> {
        let Some(kept) = self.documents.get(IMPORTED, IMPORTED).await? else { return Ok(Texts::new()) };
        let files = serde_json::from_slice(&kept.body).map_err(|_| PublishError::Unreadable(0))?;
        self.texts_of(0, &files).await
    }

    /// Notes the directory's texts as imported.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn note_import(&self, texts: &Texts) -> Result<(), PublishError> {
        let files = self.keep_all(texts).await?;
        let body = serde_json::to_vec(&files).map_err(|_| PublishError::Unreadable(0))?;
        self.documents.put(IMPORTED, IMPORTED, body.into(), Expected::Anything).await?;
        Ok(())
    }

    /// One revision.
    ///
    /// # Errors
    /// `Missing` when there is none of that number.
    pub async fn get(&self, number: u64) -> Result<Revision, PublishError> {
        let kept = self.documents.get(REVISIONS, &key(number)).await?.ok_or(PublishError::Missing(number))?;
        serde_json::from_slice(&kept.body).map_err(|_| PublishError::Unreadable(number))
    }

    /// All revisions, oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn all(&self) -> Result<Vec<Revision>, PublishError> {
        let mut all = Vec::new();
        loop {
            let after = all.last().map(|last: &Revision| key(last.number));
            let part = self.documents.documents(REVISIONS, after.as_deref(), 200).await?;
            if part.is_empty() {
                return Ok(all);
            }
            for kept in part {
                let number = kept.key.parse().unwrap_or(0);
                all.push(serde_json::from_slice(&kept.body).map_err(|_| PublishError::Unreadable(number))?);
            }
        }
    }

    /// The texts of a revision.
    ///
    /// # Errors
    /// `Unreadable` when one of them is gone.
    pub async fn texts(&self, revision: &Revision) -> Result<Texts, PublishError> {
        self.texts_of(revision.number, &revision.files).await
    }

    async fn texts_of(&self, number: u64, files: &BTreeMap<String, String>) -> Result<Texts, PublishError> {
        let mut texts = Texts::new();
        for (path, hash) in files {
            let unreadable = || PublishError::Unreadable(number);
            let kept = self.documents.get(TEXTS, hash).await?.ok_or_else(unreadable)?;
            let text = std::str::from_utf8(&kept.body).map_err(|_| unreadable())?;
            texts.insert(path.clone(), text.into());
        }
        Ok(texts)
    }

    /// What differs from revision `from` to revision `to`, by path.
    ///
    /// # Errors
    /// `Missing` when one of them does not exist.
    pub async fn diff(&self, from: u64, to: u64) -> Result<Vec<Change>, PublishError> {
        let (from, to) = (self.get(from).await?, self.get(to).await?);
        let (before, after) = (self.texts(&from).await?, self.texts(&to).await?);
        Ok(changes(&before, &after))
    }
}

/// What differs between two sets of texts, by path.
pub(super) fn changes(before: &Texts, after: &Texts) -> Vec<Change> {
    let paths: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    paths
        .into_iter()
        .filter_map(|path| {
            let (old, new) = (before.get(path), after.get(path));
            let change = match (old, new) {
                (None, _) => "added",
                (_, None) => "removed",
                (Some(old), Some(new)) if old == new => return None,
                _ => "changed",
            };
            Some(Change { path: path.clone(), change, before: old.cloned(), after: new.cloned() })
        })
        .collect()
}
