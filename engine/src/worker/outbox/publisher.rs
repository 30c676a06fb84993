//! The loop that delivers: reads the store once more is on disk, starts what may go, and takes care of how it ended.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use futures_util::{
    FutureExt as _,
    future::BoxFuture,
    stream::{FuturesUnordered, StreamExt as _},
};
use metrics::Counter;
use sdk::Error;
use tokio::sync::Semaphore;

use super::{
    courier,
    lanes::{Lane, Lanes, Posted},
    parked,
};
use crate::{
    engine::Inside,
    flow::document::{Jitter, Retry},
    run::Letter,
    state::{self, OutEvent, OutId},
    telemetry::EVENTS,
};

/// Events read at once.
const PAGE: usize = 64;
/// Deliveries under way at the most.
const IN_FLIGHT: usize = 32;
/// What is refused for good is tried so often.
const ATTEMPTS: u32 = 5;
/// After the store refused.
const AGAIN: Duration = Duration::from_secs(1);

/// Delivers until the engine closes.
pub(in crate::worker) async fn publish(inside: Arc<Inside>) {
    let mut outbox = inside.store.outbox();
    let mut publisher = Publisher::new(inside);
    let inside = Arc::clone(&publisher.inside);
    let mut is_stale = true;
    loop {
        let newest = outbox.borrow_and_update().newest;
        if let Err(error) = publisher.catch_up(is_stale, newest).await {
            tracing::warn!(%error, "reading the outbox");
            inside.world.clock.sleep(AGAIN).await;
            continue;
        }
        is_stale = false;
        tokio::select! {
            () = inside.desk.unparked.notified() => is_stale = true,
            changed = outbox.changed() => if changed.is_err() { return },
            Some(first) = publisher.in_flight.next() => publisher.settle(first).await,
        }
    }
}

struct Publisher {
    inside: Arc<Inside>,
    places: Arc<Semaphore>,
    retry: Retry,
    lanes: Lanes,
    /// One for each lane: waiting for its pause, for a place, or for an answer.
    in_flight: FuturesUnordered<BoxFuture<'static, Tried>>,
    delivered: Counter,
    failed: Counter,
    parked: Counter,
}

/// How a delivery ended.
struct Tried {
    posted: Arc<Posted>,
    attempt: u32,
    outcome: Result<(), Error>,
}

impl Publisher {
    fn new(inside: Arc<Inside>) -> Self {
        let count = |outcome| inside.telemetry.counter(EVENTS, &[("outcome", outcome)]);
        Self {
            delivered: count("delivered"),
            failed: count("failed"),
            parked: count("parked"),
            places: Arc::new(Semaphore::new(IN_FLIGHT)),
            retry: retry(),
            lanes: Lanes::default(),
            in_flight: FuturesUnordered::new(),
            inside,
        }
    }

    async fn catch_up(&mut self, is_stale: bool, newest: OutId) -> state::Result<()> {
        if is_stale {
            self.look_at_parked().await?;
        }
        self.read(newest).await
    }

    /// Which lanes wait for an operator; others that did go on.
    async fn look_at_parked(&mut self) -> state::Result<()> {
        let parked = parked::waited_for(&self.inside).await?;
        // A process that died while it parked an event has left it here, too.
        let places: Vec<OutId> = parked.iter().map(|(place, _)| *place).collect();
        if !places.is_empty() {
            self.inside.store.published(&places).await?;
        }
        let lanes: BTreeSet<Lane> = parked.iter().filter_map(|(_, lane)| lane.clone()).collect();
        self.lanes.unblock(&lanes);
        for (place, lane) in parked {
            if let Some(lane) = lane {
                self.lanes.block(lane, place);
            }
        }
        Ok(())
    }

    /// Takes in what is on disk up to `newest`.
    async fn read(&mut self, newest: OutId) -> state::Result<()> {
        while self.lanes.read() < newest {
            let part = self.inside.store.publish(Some(self.lanes.read()), PAGE).await?;
            for damaged in part.damaged.iter().filter(|damaged| damaged.id <= newest) {
                parked::set_aside(&self.inside, damaged).await?;
                self.parked.increment(1);
                self.inside.store.published(&[damaged.id]).await?;
            }
            for event in part.events.into_iter().filter(|event| event.id <= newest) {
                self.take(event).await?;
            }
            self.lanes.was_read(part.next.map_or(newest, |last| last.min(newest)));
        }
        Ok(())
    }

    async fn take(&mut self, event: OutEvent) -> state::Result<()> {
        match Letter::read(&event) {
            Ok(letter) => {
                if let Some(first) = self.lanes.take(Posted { event, letter }) {
                    self.start(first, 1, Duration::ZERO);
                }
                Ok(())
            }
            Err(fault) => {
                let error = Error::internal(format!("an event that cannot be read: {fault}"));
                parked::park(&self.inside, &event, None, (0, &error)).await?;
                self.parked.increment(1);
                self.inside.store.published(&[event.id]).await
            }
        }
    }

    fn start(&mut self, posted: Arc<Posted>, attempt: u32, pause: Duration) {
        let (inside, places) = (Arc::clone(&self.inside), Arc::clone(&self.places));
        self.in_flight.push(Box::pin(async move {
            if !pause.is_zero() {
                inside.world.clock.sleep(pause).await;
            }
            let _place = places.acquire().await;
            let outcome = courier::deliver(&inside, &posted.letter, &posted.event, attempt).await;
            Tried { posted, attempt, outcome }
        }));
    }

    /// Takes care of all deliveries that have ended: one flush for all of them.
    async fn settle(&mut self, first: Tried) {
        let mut gone: Vec<(OutId, Lane, Left)> = Vec::new();
        let mut next = Some(first);
        while let Some(tried) = next {
            if let Some((posted, left)) = self.judge(tried).await {
                gone.push((posted.event.id, posted.lane(), left));
            }
            next = self.in_flight.next().now_or_never().flatten();
        }
        let ids: Vec<OutId> = gone.iter().map(|(id, ..)| *id).collect();
        while !ids.is_empty()
            && let Err(error) = self.inside.store.published(&ids).await
        {
            tracing::warn!(%error, "marking events as published");
            self.inside.world.clock.sleep(AGAIN).await;
        }
        for (id, lane, left) in gone {
            match left {
                Left::Parked => self.lanes.block(lane, id),
                Left::Delivered => {
                    if let Some(next) = self.lanes.done(&lane) {
                        self.start(next, 1, Duration::ZERO);
                    }
                }
            }
        }
    }

    /// The event if it is gone from the outbox; else it is tried again.
    async fn judge(&mut self, tried: Tried) -> Option<(Arc<Posted>, Left)> {
        let Tried { posted, attempt, outcome } = tried;
        let Err(error) = outcome else {
            self.delivered.increment(1);
            return Some((posted, Left::Delivered));
        };
        self.failed.increment(1);
        // A target that is down for long is told of now and then.
        if attempt.is_power_of_two() {
            tracing::warn!(
                run = %posted.event.run, node = %posted.letter.node, attempt, code = %error.code,
                "an event was not delivered: {}", error.message
            );
        }
        if !error.class.is_retriable() && attempt >= ATTEMPTS {
            match parked::park(&self.inside, &posted.event, Some(&posted.letter), (attempt, &error)).await {
                Ok(()) => {
                    self.parked.increment(1);
                    return Some((posted, Left::Parked));
                }
                Err(error) => tracing::warn!(%error, "parking an event"),
            }
        }
        let pause = self.retry.delay(attempt, &error, self.inside.ids.random());
        self.start(posted, attempt.saturating_add(1), pause);
        None
    }
}

/// How an event has left the outbox.
#[derive(Clone, Copy)]
enum Left {
    Delivered,
    Parked,
}

/// Pauses grow from 200 ms to 30 s, with full jitter: what failed together must not come back together.
fn retry() -> Retry {
    Retry {
        attempts: u32::MAX,
        initial: sdk::Duration::new(Duration::from_millis(200)),
        max: sdk::Duration::new(Duration::from_secs(30)),
        factor: 2.0,
        jitter: Jitter::Full,
        on: Vec::new(),
        budget: None,
    }
}
