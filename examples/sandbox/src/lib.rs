//! The services that the shipped flows call, played by one small program on one loopback port: each service under
//! its own prefix, with state that survives a restart, idempotency keys that are honoured, books that can be audited
//! and switches that make any endpoint slow, failing or forgetful. It is for demonstrations and tests: there is no
//! authentication, and no service is more than its flows need.

mod audit;
mod call;
mod clock;
mod control;
mod journal;
mod ledger;
mod outbound;
mod seed;
mod serve;
mod service;
mod switches;
mod world;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::outbound::Outbound;
use crate::seed::Extra;
use crate::serve::Shared;
use crate::switches::Switches;
use crate::world::World;

pub use crate::journal::JournalError;

/// The secret callbacks are signed with unless another is given. It protects nothing but the demonstration.
pub const DEMO_SECRET: &str = "whsec_YmFjdHJpYW4gc2FuZGJveCBjYWxsYmFjayBkZW1v";

/// How to start.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the journal lies; made if it is not there.
    pub data: PathBuf,
    /// Decides every fault, so that a run can be repeated.
    pub seed: u64,
    /// Where the payment channels send their callbacks, `/bank-notify` appended; none, no callbacks.
    pub callback_url: Option<String>,
    /// The Standard Webhooks secret of the callbacks.
    pub callback_secret: String,
    /// An RSA private key, PKCS#8 in DER; with one, callbacks carry `X-Signature` too.
    pub bank_key: Option<Vec<u8>>,
}

/// What can go wrong at the start or while serving.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The journal could not be opened.
    #[error("data directory: {0}")]
    Journal(#[from] JournalError),
    /// The secret or the key does not parse, or the listener failed.
    #[error("{0}")]
    Settings(String),
    /// The port is taken, or the listener failed.
    #[error("listening: {0}")]
    Listen(#[from] std::io::Error),
}

/// A running sandbox; dropping it stops it at once.
pub struct Sandbox {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    server: JoinSet<std::io::Result<()>>,
}

/// Opens the data directory, fills it if it is new, and serves.
///
/// # Errors
/// When the data directory, the callback settings or the address cannot be used.
pub async fn start(settings: Settings) -> Result<Sandbox, SandboxError> {
    let (mut world, is_new) = World::open(&settings.data)?;
    if is_new {
        let mut tx = world.begin(clock::now());
        seed::plant(&mut tx, Extra::default());
        let changes = tx.finish();
        world.commit(changes, Value::Null)?;
    }
    let outbound = settings
        .callback_url
        .map(|url| Outbound::new(&url, &settings.callback_secret, settings.bank_key.as_deref()))
        .transpose()
        .map_err(SandboxError::Settings)?;
    let shared = Arc::new(Shared {
        world: Mutex::new(world),
        switches: Mutex::new(Switches::new(settings.seed)),
        outbound,
        seed: settings.seed,
    });
    let listener = TcpListener::bind(settings.listen).await?;
    let address = listener.local_addr()?;
    let (stop, mut stopped) = watch::channel(false);
    let router = serve::router(&shared).merge(control::router(Arc::clone(&shared)));
    let mut server = JoinSet::new();
    server.spawn(async move {
        let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
            // An error means that the handle is gone, which stops the server too.
            drop(stopped.wait_for(|is_stopped| *is_stopped).await);
        });
        tokio::select! {
            result = serving => result,
            () = outbound::work(shared) => Ok(()),
        }
    });
    Ok(Sandbox { address, stop, server })
}

impl Sandbox {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no new connections, answers what is open, and returns.
    ///
    /// # Errors
    /// When the listener failed.
    pub async fn stop(mut self) -> Result<(), SandboxError> {
        self.stop.send_replace(true);
        match self.server.join_next().await {
            Some(Ok(result)) => Ok(result?),
            Some(Err(cause)) => Err(SandboxError::Settings(cause.to_string())),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
#[path = "sandbox_tests.rs"]
mod tests;
