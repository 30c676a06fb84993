//! `/v1/live/{flow}`: what a flow does right now, once a second.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures_util::{Stream, stream};
use schemars::JsonSchema;
use sdk::Timestamp;
use serde::Serialize;

use crate::{
    Engine,
    clock::as_text,
    flow::plan::Plan,
    recent::{Histogram, NodeCount, Statistics, Totals},
    serve::{
        Answer, Ask, Event, Problem, events as stream_of,
        openapi::{Media, Operation, Tag, schema},
    },
};

const SECOND: Duration = Duration::from_secs(1);

/// What came within the last second.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LiveTick")]
struct Tick {
    /// When this was.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    at: Timestamp,
    /// The flow as a whole.
    flow: Traffic,
    /// What ran behind each edge.
    edges: Vec<EdgeTraffic>,
}

/// What came within a second.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Traffic {
    /// How many a second.
    rate: f64,
    /// 95 % of them took no longer; 0 when none came.
    p95_ms: f64,
    /// How many a second failed.
    errors: f64,
    /// How many go on.
    inflight: i64,
}

/// What ran behind one edge.
#[derive(Serialize, JsonSchema)]
struct EdgeTraffic {
    /// The node it comes from.
    from: Arc<str>,
    /// The node it leads to.
    to: Arc<str>,
    /// What that one did.
    #[serde(flatten)]
    traffic: Traffic,
}

pub(in crate::serve) const EVENTS: Operation =
    Operation::with(Tag::Flows, "followFlow", Media::Events(&[("live", schema::<Tick>)]))
        .refuses(&[(404, "FLOW_NOT_FOUND"), (503, "OVERLOADED")]);

/// Streams the figures of a flow.
pub(in crate::serve) async fn events(ask: Ask) -> Answer {
    let name = ask.param("flow");
    let served = ask.engine.served();
    let plan = served.entry(name).and_then(|entry| entry.base()).map(Arc::clone);
    let Some(plan) = plan else {
        let name: String = name.chars().take(128).collect();
        return Err(Problem::not_found("FLOW_NOT_FOUND", format!("there is no flow `{name}`")));
    };
    let events = once_a_second(ask.engine.clone(), plan);
    stream_of::answer(&ask.engine, &ask.streams, events)
}

/// What was counted a second ago.
struct Before {
    engine: Engine,
    plan: Arc<Plan>,
    statistics: Arc<Statistics>,
    totals: Totals,
    nodes: BTreeMap<Arc<str>, NodeCount>,
    nanos: u64,
    is_first: bool,
}

fn once_a_second(engine: Engine, plan: Arc<Plan>) -> impl Stream<Item = Event> + Send {
    let statistics = engine.runs().statistics(&plan.flow);
    let before = Before {
        totals: statistics.totals(),
        nodes: statistics.nodes(),
        nanos: engine.settings().clock.monotonic_nanos(),
        is_first: true,
        statistics,
        plan,
        engine,
    };
    stream::unfold(before, |mut before| async move {
        if !std::mem::take(&mut before.is_first) {
            let clock = Arc::clone(&before.engine.settings().clock);
            clock.sleep(SECOND).await;
        }
        let data = serde_json::to_string(&before.tell()).unwrap_or_default().into();
        Some((Event { name: "live", data }, before))
    })
}

impl Before {
    /// What came since the last look.
    fn tell(&mut self) -> Tick {
        let clock = &self.engine.settings().clock;
        let (totals, nodes, nanos) =
            (self.statistics.totals(), self.statistics.nodes(), clock.monotonic_nanos());
        let seconds = number(nanos.saturating_sub(self.nanos)) / 1e9;
        let seconds = if seconds > 0.01 { seconds } else { 1.0 };
        let calls = number(totals.calls - self.totals.calls);
        let traced = number(totals.traced - self.totals.traced);
        // Nodes are counted in traced runs only: what they show stands for all.
        let share = if traced > 0.0 { (calls / traced).max(1.0) } else { 1.0 };
        let mut edges = Vec::new();
        for node in &self.plan.body.nodes {
            for need in node.needs.iter().filter(|need| !need.is_order_only) {
                let Some(from) = self.plan.body.nodes.get(usize::from(need.from)) else { continue };
                let after = nodes.get(&node.id).copied().unwrap_or_default();
                let before = self.nodes.get(&node.id).copied().unwrap_or_default();
                let traffic = Traffic {
                    rate: number(after.ran - before.ran) * share / seconds,
                    p95_ms: Histogram::p95_ms(&before.latency, &after.latency),
                    errors: number(after.errors - before.errors) * share / seconds,
                    inflight: after.inflight.max(0),
                };
                edges.push(EdgeTraffic { from: Arc::clone(&from.id), to: Arc::clone(&node.id), traffic });
            }
        }
        let flow = Traffic {
            rate: calls / seconds,
            p95_ms: Histogram::p95_ms(&self.totals.latency, &totals.latency),
            errors: number(totals.errors - self.totals.errors) / seconds,
            inflight: totals.inflight.max(0),
        };
        let told = Tick { at: clock.now(), flow, edges };
        (self.totals, self.nodes, self.nanos) = (totals, nodes, nanos);
        told
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of one second")]
const fn number(count: u64) -> f64 {
    count as f64
}
