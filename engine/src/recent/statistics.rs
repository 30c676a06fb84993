//! What the calls of one flow come to: counts and latencies, all atomics, cheap enough for every call.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering::Relaxed},
    },
};

use schemars::JsonSchema;
use sdk::Timestamp;
use serde::Serialize;

use super::locked;
use crate::{
    run::{NodeReport, NodeStatus, RunStatus},
    telemetry::Meter,
};

const BUCKETS: usize = 96;
/// Minutes that are shown.
const MINUTES: usize = 30;

/// Durations by size: four buckets per doubling, from 1 µs to over four minutes, so a percentile is off by at
/// most a fifth.
#[derive(Debug)]
pub struct Histogram([AtomicU64; BUCKETS]);

impl Default for Histogram {
    fn default() -> Self {
        Self([const { AtomicU64::new(0) }; BUCKETS])
    }
}

/// A histogram at one moment.
pub type Counts = [u64; BUCKETS];

impl Histogram {
    fn add(&self, micros: u64) {
        self.0[bucket(micros)].fetch_add(1, Relaxed);
    }

    /// The counts at this moment.
    #[must_use]
    pub fn counts(&self) -> Counts {
        std::array::from_fn(|at| self.0[at].load(Relaxed))
    }

    /// The 95th percentile of what came between two moments, in milliseconds; 0 when nothing came.
    #[must_use]
    pub fn p95_ms(before: &Counts, after: &Counts) -> f64 {
        let came: Vec<u64> =
            before.iter().zip(after).map(|(before, after)| after - before.min(after)).collect();
        let total: u64 = came.iter().sum();
        let rank = total - total / 20;
        let mut seen = 0;
        for (at, count) in came.iter().enumerate() {
            seen += count;
            if seen >= rank && total > 0 {
                return upper_ms(at);
            }
        }
        0.0
    }
}

/// The bucket of a duration: position of the highest bit and the two bits below it.
fn bucket(micros: u64) -> usize {
    let micros = micros.max(1);
    let high = micros.ilog2();
    let below = if high >= 2 { (micros >> (high - 2)) & 3 } else { (micros << (2 - high)) & 3 };
    let at = usize::try_from(high).unwrap_or(0) * 4 + usize::try_from(below).unwrap_or(0);
    at.min(BUCKETS - 1)
}

/// The upper end of a bucket.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn upper_ms(bucket: usize) -> f64 {
    let (high, below) = (bucket / 4, bucket % 4);
    (high as f64).exp2() * (5.0 + below as f64) / 4.0 / 1_000.0
}

/// Counts of one flow since the start of the process.
#[derive(Clone, Copy, Debug)]
pub struct Totals {
    /// Runs that ended.
    pub calls: u64,
    /// Those that did not end well.
    pub errors: u64,
    /// Those whose nodes were traced.
    pub traced: u64,
    /// Runs that go on.
    pub inflight: i64,
    /// How long they took.
    pub latency: Counts,
}

/// What one node of the flow did in traced runs.
#[derive(Clone, Copy, Debug)]
pub struct NodeCount {
    /// How often it ran.
    pub ran: u64,
    /// How often it failed.
    pub errors: u64,
    /// How often it is running.
    pub inflight: i64,
    /// How long it took.
    pub latency: Counts,
}

impl Default for NodeCount {
    fn default() -> Self {
        Self { ran: 0, errors: 0, inflight: 0, latency: [0; BUCKETS] }
    }
}

#[derive(Debug, Default)]
struct Minute {
    number: AtomicU64,
    calls: AtomicU64,
}

/// The statistics of one flow.
pub struct Statistics {
    meter: Meter,
    calls: AtomicU64,
    errors: AtomicU64,
    traced: AtomicU64,
    inflight: AtomicI64,
    latency: Histogram,
    minutes: [Minute; MINUTES],
    nodes: Mutex<BTreeMap<Arc<str>, NodeCount>>,
}

impl Statistics {
    pub(super) fn new(meter: Meter) -> Self {
        Self {
            meter,
            calls: AtomicU64::new(0),
            errors: AtomicU64::new(0),
            traced: AtomicU64::new(0),
            inflight: AtomicI64::new(0),
            latency: Histogram::default(),
            minutes: Default::default(),
            nodes: Mutex::default(),
        }
    }

    pub(super) fn began(&self) {
        self.inflight.fetch_add(1, Relaxed);
    }

    /// A run that never did anything.
    pub(super) fn gave_up(&self) {
        self.inflight.fetch_sub(1, Relaxed);
    }

    pub(super) fn ended(&self, now: Timestamp, took_ms: f64, status: RunStatus, is_traced: bool) {
        self.meter.ended(status, took_ms);
        self.inflight.fetch_sub(1, Relaxed);
        self.calls.fetch_add(1, Relaxed);
        self.errors.fetch_add(u64::from(status != RunStatus::Succeeded), Relaxed);
        self.traced.fetch_add(u64::from(is_traced), Relaxed);
        self.latency.add(micros(took_ms));
        let number = minute(now);
        let slot = &self.minutes[usize::try_from(number).unwrap_or(0) % MINUTES];
        let before = slot.number.load(Relaxed);
        if before != number && slot.number.compare_exchange(before, number, Relaxed, Relaxed).is_ok() {
            slot.calls.store(0, Relaxed);
        }
        slot.calls.fetch_add(1, Relaxed);
    }

    /// A node of a traced run has started or settled.
    pub(super) fn node(&self, report: &NodeReport) {
        let mut nodes = locked(&self.nodes);
        let count = nodes.entry(Arc::clone(&report.address)).or_default();
        match report.status {
            NodeStatus::Running => count.inflight += 1,
            // A node whose `when` was false had started; one on a dead way had not.
            NodeStatus::Skipped if report.started_at.is_some() => count.inflight -= 1,
            NodeStatus::Pending | NodeStatus::Skipped | NodeStatus::Waiting => {}
            NodeStatus::Succeeded | NodeStatus::Failed | NodeStatus::Cancelled | NodeStatus::Compensated => {
                count.inflight -= 1;
                count.ran += 1;
                count.errors += u64::from(report.status == NodeStatus::Failed);
                count.latency[bucket(micros(report.duration_ms))] += 1;
            }
        }
    }

    /// The counts at this moment.
    #[must_use]
    pub fn totals(&self) -> Totals {
        Totals {
            calls: self.calls.load(Relaxed),
            errors: self.errors.load(Relaxed),
            traced: self.traced.load(Relaxed),
            inflight: self.inflight.load(Relaxed),
            latency: self.latency.counts(),
        }
    }

    /// What each node did in traced runs, by address.
    #[must_use]
    pub fn nodes(&self) -> BTreeMap<Arc<str>, NodeCount> {
        locked(&self.nodes).clone()
    }

    /// Calls in each of the last thirty minutes, the one that goes on last.
    fn per_minute(&self, now: Timestamp) -> Vec<u64> {
        let last = minute(now);
        let most = u64::try_from(MINUTES).unwrap_or(0);
        (0..most)
            .map(|back| {
                let number = (last + 1 + back).saturating_sub(most);
                let slot = &self.minutes[usize::try_from(number).unwrap_or(0) % MINUTES];
                if slot.number.load(Relaxed) == number { slot.calls.load(Relaxed) } else { 0 }
            })
            .collect()
    }

    /// The figures as lists of flows show them.
    #[must_use]
    pub fn figures(&self, now: Timestamp) -> Figures {
        let totals = self.totals();
        Figures {
            calls: totals.calls,
            errors: totals.errors,
            p95_ms: Histogram::p95_ms(&[0; BUCKETS], &totals.latency),
            per_minute: self.per_minute(now),
        }
    }
}

/// What the calls of one flow come to since this process began.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "FlowFigures")]
pub struct Figures {
    /// Runs that ended.
    pub calls: u64,
    /// Those that did not end well.
    pub errors: u64,
    /// 95 % of them took no longer; 0 when there was none.
    pub p95_ms: f64,
    /// Calls in each of the last thirty minutes, the one that goes on last.
    pub per_minute: Vec<u64>,
}

fn minute(now: Timestamp) -> u64 {
    u64::try_from(now / 60_000).unwrap_or(0)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a duration in microseconds")]
pub(super) fn micros(ms: f64) -> u64 {
    (ms * 1_000.0) as u64
}

#[cfg(test)]
mod tests {
    use super::{BUCKETS, Histogram, Statistics};

    #[test]
    fn the_95th_percentile_is_right_to_a_quarter() {
        let histogram = Histogram::default();
        (1..=1_000).for_each(|ms| histogram.add(ms * 1_000));
        let p95 = Histogram::p95_ms(&[0; BUCKETS], &histogram.counts());
        assert!((950.0..=1_190.0).contains(&p95), "{p95}");
        assert!(Histogram::p95_ms(&histogram.counts(), &histogram.counts()) == 0.0);
    }

    #[test]
    fn calls_are_counted_by_minute() {
        let statistics = Statistics::new(crate::telemetry::Telemetry::new().meter("f"));
        for minute in [0_i64, 1, 1, 29, 31, 31, 31] {
            statistics.began();
            statistics.ended((100 + minute) * 60_000, 1.0, crate::run::RunStatus::Succeeded, false);
        }
        let shown = statistics.per_minute(131 * 60_000);
        assert_eq!((shown.len(), shown[29], shown[27], shown[0]), (30, 3, 1, 0));
    }
}
