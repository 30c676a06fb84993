//! `bactrian serve`: the server, until it is told to stop.

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use engine::{
    Engine,
    serve::{Assets, Server},
    state::Durability,
};
use tracing_subscriber::{EnvFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::{
    opening,
    output::{Fault, Output},
};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Directories of documents; without any, what was published last serves.
    #[arg(long)]
    flows: Vec<PathBuf>,
    /// Where state is kept; without it, in memory.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Where to listen; loopback only.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Reloads when a document changes; a set with a fault leaves the old one serving.
    #[arg(long)]
    watch: bool,
    /// Publishing also writes the changed files to the directory of documents.
    #[arg(long, requires = "flows")]
    write_back: bool,
    /// A JSON file of secrets by name.
    #[arg(long, env = "BACTRIAN_SECRETS")]
    secrets: Option<PathBuf>,
    /// What an acknowledged step survives.
    #[arg(long, value_enum, default_value_t = Survives::Power)]
    durability: Survives,
    /// Another name the server is known by, beside `localhost`; may be given several times.
    #[arg(long)]
    host: Vec<String>,
    /// What is logged, such as `info` or `bactrian_engine=debug`.
    #[arg(long, env = "BACTRIAN_LOG", default_value = "info")]
    log: String,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Survives {
    /// A power loss.
    Power,
    /// The end of the process.
    Process,
}

pub(crate) fn run(arguments: Arguments, output: &Output) -> Result<ExitCode, Fault> {
    listen_to(&arguments.log, output)?;
    // Every TLS connection of the process uses ring; a second call would only find it there.
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        tracing::debug!("a TLS provider was installed before");
    }
    let mut settings = opening::settings(&arguments.flows)?;
    settings.data = arguments.data;
    settings.secrets = opening::secrets(arguments.secrets.as_deref())?;
    settings.hosts = arguments.host;
    settings.writes_back = arguments.write_back;
    settings.assets = Assets::new(bactrian_ui::FILES, bactrian_ui::NONCE_MARK);
    settings.durability = match arguments.durability {
        Survives::Power => Durability::Power,
        Survives::Process => Durability::Process,
    };
    opening::runtime()?.block_on(async {
        let Some(engine) = opening::open(settings, output).await? else { return Ok(ExitCode::FAILURE) };
        let server = Server::bind(engine.clone(), arguments.listen)
            .await
            .map_err(|fault| Fault::Environment(fault.to_string()))?;
        tell(&server, output);
        tokio::select! {
            () = server.run(stop()) => {}
            () = watch(&engine, arguments.watch) => {}
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// Log lines go to standard error: text for a terminal, JSON for programs.
fn listen_to(filter: &str, output: &Output) -> Result<(), Fault> {
    let filter = EnvFilter::try_new(filter).map_err(|fault| Fault::Usage(format!("`--log`: {fault}")))?;
    let registry = tracing_subscriber::registry().with(filter);
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()));
    let started = if output.is_json() {
        registry.with(layer.json()).try_init()
    } else {
        registry.with(layer).try_init()
    };
    started.map_err(|fault| Fault::Environment(fault.to_string()))
}

fn tell(server: &Server, output: &Output) {
    let address = server.address();
    if output.is_json() {
        output.json(&serde_json::json!({"address": address, "ui": bactrian_ui::KIND}));
    } else {
        output.line(&format!(
            "bactrian serves on http://{address} (ui={} {})",
            bactrian_ui::KIND,
            bactrian_ui::HASH
        ));
    }
    tracing::info!(%address, "callers are believed to be local: identity headers are trusted");
}

/// Watches the directories; without `--watch` it never ends. One that cannot be watched is told, and the
/// server goes on.
async fn watch(engine: &Engine, is_wanted: bool) {
    if is_wanted && let Err(fault) = engine.watch().await {
        tracing::error!(%fault, "changes are not seen");
    }
    std::future::pending::<()>().await;
}

/// Ends on Ctrl-C or SIGTERM.
async fn stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => {
                tokio::select! {
                    _ = interrupted => {}
                    _ = terminated.recv() => {}
                }
            }
            Err(fault) => {
                tracing::warn!(%fault, "SIGTERM is not heard");
                interrupted.await.ok();
            }
        }
    }
    #[cfg(not(unix))]
    interrupted.await.ok();
}
