//! Room to finish: a reserve file that is given up when the disk runs full. Measures, decides nothing
//! about runs: the committer refuses starts while `is_full`.

use std::{
    fs::{File, OpenOptions, remove_file},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use fs2::FileExt;

use super::super::{commit::files, contract::Result};

/// Tells how many bytes are free for a path.
pub type Available = fn(&Path) -> std::io::Result<u64>;

/// The reserve beside the databases.
pub(crate) struct Space {
    dir: PathBuf,
    reserve: PathBuf,
    bytes: u64,
    available: Available,
    is_held: bool,
}

impl Space {
    /// Takes `bytes` aside in `dir`, if there is room for that.
    pub(crate) fn open(dir: &Path, bytes: u64, available: Available) -> Result<Self> {
        let reserve = dir.join("reserve");
        let mut space = Self { dir: dir.to_owned(), reserve, bytes, available, is_held: false };
        if bytes > 0 && space.free() > bytes {
            space.hold().map_err(|error| files("set the reserve aside", &error))?;
        }
        Ok(space)
    }

    fn free(&self) -> u64 {
        (self.available)(&self.dir).unwrap_or(u64::MAX)
    }

    fn hold(&mut self) -> std::io::Result<()> {
        let file: File = OpenOptions::new().create(true).truncate(false).write(true).open(&self.reserve)?;
        file.allocate(self.bytes)?;
        self.is_held = true;
        Ok(())
    }

    /// Whether starts are to be refused. Gives the reserve up when little is free, and takes it back
    /// once there is room again.
    pub(crate) fn is_full(&mut self) -> bool {
        if self.bytes == 0 {
            return false;
        }
        let free = self.free();
        if self.is_held && free < self.bytes / 2 {
            self.is_held = remove_file(&self.reserve).is_err();
            tracing::warn!(free, "the disk is nearly full: starts are refused, live runs finish");
            return true;
        }
        if !self.is_held && free > self.bytes * 3 {
            return self.hold().is_err();
        }
        !self.is_held
    }
}

/// Keeps sled from ever meeting a disk without space: it would refuse everything from then on, also once there is
/// space again. Whoever is about to write waits instead.
pub(crate) struct Room {
    dir: PathBuf,
    /// Below this nothing is written.
    least: u64,
    available: Available,
    is_closing: AtomicBool,
}

impl Room {
    /// Room in `dir`: an eighth of the reserve is never used.
    pub(crate) fn new(dir: &Path, reserve: u64, available: Available) -> Self {
        let is_closing = AtomicBool::new(false);
        Self { dir: dir.to_owned(), least: reserve / 8, available, is_closing }
    }

    /// Whether nothing may be written now.
    pub(crate) fn is_used_up(&self) -> bool {
        self.least > 0 && (self.available)(&self.dir).unwrap_or(u64::MAX) < self.least
    }

    /// Answers once there is room, or nobody needs it any more. Blocks: for the committer's thread alone.
    pub(crate) fn wait(&self) {
        let mut is_told = false;
        while self.is_used_up() && !self.is_closing.load(Ordering::Relaxed) {
            if !is_told {
                tracing::error!("the disk is full: nothing is written until there is room again");
                is_told = true;
            }
            std::thread::park_timeout(AGAIN);
        }
        if is_told {
            tracing::warn!("writing goes on");
        }
    }

    /// Nobody waits any more.
    pub(crate) fn close(&self) {
        self.is_closing.store(true, Ordering::Relaxed);
    }
}

/// Between two looks at the disk.
const AGAIN: Duration = Duration::from_millis(50);

/// What the file system says.
pub(crate) fn measure(path: &Path) -> std::io::Result<u64> {
    fs2::available_space(path)
}
