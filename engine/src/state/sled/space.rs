//! Room to finish: a reserve file that is given up when the disk runs full. Measures, decides nothing
//! about runs: the committer refuses starts while `is_full`.

use std::{
    fs::{File, OpenOptions, remove_file},
    path::{Path, PathBuf},
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

/// What the file system says.
pub(crate) fn measure(path: &Path) -> std::io::Result<u64> {
    fs2::available_space(path)
}
