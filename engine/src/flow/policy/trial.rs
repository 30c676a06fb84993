//! A call that answers as told, on paused time, for the tests of every layer.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use futures_util::future::BoxFuture;
use sdk::{Class, Clock, Error, Outcome, Shared, Timestamp, Value};
use tokio::time::Instant;

use super::{BreakerState, Call, Event, Forced, Settings, Stack, States};
use crate::flow::document::{
    Bulkhead, Cache, CircuitBreaker, Fallback, Give, Jitter, Policies, RateLimit, Retry, TimeoutPolicy,
};

struct PausedClock(Instant);

impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        i64::try_from(self.0.elapsed().as_millis()).unwrap()
    }

    fn monotonic_nanos(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_nanos()).unwrap()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(duration))
    }
}

pub(super) struct Trial {
    stack: Stack,
    states: States,
    call: Arc<Script>,
}

struct Script {
    answers: Mutex<Vec<String>>,
    attempts: AtomicU32,
    finished: AtomicU32,
    events: Mutex<Vec<Event>>,
    clock: Arc<PausedClock>,
}

impl Trial {
    /// A trial of the policies written as in a flow.
    pub(super) fn policies(text: &str) -> Self {
        let states = States::default();
        let settings = Settings { target: "http:orders", node: "flow/1/node", states: &states };
        let stack = Stack::build(&policies(text), &settings).expect("some policy");
        let call = Script {
            answers: Mutex::default(),
            attempts: AtomicU32::new(0),
            finished: AtomicU32::new(0),
            events: Mutex::default(),
            clock: Arc::new(PausedClock(Instant::now())),
        };
        Self { stack, states, call: Arc::new(call) }
    }

    /// What the attempts do, in order: a JSON value, `fail CODE`, or `wait 1s`.
    pub(super) fn answers<const N: usize>(self, answers: [&str; N]) -> Self {
        *self.call.answers.lock().unwrap() = answers.iter().rev().map(|text| (*text).to_owned()).collect();
        self
    }

    pub(super) async fn call(&self) -> Outcome {
        self.stack.call(Arc::clone(&self.call) as Arc<dyn Call>).await
    }

    pub(super) fn attempts(&self) -> u32 {
        self.call.attempts.load(Ordering::Relaxed)
    }

    pub(super) fn finished(&self) -> u32 {
        self.call.finished.load(Ordering::Relaxed)
    }

    pub(super) fn events(&self) -> Vec<Event> {
        self.call.events.lock().unwrap().clone()
    }

    pub(super) fn elapsed_ms(&self) -> i64 {
        self.call.clock.now()
    }

    pub(super) async fn pass_ms(&self, ms: u64) {
        self.call.clock.sleep(Duration::from_millis(ms)).await;
    }

    pub(super) fn breaker(&self) -> BreakerState {
        self.states.breakers()[0].state
    }

    pub(super) fn force(&self, forced: Option<Forced>) {
        assert!(self.states.force("http:orders", forced));
    }
}

impl Call for Script {
    fn attempt(self: Arc<Self>, _: u32, _: Option<Timestamp>) -> BoxFuture<'static, Outcome> {
        Box::pin(async move {
            self.attempts.fetch_add(1, Ordering::Relaxed);
            let answer = self.answers.lock().unwrap().pop().expect("an answer is left");
            let outcome = match answer.split_once(' ') {
                Some(("fail", code)) => Err(Error::new(Class::of_code(code), code, "as told")),
                Some(("wait", time)) => {
                    self.clock.sleep(time.parse::<sdk::Duration>().unwrap().get()).await;
                    Ok(Shared::new(Value::Null))
                }
                _ => Ok(Shared::new(sdk::serde_json::from_str(&answer).unwrap())),
            };
            self.finished.fetch_add(1, Ordering::Relaxed);
            outcome
        })
    }

    fn recover(self: Arc<Self>, error: Error) -> BoxFuture<'static, Outcome> {
        Box::pin(async move { Ok(Shared::new(Value::from(format!("recovered from {}", error.code)))) })
    }

    fn cache_key(&self) -> Result<Option<String>, Error> {
        Ok(Some("key".to_owned()))
    }

    fn rate_key(&self) -> Result<String, Error> {
        Ok(String::new())
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock) as Arc<dyn Clock>
    }

    fn note(&self, event: Event) {
        self.events.lock().unwrap().push(event);
    }
}

/// Reads `{a: 1s, b: 2}` into pairs; the tests of this folder need no more YAML than that.
fn pairs(text: &str) -> Vec<(&str, &str)> {
    let inner = text.trim().trim_start_matches('{').trim_end_matches('}');
    inner.split(", ").filter_map(|pair| pair.split_once(": ")).collect()
}

fn field<'a>(pairs: &[(&'a str, &'a str)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
}

fn time(pairs: &[(&str, &str)], name: &str) -> Option<sdk::Duration> {
    field(pairs, name).map(|text| text.parse().unwrap())
}

fn number<T: std::str::FromStr<Err: std::fmt::Debug>>(pairs: &[(&str, &str)], name: &str) -> Option<T> {
    field(pairs, name).map(|text| text.parse().unwrap())
}

/// A retry written as in a flow.
pub(super) fn retry(text: &str) -> Retry {
    let given = pairs(text);
    Retry {
        attempts: number(&given, "attempts").unwrap_or(3),
        initial: time(&given, "initial").unwrap_or("200ms".parse().unwrap()),
        max: time(&given, "max").unwrap_or("10s".parse().unwrap()),
        factor: number(&given, "factor").unwrap_or(2.0),
        jitter: if field(&given, "jitter") == Some("none") { Jitter::None } else { Jitter::Full },
        on: Vec::new(),
        budget: time(&given, "budget"),
    }
}

fn policies(text: &str) -> Policies {
    let mut policies = Policies::default();
    for line in text.lines() {
        let (key, rest) = line.split_once(": ").unwrap();
        let given = pairs(rest);
        match key {
            "timeout" => {
                let (attempt, total) = (time(&given, "attempt"), time(&given, "total"));
                policies.timeout = Some(TimeoutPolicy { attempt, total });
            }
            "retry" => policies.retry = Some(retry(rest)),
            "fallback" => {
                let on = if rest.contains("[timeout]") { vec![Class::Timeout] } else { Vec::new() };
                let value = crate::flow::tree::Tree {
                    span: Default::default(),
                    shape: crate::flow::tree::Shape::Null,
                };
                policies.fallback = Some(Fallback { on, give: Give::Value(value), span: Default::default() });
            }
            "cache" => {
                let (ttl, stale) = (time(&given, "ttl").unwrap(), time(&given, "staleIfError"));
                policies.cache =
                    Some(Cache { key: None, ttl, stale_if_error: stale, span: Default::default() });
            }
            "bulkhead" => {
                let (max, queue) = (number(&given, "max").unwrap(), number(&given, "queue").unwrap_or(0));
                policies.bulkhead = Some(Bulkhead { max, queue, wait: time(&given, "wait").unwrap() });
            }
            "rateLimit" => {
                let (limit, per) = (number(&given, "limit").unwrap(), time(&given, "per").unwrap());
                policies.rate_limit =
                    Some(RateLimit { limit, per, burst: None, key: None, wait: time(&given, "wait") });
            }
            "circuitBreaker" => policies.circuit_breaker = Some(breaker(&given)),
            other => panic!("no policy {other}"),
        }
    }
    policies
}

fn breaker(given: &[(&str, &str)]) -> CircuitBreaker {
    CircuitBreaker {
        failure_rate: number(given, "failureRate").unwrap(),
        slow_rate: 1.0,
        slow: None,
        window: time(given, "window").unwrap(),
        min_calls: number(given, "minCalls").unwrap(),
        open: time(given, "open").unwrap(),
        probes: number(given, "probes").unwrap(),
    }
}
