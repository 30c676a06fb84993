//! One database per period. Runs are written where they start, so ending one moves nothing; when a period
//! is over the live runs move on to a fresh database, and the old one is kept whole until its last run
//! may be forgotten, then dropped with its directory: sled itself gives back next to nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use arc_swap::ArcSwap;
use sdk::Timestamp;

use super::{
    super::{
        commit::files,
        contract::Result,
        copy,
        id::RunId,
        key,
        table::{Changes, Pairs, Table},
    },
    logged::Logged,
    space::Room,
    table::{Durability, SledTable},
};

/// Cache of a database that takes no more writes.
const OLD_CACHE_BYTES: u64 = 4 << 20;

/// What moves on to a fresh database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// Live runs; the old database stays for its ended ones.
    Live,
    /// Everything; the old database goes.
    All,
}

/// How much of the current database is kept in front of its files.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// Memory for cached pages.
    pub(crate) cache: u64,
    /// What the log holds before it goes to sled.
    pub(crate) log: u64,
}

/// The databases of a store. As a table it is the current one.
pub(crate) struct Periods {
    dir: PathBuf,
    sizes: Sizes,
    durability: Durability,
    current: ArcSwap<Logged>,
    /// By number; opened when somebody looks.
    older: Mutex<BTreeMap<u32, Option<Arc<SledTable>>>>,
    number: Mutex<u32>,
    /// While a copy is made: the keys it has to copy again.
    touched: Mutex<Option<BTreeSet<Vec<u8>>>>,
    /// A period was not worth ending at this size less a fifth.
    spared: AtomicU64,
    /// Of a store that is served.
    room: OnceLock<Arc<Room>>,
}

/// A database that is nearly ready to be the current one.
pub(crate) struct Fresh {
    table: SledTable,
    number: u32,
    what: Move,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn of_period(dir: &Path, number: u32) -> PathBuf {
    dir.join(format!("period-{number:06}"))
}

impl Periods {
    pub(crate) fn open(dir: &Path, sizes: Sizes, durability: Durability) -> Result<Self> {
        fs::create_dir_all(dir).map_err(|error| files("make the data directory", &error))?;
        let number = match fs::read_to_string(dir.join("current")) {
            Ok(text) => text.trim().parse().unwrap_or(1),
            Err(_) => 1,
        };
        let mut older = BTreeMap::new();
        for found in numbers(dir)? {
            if found > number {
                remove(&of_period(dir, found))?;
            } else if found < number {
                older.insert(found, None);
            }
        }
        let path = of_period(dir, number);
        let current = Logged::open(&path, SledTable::open(&path, sizes.cache)?, durability, sizes.log)?;
        let periods = Self {
            dir: dir.to_owned(),
            sizes,
            durability,
            current: ArcSwap::from_pointee(current),
            older: Mutex::new(older),
            number: Mutex::new(number),
            touched: Mutex::new(None),
            spared: AtomicU64::new(0),
            room: OnceLock::new(),
        };
        periods.point_at(number)?;
        Ok(periods)
    }

    /// From now on nothing is written without room for it.
    pub(crate) fn keep_room(&self, room: Arc<Room>) {
        self.current.load().keep_room(room.clone());
        let _once_when_opened = self.room.set(room);
    }

    /// Whether nothing can be written any more, and a process that is started now could.
    pub(crate) fn wants_restart(&self) -> bool {
        self.current.load().is_broken() && !self.room().is_some_and(Room::is_used_up)
    }

    /// The room that is kept, if any is.
    pub(crate) fn room(&self) -> Option<&Room> {
        self.room.get().map(|room| &**room)
    }

    /// Makes the current database as durable as the store was told to be.
    pub(crate) fn flush(&self) -> Result<()> {
        self.current.load().flush()
    }

    /// Bytes of the current database on disk.
    pub(crate) fn size(&self) -> Result<u64> {
        self.current.load().size()
    }

    /// When the current period began; `now` for one that has no end before it.
    pub(crate) fn began_at(&self, now: Timestamp) -> Result<Timestamp> {
        if let Some(began_at) = copy::moment_at(self, "began")? {
            return Ok(began_at);
        }
        self.apply(vec![(key::about("began"), Some(copy::moment(now)))])?;
        Ok(now)
    }

    /// The flows with a run in an earlier period.
    pub(crate) fn flows(&self) -> Result<BTreeSet<String>> {
        let mut flows = BTreeSet::new();
        for table in self.older()? {
            flows.extend(copy::flows(&*table)?);
        }
        Ok(flows)
    }

    /// Notes from now on which keys are touched. Called by the committer, between two groups.
    pub(crate) fn begin_turn(&self) {
        *lock(&self.touched) = Some(BTreeSet::new());
    }

    /// Stops that, after a copy that failed.
    pub(crate) fn abandon_turn(&self) {
        *lock(&self.touched) = None;
    }

    /// Copies what moves on to a fresh database, while the current one is written to.
    pub(crate) fn copy(&self, what: Move, owned: BTreeSet<RunId>) -> Result<Fresh> {
        let old = self.current.load_full();
        let number = *lock(&self.number) + 1;
        let path = of_period(&self.dir, number);
        remove(&path)?;
        let made = self.fill(&old, &path, (what, owned));
        if made.is_err() {
            // What there is of it takes space that may be wanted badly.
            remove(&path)?;
        }
        Ok(Fresh { table: made?, number, what })
    }

    fn fill(&self, old: &Logged, path: &Path, (what, owned): (Move, BTreeSet<RunId>)) -> Result<SledTable> {
        let table = SledTable::open(path, self.sizes.cache)?;
        match what {
            Move::Live => copy::live(old, &table, &copy::live_runs(old, owned)?)?,
            Move::All => copy::all(old, &table)?,
        }
        table.flush(self.durability)?;
        Ok(table)
    }

    /// Copies again what was touched meanwhile, while the current database goes on being written to; gives how many
    /// keys that were.
    pub(crate) fn catch_up(&self, fresh: &Fresh) -> Result<usize> {
        let touched = lock(&self.touched).as_mut().map(std::mem::take).unwrap_or_default();
        let count = touched.len();
        self.copy_again(fresh, touched)?;
        Ok(count)
    }

    fn copy_again(&self, fresh: &Fresh, touched: BTreeSet<Vec<u8>>) -> Result<()> {
        let old = self.current.load_full();
        match fresh.what {
            Move::Live => copy::live_again(&*old, &fresh.table, touched),
            Move::All => copy::all_again(&*old, &fresh.table, touched),
        }
    }

    /// Whether it is worth ending a period of this size: live runs would only be copied.
    pub(crate) fn is_mostly_ended(&self, size: u64) -> Result<bool> {
        if size < self.spared.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let is_mostly_ended = copy::is_mostly_ended(self)?;
        self.spared.store(if is_mostly_ended { 0 } else { size + size / 4 }, Ordering::Relaxed);
        Ok(is_mostly_ended)
    }

    /// Ends the current period. Called by the committer, between two groups. A crash at any instant
    /// leaves either the old database or the new one.
    pub(crate) fn end_turn(&self, fresh: Fresh, now: Timestamp) -> Result<()> {
        let touched = lock(&self.touched).take().unwrap_or_default();
        self.copy_again(&fresh, touched)?;
        let Fresh { table, number, what } = fresh;
        let old = self.current.load_full();
        if what == Move::Live {
            old.apply(vec![(key::about("sealed"), Some(copy::moment(now)))])?;
        }
        table.apply(vec![(key::about("began"), Some(copy::moment(now)))])?;
        table.flush(self.durability)?;
        old.settle()?;
        let table = Logged::open(&of_period(&self.dir, number), table, self.durability, self.sizes.log)?;
        if let Some(room) = self.room.get() {
            table.keep_room(room.clone());
        }
        fail::fail_point!("period::copied");
        self.point_at(number)?;
        fail::fail_point!("period::turned");
        self.current.store(Arc::new(table));
        let retired = old.retire();
        let before = std::mem::replace(&mut *lock(&self.number), number);
        match what {
            Move::Live => {
                lock(&self.older).insert(before, Some(retired));
                Ok(())
            }
            Move::All => remove(&of_period(&self.dir, before)),
        }
    }

    /// Drops the periods whose runs may all be forgotten; `keep_ms` says for how long a flow's are kept.
    pub(crate) fn retain(&self, now: Timestamp, keep_ms: &dyn Fn(&str) -> i64) -> Result<usize> {
        let mut dropped = 0;
        let numbers: Vec<_> = lock(&self.older).keys().copied().collect();
        for number in numbers {
            let table = self.open_older(number)?;
            let sealed = copy::moment_at(&*table, "sealed")?;
            let longest = copy::flows(&*table)?.iter().map(|flow| keep_ms(flow)).max().unwrap_or(0);
            if sealed.is_some_and(|sealed| sealed.saturating_add(longest) < now) {
                lock(&self.older).remove(&number);
                drop(table);
                remove(&of_period(&self.dir, number))?;
                dropped += 1;
            }
        }
        Ok(dropped)
    }

    fn open_older(&self, number: u32) -> Result<Arc<SledTable>> {
        let mut older = lock(&self.older);
        if let Some(Some(table)) = older.get(&number) {
            return Ok(table.clone());
        }
        let table = Arc::new(SledTable::open(&of_period(&self.dir, number), OLD_CACHE_BYTES)?);
        older.insert(number, Some(table.clone()));
        Ok(table)
    }

    /// Names the current period, so that a power loss leaves the old name or the new one.
    fn point_at(&self, number: u32) -> Result<()> {
        let write = || {
            let (fresh, name) = (self.dir.join("current.new"), self.dir.join("current"));
            fs::write(&fresh, format!("{number}\n"))?;
            fs::File::open(&fresh)?.sync_all()?;
            fs::rename(&fresh, &name)?;
            fs::File::open(of_period(&self.dir, number))?.sync_all()?;
            fs::File::open(&self.dir)?.sync_all()
        };
        write().map_err(|error| files("name the current period", &error))
    }
}

impl Table for Periods {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        self.current.load().get(key)
    }

    fn range(&self, from: &[u8], to: &[u8]) -> Pairs<'_> {
        self.current.load().owned_range(from, to)
    }

    fn apply(&self, changes: Changes) -> Result<()> {
        if let Some(room) = self.room.get() {
            room.wait();
        }
        let is_turning = lock(&self.touched).is_some();
        let keys: Vec<_> =
            if is_turning { changes.iter().map(|(key, _)| key.clone()).collect() } else { Vec::new() };
        self.current.load().apply(changes)?;
        // Not before: who copies them again must find the change.
        if let Some(touched) = &mut *lock(&self.touched) {
            touched.extend(keys);
        }
        Ok(())
    }

    fn older(&self) -> Result<Vec<Arc<dyn Table>>> {
        let numbers: Vec<_> = lock(&self.older).keys().rev().copied().collect();
        let mut tables: Vec<Arc<dyn Table>> = Vec::with_capacity(numbers.len());
        for number in numbers {
            tables.push(self.open_older(number)?);
        }
        Ok(tables)
    }
}

fn numbers(dir: &Path) -> Result<Vec<u32>> {
    let entries = fs::read_dir(dir).map_err(|error| files("read the data directory", &error))?;
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| files("read the data directory", &error))?;
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix("period-")).map(str::parse::<u32>);
        found.extend(number.and_then(std::result::Result::ok));
    }
    Ok(found)
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(files("remove an old period", &error))
        }
        _ => Ok(()),
    }
}
