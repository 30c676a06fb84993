//! The loop that takes over durable runs that are due: timers, messages, operators, dead owners. Timers are never
//! early: the store is asked with the clock's time, and waited for until then.

use std::{future::pending, iter, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use sdk::{Class, Error, Timestamp};
use tokio::sync::OwnedSemaphorePermit;

use super::pinned::pinned;
use crate::{
    Engine,
    engine::Inside,
    run::{Start, resume},
    state::{self, Batch, Entry, Lease, Record},
};

/// Runs claimed at once, at the most.
const SLOTS: usize = 64;
/// Runs of dead owners made claimable at once.
const REAPED: usize = 512;
/// How often dead owners are looked for.
const SWEEP: Duration = Duration::from_secs(5);
/// A run that has killed so many owners is left to an operator.
const DEATHS: u32 = 5;
/// After the store refused, or nothing was there although something was due.
const PAUSE: Duration = Duration::from_millis(20);

impl Engine {
    /// Starts what durable runs need in the background, until the engine closes: those that are due go on, those
    /// whose owner died are taken over, events are delivered, schedules fire, old runs are dropped.
    pub fn work(&self) {
        let inside = &self.0;
        let until_closing = |work: BoxFuture<'static, ()>| {
            let closing = inside.closing.clone();
            inside.tasks.spawn(async move {
                tokio::select! { () = work => {}, () = closing.cancelled() => {} }
            });
        };
        until_closing(Box::pin(reap(Arc::clone(inside))));
        until_closing(Box::pin(super::outbox::publish(Arc::clone(inside))));
        until_closing(Box::pin(super::upkeep::keep_up(Arc::clone(inside))));
        until_closing(Box::pin(crate::trigger::fire(self.clone())));
        inside.tasks.spawn(claim(Arc::clone(inside)));
    }
}

/// Makes the runs of dead owners claimable, a part at a time, while everything else goes on.
async fn reap(inside: Arc<Inside>) {
    loop {
        match inside.store.reap(inside.world.clock.now(), REAPED).await {
            // Other processes on this store may die later.
            Ok(0) => inside.world.clock.sleep(SWEEP).await,
            Ok(count) => tracing::info!(count, "runs of a process that died go on"),
            Err(error) => {
                tracing::warn!(%error, "looking for runs of a process that died");
                inside.world.clock.sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn claim(inside: Arc<Inside>) {
    let mut due = inside.store.due();
    loop {
        let places = tokio::select! {
            places = places(&inside) => places,
            () = inside.closing.cancelled() => return,
        };
        due.borrow_and_update();
        match inside.store.claim(inside.world.clock.now(), places.len()).await {
            Ok(leases) if inside.closing.is_cancelled() => return give_back(&inside, leases).await,
            Ok(leases) if !leases.is_empty() => {
                for (lease, place) in leases.into_iter().zip(places) {
                    let worker = Arc::clone(&inside);
                    inside.tasks.spawn(async move {
                        worker.go_on(lease).await;
                        drop(place);
                    });
                }
                continue;
            }
            Ok(_) => {}
            Err(state::Error::Closed) => return,
            Err(error) => {
                tracing::warn!(%error, "claiming runs that are due");
                inside.world.clock.sleep(PAUSE).await;
            }
        }
        drop(places);
        let next = *due.borrow();
        tokio::select! {
            changed = due.changed() => if changed.is_err() { return },
            () = until(&inside, next) => {}
            () = inside.closing.cancelled() => return,
        }
    }
}

/// Ends when the time has come; never when there is none.
async fn until(inside: &Inside, next: Option<Timestamp>) {
    let Some(next) = next else { return pending().await };
    let left = next.saturating_sub(inside.world.clock.now());
    // A hint may come too early: then nothing was claimed, and asking at once again would change nothing.
    let left = u64::try_from(left).ok().filter(|left| *left > 0).map_or(PAUSE, Duration::from_millis);
    inside.world.clock.sleep(left).await;
}

/// At least one place, and as many more as are free.
async fn places(inside: &Inside) -> Vec<OwnedSemaphorePermit> {
    let Ok(first) = Arc::clone(&inside.places).acquire_owned().await else { return pending().await };
    let more = iter::from_fn(|| Arc::clone(&inside.places).try_acquire_owned().ok());
    iter::once(first).chain(more.take(SLOTS - 1)).collect()
}

pub(super) async fn give_back(inside: &Inside, leases: Vec<Lease>) {
    if let Err(error) = inside.store.release(inside.world.clock.now(), leases).await {
        tracing::debug!(%error, "giving runs back; the next process takes them over");
    }
}

impl Inside {
    /// Goes on with a run that was claimed.
    async fn go_on(self: &Arc<Self>, mut lease: Lease) {
        let (run, attempts) = (lease.run(), lease.attempts());
        let loaded = match self.store.load(&mut lease).await {
            Ok(loaded) => loaded,
            Err(error) => {
                tracing::error!(%run, %error, "a durable run cannot be read");
                if matches!(error, state::Error::Files { .. } | state::Error::Busy) {
                    self.give_up(lease, error).await;
                }
                return;
            }
        };
        if attempts > DEATHS {
            let text = format!("{attempts} processes in a row died while they drove this run");
            return self.park(lease, Error::new(Class::Internal, "RUN_KILLS", text)).await;
        }
        let pinned = match loaded.origin() {
            Some(origin) => pinned(self, origin).await.map(|(served, plan)| {
                let identity = Arc::new(origin.identity.clone());
                Start::new(run.to_string().into(), plan, identity, origin.input.clone(), served)
            }),
            None => Err(Error::internal("a journal without a start")),
        };
        let mut start = match pinned {
            Ok(start) => start,
            Err(error) => return self.without_plan(lease, &loaded, error).await,
        };
        let watched = self.runs.observe(&mut start, run.started_at());
        match resume(start, lease, loaded, Arc::clone(&self.store)) {
            Ok(durable) => self.attend(run, durable, watched).await,
            Err(failure) => tracing::error!(%run, code = %failure.code, "a durable run cannot go on"),
        }
    }

    /// Leaves a run to an operator.
    pub(super) async fn park(&self, mut lease: Lease, error: Error) {
        let (run, now) = (lease.run(), self.world.clock.now());
        tracing::error!(%run, code = %error.code, "a durable run is parked: {}", error.message);
        let entry = Entry::Parked { address: None, failure: Box::new(error) };
        let batch = Batch { now, records: vec![Record::new(now, entry)], ..Batch::default() };
        if let Err(error) = self.store.append(&mut lease, batch).await {
            tracing::warn!(%run, %error, "parking a run");
        }
        give_back(self, vec![lease]).await;
    }
}
