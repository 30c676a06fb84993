//! One sled database as a table: opening without panics, batches, and a flush that reaches the disk.
//!
//! sled 0.34's own `flush` is `sync_file_range`, not `fsync`, so a sync of its file follows; values it
//! moves to files of their own are synced by name.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::Mutex,
    time::{Duration, SystemTime},
};

use ::sled::{Batch, Config, Db, IVec, Mode, Tree};

use super::super::{
    commit::files,
    contract::{Error, Result},
    table::{Changes, Pair, Pairs, Table},
};

const MARK: &[u8] = b"mark";
/// How often it is looked whether the files are free, and how long between.
const TRIES: usize = 50;
const AGAIN: Duration = Duration::from_millis(10);

/// How durable an acknowledged append is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// It survives a power loss.
    #[default]
    Power,
    /// It survives the end of the process, not that of the machine.
    Process,
}

/// A database and its file.
pub(crate) struct SledTable {
    db: Db,
    /// What the database knows of the log in front of it.
    log: Tree,
    file: File,
    blobs: PathBuf,
    synced: Mutex<(Option<SystemTime>, BTreeSet<OsString>)>,
}

impl SledTable {
    /// Opens or makes the database in `dir`. sled panics on files it cannot read; here that is an error.
    pub(crate) fn open(dir: &Path, cache_bytes: u64) -> Result<Self> {
        let config = Config::new()
            .path(dir)
            .cache_capacity(cache_bytes)
            .mode(Mode::HighThroughput)
            // Its own thread also gathers what is left of old segments, which gives room back.
            .flush_every_ms(Some(1000));
        let db = unlocked(|| {
            let opened = catch_unwind(AssertUnwindSafe(|| config.open()));
            let opened = opened.map_err(|_| unreadable("the database panicked on its own files".into()))?;
            opened.map_err(|error| of_sled(&error))
        })?;
        let log = db.open_tree("log").map_err(|error| of_sled(&error))?;
        let file = File::open(dir.join("db")).map_err(|error| files("open the database file", &error))?;
        Ok(Self { db, log, file, blobs: dir.join("blobs"), synced: Mutex::default() })
    }

    /// Writes everything that was applied to the operating system, and to the disk if told to.
    pub(crate) fn flush(&self, durability: Durability) -> Result<()> {
        self.db.flush().map_err(|error| of_sled(&error))?;
        fail::fail_point!("sled::flushed", |_| Err(Error::Full));
        if durability == Durability::Power {
            self.file.sync_data().map_err(|error| files("sync the database file", &error))?;
            self.sync_blobs().map_err(|error| files("sync large values", &error))?;
        }
        fail::fail_point!("sled::synced");
        Ok(())
    }

    /// Syncs the files of large values that have come since the last time.
    fn sync_blobs(&self) -> std::io::Result<()> {
        let mut synced = self.synced.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let changed = std::fs::metadata(&self.blobs)?.modified()?;
        if synced.0 == Some(changed) {
            return Ok(());
        }
        let mut names = BTreeSet::new();
        for entry in std::fs::read_dir(&self.blobs)? {
            let entry = entry?;
            let name = entry.file_name();
            if !synced.1.contains(&name) {
                match File::open(entry.path()) {
                    Ok(file) => file.sync_data()?,
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                    Err(error) => return Err(error),
                }
            }
            names.insert(name);
        }
        File::open(&self.blobs)?.sync_all()?;
        *synced = (Some(changed), names);
        Ok(())
    }

    /// A range that keeps the database by itself, so that a period may end under a reader.
    pub(crate) fn owned_range<'a>(&self, from: &[u8], to: &[u8]) -> Pairs<'a> {
        if from >= to {
            return Box::new(std::iter::empty());
        }
        let pairs = self.db.range::<&[u8], _>(from..to);
        Box::new(pairs.map(|pair| pair.map(own).map_err(|error| of_sled(&error))))
    }

    /// The last change of the log that is in the database, for good.
    pub(super) fn mark(&self) -> Result<u64> {
        let found = self.log.get(MARK).map_err(|error| of_sled(&error))?;
        let number = found.and_then(|value| value.as_ref().try_into().ok()).map(u64::from_be_bytes);
        Ok(number.unwrap_or(0))
    }

    /// Notes that everything up to this change is in the database, which it is since the flush before.
    pub(super) fn set_mark(&self, mark: u64) -> Result<()> {
        self.log.insert(MARK, &mark.to_be_bytes()).map(drop).map_err(|error| of_sled(&error))
    }

    /// Bytes on disk.
    pub(crate) fn size(&self) -> Result<u64> {
        self.db.size_on_disk().map_err(|error| of_sled(&error))
    }
}

impl Table for SledTable {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let found = self.db.get(key).map_err(|error| of_sled(&error))?;
        Ok(found.map(|value| value.to_vec()))
    }

    fn range(&self, from: &[u8], to: &[u8]) -> Pairs<'_> {
        self.owned_range(from, to)
    }

    fn apply(&self, changes: Changes) -> Result<()> {
        fail::fail_point!("sled::apply");
        let done = if changes.len() == 1 {
            // One key is atomic by itself and saves the batch's own log entries.
            changes.into_iter().try_for_each(|(key, value)| match value {
                Some(value) => self.db.insert(key, value).map(drop),
                None => self.db.remove(key).map(drop),
            })
        } else {
            let mut batch = Batch::default();
            for (key, value) in changes {
                match value {
                    Some(value) => batch.insert(key, value),
                    None => batch.remove(key),
                }
            }
            self.db.apply_batch(batch)
        };
        done.map_err(|error| of_sled(&error))
    }
}

/// Opens once the files are nobody's: those who closed them let go of them a little later.
fn unlocked<T>(open: impl Fn() -> Result<T>) -> Result<T> {
    for _ in 0..TRIES {
        match open() {
            Err(Error::Files { reason, .. }) if reason.contains("could not acquire lock") => {
                std::thread::park_timeout(AGAIN);
            }
            opened => return opened,
        }
    }
    open()
}

fn own((key, value): (IVec, IVec)) -> Pair {
    (key.to_vec(), value.to_vec())
}

/// What sled says, in our words.
pub(crate) fn of_sled(error: &::sled::Error) -> Error {
    match error {
        ::sled::Error::Io(error) => files("use the database", error),
        ::sled::Error::Corruption { .. } => unreadable("its checksums do not fit".into()),
        other => unreadable(other.to_string()),
    }
}

fn unreadable(reason: String) -> Error {
    Error::Files {
        action: "read the database (put the last export into an empty directory with `bactrian import`)",
        reason: reason.into(),
    }
}
