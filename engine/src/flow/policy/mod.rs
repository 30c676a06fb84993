//! Policies as layers around a call, in one fixed order, outer to inner: cache, fallback, total timeout,
//! retry, circuit breaker, rate limit, bulkhead, attempt timeout, call.

/// The layers of one node.
#[derive(Debug, Default)]
pub struct Stack;
