//! `durable`: what it costs that a run survives anything.

mod crowd;
mod floor;
mod rate;
mod serve;
mod timers;

use std::path::PathBuf;

use clap::Args;

pub(crate) use serve::serve;

/// What is measured.
#[derive(Args)]
pub(crate) struct Settings {
    /// Clients that call at once; may be given several times.
    #[arg(long, default_values_t = [1, 16, 64, 256])]
    clients: Vec<usize>,
    /// Seconds of load per number of clients, and of each reference.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Runs in the middle of a step when the process is killed.
    #[arg(long, default_value_t = 100_000)]
    live: usize,
    /// Runs that wait for a callback.
    #[arg(long, default_value_t = 1_000_000)]
    waiting: usize,
    /// Runs that sleep until instants spread over twenty seconds.
    #[arg(long, default_value_t = 10_000)]
    timers: usize,
    /// Where the files are made: a directory of the disk that is meant, not of memory.
    #[arg(long, default_value = "target")]
    scratch: PathBuf,
}

/// Measures everything, one table after the other.
///
/// # Errors
/// When a server does not start or the disk refuses.
pub(crate) fn measure(settings: &Settings) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    floor::print_disk(settings)?;
    rate::measure(settings, &runtime)?;
    timers::measure(settings, &runtime)?;
    crowd::measure(settings, &runtime)
}
