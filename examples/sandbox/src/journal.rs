//! An append-only file of JSON lines, synced before a write is answered, so that what a caller was told survives.
//! It knows nothing of what the lines mean.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;

use serde_json::Value;

/// What can go wrong with the file.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another sandbox has the same directory open.
    #[error("the data directory is in use by another sandbox; give each its own `--data`")]
    InUse,
    /// A line in the middle does not parse: the file was edited or the disk is bad.
    #[error("line {line} of the journal is no JSON; remove the data directory to start afresh")]
    Damaged {
        /// Counted from 1.
        line: usize,
    },
    /// The operating system refused.
    #[error("the journal cannot be read or written")]
    Io(#[from] std::io::Error),
}

/// The open file.
pub(crate) struct Journal {
    file: File,
}

impl Journal {
    /// Opens `directory/journal.jsonl` and returns it with every whole line; a torn last line was never answered, so
    /// it is cut off.
    pub(crate) fn open(directory: &Path) -> Result<(Self, Vec<Value>), JournalError> {
        std::fs::create_dir_all(directory)?;
        let path = directory.join("journal.jsonl");
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::InUse),
            Err(TryLockError::Error(cause)) => return Err(cause.into()),
        }
        let mut lines = Vec::new();
        let mut whole: u64 = 0;
        let mut reader = BufReader::new(&file);
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line)?;
            if read == 0 || line.last() != Some(&b'\n') {
                break;
            }
            let Ok(value) = serde_json::from_slice(&line) else {
                return Err(JournalError::Damaged { line: lines.len() + 1 });
            };
            lines.push(value);
            whole = whole.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        }
        file.set_len(whole)?;
        file.seek(SeekFrom::End(0))?;
        Ok((Self { file }, lines))
    }

    /// Appends one line; returns once it is on disk.
    pub(crate) fn append(&mut self, line: &Value) -> Result<(), JournalError> {
        let mut bytes = line.to_string().into_bytes();
        bytes.push(b'\n');
        self.file.write_all(&bytes)?;
        self.file.sync_data()?;
        Ok(())
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) -> Result<(), JournalError> {
        self.file.set_len(0)?;
        self.file.sync_data()?;
        Ok(())
    }
}
