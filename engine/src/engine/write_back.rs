//! Publishing also writes the directory, when that is wanted: what changed, and nothing else. A file that cannot
//! be written is told in the log; the revision serves all the same.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{Engine, publish::Texts};

/// One file as it is to be; `None` takes it away.
type Change = (PathBuf, Option<std::sync::Arc<str>>);

impl Engine {
    /// Writes what differs from `before` to `after`, and notes it as imported, so that the next look at the
    /// directory finds nothing new in it.
    pub(super) async fn write_back(&self, before: &Texts, after: &Texts) {
        let roots = &self.0.settings.flows;
        if !self.0.settings.writes_back || roots.is_empty() {
            return;
        }
        let changed = |path: &&String| before.get(*path) != after.get(*path);
        let mut paths: Vec<&String> = before.keys().chain(after.keys()).filter(changed).collect();
        paths.sort_unstable();
        paths.dedup();
        let mut changes: Vec<Change> = Vec::new();
        for path in &paths {
            match place(roots, path) {
                Some(place) => changes.push((place, after.get(*path).cloned())),
                None => tracing::warn!(%path, "lies in none of the directories and is not written"),
            }
        }
        let written = tokio::task::spawn_blocking(move || changes.iter().try_for_each(write)).await;
        match written {
            Ok(Ok(())) => self.note(&paths, after).await,
            Ok(Err(fault)) => tracing::error!(%fault, "writing what was published to the directory"),
            Err(fault) => tracing::error!(%fault, "writing what was published to the directory"),
        }
    }

    async fn note(&self, paths: &[&String], after: &Texts) {
        let revisions = &self.0.revisions;
        let noted = async {
            let mut imported = revisions.imported().await?;
            for path in paths {
                match after.get(*path) {
                    Some(text) => imported.insert((*path).clone(), text.clone()),
                    None => imported.remove(*path),
                };
            }
            revisions.note_import(&imported).await
        };
        if let Err(fault) = noted.await {
            tracing::error!(%fault, "noting what was written to the directory");
        }
    }
}

/// Where a text lies: the reverse of how it got its path when it was read.
fn place(roots: &[PathBuf], path: &str) -> Option<PathBuf> {
    if let [root] = roots {
        return if root.is_file() {
            (root.file_name()? == path).then(|| root.clone())
        } else {
            Some(root.join(path))
        };
    }
    let named = |root: &&PathBuf, name: &str| root.file_name().is_some_and(|file| file == name);
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    let root = roots.iter().find(|root| named(root, first))?;
    Some(if rest.is_empty() { root.clone() } else { root.join(rest) })
}

/// Beside first, then in place, so that nobody reads half a file.
fn write((path, text): &Change) -> io::Result<()> {
    let Some(text) = text else {
        return match fs::remove_file(path) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
            _ => Ok(()),
        };
    };
    fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Hidden, so that a watch does not take it for a document.
    let beside = path.with_file_name(format!(".{name}.new"));
    fs::write(&beside, text.as_bytes())?;
    fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use sdk::Registry;

    use super::place;
    use crate::{Edit, Engine, Imported, Settings};

    #[test]
    fn a_path_leads_back_to_where_it_was_read() {
        let check = |roots: &[&str], path: &str, expected: Option<&str>| {
            let roots: Vec<PathBuf> = roots.iter().map(PathBuf::from).collect();
            assert_eq!(place(&roots, path), expected.map(PathBuf::from), "{path}");
        };
        check(&["flows"], "order/a.yaml", Some("flows/order/a.yaml"));
        check(&["a/flows", "b/more"], "more/x.yaml", Some("b/more/x.yaml"));
        check(&["a/flows", "b/more"], "other/x.yaml", None);
    }

    fn flow(name: &str) -> String {
        format!(
            "apiVersion: bactrian/v1\nkind: Flow\nmetadata: {{name: {name}, version: 1, title: T}}\nnodes:\n  a: {{fail: {{code: STOP}}}}\n"
        )
    }

    #[tokio::test]
    async fn a_publish_is_written_and_the_directory_is_not_taken_for_a_change() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("flows");
        std::fs::create_dir(&root).unwrap();
        std::fs::write(root.join("a.yaml"), flow("a")).unwrap();
        let settings =
            Settings { flows: vec![root.clone()], writes_back: true, ..Settings::new(Registry::default()) };
        let engine = Engine::open(settings).await.unwrap();
        let edit = |path: &str, text: Option<String>| Edit { path: path.to_owned(), text };
        let edits = [edit("order/b.yaml", Some(flow("b"))), edit("a.yaml", None)];
        engine.publish(&edits, None, "me", "").await.unwrap();
        assert_eq!(std::fs::read_to_string(root.join("order/b.yaml")).unwrap(), flow("b"));
        assert!(!root.join("a.yaml").exists());
        assert_eq!(engine.reload().await.unwrap(), Imported::Unchanged);
        // A later edit in the directory is an edit, no conflict.
        std::fs::write(root.join("order/b.yaml"), flow("c")).unwrap();
        assert_eq!(engine.reload().await.unwrap(), Imported::Revision(3));
    }
}
