//! The accept loop: connections in, limits set, drained on stop. Knows no routes.

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http_body_util::{Either, Full, combinators::UnsyncBoxBody};
use hyper::{Request, Response, body::Incoming};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
};
use tokio::{net::TcpListener, sync::Semaphore};

use super::Limits;

/// A response body: ready bytes, or a stream of events.
pub type Body = Either<Full<Bytes>, UnsyncBoxBody<Bytes, Fault>>;
/// Why a stream broke off.
pub(super) type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The address is open to others, and nothing asks who calls.
    #[error(
        "refusing to listen on {0}: it can be reached from other machines, and this release has no authentication; listen on 127.0.0.1 and put an authenticating proxy in front"
    )]
    NotLoopback(SocketAddr),
    /// The system said no.
    #[error("cannot listen on {address}: {fault}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        fault: io::Error,
    },
}

/// Opens the port. Loopback only (SECURITY rule 1).
///
/// # Errors
/// When the address is not loopback, or taken.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, ListenError> {
    if !address.ip().is_loopback() {
        return Err(ListenError::NotLoopback(address));
    }
    TcpListener::bind(address).await.map_err(|fault| ListenError::Bind { address, fault })
}

/// Serves until `stop` ends, then lets the requests in flight end within the drain time.
pub(super) async fn accept<S, B>(
    listener: TcpListener,
    service: S,
    limits: Limits,
    stop: impl Future<Output = ()>,
) where
    S: hyper::service::Service<Request<Incoming>, Response = Response<B>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send + 'static,
    B: hyper::body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Fault>,
{
    let builder = connection_builder(&limits);
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(limits.connections));
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        // A failed accept (too many open files, a reset in the queue) is not the end of the server.
        let Ok((stream, peer)) = accepted else {
            tokio::task::yield_now().await;
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            tracing::warn!(%peer, "connection refused: too many are open");
            continue;
        };
        // Small answers must not wait for the peer's acknowledgement of the one before.
        if let Err(fault) = stream.set_nodelay(true) {
            tracing::debug!(%peer, %fault, "nodelay");
        }
        let connection = builder.serve_connection(TokioIo::new(stream), service.clone()).into_owned();
        let watched = graceful.watch(connection);
        spawn_connection(async move {
            if let Err(fault) = watched.await {
                tracing::debug!(%peer, fault, "connection ended");
            }
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(limits.drain_time, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end within the drain time");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "one task per connection; `GracefulShutdown` waits for all of them"
)]
fn spawn_connection(connection: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(connection);
}

fn connection_builder(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_buf_size((limits.header_bytes + limits.uri_bytes).max(64 << 10))
        // Small answers go out in one piece. hyper's own bound of 100 headers stands, which is ours too: it answers
        // 431 itself, and a bound of our own would put its table of headers on the heap for every request.
        .writev(false);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams)
        .max_header_list_size(u32::try_from(limits.header_bytes + limits.uri_bytes).unwrap_or(u32::MAX))
        .max_pending_accept_reset_streams(20)
        .keep_alive_interval(std::time::Duration::from_secs(20))
        .keep_alive_timeout(std::time::Duration::from_secs(20));
    builder
}
