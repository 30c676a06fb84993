//! One life of the engine after the other, over the same store: opened, used by the callers who have not heard their
//! answer yet, and dropped with all its tasks.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use engine::{
    Engine, OpenError, Settings,
    serve::service,
    state::{Fault, Filter, Memory, Store as _},
};
use futures_util::future::join_all;
use sdk::{Clock, ComponentEntry, Registry, Timestamp};
use tempfile::TempDir;

use super::{
    Journey, Plan,
    caller::{Desk, Saga},
    clock::{BEGIN, Paused},
    far::Far,
    steps::Steps,
};
use crate::{crash::Look, history::Line};

/// The last life, without faults, is over when all have ended; it gets so long (I11).
const CALM: Duration = Duration::from_secs(600);
/// How long the process is away after a crash.
const AWAY_MS: i64 = 40;

/// Decides what goes wrong with a call of the store.
pub(super) type Hook = Box<dyn FnMut(&'static str) -> Option<Fault> + Send>;

/// The lives of one simulation.
pub(super) struct Life {
    /// When the last one ended.
    pub(super) now: Timestamp,
    plan: Plan,
    steps: Arc<Steps>,
    count: u64,
    store: Arc<Memory>,
    sagas: Vec<Arc<Saga>>,
    history: Arc<Mutex<Vec<Line>>>,
}

impl Life {
    pub(super) fn new(plan: Plan, store: Arc<Memory>, sagas: Vec<Arc<Saga>>) -> Self {
        let steps = Arc::new(Steps::new(plan.most_steps));
        Self { now: BEGIN, plan, steps, count: 0, store, sagas, history: Arc::default() }
    }

    /// What callers have heard.
    pub(super) fn history(&self) -> Vec<Line> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// One life of `length` milliseconds, or until everything has ended.
    pub(super) fn pass(&mut self, length: Option<u64>, faults: Option<Hook>) -> Result<(), String> {
        let runtime = runtime()?;
        self.count += 1;
        let ended = runtime.block_on(self.inside(length, faults));
        // Everything that is in flight is dropped here, wherever it is.
        drop(runtime);
        self.store.on_call(|_| None);
        self.now = ended? + AWAY_MS;
        Ok(())
    }

    async fn inside(&self, length: Option<u64>, faults: Option<Hook>) -> Result<Timestamp, String> {
        let clock: Arc<dyn Clock> = Arc::new(Paused::new(self.now, Arc::clone(&self.steps)));
        let engine = self.open(&clock).await?;
        engine.work();
        let (steps, mut faults) = (Arc::clone(&self.steps), faults);
        self.store.on_call(move |call| {
            steps.take();
            faults.as_mut().and_then(|faults| faults(call))
        });
        let service = service(&engine, SocketAddr::from(([127, 0, 0, 1], 80)));
        let (flow, cancels) = (self.plan.journey.flow(), self.plan.journey == Journey::Family);
        let desk =
            Desk { flow, cancels, service, clock: Arc::clone(&clock), history: Arc::clone(&self.history) };
        let callers = join_all(self.sagas.iter().map(|saga| desk.see_through(saga)));
        let all = async {
            callers.await;
            self.until_ended(&clock).await;
        };
        let length = length.map_or(CALM, Duration::from_millis);
        tokio::select! {
            biased;
            () = self.steps.spent() => {
                let (at, most) = (clock.now() - BEGIN, self.plan.most_steps);
                return Err(format!("I11: {at} ms on, after {most} steps, it still gets nowhere"));
            }
            () = self.spin(&clock) => {}
            () = desk.operate(&self.store) => {}
            () = all => {}
            () = clock.sleep(length) => {}
        }
        Ok(clock.now())
    }

    async fn open(&self, clock: &Arc<dyn Clock>) -> Result<Engine, String> {
        let flows = TempDir::new().map_err(|error| error.to_string())?;
        std::fs::write(flows.path().join("journey.yaml"), self.plan.journey.text())
            .map_err(|error| error.to_string())?;
        let registry = Registry::default().with(ComponentEntry::of::<Far>(module_path!()));
        let registry = registry.map_err(|error| error.to_string())?;
        let settings = Settings {
            flows: vec![flows.path().to_owned()],
            store: Some(Arc::clone(&self.store) as Arc<dyn engine::state::Store>),
            seed: Some(self.plan.seed ^ (self.count << 32)),
            clock: Arc::clone(clock),
            ..Settings::new(registry)
        };
        Engine::open(settings).await.map_err(|error| match error {
            OpenError::Refused(rejected) => rejected.to_text(),
            other => other.to_string(),
        })
    }

    /// What a livelock looks like: always busy, so that time stands still.
    async fn spin(&self, clock: &Arc<dyn Clock>) {
        if !self.plan.is_stuck {
            std::future::pending::<()>().await;
        }
        loop {
            let _ = clock.now();
            tokio::task::yield_now().await;
        }
    }

    async fn until_ended(&self, clock: &Arc<dyn Clock>) {
        while self.look_on().await.is_ok_and(|look| look.runs.values().any(|run| !run.status.is_ended())) {
            clock.sleep(Duration::from_millis(500)).await;
        }
    }

    /// What the store holds.
    pub(super) fn look(&self) -> Result<Look, String> {
        runtime()?.block_on(self.look_on())
    }

    async fn look_on(&self) -> Result<Look, String> {
        let mut look = Look::default();
        let filter = Filter { limit: 1_000, ..Filter::default() };
        let page = self.store.list(&filter).await.map_err(|error| error.to_string())?;
        for row in page.rows {
            if let Some(run) = self.store.read(row.run).await.map_err(|error| error.to_string())? {
                look.runs.insert(row.run, run);
            }
        }
        Ok(look)
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, String> {
    let built = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    built.map_err(|error| error.to_string())
}
