//! What is behind [`Engine`](crate::Engine): what it was opened with, what it serves, and the runs on their way.
//! Knows no HTTP.

mod call;
mod ids;
mod import;
mod launch;
mod open;
mod publish;
mod served;
mod settings;
mod watch;
mod write_back;

pub(crate) use call::CALL;
pub use call::{Chosen, Invocation};
pub use import::Imported;
pub(crate) use publish::check_path;
pub use publish::{ChangeError, Edit};
pub use served::{About, Served};
pub use settings::{OpenError, Rejected, Settings};
pub use watch::WatchError;

use std::sync::{Arc, Weak};

use arc_swap::{ArcSwap, ArcSwapOption};
use sdk::{Clock, Inline, Registry};
use tokio::sync::{Mutex, Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    flow::{expr::Cache, policy::States},
    publish::{Conflict, Revisions},
    recent::Runs,
    secrets::Secrets,
    state::{Sled, Store},
    telemetry::Telemetry,
    worker::Desk,
};

/// What all parts of one engine share.
pub(crate) struct Inside {
    /// What serves now.
    pub(crate) served: ArcSwap<Served>,
    /// The last set that did not load, until one does.
    pub(crate) rejected: ArcSwapOption<Rejected>,
    /// Files that both the directory and a publish have changed.
    pub(crate) conflicts: ArcSwap<Vec<Conflict>>,
    /// The runs.
    pub(crate) runs: Arc<Runs>,
    /// Runs and work that go on outside of their caller's connection.
    pub(crate) tasks: TaskTracker,
    /// Bounds those.
    pub(crate) places: Arc<Semaphore>,
    /// Told to stop: streams end, `/readyz` says no.
    pub(crate) closing: CancellationToken,
    /// Where durable runs and documents are.
    pub(crate) store: Arc<dyn Store>,
    /// The same on disk, for its upkeep.
    pub(crate) sled: Option<Arc<Sled>>,
    /// The durable runs of this process.
    pub(crate) desk: Desk,
    /// What was published.
    pub(crate) revisions: Revisions,
    /// What it was opened with.
    pub(crate) settings: Settings,
    /// What is measured.
    pub(crate) telemetry: Arc<Telemetry>,
    pub(crate) world: Arc<World>,
    pub(crate) ids: ids::Ids,
    /// One change of the catalog at a time.
    pub(crate) changing: Mutex<()>,
}

/// What a snapshot needs of the engine around it; outlives every swap.
pub(crate) struct World {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) secrets: Secrets,
    pub(crate) registry: Arc<Registry>,
    pub(crate) states: States,
    pub(crate) inline: Inline,
    pub(crate) cells: Arc<Cache>,
    pub(crate) is_development: bool,
    /// Starts detached runs.
    pub(crate) inside: Weak<Inside>,
}
