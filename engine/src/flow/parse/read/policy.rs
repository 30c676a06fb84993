//! Policies: DESIGN §4.4. A key that a node states replaces that key of its named blocks, and those
//! replace it in `defaults`; keys are never merged with each other.

use sdk::{Class, Duration};

use super::{PolicyBlocks, class, duration, number, several, template, whole, word};
use crate::flow::{
    document::{
        Bulkhead, Cache, CircuitBreaker, Do, Fallback, Give, Jitter, Kind, Policies, RateLimit, Retry,
        TimeoutPolicy,
    },
    tree::{Spanned, Tree},
};

/// Reads the policy keys that stand directly in `tree`.
pub(super) fn policies(tree: &Tree, blocks: &PolicyBlocks<'_>) -> Policies {
    Policies {
        cache: tree.get("cache").map(cache),
        fallback: tree.get("fallback").map(|tree| fallback(tree, blocks)),
        timeout: tree.get("timeout").and_then(timeout),
        retry: tree.get("retry").map(retry),
        circuit_breaker: tree.get("circuitBreaker").map(circuit_breaker),
        rate_limit: tree.get("rateLimit").map(rate_limit),
        bulkhead: tree.get("bulkhead").map(bulkhead),
    }
}

/// A node's policies with its named blocks and the flow's defaults below them. Defaults are for nodes
/// that call something: a `wait` of days must not inherit the timeout of a call.
pub(super) fn of_node(tree: &Tree, kind: &Kind, blocks: &PolicyBlocks<'_>) -> Policies {
    let mut merged = policies(tree, blocks);
    for name in tree.get("policy").map(several).unwrap_or_default() {
        let named = name.text().and_then(|name| blocks.named.and_then(|named| named.get(name)));
        if let Some(block) = named {
            merged = below(merged, policies(block, &PolicyBlocks::default()));
        }
    }
    if let (Some(defaults), Kind::Use(_) | Kind::Extension { .. } | Kind::Flow { .. }) =
        (blocks.defaults, kind)
    {
        merged = below(merged, policies(defaults, &PolicyBlocks::default()));
    }
    merged
}

fn below(above: Policies, below: Policies) -> Policies {
    Policies {
        cache: above.cache.or(below.cache),
        fallback: above.fallback.or(below.fallback),
        timeout: above.timeout.or(below.timeout),
        retry: above.retry.or(below.retry),
        circuit_breaker: above.circuit_breaker.or(below.circuit_breaker),
        rate_limit: above.rate_limit.or(below.rate_limit),
        bulkhead: above.bulkhead.or(below.bulkhead),
    }
}

fn timeout(tree: &Tree) -> Option<TimeoutPolicy> {
    if tree.text().is_some() {
        return duration(Some(tree)).map(|attempt| TimeoutPolicy { attempt: Some(attempt), total: None });
    }
    Some(TimeoutPolicy { attempt: duration(tree.get("attempt")), total: duration(tree.get("total")) })
}

pub(super) fn retry(tree: &Tree) -> Retry {
    Retry {
        attempts: whole(tree.get("attempts")).unwrap_or(3),
        initial: duration(tree.get("initial")).unwrap_or(millis(200)),
        max: duration(tree.get("max")).unwrap_or(millis(10_000)),
        factor: number(tree.get("factor")).unwrap_or(2.0),
        jitter: word(tree.get("jitter"), &[("full", Jitter::Full), ("none", Jitter::None)]),
        on: classes(tree.get("on")),
        budget: duration(tree.get("budget")),
    }
}

fn circuit_breaker(tree: &Tree) -> CircuitBreaker {
    CircuitBreaker {
        failure_rate: number(tree.get("failureRate")).unwrap_or(0.5),
        slow_rate: number(tree.get("slowRate")).unwrap_or(1.0),
        slow: duration(tree.get("slow")),
        window: duration(tree.get("window")).unwrap_or(millis(30_000)),
        min_calls: whole(tree.get("minCalls")).unwrap_or(20),
        open: duration(tree.get("open")).unwrap_or(millis(15_000)),
        probes: whole(tree.get("probes")).unwrap_or(3),
    }
}

fn rate_limit(tree: &Tree) -> RateLimit {
    RateLimit {
        limit: whole(tree.get("limit")).unwrap_or(1),
        per: duration(tree.get("per")).unwrap_or(millis(1_000)),
        burst: whole(tree.get("burst")),
        key: template(tree.get("key")),
        wait: duration(tree.get("wait")),
    }
}

fn bulkhead(tree: &Tree) -> Bulkhead {
    Bulkhead {
        max: whole(tree.get("max")).unwrap_or(1),
        queue: whole(tree.get("queue")).unwrap_or(0),
        wait: duration(tree.get("wait")).unwrap_or(millis(1_000)),
    }
}

fn cache(tree: &Tree) -> Cache {
    Cache {
        key: template(tree.get("key")),
        ttl: duration(tree.get("ttl")).unwrap_or(millis(1_000)),
        stale_if_error: duration(tree.get("staleIfError")),
        span: tree.span,
    }
}

fn fallback(tree: &Tree, blocks: &PolicyBlocks<'_>) -> Fallback {
    let give = match tree.get("value") {
        Some(value) => Give::Value(value.clone()),
        None => {
            // Neither the flow's defaults nor a retry belong to the call that stands in for another.
            let bare = PolicyBlocks { defaults: None, ..*blocks };
            let node = super::body::node(Spanned::new(String::new(), tree.span), tree, &bare);
            Give::Node(Box::new(Do::One(Box::new(node))))
        }
    };
    Fallback { on: classes(tree.get("on")), give, span: tree.span }
}

fn classes(tree: Option<&Tree>) -> Vec<Class> {
    tree.map(several).unwrap_or_default().iter().filter_map(|tree| class(tree.text()?)).collect()
}

const fn millis(number: u64) -> Duration {
    Duration::new(std::time::Duration::from_millis(number))
}
