//! Runs that are not journalled: those going on, the last ones that ended, and what they come to per flow.
//!
//! ```text
//! Running --first Pending--> live ; --ended--> statistics, and kept when traced or failed
//! ```
//!
//! Everything is bounded: while the rate is low every run is traced and kept whole, above it one in so many;
//! failures are always kept, with their causes. What a crash loses here was never promised to survive one.

mod detail;
mod item;
mod kept;
mod list;
mod live;
mod running;
mod sampler;
mod statistics;
mod watch;
mod watched;

pub use detail::{Child, Compensation, Detail, Late, Run, WaitKind, Waiting};
pub use item::{Item, ItemCause, ItemError, WholeError};
pub use kept::Kept;
pub use list::{Filter, Page};
pub use live::Live;
pub use running::{About, Running};
pub use sampler::Sampler;
pub use statistics::{Counts, Figures, Histogram, NodeCount, Statistics, Totals};
pub use watch::{Seen, Watch};
pub use watched::{Listed, Watched};

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use hashbrown::HashMap;

use kept::Shelf;

use crate::telemetry::Telemetry;

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub struct Keeping {
    /// Runs traced per second, at most.
    pub traced_per_second: u32,
    /// Bytes of one input or output.
    pub value_bytes: usize,
    /// Runs that ended well.
    pub runs: usize,
    /// Bytes of those.
    pub bytes: usize,
    /// Runs that did not end well; as many bytes again.
    pub failed: usize,
}

impl Default for Keeping {
    fn default() -> Self {
        Self { traced_per_second: 100, value_bytes: 8 << 10, runs: 1_000, bytes: 16 << 20, failed: 1_000 }
    }
}

/// The runs of one engine.
pub struct Runs {
    keeping: Keeping,
    sampler: Sampler,
    live: Mutex<BTreeMap<Arc<str>, Arc<Live>>>,
    ended: Mutex<Shelf>,
    failed: Mutex<Shelf>,
    statistics: RwLock<HashMap<Arc<str>, Arc<Statistics>>>,
    telemetry: Arc<Telemetry>,
}

/// A lock that is never held over an await, so a poisoned one still holds a whole value.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Runs {
    /// No runs yet.
    #[must_use]
    pub fn new(keeping: Keeping, telemetry: Arc<Telemetry>) -> Self {
        Self {
            keeping,
            sampler: Sampler::new(keeping.traced_per_second),
            live: Mutex::default(),
            ended: Mutex::new(Shelf::new(keeping.runs, keeping.bytes)),
            failed: Mutex::new(Shelf::new(keeping.failed, keeping.bytes)),
            statistics: RwLock::default(),
            telemetry,
        }
    }
}
