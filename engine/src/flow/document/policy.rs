//! Policy keys of a node: DESIGN §4.4 as data. What is absent is not asked for.

use sdk::{Class, Duration};

use super::Do;
use crate::flow::tree::{Span, Tree};

/// A policy block: of one node, of a flow's `defaults`, of a named block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policies {
    /// `cache`.
    pub cache: Option<Cache>,
    /// `fallback`.
    pub fallback: Option<Fallback>,
    /// `timeout`.
    pub timeout: Option<TimeoutPolicy>,
    /// `retry`.
    pub retry: Option<Retry>,
    /// `circuitBreaker`.
    pub circuit_breaker: Option<CircuitBreaker>,
    /// `rateLimit`.
    pub rate_limit: Option<RateLimit>,
    /// `bulkhead`.
    pub bulkhead: Option<Bulkhead>,
}

/// `timeout`: a duration is per attempt (on race, loop, foreach, wait and flow: total).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TimeoutPolicy {
    /// Of each attempt.
    pub attempt: Option<Duration>,
    /// Of all attempts together.
    pub total: Option<Duration>,
}

/// `retry`.
#[derive(Clone, Debug, PartialEq)]
pub struct Retry {
    /// Calls altogether, the first included; default 3.
    pub attempts: u32,
    /// The first delay's upper bound; default 200 ms.
    pub initial: Duration,
    /// The largest delay's upper bound; default 10 s.
    pub max: Duration,
    /// Growth of the bound; default 2.
    pub factor: f64,
    /// `full` unless stated.
    pub jitter: Jitter,
    /// Classes that are retried; empty = the retriable ones.
    pub on: Vec<Class>,
    /// The time after which no further attempt starts.
    pub budget: Option<Duration>,
}

/// How a delay is chosen below its bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Jitter {
    /// Evenly between nothing and the bound.
    #[default]
    Full,
    /// The bound itself.
    None,
}

/// `circuitBreaker`.
#[derive(Clone, Debug, PartialEq)]
pub struct CircuitBreaker {
    /// Share of failures that opens it, 0 to 1; default 0.5.
    pub failure_rate: f64,
    /// Share of slow calls that opens it; default 1 (never).
    pub slow_rate: f64,
    /// What counts as slow.
    pub slow: Option<Duration>,
    /// The window it looks at; default 30 s.
    pub window: Duration,
    /// Calls in the window before it may open; default 20.
    pub min_calls: u32,
    /// How long it stays open; default 15 s.
    pub open: Duration,
    /// Probes let through when half open; default 3.
    pub probes: u32,
}

/// `rateLimit`.
#[derive(Clone, Debug, PartialEq)]
pub struct RateLimit {
    /// Calls per `per`.
    pub limit: u32,
    /// The period; default 1 s.
    pub per: Duration,
    /// How many at once; default `limit`.
    pub burst: Option<u32>,
    /// `key`, a template: one bucket each.
    pub key: Option<Tree>,
    /// How long a call may wait for its turn; none = refused at once.
    pub wait: Option<Duration>,
}

/// `bulkhead`.
#[derive(Clone, Debug, PartialEq)]
pub struct Bulkhead {
    /// Calls in flight.
    pub max: u32,
    /// Calls waiting; default 0.
    pub queue: u32,
    /// How long a call may wait; default 1 s.
    pub wait: Duration,
}

/// `fallback`: the catch of one node.
#[derive(Clone, Debug, PartialEq)]
pub struct Fallback {
    /// Classes it catches; empty = all but `cancelled`.
    pub on: Vec<Class>,
    /// What it gives.
    pub give: Give,
    /// Where it stands.
    pub span: Span,
}

/// What a fallback gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Give {
    /// `value`, a template.
    Value(Tree),
    /// `use`/`with` or `extension`/`with`: a node without id.
    Node(Box<Do>),
}

/// `cache`.
#[derive(Clone, Debug, PartialEq)]
pub struct Cache {
    /// `key`, a template; default the whole `with`.
    pub key: Option<Tree>,
    /// `ttl`.
    pub ttl: Duration,
    /// `staleIfError`: how long after `ttl` an old value may stand in for a failure.
    pub stale_if_error: Option<Duration>,
    /// Where it stands.
    pub span: Span,
}
