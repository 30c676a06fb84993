//! How much a caller may send: SECURITY rule 14 as numbers. Every limit answers with its own code.

use std::time::Duration;

/// The limits of one server. The defaults are the documented ones; tests shrink them.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a body.
    pub body_bytes: usize,
    /// Bytes of one route's body at the most, whatever the route asks for.
    pub largest_body_bytes: usize,
    /// Bytes of all headers.
    pub header_bytes: usize,
    /// Number of headers.
    pub headers: usize,
    /// Bytes of path and query.
    pub uri_bytes: usize,
    /// Nesting of JSON.
    pub json_depth: usize,
    /// Items of one array or object.
    pub json_items: usize,
    /// For the request head to arrive.
    pub head_time: Duration,
    /// For the body to arrive: this long, and longer in proportion above [`Limits::body_rate`].
    pub body_time: Duration,
    /// Bytes per second a slow sender must reach.
    pub body_rate: usize,
    /// Streams of one HTTP/2 connection.
    pub streams: u32,
    /// Connections open at once.
    pub connections: usize,
    /// Requests being answered at once; above it 503.
    pub requests: usize,
    /// Runs that go on outside of their caller's connection.
    pub tasks: usize,
    /// Streams of events open at once.
    pub streams_of_events: usize,
    /// How long `/readyz` says no before the port closes.
    pub notice_time: Duration,
    /// For the requests in flight to end after a stop signal.
    pub drain_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            largest_body_bytes: 16 << 20,
            header_bytes: 16 << 10,
            headers: 100,
            uri_bytes: 8 << 10,
            json_depth: 64,
            json_items: 100_000,
            head_time: Duration::from_secs(10),
            body_time: Duration::from_secs(10),
            body_rate: 1 << 10,
            streams: 128,
            connections: 10_000,
            requests: 4_096,
            tasks: 10_000,
            streams_of_events: 256,
            notice_time: Duration::from_millis(200),
            drain_time: Duration::from_secs(30),
        }
    }
}
