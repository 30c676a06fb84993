//! A server's life: bound, serving, told to stop, drained.

use std::{net::SocketAddr, time::Duration};

use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;

use super::{
    listen::{ListenError, accept, bind},
    stack::service,
};
use crate::Engine;

/// How often histograms are summed up.
const UPKEEP: Duration = Duration::from_secs(5);

/// A server whose port is open; nobody is answered until it is run.
pub struct Server {
    engine: Engine,
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Opens the port. Loopback only.
    ///
    /// # Errors
    /// When the address is not loopback, or taken.
    pub async fn bind(engine: Engine, address: SocketAddr) -> Result<Self, ListenError> {
        let listener = bind(address).await?;
        let address = listener.local_addr().map_err(|fault| ListenError::Bind { address, fault })?;
        Ok(Self { engine, listener, address })
    }

    /// Where it listens; tells the port when 0 was asked for.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` ends. Then `/readyz` says no for the notice time, no new connections are taken,
    /// streams end, and requests and background runs have the drain time to end.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Self { engine, listener, address } = self;
        let (limits, clock) = (engine.settings().limits, engine.settings().clock.clone());
        engine.work();
        let service = TowerToHyperService::new(service(&engine, address));
        let told = async {
            stop.await;
            tracing::info!("stopping");
            engine.close();
            clock.sleep(limits.notice_time).await;
        };
        let upkeep = async {
            loop {
                clock.sleep(UPKEEP).await;
                engine.telemetry().upkeep();
            }
        };
        tokio::select! {
            () = accept(listener, service, limits, told) => {}
            () = upkeep => {}
        }
        if !engine.drained(limits.drain_time).await {
            tracing::warn!("some runs did not end within the drain time");
        }
    }
}

/// Opens the port and serves until `stop` ends.
///
/// # Errors
/// When the address is not loopback, or taken.
pub async fn serve(
    engine: Engine,
    address: SocketAddr,
    stop: impl Future<Output = ()>,
) -> Result<(), ListenError> {
    Server::bind(engine, address).await?.run(stop).await;
    Ok(())
}
