//! The command line of the sandbox: reads its flags, prints where it listens, stops on Ctrl-C or SIGTERM.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use bactrian_sandbox::{DEMO_SECRET, Settings, start};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

/// Plays the services that the shipped flows call.
#[derive(Debug, Parser)]
#[command(version)]
struct Flags {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:9000")]
    listen: SocketAddr,
    /// Where the journal lies; made if it is not there.
    #[arg(long)]
    data: PathBuf,
    /// Decides every injected fault, so that a run can be repeated.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the payment channels send their callbacks, such as http://127.0.0.1:8080/v1/callbacks; /bank-notify is
    /// appended.
    #[arg(long)]
    callback_url: Option<String>,
    /// The Standard Webhooks secret of the callbacks.
    #[arg(long, default_value = DEMO_SECRET)]
    callback_secret: String,
    /// An RSA private key (PKCS#8, DER); with one, callbacks carry X-Signature too.
    #[arg(long)]
    bank_key: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    match run(Flags::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            tracing::error!("{message}");
            ExitCode::FAILURE
        }
    }
}

async fn run(flags: Flags) -> Result<(), String> {
    if !flags.listen.ip().is_loopback() {
        return Err(format!(
            "{} is no loopback address, and the sandbox has no authentication",
            flags.listen
        ));
    }
    let bank_key = match &flags.bank_key {
        Some(path) => Some(std::fs::read(path).map_err(|cause| format!("{}: {cause}", path.display()))?),
        None => None,
    };
    let mut terminated = signal(SignalKind::terminate()).map_err(|cause| cause.to_string())?;
    let settings = Settings {
        listen: flags.listen,
        data: flags.data,
        seed: flags.seed,
        callback_url: flags.callback_url,
        callback_secret: flags.callback_secret,
        bank_key,
    };
    let sandbox = start(settings).await.map_err(|cause| cause.to_string())?;
    let announced = writeln!(std::io::stdout(), "sandbox listening on http://{}", sandbox.address());
    announced.map_err(|cause| cause.to_string())?;
    tokio::select! {
        _ = terminated.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    sandbox.stop().await.map_err(|cause| cause.to_string())
}
