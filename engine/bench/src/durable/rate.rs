//! Runs per second of three write steps, and what each costs, by number of clients.

use std::{path::Path, sync::Arc, time::Duration};

use tokio::runtime::Runtime;

use super::{
    Settings,
    floor::{self, Group},
};
use crate::{
    loader::{self, Round, count, load},
    process::Server,
    table::Table,
};

/// What the server did while it was under load.
struct Spent {
    round: Round,
    cpu: Duration,
    disk_bytes: u64,
    flushes: u64,
    keys: u64,
    bytes: u64,
}

/// Loads a fresh server for each number of clients, and the references in groups of the same size.
///
/// # Errors
/// When a server does not start or the disk refuses.
pub(super) fn measure(settings: &Settings, runtime: &Runtime) -> Result<(), Box<dyn std::error::Error>> {
    let mut costs = Table::new(&[
        "clients",
        "runs/s",
        "p50 µs",
        "p99 µs",
        "CPU µs/run",
        "flushes/run",
        "keys/run",
        "bytes/run",
        "disk bytes/run",
        "failed",
    ]);
    let mut ratios =
        Table::new(&["clients", "engine runs/s", "bare sled", "engine / sled", "log", "engine / log"]);
    for &clients in &settings.clients {
        let dir = tempfile::tempdir_in(&settings.scratch)?;
        let spent = runtime.block_on(under_load(dir.path(), clients, settings.seconds))?;
        let runs = count(spent.round.good.max(1));
        let each = |total: u64| count(total) / runs;
        costs.row(vec![
            clients.to_string(),
            format!("{:.0}", spent.round.rate()),
            spent.round.percentile_us(0.50).to_string(),
            spent.round.percentile_us(0.99).to_string(),
            format!("{:.0}", spent.cpu.as_secs_f64() * 1e6 / runs),
            format!("{:.2}", each(spent.flushes)),
            format!("{:.1}", each(spent.keys)),
            format!("{:.0}", each(spent.bytes)),
            format!("{:.0}", each(spent.disk_bytes)),
            spent.round.bad.to_string(),
        ]);
        let flushes = spent.flushes.max(1);
        let size = |total: u64| usize::try_from(total / flushes).unwrap_or(1).max(1);
        let group = Group { keys: size(spent.keys), bytes: size(spent.bytes) };
        let runs_per_group = runs / count(flushes);
        let sled = floor::sled(dir.path(), group, settings.seconds)? * runs_per_group;
        let log = floor::log(dir.path(), group, settings.seconds)? * runs_per_group;
        let rate = spent.round.rate();
        ratios.row(vec![
            clients.to_string(),
            format!("{rate:.0}"),
            format!("{sled:.0}"),
            format!("{:.2}", rate / sled),
            format!("{log:.0}"),
            format!("{:.2}", rate / log),
        ]);
    }
    costs.print();
    ratios.print();
    Ok(())
}

async fn under_load(dir: &Path, clients: usize, seconds: u64) -> Result<Spent, Box<dyn std::error::Error>> {
    let data = dir.join("data");
    let server = Server::start(&["durable-server", &data.to_string_lossy()])?;
    let request: Arc<[u8]> = loader::request("/v1/flows/bench.steps", r#"{"id":"O1"}"#, "");
    load(server.address, &request, clients, Duration::from_secs(1)).await?;
    let counts = || -> std::io::Result<[u64; 4]> {
        Ok([
            server.disk_bytes()?,
            server.counter("bactrian_store_flushes_total ")?,
            server.counter("bactrian_store_keys_total ")?,
            server.counter("bactrian_store_bytes_total ")?,
        ])
    };
    let (before, cpu) = (counts()?, server.cpu()?);
    let round = load(server.address, &request, clients, Duration::from_secs(seconds)).await?;
    let cpu = server.cpu()?.saturating_sub(cpu);
    let after = counts()?;
    let [disk_bytes, flushes, keys, bytes] = [0, 1, 2, 3].map(|at: usize| after[at] - before[at]);
    Ok(Spent { round, cpu, disk_bytes, flushes, keys, bytes })
}
