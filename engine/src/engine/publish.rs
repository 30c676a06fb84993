//! Changing what serves from the designer or the API: validate, publish, roll back. Every change is a whole new
//! revision; one that does not fit together changes nothing.

use std::path::Path;

use serde::Deserialize;

use super::{About, Rejected, Served};
use crate::{
    Engine,
    publish::{Origin, PublishError, Revision, Revisions, Texts},
};

/// One file as it is to be.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "FileEdit")]
pub struct Edit {
    /// Its path.
    pub path: String,
    /// Its text; `None` takes it away.
    pub text: Option<String>,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The documents do not fit together. 422.
    #[error("{} errors in the documents", .0.errors())]
    Refused(Rejected),
    /// A path that cannot name a document. 400.
    #[error("`{0}` cannot be the path of a document: write it like `order/cancel-order.yaml`")]
    Path(String),
    /// Another revision came first, or the store refused.
    #[error(transparent)]
    Catalog(#[from] PublishError),
}

impl Engine {
    /// The history of what was published.
    #[must_use]
    pub fn revisions(&self) -> &Revisions {
        &self.0.revisions
    }

    /// What would serve with these files in place.
    ///
    /// # Errors
    /// `Path`, or `Refused` with everything that is wrong.
    pub async fn try_out(&self, edits: &[Edit]) -> Result<Served, ChangeError> {
        let served = self.served();
        let texts = edited(served.texts(), edits)?;
        self.compile(&texts, served.about.clone()).await.map_err(ChangeError::Refused)
    }

    /// Publishes files as a new revision that serves at once. `base` is the revision they were made on.
    ///
    /// # Errors
    /// `Moved` when another revision came first; `Refused`; then nothing has changed.
    pub async fn publish(
        &self,
        edits: &[Edit],
        base: Option<u64>,
        by: &str,
        note: &str,
    ) -> Result<Revision, ChangeError> {
        let _one_change_at_a_time = self.0.changing.lock().await;
        let served = self.served();
        if let Some(base) = base.filter(|base| *base != served.about.number) {
            tracing::debug!(base, serves = served.about.number, "published on an older revision");
            return Err(PublishError::Moved(served.about.number).into());
        }
        self.put(edited(served.texts(), edits)?, Origin::Publish, by, note).await
    }

    /// Publishes the texts of an earlier revision as a new one.
    ///
    /// # Errors
    /// `Missing` when there is no such revision; else as [`Engine::publish`].
    pub async fn roll_back(&self, number: u64, by: &str, note: &str) -> Result<Revision, ChangeError> {
        let _one_change_at_a_time = self.0.changing.lock().await;
        let texts = self.0.revisions.texts(&self.0.revisions.get(number).await?).await?;
        self.put(texts, Origin::Rollback, by, note).await
    }

    async fn put(&self, texts: Texts, origin: Origin, by: &str, note: &str) -> Result<Revision, ChangeError> {
        let (at, base) = (self.0.world.clock.now(), self.served().about.number);
        let about = About { number: base + 1, at, by: by.to_owned(), note: note.to_owned() };
        let before = self.served().texts();
        let served = self.compile(&texts, about).await.map_err(ChangeError::Refused)?;
        self.0.revisions.note_channels(base + 1, served.channels()).await?;
        let revision = self.0.revisions.publish(base, &texts, origin, by, note, at).await?;
        self.serve_now(served);
        self.write_back(&before, &texts).await;
        Ok(revision)
    }
}

fn edited(mut texts: Texts, edits: &[Edit]) -> Result<Texts, ChangeError> {
    for edit in edits {
        check_path(&edit.path)?;
        match &edit.text {
            Some(text) => texts.insert(edit.path.clone(), text.as_str().into()),
            None => texts.remove(&edit.path),
        };
    }
    Ok(texts)
}

/// A path stays below its root and names a document (SECURITY rule 19).
pub(crate) fn check_path(path: &str) -> Result<(), ChangeError> {
    let is_plain = |part: &str| !part.is_empty() && !part.starts_with('.');
    let is_document = Path::new(path).extension().is_some_and(|kind| kind == "yaml" || kind == "yml");
    let has_odd = path.chars().any(|c| c.is_control() || matches!(c, '\\' | ':' | '%' | '?' | '#'));
    if path.len() <= 256 && is_document && !has_odd && path.split('/').all(is_plain) {
        return Ok(());
    }
    Err(ChangeError::Path(path.chars().take(256).collect()))
}

#[cfg(test)]
mod tests {
    use super::check_path;

    #[test]
    fn a_path_stays_below_its_root() {
        for path in ["a.yaml", "order/cancel-order.yml", "订单/取消.yaml"] {
            assert!(check_path(path).is_ok(), "{path}");
        }
        for path in [
            "",
            "/a.yaml",
            "../a.yaml",
            "a/../b.yaml",
            "a//b.yaml",
            ".a.yaml",
            "a\\b.yaml",
            "c:a.yaml",
            "%2e%2e/a.yaml",
            "a.txt",
            "a.yaml\0",
        ] {
            assert!(check_path(path).is_err(), "{path:?}");
        }
    }
}
