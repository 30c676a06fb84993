//! The redo log: changes in the order they were made, in files that are written over again and again. What it has
//! synced survives; what sled has of it is skipped, by number. Knows no keys and no memory.
//!
//! A record: length of the body and its checksum (CRC-32, with the number), 4 bytes each; its number, 8 bytes, all
//! little-endian; then the body. Numbers rise by one, through all files. A file is named by the number of its first
//! record and ends where no record with the next number follows: zeros, a torn record, or one of its earlier use.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use super::{
    super::{
        commit::files,
        contract::{Error, Result},
        encode::{Reader, Undecodable, Writer},
        table::Changes,
    },
    table::Durability,
};

const HEADING: usize = 16;
/// A file grows by so much at once, so that most writes find their place made.
const STEP: u64 = 1 << 20;
const PAGE: usize = 4096;
const PREFIX: &str = "redo-";

/// Adds a record to what is to be written.
pub(super) fn record(out: &mut Vec<u8>, number: u64, changes: &Changes) {
    let size = changes.iter().map(|(key, value)| key.len() + value.as_ref().map_or(0, Vec::len) + 8);
    let mut body = Writer::with_capacity(size.sum());
    for (key, value) in changes {
        body.bytes(key);
        body.maybe(value.as_ref(), |body, value| body.bytes(value));
    }
    let body = body.finish();
    out.extend_from_slice(&u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(&checksum(number, &body).to_le_bytes());
    out.extend_from_slice(&number.to_le_bytes());
    out.extend_from_slice(&body);
}

fn checksum(number: u64, body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&number.to_le_bytes());
    hasher.update(body);
    hasher.finalize()
}

/// The files of a log that is written to.
pub(super) struct Log {
    dir: PathBuf,
    durability: Durability,
    file: File,
    path: PathBuf,
    /// Where the next record goes.
    at: u64,
    /// Up to where the file is made.
    made: u64,
    /// What could not be written yet, and goes first.
    backlog: Vec<u8>,
    /// The number of the last record that is written.
    last: u64,
    /// Records up to this number are needed no more.
    mark: u64,
    /// Files that are complete, with their last number.
    complete: Vec<(u64, PathBuf)>,
    /// Files of an earlier process. They are not written over: what follows their end may look like a record.
    inherited: Vec<(u64, PathBuf)>,
}

impl Log {
    /// Goes on after what was found, in a fresh file.
    pub(super) fn begin(dir: &Path, durability: Durability, found: Found) -> Result<Self> {
        let Found { last, files: mut inherited } = found;
        let path = named(dir, last + 1);
        inherited.retain(|(_, found)| *found != path);
        let file = make(dir, &path).and_then(|file| file.set_len(0).map(|()| file));
        Ok(Self {
            dir: dir.to_owned(),
            durability,
            file: file.map_err(|error| files("begin the log", &error))?,
            path,
            at: 0,
            made: 0,
            backlog: Vec::new(),
            last,
            mark: 0,
            complete: Vec::new(),
            inherited,
        })
    }

    /// Writes records, the last of them with the number `last`, as durably as it was told to. After an error they are
    /// written again before the next ones.
    pub(super) fn write(&mut self, records: &mut Vec<u8>, last: u64) -> Result<()> {
        if self.backlog.is_empty() {
            std::mem::swap(&mut self.backlog, records);
        } else {
            self.backlog.append(records);
        }
        if self.backlog.is_empty() {
            return Ok(());
        }
        self.put().map_err(|error| files("write the log", &error))?;
        fail::fail_point!("log::written", |_| Err(Error::Full));
        if self.durability == Durability::Power {
            self.file.sync_data().map_err(|error| files("sync the log", &error))?;
        }
        self.at += length(&self.backlog);
        self.backlog.clear();
        self.last = last;
        fail::fail_point!("log::synced");
        Ok(())
    }

    fn put(&mut self) -> io::Result<()> {
        let end = self.at + length(&self.backlog);
        // Page by page: what is written at once, the system counts as one whole later on too.
        let until = if end > self.made { end.next_multiple_of(STEP) } else { self.made };
        while self.made < until {
            self.file.write_all_at(&[0; PAGE], self.made)?;
            self.made += length(&[0; PAGE]);
        }
        self.file.write_all_at(&self.backlog, self.at)
    }

    /// Bytes of the file that is written to.
    pub(super) const fn size(&self) -> u64 {
        self.at
    }

    /// Goes on in another file: one that is needed no more, or a fresh one.
    pub(super) fn turn(&mut self) -> Result<()> {
        let path = named(&self.dir, self.last + 1);
        let spare = self.complete.iter().position(|(last, _)| *last <= self.mark);
        let turned =
            spare.map_or(Ok(()), |spare| std::fs::rename(&self.complete.swap_remove(spare).1, &path));
        let turned = turned.and_then(|()| make(&self.dir, &path)).and_then(|file| {
            self.made = file.metadata()?.len();
            self.file = file;
            Ok(())
        });
        turned.map_err(|error| files("begin a file of the log", &error))?;
        self.complete.push((self.last, std::mem::replace(&mut self.path, path)));
        self.at = 0;
        Ok(())
    }

    /// Removes the files whose records are all numbered up to `mark`, but for one to write over.
    pub(super) fn free(&mut self, mark: u64) {
        self.mark = mark;
        self.inherited.retain(|(last, path)| *last > mark || !removed(path));
        let mut spares = 0;
        self.complete.retain(|(last, path)| {
            spares += usize::from(*last <= mark);
            *last > mark || spares == 1 || !removed(path)
        });
    }

    /// Ends the log, once everything in it is elsewhere.
    pub(super) fn remove(&mut self) {
        let before = self.complete.drain(..).chain(self.inherited.drain(..)).map(|(_, path)| path);
        for path in before.chain([self.path.clone()]) {
            let _told_if_not = removed(&path);
        }
    }
}

fn removed(path: &Path) -> bool {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(%error, "a file of the log stays for now");
            false
        }
        _ => true,
    }
}

fn named(dir: &Path, first: u64) -> PathBuf {
    dir.join(format!("{PREFIX}{first:016}"))
}

/// A file under a name that a power loss does not take.
fn make(dir: &Path, path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
    File::open(dir)?.sync_all()?;
    Ok(file)
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// What was found of a log.
pub(super) struct Found {
    /// The number of the last record, or what was asked for if there is none after it.
    pub(super) last: u64,
    /// The files, with their last number.
    pub(super) files: Vec<(u64, PathBuf)>,
}

/// Reads the records after `mark`, in their order.
pub(super) fn replay(dir: &Path, mark: u64, mut redo: impl FnMut(Changes)) -> Result<Found> {
    let mut found = Found { last: mark, files: Vec::new() };
    for (first, path) in listed(dir)? {
        let bytes = read(&path).map_err(|error| files("read the log", &error))?;
        let mut rest = bytes.as_slice();
        let mut next = first;
        while let Some(body) = body(&mut rest, next) {
            if next > found.last {
                if next > found.last + 1 {
                    return Err(gap(found.last + 1, next));
                }
                redo(changes(body)?);
                found.last = next;
            }
            next += 1;
        }
        found.files.push((next - 1, path));
    }
    Ok(found)
}

/// What was written and not synced when a process died is about to be counted on.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    File::open(path)?.sync_data()?;
    std::fs::read(path)
}

fn listed(dir: &Path) -> Result<Vec<(u64, PathBuf)>> {
    let entries = std::fs::read_dir(dir).map_err(|error| files("look for the log", &error))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| files("look for the log", &error))?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let first = name.and_then(|name| name.strip_prefix(PREFIX)).and_then(|first| first.parse().ok());
        found.extend(first.map(|first| (first, path)));
    }
    found.sort();
    Ok(found)
}

/// The body of the record with this number, if it comes next.
fn body<'a>(rest: &mut &'a [u8], number: u64) -> Option<&'a [u8]> {
    let (heading, after) = rest.split_at_checked(HEADING)?;
    let (size, heading) = heading.split_first_chunk::<4>()?;
    let (sum, own) = heading.split_first_chunk::<4>()?;
    let (body, after) = after.split_at_checked(usize::try_from(u32::from_le_bytes(*size)).ok()?)?;
    let fits = own == number.to_le_bytes() && checksum(number, body) == u32::from_le_bytes(*sum);
    *rest = after;
    fits.then_some(body)
}

fn changes(body: &[u8]) -> std::result::Result<Changes, Undecodable> {
    let (mut reader, mut changes) = (Reader::new(body), Changes::new());
    while !reader.is_empty() {
        let key = reader.bytes()?.to_vec();
        changes.push((key, reader.maybe(|reader| reader.bytes().map(<[u8]>::to_vec))?));
    }
    Ok(changes)
}

fn gap(wanted: u64, found: u64) -> Error {
    Error::Files {
        action: "read the log (put the last export into an empty directory with `bactrian import`)",
        reason: format!("record {wanted} is missing, {found} is there").into(),
    }
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
