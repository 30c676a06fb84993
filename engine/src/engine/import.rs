//! The directories beside what was published since: read, merged, and published as a revision.

use std::{path::Path, sync::Arc};

use super::{About, OpenError, Rejected, Served, served};
use crate::{
    Engine,
    flow::load::{Source, load},
    publish::{Conflict, Merge, Origin, Texts, merge},
};

/// What reading the directories came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Imported {
    /// Nothing new; what was published serves.
    Unchanged,
    /// What the directories hold serves, as this revision.
    Revision(u64),
    /// The directories and a publish changed the same files: what was published serves on.
    Conflicts(Vec<Conflict>),
}

/// What is to serve, and why.
pub(crate) struct Merged {
    pub(crate) texts: Texts,
    pub(crate) about: About,
    pub(crate) imported: Imported,
    /// It serves already.
    pub(crate) is_serving: bool,
    /// The directories as they are, to be noted as imported.
    disk: Option<Texts>,
}

impl Engine {
    /// Stage 1, and the merge with what was published.
    pub(crate) async fn load(&self) -> Result<Merged, OpenError> {
        let disk = self.read().await?;
        let newest = self.0.revisions.newest().await?;
        let Some(newest) = newest else {
            let imported = if disk.is_some() { Imported::Revision(1) } else { Imported::Unchanged };
            let (texts, about) = (disk.clone().unwrap_or_default(), self.next(0));
            return Ok(Merged { texts, about, imported, is_serving: disk.is_none(), disk });
        };
        let current = self.0.revisions.texts(&newest).await?;
        let outcome = match &disk {
            Some(disk) => merge(&self.0.revisions.imported().await?, disk, &current),
            None => Merge::Unchanged,
        };
        let (imported, conflicts) = match outcome {
            Merge::Texts(texts) => {
                let about = self.next(newest.number);
                let imported = Imported::Revision(about.number);
                return Ok(Merged { texts, about, imported, is_serving: false, disk });
            }
            Merge::Unchanged => (Imported::Unchanged, Vec::new()),
            Merge::Conflicts(conflicts) => {
                let files: Vec<&str> = conflicts.iter().map(|conflict| conflict.path.as_str()).collect();
                tracing::warn!(
                    ?files,
                    "changed in the directory and by a publish: what was published serves"
                );
                (Imported::Conflicts(conflicts.clone()), conflicts)
            }
        };
        self.0.conflicts.store(Arc::new(conflicts));
        let is_serving = self.served().about.number == newest.number;
        if is_serving {
            self.0.rejected.store(None);
        }
        let about = About { number: newest.number, at: newest.at, by: newest.by, note: newest.note };
        Ok(Merged { texts: current, about, imported, is_serving, disk: None })
    }

    fn next(&self, newest: u64) -> About {
        let at = self.0.world.clock.now();
        About { number: newest + 1, at, by: "import".to_owned(), note: "from the directory".to_owned() }
    }

    /// Publishes what the directories brought, and serves it.
    pub(crate) async fn swap(&self, served: Served, merged: Merged) -> Result<Imported, OpenError> {
        let noted = self.0.revisions.note_channels(merged.about.number, served.channels()).await;
        if let Some(disk) = &merged.disk {
            noted?;
            let About { number, at, by, note } = &merged.about;
            let revisions = &self.0.revisions;
            revisions.publish(number - 1, &merged.texts, Origin::Import, by, note, *at).await?;
            revisions.note_import(disk).await?;
            self.0.conflicts.store(Arc::default());
        } else if let Err(error) = noted {
            // It has served before: what is new about its channels is only that nobody noted them then.
            tracing::warn!(%error, "noting the channels of callbacks");
        }
        self.serve_now(served);
        Ok(merged.imported)
    }

    /// The directories' texts by the path below them; `None` when there are no directories.
    async fn read(&self) -> Result<Option<Texts>, OpenError> {
        let roots = self.0.settings.flows.clone();
        if roots.is_empty() {
            return Ok(None);
        }
        let read = tokio::task::spawn_blocking(move || {
            let (mut sources, faults) = load(&roots);
            for source in &mut sources {
                source.path = below(&roots, &source.path).into();
            }
            (sources, faults)
        });
        let (sources, diagnostics) = read.await.unwrap_or_default();
        if diagnostics.is_empty() {
            return Ok(Some(served::texts(&sources)));
        }
        let sources: Arc<[Source]> = sources.into();
        Err(self.refuse(Rejected { at: self.0.world.clock.now(), diagnostics, sources }))
    }
}

/// A path as it is known from then on: below its directory, and with the directory's name when there are
/// several.
fn below(roots: &[impl AsRef<Path>], path: &str) -> String {
    let path = Path::new(path);
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    let known = roots.iter().map(AsRef::as_ref).find_map(|root| {
        let rest = path.strip_prefix(root).ok()?.to_string_lossy().into_owned();
        Some(match (rest.is_empty(), roots.len()) {
            (true, _) => name(path)?,
            (false, 1) => rest,
            (false, _) => format!("{}/{rest}", name(root)?),
        })
    });
    known.unwrap_or_else(|| path.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::below;

    #[test]
    fn a_text_is_known_by_its_path_below_its_directory() {
        assert_eq!(below(&["flows"], "flows/order/cancel.yaml"), "order/cancel.yaml");
        assert_eq!(below(&["a/flows", "b/more"], "b/more/x.yaml"), "more/x.yaml");
        assert_eq!(below(&["one/flow.yaml"], "one/flow.yaml"), "flow.yaml");
    }
}
