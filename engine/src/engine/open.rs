//! An engine without documents, and how texts become what serves.

use std::sync::Arc;

use arc_swap::{ArcSwap, ArcSwapOption};
use sdk::Inline;
use tokio::sync::{Mutex, Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{About, Inside, OpenError, Rejected, Served, Settings, World, ids::Ids, served};
use crate::{
    Engine,
    catalog::{Snapshot, Sources, compile},
    flow::{expr::Cache, policy::States},
    publish::{Conflict, Revisions, Texts},
    recent::Runs,
    state::{self, Documents, Memory, Sled, Store},
    telemetry::{self, Telemetry},
    worker::Desk,
};

impl Engine {
    /// An engine that serves nothing yet.
    pub(crate) async fn empty(settings: Settings) -> Result<Self, OpenError> {
        let (store, sled) = store(&settings).await?;
        let documents: Arc<dyn Documents + Send + Sync> = Arc::clone(&store) as _;
        let telemetry = Arc::new(Telemetry::new());
        let inside = Arc::new_cyclic(|me| {
            let world = Arc::new(World {
                clock: Arc::clone(&settings.clock),
                secrets: settings.secrets.clone(),
                registry: Arc::clone(&settings.registry),
                states: States::default(),
                inline: Inline::default(),
                cells: Arc::new(Cache::default()),
                is_development: settings.is_development,
                inside: me.clone(),
            });
            let nothing = Served {
                snapshot: Snapshot::default(),
                sources: Arc::default(),
                about: About::default(),
                world: Arc::clone(&world),
            };
            Inside {
                served: ArcSwap::from_pointee(nothing),
                rejected: ArcSwapOption::empty(),
                conflicts: ArcSwap::default(),
                runs: Arc::new(Runs::new(settings.keeping, Arc::clone(&telemetry))),
                tasks: TaskTracker::new(),
                places: Arc::new(Semaphore::new(settings.limits.tasks)),
                closing: CancellationToken::new(),
                revisions: Revisions::new(documents),
                store,
                sled,
                desk: Desk::default(),
                telemetry,
                world,
                ids: settings.seed.map_or_else(Ids::new, Ids::seeded),
                changing: Mutex::new(()),
                settings,
            }
        });
        Ok(Self(inside))
    }

    /// What serves now. Take it once per request: everything of one request sees one revision.
    #[must_use]
    pub fn served(&self) -> Arc<Served> {
        self.0.served.load_full()
    }

    /// The last set that did not load, until one does.
    #[must_use]
    pub fn rejected(&self) -> Option<Arc<Rejected>> {
        self.0.rejected.load_full()
    }

    /// Stages 2 to 4 on a thread of their own: texts to what may serve. What has not changed is taken over.
    ///
    /// # Errors
    /// Everything that is wrong with the texts.
    pub async fn compile(&self, texts: &Texts, about: About) -> Result<Served, Rejected> {
        let sources = served::sources(texts);
        let (previous, world) = (self.served(), Arc::clone(&self.0.world));
        let texts = Arc::clone(&sources);
        let work = move || {
            let set = Sources { texts: &texts, registry: &world.registry, states: &world.states };
            compile(set, Some(&previous.snapshot)).map(|snapshot| (snapshot, world))
        };
        let refused = |diagnostics, sources| Rejected { at: self.0.world.clock.now(), diagnostics, sources };
        match tokio::task::spawn_blocking(work).await {
            Ok(Ok((snapshot, world))) => Ok(Served { snapshot, sources, about, world }),
            Ok(Err(diagnostics)) => Err(refused(diagnostics, sources)),
            // A panic of the compiler is a bug of ours; the set is refused and the old one serves on.
            Err(fault) => {
                tracing::error!(%fault, "compiling the documents");
                Err(refused(Vec::new(), sources))
            }
        }
    }

    /// Notes a refused set, for those who look.
    pub(crate) fn refuse(&self, rejected: Rejected) -> OpenError {
        tracing::warn!(errors = rejected.errors(), "the documents were refused, the old ones serve on");
        self.0.telemetry.counter(telemetry::REJECTED, &[]).increment(1);
        self.0.rejected.store(Some(Arc::new(rejected.clone())));
        OpenError::Refused(rejected)
    }

    /// Serves another set from now on.
    pub(crate) fn serve_now(&self, served: Served) {
        tracing::info!(revision = served.about.number, documents = served.documents().len(), "serving");
        for (flow, entry) in served.flows() {
            if entry.base().is_some_and(|plan| plan.consume.is_some()) {
                tracing::warn!(%flow, "nobody consumes messages in this release: call the flow over HTTP");
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "revisions stay far below 2^52")]
        self.0.telemetry.gauge(telemetry::REVISION).set(served.about.number as f64);
        self.0.served.store(Arc::new(served));
        self.0.rejected.store(None);
    }

    /// Where durable runs, drafts, layouts and revisions are.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.0.store
    }

    /// Where drafts, layouts and revisions are.
    #[must_use]
    pub fn documents(&self) -> Arc<dyn Documents + Send + Sync> {
        Arc::clone(&self.0.store) as Arc<dyn Documents + Send + Sync>
    }

    /// The runs.
    #[must_use]
    pub fn runs(&self) -> &Arc<Runs> {
        &self.0.runs
    }

    /// What is measured.
    #[must_use]
    pub fn telemetry(&self) -> &Telemetry {
        &self.0.telemetry
    }

    /// What policies remember: breakers and their states.
    #[must_use]
    pub fn states(&self) -> &States {
        &self.0.world.states
    }

    /// Files that both the directory and a publish have changed; what was published serves.
    #[must_use]
    pub fn conflicts(&self) -> Arc<Vec<Conflict>> {
        self.0.conflicts.load_full()
    }

    /// What it was opened with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }
}

type Opened = (Arc<dyn Store>, Option<Arc<Sled>>);

async fn store(settings: &Settings) -> Result<Opened, state::Error> {
    if let Some(store) = &settings.store {
        return Ok((Arc::clone(store), None));
    }
    let now = settings.clock.now();
    let Some(dir) = settings.data.clone() else { return Ok((Arc::new(Memory::new(now)?), None)) };
    let durability = settings.durability;
    let open = move || Sled::open(&state::Settings { durability, ..state::Settings::new(dir) }, now);
    let opened = tokio::task::spawn_blocking(open).await;
    let sled = Arc::new(opened.unwrap_or(Err(state::Error::Closed))?);
    Ok((Arc::clone(&sled) as Arc<dyn Store>, Some(sled)))
}
