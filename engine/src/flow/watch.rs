//! Stage 1 of 8: watch. Hands a whole new set of texts over whenever files change. Says nothing about what
//! is in them, and never hands over the same set twice.
//!
//! Directories are watched, not files: editors write a new file and rename it. Events only wake; what has
//! changed is found by reading everything again, so that a lost event or an overflow costs nothing.

use std::{
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, RecvTimeoutError, TrySendError, sync_channel},
    thread,
    time::Duration,
};

use notify::{Config, RecommendedWatcher, RecursiveMode, Watcher};

use super::{
    diagnostic::Diagnostic,
    load::{Source, is_document, load},
};

/// Files are read once nothing has happened for so long: a save is several events.
const QUIET: Duration = Duration::from_millis(150);
/// Under unending change they are read all the same, after so many events in a row.
const PATIENCE: usize = 20;

/// Why nothing is watched.
#[derive(Debug, thiserror::Error)]
#[error("`{path}` cannot be watched: {cause}")]
pub struct WatchError {
    path: String,
    cause: notify::Error,
}

/// Watches until it is dropped.
pub struct Watch {
    _watcher: RecommendedWatcher,
}

/// Watches `paths` and hands each new set to `hand_over`, on a thread of its own. The set at the start is
/// not handed over: it was read by whoever asks for the next ones.
///
/// # Errors
/// When a path cannot be watched.
pub fn watch(
    paths: Vec<PathBuf>,
    hand_over: impl FnMut(Vec<Source>, Vec<Diagnostic>) + Send + 'static,
) -> Result<Watch, WatchError> {
    // One place is enough: a wake that finds it taken is told by the one before it.
    let (wake, woken) = sync_channel(1);
    let failed = |path: &Path| {
        let path = path.to_string_lossy().into_owned();
        move |cause| WatchError { path, cause }
    };
    let tell = move |event: notify::Result<notify::Event>| {
        let concerns = match &event {
            Ok(event) => {
                event.need_rescan()
                    || !event.kind.is_access()
                        && event.paths.iter().any(|path| is_document(path) || path.extension().is_none())
            }
            Err(_) => true,
        };
        if concerns && let Err(TrySendError::Disconnected(())) = wake.try_send(()) {
            // The reader is gone and so is the watch; there is nobody to tell.
        }
    };
    let settings = Config::default().with_follow_symlinks(false);
    let mut watcher = RecommendedWatcher::new(tell, settings).map_err(failed(Path::new(".")))?;
    for path in &paths {
        let (directory, mode) = if path.is_dir() {
            (path.as_path(), RecursiveMode::Recursive)
        } else {
            (
                path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")),
                RecursiveMode::NonRecursive,
            )
        };
        watcher.watch(directory, mode).map_err(failed(path))?;
    }
    let before = load(&paths).0;
    thread::spawn(move || read(&paths, before, &woken, hand_over));
    Ok(Watch { _watcher: watcher })
}

/// Reads the set each time it is woken and all is quiet, until the watch is dropped.
fn read(
    paths: &[PathBuf],
    mut before: Vec<Source>,
    woken: &Receiver<()>,
    mut hand_over: impl FnMut(Vec<Source>, Vec<Diagnostic>),
) {
    while woken.recv().is_ok() {
        for _ in 0..PATIENCE {
            match woken.recv_timeout(QUIET) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        let (sources, faults) = load(paths);
        if sources != before {
            before.clone_from(&sources);
            hand_over(sources, faults);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, sync::mpsc::channel, time::Duration};

    use super::watch;

    /// Long enough for a busy machine; a set that comes is not waited for.
    const LONG: Duration = Duration::from_secs(8);

    #[test]
    fn a_change_hands_the_whole_set_over_however_it_is_written() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a.yaml"), "a: 1").unwrap();
        let (give, sets) = channel();
        let watched = watch(vec![root.path().to_path_buf()], move |sources, _| {
            give.send(sources.iter().map(|source| source.text.to_string()).collect::<Vec<_>>()).unwrap();
        })
        .unwrap();
        fs::write(root.path().join("b.yaml"), "b: 1").unwrap();
        assert_eq!(sets.recv_timeout(LONG).unwrap(), ["a: 1", "b: 1"]);
        fs::write(root.path().join("new"), "a: 2").unwrap();
        fs::rename(root.path().join("new"), root.path().join("a.yaml")).unwrap();
        assert_eq!(sets.recv_timeout(LONG).unwrap(), ["a: 2", "b: 1"]);
        fs::create_dir(root.path().join("inner")).unwrap();
        fs::write(root.path().join("inner/c.yaml"), "c: 1").unwrap();
        fs::remove_file(root.path().join("b.yaml")).unwrap();
        let last = loop {
            let set = sets.recv_timeout(LONG).unwrap();
            if set.len() == 2 && set[1] == "c: 1" {
                break set;
            }
        };
        assert_eq!(last, ["a: 2", "c: 1"]);
        drop(watched);
        assert!(sets.recv_timeout(LONG).is_err(), "the thread has ended");
    }
}
