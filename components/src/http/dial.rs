//! Opens TCP connections for one `Connection`: its origins only, names resolved once, the address judged
//! by `guard` and then connected to as it is. Nothing resolves a second time, so a name cannot change its
//! answer between check and use.

use std::{
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use hyper::Uri;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, lookup_host};
use tower::Service;

use super::guard::{self, Kind, Reach};

type Answer<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Turns a host into addresses.
pub(super) trait Resolve: Send + Sync + 'static {
    /// All addresses of `host`, with `port`.
    fn resolve(&self, host: String, port: u16) -> Answer<io::Result<Vec<SocketAddr>>>;
}

/// The machine's own resolver.
pub(super) struct System;

impl Resolve for System {
    fn resolve(&self, host: String, port: u16) -> Answer<io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(lookup_host((host, port)).await?.collect()) })
    }
}

/// Scheme, host and port: what credentials belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    is_tls: bool,
    host: String,
    port: u16,
}

impl Origin {
    /// The origin of an absolute `http` or `https` address without user information.
    pub(super) fn of(uri: &Uri) -> Option<Self> {
        let is_tls = match uri.scheme_str()? {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        let authority = uri.authority()?;
        if authority.as_str().contains('@') || authority.host().is_empty() {
            return None;
        }
        let port = authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        Some(Self { is_tls, host: authority.host().to_ascii_lowercase(), port })
    }
}

/// Why no connection was opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum DialError {
    #[error("the address is not one of the connection's")]
    Origin,
    #[error("the host leads to {0}, which this connection may not reach")]
    Address(Kind),
    #[error("the host has no address")]
    Resolve(#[source] io::Error),
    #[error("no connection could be opened")]
    Connect(#[source] io::Error),
}

/// Opens connections to the origins of one `Connection`.
#[derive(Clone)]
pub(super) struct Dial {
    pub(super) resolver: Arc<dyn Resolve>,
    pub(super) reach: Reach,
    pub(super) origins: Arc<[Origin]>,
}

impl Dial {
    async fn connect(self, target: Uri) -> Result<TokioIo<TcpStream>, DialError> {
        let origin = Origin::of(&target).filter(|origin| self.origins.contains(origin));
        let Origin { host, port, .. } = origin.ok_or(DialError::Origin)?;
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let addresses = match bare.parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, port)],
            Err(_) => self.resolver.resolve(bare.to_owned(), port).await.map_err(DialError::Resolve)?,
        };
        // One bad address condemns the name: an honest one has no reason to mix them.
        for address in &addresses {
            guard::check(address.ip(), self.reach).map_err(DialError::Address)?;
        }
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    stream.set_nodelay(true).map_err(DialError::Connect)?;
                    return Ok(TokioIo::new(stream));
                }
                Err(fault) => last = fault,
            }
        }
        Err(DialError::Connect(last))
    }
}

impl Service<Uri> for Dial {
    type Response = TokioIo<TcpStream>;
    type Error = DialError;
    type Future = Answer<Result<Self::Response, DialError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), DialError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        Box::pin(self.clone().connect(target))
    }
}

#[cfg(test)]
#[path = "dial_tests.rs"]
mod tests;
