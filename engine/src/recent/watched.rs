//! A run about to be driven, and a durable one while it is in this process: listed, its nodes watched, counted at
//! its end. What a durable run did is told by the store; what its journal leaves out is kept as of any other run.

use std::sync::Arc;

use sdk::{Shared, Timestamp};
use tokio::sync::watch;

use super::{About, Item, Kept, Live, Runs, Statistics, Watch, locked, running::ms};
use crate::{
    run::{Finished, Handle, Keep, Observer, Start},
    state::Trigger,
};

/// A run that is about to be driven.
pub struct Watched {
    pub(super) about: Arc<About>,
    pub(super) watch: Option<Arc<Watch>>,
    pub(super) statistics: Arc<Statistics>,
    runs: Arc<Runs>,
}

/// A run that is driven.
pub struct Listed {
    watched: Watched,
    live: Arc<Live>,
    is_counted: bool,
}

impl Runs {
    /// Has a run's nodes watched when the sample says so.
    pub fn observe(self: &Arc<Self>, start: &mut Start, started_at: Timestamp) -> Watched {
        let statistics = self.statistics(&start.plan.flow);
        let is_traced =
            start.keep != Keep::Nothing || self.sampler.takes(start.snapshot.clock().monotonic_nanos());
        let watch = is_traced.then(|| Arc::new(Watch::new(Arc::clone(&statistics))));
        if let Some(watch) = &watch {
            start.keep = Keep::Values(self.keeping.value_bytes);
            start.observer = Some(Arc::clone(watch) as Arc<dyn Observer>);
        }
        let about = Arc::new(About {
            id: Arc::clone(&start.id),
            plan: Arc::clone(&start.plan),
            identity: Arc::clone(&start.identity),
            started_at,
            trigger: Trigger::of(start.trigger.as_deref(), start.parent.as_ref()),
            parent: start.parent.clone(),
            input: Shared::clone(&start.input),
            is_traced,
        });
        Watched { about, watch, statistics, runs: Arc::clone(self) }
    }
}

impl Watched {
    /// Lists it among those that go on.
    #[must_use]
    pub fn list(self, handle: Handle) -> Listed {
        self.statistics.began();
        let (about, watch) = (Arc::clone(&self.about), self.watch.clone());
        let live = Arc::new(Live { about, handle, watch, ended: watch::Sender::new(None) });
        locked(&self.runs.live).insert(Arc::clone(&self.about.id), Arc::clone(&live));
        Listed { watched: self, live, is_counted: false }
    }
}

impl Listed {
    /// It has ended, or is parked.
    pub fn ended(mut self, finished: &Finished) {
        let (about, report) = (&self.watched.about, &finished.report);
        let ended_at = about.started_at.saturating_add(ms(report.duration_ms));
        self.watched.statistics.ended(ended_at, report.duration_ms, report.status, about.is_traced);
        self.is_counted = true;
        self.keep(Item::ended(about, finished));
        self.live.ended.send_replace(Some(Item::ended(about, finished)));
    }
}

impl Listed {
    /// Keeps what its journal leaves out, when it is traced.
    fn keep(&self, item: Item) {
        let Watched { about, runs, .. } = &self.watched;
        if about.is_traced {
            let before = runs.kept(&about.id);
            let kept = Kept::seen(item, &self.live.handle.nodes(), before.as_deref());
            locked(&runs.ended).put(Arc::new(kept));
        }
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        let Watched { about, runs, .. } = &self.watched;
        if !self.is_counted {
            self.watched.statistics.gave_up();
            self.keep(Item::of(about, 0.0));
        }
        let mut live = locked(&runs.live);
        if live.get(&about.id).is_some_and(|known| Arc::ptr_eq(known, &self.live)) {
            live.remove(&about.id);
        }
    }
}
