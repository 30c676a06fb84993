//! Names and values of what is measured. No label is ever a biz id or a run id: their number has no bound.

use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Label, Level, Metadata, Recorder, SharedString, Unit,
};
use metrics_exporter_prometheus::{
    BuildError, Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

use crate::run::RunStatus;

/// Runs that ended, by flow and status.
pub const RUNS: &str = "bactrian_runs_total";
/// How long runs took, by flow.
pub const RUN_SECONDS: &str = "bactrian_run_seconds";
/// HTTP answers, by the first digit of their status.
pub const REQUESTS: &str = "bactrian_http_requests_total";
/// Requests being answered.
pub const REQUESTS_IN_FLIGHT: &str = "bactrian_http_requests_in_flight";
/// Runs that go on outside of their caller's connection.
pub const TASKS: &str = "bactrian_tasks";
/// Number of the revision that serves.
pub const REVISION: &str = "bactrian_catalog_revision";
/// Sets of documents that were refused.
pub const REJECTED: &str = "bactrian_catalog_rejected_total";
/// Events that were not delivered yet.
pub const OUTBOX: &str = "bactrian_outbox_depth";
/// Deliveries of events, by outcome: delivered, failed, parked.
pub const EVENTS: &str = "bactrian_events_total";
/// Groups of records the store has flushed, and what was in them.
pub const STORE_FLUSHES: &str = "bactrian_store_flushes_total";
/// Keys the store has set or removed.
pub const STORE_KEYS: &str = "bactrian_store_keys_total";
/// Bytes of those keys and their values.
pub const STORE_BYTES: &str = "bactrian_store_bytes_total";
/// The span of one HTTP request, on at level debug.
pub const REQUEST_SPAN: &str = "request";

const METADATA: Metadata<'static> = Metadata::new("bactrian", Level::INFO, None);
/// Upper ends of the histograms' buckets, in seconds.
const BUCKETS: [f64; 14] =
    [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0];
/// What a run can end as.
const ENDS: [RunStatus; 6] = [
    RunStatus::Succeeded,
    RunStatus::Failed,
    RunStatus::Compensated,
    RunStatus::Cancelled,
    RunStatus::TimedOut,
    RunStatus::Parked,
];

/// The measurements of one engine. Not the process's global recorder: several engines may live in one process.
pub struct Telemetry {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self::new()
    }
}

impl Telemetry {
    /// A recorder without a listener; `/metrics` asks it.
    #[must_use]
    pub fn new() -> Self {
        let recorder = builder().unwrap_or_else(|_| PrometheusBuilder::new()).build_recorder();
        let texts = [
            (RUNS, Unit::Count, "runs that ended, by flow and status"),
            (REQUESTS, Unit::Count, "HTTP answers, by the first digit of their status"),
            (EVENTS, Unit::Count, "deliveries of events, by outcome"),
            (STORE_FLUSHES, Unit::Count, "groups of records the store has flushed"),
            (STORE_KEYS, Unit::Count, "keys the store has set or removed"),
            (STORE_BYTES, Unit::Bytes, "bytes of those keys and their values"),
            (REJECTED, Unit::Count, "sets of documents that were refused"),
        ];
        for (name, unit, text) in texts {
            recorder.describe_counter(KeyName::from(name), Some(unit), SharedString::from(text));
        }
        recorder.describe_histogram(
            KeyName::from(RUN_SECONDS),
            Some(Unit::Seconds),
            "how long runs took".into(),
        );
        let handle = recorder.handle();
        Self { recorder, handle }
    }

    /// What one flow's runs are counted by.
    #[must_use]
    pub fn meter(&self, flow: &str) -> Meter {
        let label = || Label::new("flow", flow.to_owned());
        let count = |status: RunStatus| {
            let labels = vec![label(), Label::from_static_parts("status", status.word())];
            self.recorder.register_counter(&Key::from_parts(RUNS, labels), &METADATA)
        };
        let seconds =
            self.recorder.register_histogram(&Key::from_parts(RUN_SECONDS, vec![label()]), &METADATA);
        Meter { counts: ENDS.map(|status| (status, count(status))), seconds }
    }

    /// A counter without a flow.
    pub fn counter(&self, name: &'static str, labels: &[(&'static str, &'static str)]) -> Counter {
        let labels: Vec<Label> =
            labels.iter().map(|(name, value)| Label::from_static_parts(name, value)).collect();
        self.recorder.register_counter(&Key::from_parts(name, labels), &METADATA)
    }

    /// A gauge.
    pub fn gauge(&self, name: &'static str) -> Gauge {
        self.recorder.register_gauge(&Key::from_name(name), &METADATA)
    }

    /// Everything measured, in Prometheus' text form.
    #[must_use]
    pub fn render(&self) -> String {
        self.handle.render()
    }

    /// Sums up what histograms have gathered. Nobody else does: without it they grow.
    pub fn upkeep(&self) {
        self.handle.run_upkeep();
    }
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)
}

/// Counts the runs of one flow.
pub struct Meter {
    counts: [(RunStatus, Counter); 6],
    seconds: Histogram,
}

impl Meter {
    /// A run has ended.
    pub fn ended(&self, status: RunStatus, took_ms: f64) {
        if let Some((_, counter)) = self.counts.iter().find(|(counted, _)| *counted == status) {
            counter.increment(1);
        }
        self.seconds.record(took_ms / 1_000.0);
    }
}

#[cfg(test)]
mod tests {
    use super::Telemetry;
    use crate::run::RunStatus;

    #[test]
    fn what_is_counted_is_shown() {
        let telemetry = Telemetry::new();
        telemetry.meter("cancel-order").ended(RunStatus::Failed, 3.0);
        let text = telemetry.render();
        assert!(text.contains("bactrian_runs_total{flow=\"cancel-order\",status=\"failed\"} 1"), "{text}");
        assert!(text.contains("bactrian_run_seconds_bucket{flow=\"cancel-order\",le=\"0.005\"} 1"), "{text}");
    }
}
