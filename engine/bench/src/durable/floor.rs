//! The references: the disk's own sync, bare sled, and a preallocated log, each writing what the engine wrote in
//! groups of the same size.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::FileExt as _,
    path::Path,
    time::Duration,
};

use super::Settings;
use crate::{loader::count, table::Table, watch::now};

/// Syncs that are timed.
const SYNCS: u64 = 500;
const PAGE: [u8; 4096] = [7; 4096];
/// The log is made this long beforehand, and begins anew at its end.
const LOG_BYTES: u64 = 64 << 20;

/// What one flush of the engine took along.
#[derive(Clone, Copy)]
pub(super) struct Group {
    /// Keys set or removed.
    pub(super) keys: usize,
    /// Bytes of keys and values together.
    pub(super) bytes: usize,
}

/// Times the disk's own sync of one page.
///
/// # Errors
/// When the disk refuses.
pub(super) fn print_disk(settings: &Settings) -> io::Result<()> {
    let dir = tempfile::tempdir_in(&settings.scratch)?;
    let file = preallocated(&dir.path().join("log"))?;
    let mut times = Vec::new();
    for at in 0..SYNCS {
        let begun = now();
        file.write_all_at(&PAGE, at * 4096)?;
        file.sync_data()?;
        times.push(begun.elapsed());
    }
    times.sort();
    let us = |share: usize| format!("{:.0}", times[times.len() * share / 100].as_secs_f64() * 1e6);
    let mut table = Table::new(&["the disk", "p50 µs", "p99 µs"]);
    table.row(vec!["write and fdatasync of 4 KiB".to_owned(), us(50), us(99)]);
    table.print();
    Ok(())
}

/// Groups per second that bare sled makes durable: one batch, its flush, and the sync of its file.
///
/// # Errors
/// When the disk refuses.
pub(super) fn sled(dir: &Path, group: Group, seconds: u64) -> Result<f64, Box<dyn std::error::Error>> {
    let path = dir.join("sled");
    let config = sled::Config::new().path(&path).mode(sled::Mode::HighThroughput);
    let database = config.cache_capacity(64 << 20).flush_every_ms(Some(1_000)).open()?;
    let file = File::open(path.join("db"))?;
    let value = vec![7; (group.bytes / group.keys).saturating_sub(16)];
    let mut next: u128 = 0;
    let rate = repeat(seconds, || {
        let mut batch = sled::Batch::default();
        for _ in 0..group.keys {
            next += 1;
            // As run ids do, keys begin with the time and go on with chance.
            let key = (next >> 6 << 96) | (next.wrapping_mul(0x9E37_79B9_7F4A_7C15) & (u128::MAX >> 32));
            batch.insert(&key.to_be_bytes(), value.as_slice());
        }
        database.apply_batch(batch).map_err(io::Error::other)?;
        database.flush().map_err(io::Error::other)?;
        file.sync_data()
    })?;
    Ok(rate)
}

/// Groups per second that a preallocated append-only log makes durable: the physical limit.
///
/// # Errors
/// When the disk refuses.
pub(super) fn log(dir: &Path, group: Group, seconds: u64) -> io::Result<f64> {
    let file = preallocated(&dir.join("log"))?;
    let bytes = vec![7; group.bytes];
    let mut at = 0;
    repeat(seconds, || {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if at + length > LOG_BYTES {
            at = 0;
        }
        file.write_all_at(&bytes, at)?;
        at += length;
        file.sync_data()
    })
}

fn repeat(seconds: u64, mut work: impl FnMut() -> io::Result<()>) -> io::Result<f64> {
    let (begun, mut done) = (now(), 0);
    while begun.elapsed() < Duration::from_secs(seconds) {
        work()?;
        done += 1;
    }
    Ok(count(done) / begun.elapsed().as_secs_f64())
}

/// Written once, so that no later write makes the file system find a place.
fn preallocated(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().create_new(true).write(true).open(path)?;
    for at in (0..LOG_BYTES).step_by(PAGE.len()) {
        file.write_all_at(&PAGE, at)?;
    }
    file.sync_all()?;
    Ok(file)
}
