//! A run on its way, as a future that keeps account of it. Knows no HTTP.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::future::BoxFuture;
use sdk::{Identity, Shared, Timestamp};
use tokio::sync::{oneshot, watch};
use tokio_util::task::TaskTracker;

use super::{Item, Kept, Live, Runs, Statistics, Watch, Watched, locked};
use crate::{
    flow::plan::Plan,
    run::{Answer, Failure, Finished, Handle, RunStatus, Start, begin},
    state::{Parent, Trigger},
};

/// What does not change over a run.
pub struct About {
    /// Its id.
    pub id: Arc<str>,
    /// What it runs.
    pub plan: Arc<Plan>,
    /// For whom.
    pub identity: Arc<Identity>,
    /// When it started.
    pub started_at: Timestamp,
    /// What started it.
    pub trigger: Trigger,
    /// The run that started it.
    pub parent: Option<Parent>,
    /// What it was given.
    pub input: Shared,
    /// Whether its nodes are reported.
    pub is_traced: bool,
}

/// A run on its way. Dropping it before its end cancels the run: what it did is undone in a task of its own.
/// A durable run goes on there.
pub struct Running {
    /// `None` once the run has ended.
    future: Option<BoxFuture<'static, Finished>>,
    about: Arc<About>,
    handle: Handle,
    watch: Option<Arc<Watch>>,
    statistics: Arc<Statistics>,
    runs: Arc<Runs>,
    live: Option<Arc<Live>>,
    tasks: TaskTracker,
    is_begun: bool,
    /// It is what is left of a dropped one.
    is_rest: bool,
}

impl Runs {
    /// Begins a run; its nodes are traced when the sample says so.
    ///
    /// # Errors
    /// `INPUT_INVALID`.
    pub fn begin(
        self: &Arc<Self>,
        mut start: Start,
        started_at: Timestamp,
        tasks: &TaskTracker,
    ) -> Result<(Running, oneshot::Receiver<Answer>), Box<Failure>> {
        let Watched { about, watch, statistics, .. } = self.observe(&mut start, started_at);
        let begun = begin(start)?;
        statistics.began();
        let running = Running {
            future: Some(begun.future),
            about,
            handle: begun.handle,
            watch,
            statistics,
            runs: Arc::clone(self),
            live: None,
            tasks: tasks.clone(),
            is_begun: false,
            is_rest: false,
        };
        Ok((running, begun.early))
    }

    /// The statistics of a flow.
    pub fn statistics(&self, flow: &Arc<str>) -> Arc<Statistics> {
        let known = self.statistics.read().ok().and_then(|all| all.get(flow).map(Arc::clone));
        known.unwrap_or_else(|| {
            let mut all = self.statistics.write().unwrap_or_else(std::sync::PoisonError::into_inner);
            let new = || Arc::new(Statistics::new(self.telemetry.meter(flow)));
            Arc::clone(all.entry(Arc::clone(flow)).or_insert_with(new))
        })
    }
}

impl Running {
    /// The run's id.
    #[must_use]
    pub fn id(&self) -> &Arc<str> {
        &self.about.id
    }

    /// What it runs.
    #[must_use]
    pub fn plan(&self) -> &Arc<Plan> {
        &self.about.plan
    }

    /// Reaches the run.
    #[must_use]
    pub const fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Lists it among those that go on.
    pub fn list(&mut self) {
        if self.live.is_some() {
            return;
        }
        let live = Arc::new(Live {
            about: Arc::clone(&self.about),
            handle: self.handle.clone(),
            watch: self.watch.clone(),
            ended: watch::Sender::new(None),
        });
        locked(&self.runs.live).insert(Arc::clone(&self.about.id), Arc::clone(&live));
        self.live = Some(live);
    }

    fn account(&mut self, finished: &Finished) {
        let (about, report, runs) = (&*self.about, &finished.report, &*self.runs);
        let ended_at = about.started_at.saturating_add(ms(report.duration_ms));
        self.statistics.ended(ended_at, report.duration_ms, report.status, about.is_traced);
        if report.status != RunStatus::Succeeded {
            let kept = Arc::new(Kept::new(about, finished, runs.keeping.value_bytes));
            locked(&runs.failed).put(kept);
        } else if about.is_traced {
            let kept = Arc::new(Kept::new(about, finished, runs.keeping.value_bytes));
            locked(&runs.ended).put(kept);
        }
        if let Some(live) = self.live.take() {
            locked(&runs.live).remove(&about.id);
            live.ended.send_replace(Some(Item::ended(about, finished)));
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a duration in whole milliseconds")]
pub(super) fn ms(duration_ms: f64) -> Timestamp {
    duration_ms as Timestamp
}

impl Future for Running {
    type Output = Finished;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Finished> {
        self.is_begun = true;
        let Some(future) = &mut self.future else { return Poll::Pending };
        match future.as_mut().poll(cx) {
            Poll::Ready(finished) => {
                self.future = None;
                self.account(&finished);
                Poll::Ready(finished)
            }
            // Most runs of flows that only compute never come here, and never pay for being listed.
            Poll::Pending => {
                self.list();
                Poll::Pending
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let Some(future) = self.future.take() else { return };
        // What is left of a run is dropped only when the runtime ends: nothing can go on then.
        if !self.is_begun || self.is_rest {
            self.statistics.gave_up();
            locked(&self.runs.live).remove(&self.about.id);
            return;
        }
        let rest = Self {
            future: Some(future),
            about: Arc::clone(&self.about),
            handle: self.handle.clone(),
            watch: self.watch.clone(),
            statistics: Arc::clone(&self.statistics),
            runs: Arc::clone(&self.runs),
            live: self.live.take(),
            tasks: self.tasks.clone(),
            is_begun: true,
            is_rest: true,
        };
        if !self.about.plan.is_durable {
            self.handle.cancel();
        }
        match tokio::runtime::Handle::try_current() {
            Ok(_) => drop(self.tasks.spawn(async move { drop(rest.await) })),
            Err(_) => drop(rest),
        }
    }
}
