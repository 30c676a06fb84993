//! The store on sled: one process, one directory, one database per period. Only this folder names sled.

mod log;
mod logged;
mod period;
mod space;
mod store;
mod table;
mod transfer;

use std::{path::PathBuf, sync::Arc};

use super::{commit::Committer, contract::Result};
use period::{Periods, Sizes};

pub use space::Available;
pub use table::Durability;

/// How a store on sled is opened.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The directory it has to itself.
    pub dir: PathBuf,
    /// What `Ok` promises.
    pub durability: Durability,
    /// Memory for cached pages of the current database.
    pub cache_bytes: u64,
    /// What the log may hold before it goes to sled.
    pub log_bytes: u64,
    /// Space set aside so that live runs can finish when the disk is full; 0 for none.
    pub reserve_bytes: u64,
    /// Tells how much space is free.
    pub available: Available,
}

impl Settings {
    /// The defaults for a directory: power-safe, 64 MiB of cache, 8 MiB of log, 32 MiB of reserve.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            durability: Durability::Power,
            cache_bytes: 64 << 20,
            log_bytes: 8 << 20,
            reserve_bytes: 32 << 20,
            available: space::measure,
        }
    }
}

impl Settings {
    fn periods(&self) -> Result<Periods> {
        Periods::open(&self.dir, Sizes { cache: self.cache_bytes, log: self.log_bytes }, self.durability)
    }
}

/// When a period ends, and for how long ended runs are kept after it.
pub struct Upkeep<'k> {
    /// The current database is left for a fresh one when it is this large on disk, and half of its runs have ended.
    pub max_bytes: u64,
    /// The same, when it is this old, in milliseconds.
    pub max_age_ms: i64,
    /// For how long a flow's ended runs are kept, in milliseconds.
    pub keep_ms: &'k (dyn Fn(&str) -> i64 + Send + Sync),
}

/// The store.
pub struct Sled {
    committer: Committer,
    periods: Arc<Periods>,
    incarnation: u32,
    turning: tokio::sync::Mutex<()>,
}
