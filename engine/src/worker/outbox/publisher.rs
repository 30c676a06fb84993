//! The loop that delivers: reads the store once more is on disk, starts what may go, and takes care of how it ended.

use std::{sync::Arc, time::Duration};

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
/// The pause after the first failure; it doubles up to the longest.
const INITIAL: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(30);
/// After the store refused.
const AGAIN: Duration = Duration::from_secs(1);

/// Delivers until the engine closes.
pub(in crate::worker) async fn publish(inside: Arc<Inside>) {
    let mut outbox = inside.store.outbox();
    let mut publisher = Publisher::new(inside);
    loop {
        let newest = outbox.borrow_and_update().newest;
        if let Err(error) = publisher.read(newest).await {
            tracing::warn!(%error, "reading the outbox");
            publisher.inside.world.clock.sleep(AGAIN).await;
            continue;
        }
        tokio::select! {
            changed = outbox.changed() => if changed.is_err() { return },
            Some(first) = publisher.in_flight.next() => publisher.settle(first).await,
        }
    }
}

struct Publisher {
    inside: Arc<Inside>,
    places: Arc<Semaphore>,
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
            lanes: Lanes::default(),
            in_flight: FuturesUnordered::new(),
            inside,
        }
    }

    /// Takes in what is on disk up to `newest`.
    async fn read(&mut self, newest: OutId) -> state::Result<()> {
        while self.lanes.read() < newest {
            let page = self.inside.store.publish(Some(self.lanes.read()), PAGE).await?;
            let is_last = page.len() < PAGE;
            let last = page.last().map_or(newest, |event| event.id);
            for event in page.into_iter().filter(|event| event.id <= newest) {
                self.take(event).await?;
            }
            self.lanes.was_read(if is_last { newest } else { last.min(newest) });
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
        let mut gone: Vec<(OutId, Lane)> = Vec::new();
        let mut next = Some(first);
        while let Some(tried) = next {
            if let Some(posted) = self.judge(tried).await {
                gone.push((posted.event.id, posted.lane()));
            }
            next = self.in_flight.next().now_or_never().flatten();
        }
        let ids: Vec<OutId> = gone.iter().map(|(id, _)| *id).collect();
        while !ids.is_empty()
            && let Err(error) = self.inside.store.published(&ids).await
        {
            tracing::warn!(%error, "marking events as published");
            self.inside.world.clock.sleep(AGAIN).await;
        }
        for (_, lane) in gone {
            if let Some(next) = self.lanes.done(&lane) {
                self.start(next, 1, Duration::ZERO);
            }
        }
    }

    /// The event if it is gone; else it is tried again.
    async fn judge(&mut self, tried: Tried) -> Option<Arc<Posted>> {
        let Tried { posted, attempt, outcome } = tried;
        let Err(error) = outcome else {
            self.delivered.increment(1);
            return Some(posted);
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
                    return Some(posted);
                }
                Err(error) => tracing::warn!(%error, "parking an event"),
            }
        }
        self.start(posted, attempt.saturating_add(1), pause(attempt, &error));
        None
    }
}

fn pause(attempt: u32, error: &Error) -> Duration {
    let grown = INITIAL.saturating_mul(1 << attempt.saturating_sub(1).min(16));
    grown.min(LONGEST).max(Duration::from_millis(error.retry_after_ms.unwrap_or(0)))
}
