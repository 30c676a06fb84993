//! `load`: what it costs to load and plan many flows, to reload with one of them changed, and to start.

mod round;
mod start;
mod texts;

use std::process::{Command, Stdio};

use clap::Args;

pub(crate) use round::round;

use crate::table::Table;

/// What is measured.
#[derive(Args)]
pub(crate) struct Settings {
    /// How many flows; may be given several times.
    #[arg(long, default_values_t = [1_000, 10_000])]
    flows: Vec<usize>,
    /// The documents that a server is started with.
    #[arg(long, default_value = "flows")]
    shipped: std::path::PathBuf,
}

/// Measures each number of flows in a process of its own, so that no round finds the memory of another.
///
/// # Errors
/// When a round does not compile, or a process does not start.
pub(crate) fn measure(settings: &Settings) -> Result<(), Box<dyn std::error::Error>> {
    let mut table = Table::new(&[
        "flows",
        "YAML alone ms",
        "load and plan ms",
        "ratio",
        "one changed ms",
        "memory MiB",
        "KiB/flow",
    ]);
    for flows in &settings.flows {
        let child = Command::new(std::env::current_exe()?)
            .args(["load-round", &flows.to_string()])
            .stderr(Stdio::inherit())
            .output()?;
        let cells = String::from_utf8_lossy(&child.stdout);
        table.row(cells.split_whitespace().map(str::to_owned).collect());
    }
    table.print();
    start::measure(&settings.shipped)
}
