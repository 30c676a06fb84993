//! Drafts: texts not yet published, one per path, never lost to a second writer.

use std::sync::Arc;

use sdk::Timestamp;
use serde::{Deserialize, Serialize};

use crate::state::{self, Documents, Expected};

const SECTION: &str = "draft";

/// A draft of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    /// The file's path.
    pub path: String,
    /// Its text.
    pub text: String,
    /// The revision it was begun on.
    pub base_revision: u64,
    /// When it was written, in milliseconds since 1970.
    pub updated_at: Timestamp,
    /// By whom.
    pub by: String,
}

/// Why a draft was not written.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// Somebody else wrote it; this is its version now.
    #[error("the draft is at version {0} now")]
    Conflict(u64),
    /// What is kept cannot be read.
    #[error("the draft cannot be read")]
    Unreadable,
    /// The store refused.
    #[error(transparent)]
    Store(state::Error),
}

impl From<state::Error> for DraftError {
    fn from(fault: state::Error) -> Self {
        match fault {
            state::Error::Conflict(version) => Self::Conflict(version),
            other => Self::Store(other),
        }
    }
}

impl Draft {
    /// The draft of `path` with its version.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn get(
        documents: &Arc<dyn Documents + Send + Sync>,
        path: &str,
    ) -> Result<Option<(Self, u64)>, DraftError> {
        let Some(kept) = documents.get(SECTION, path).await? else { return Ok(None) };
        let draft = serde_json::from_slice(&kept.body).map_err(|_| DraftError::Unreadable)?;
        Ok(Some((draft, kept.version)))
    }

    /// Writes the draft over version `expected` (`None` = there must be none) and gives its new version.
    ///
    /// # Errors
    /// `Conflict` when another version is there.
    pub async fn put(
        &self,
        documents: &Arc<dyn Documents + Send + Sync>,
        expected: Option<u64>,
    ) -> Result<u64, DraftError> {
        let body = serde_json::to_vec(self).map_err(|_| DraftError::Unreadable)?;
        let expected = expected.map_or(Expected::Nothing, Expected::Version);
        Ok(documents.put(SECTION, &self.path, body.into(), expected).await?)
    }

    /// Throws the draft of `path` away.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn remove(documents: &Arc<dyn Documents + Send + Sync>, path: &str) -> Result<(), DraftError> {
        Ok(documents.remove(SECTION, path).await?)
    }

    /// All drafts with their versions, by path.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn all(documents: &Arc<dyn Documents + Send + Sync>) -> Result<Vec<(Self, u64)>, DraftError> {
        let kept = documents.documents(SECTION, None, 1_000).await?;
        kept.into_iter()
            .map(|kept| {
                Ok((serde_json::from_slice(&kept.body).map_err(|_| DraftError::Unreadable)?, kept.version))
            })
            .collect()
    }
}
