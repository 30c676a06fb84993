//! Loads each server in turn, several times, and prints the medians and their ratios.

use std::{sync::Arc, time::Duration};

use clap::{Args, ValueEnum as _};

use super::Role;
use crate::{
    loader::{self, count, load},
    process::Server,
    table::Table,
};

/// How it is measured.
#[derive(Args)]
pub(crate) struct Settings {
    /// Keep-alive connections.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Seconds of load per server and round.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Rounds; the servers take turns.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
}

/// One server with what its rounds showed.
struct Measured {
    role: Role,
    server: Server,
    request: Arc<[u8]>,
    rates: Vec<f64>,
    p50_us: Vec<f64>,
    p99_us: Vec<f64>,
    cpu_us: Vec<f64>,
    bad: u64,
}

impl Measured {
    fn start(role: Role) -> std::io::Result<Self> {
        let name = role.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let server = Server::start(&["server", &name])?;
        let request = loader::request(role.path(), &order_of_1_kib(), "");
        let empty = Vec::new;
        Ok(Self {
            role,
            server,
            request,
            rates: empty(),
            p50_us: empty(),
            p99_us: empty(),
            cpu_us: empty(),
            bad: 0,
        })
    }

    async fn round(&mut self, settings: &Settings) -> std::io::Result<()> {
        let before = self.server.cpu()?;
        let duration = Duration::from_secs(settings.seconds);
        let round = load(self.server.address, &self.request, settings.connections, duration).await?;
        let spent = self.server.cpu()?.saturating_sub(before);
        self.rates.push(round.rate());
        self.p50_us.push(f64::from(round.percentile_us(0.50)));
        self.p99_us.push(f64::from(round.percentile_us(0.99)));
        self.cpu_us.push(spent.as_secs_f64() * 1e6 / count(round.good.max(1)));
        self.bad += round.bad;
        Ok(())
    }
}

/// Runs the comparison.
///
/// # Errors
/// When a server does not start or cannot be loaded.
pub(crate) fn compare(settings: &Settings) -> Result<(), Box<dyn std::error::Error>> {
    let mut servers =
        Role::value_variants().iter().map(|&role| Measured::start(role)).collect::<Result<Vec<_>, _>>()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        for server in &mut servers {
            // Warms the connection pools, the allocator and the branch predictor.
            load(server.server.address, &server.request, settings.connections, Duration::from_secs(1))
                .await?;
        }
        for _ in 0..settings.rounds {
            for server in &mut servers {
                server.round(settings).await?;
            }
        }
        Ok::<_, std::io::Error>(())
    })?;
    print(&servers)?;
    Ok(())
}

fn print(servers: &[Measured]) -> std::io::Result<()> {
    let mut table =
        Table::new(&["server", "requests/s", "p50 µs", "p99 µs", "CPU µs/request", "RSS MiB", "failed"]);
    for server in servers {
        table.row(vec![
            format!("{:?}", server.role).to_lowercase(),
            format!("{:.0}", median(&server.rates)),
            format!("{:.0}", median(&server.p50_us)),
            format!("{:.0}", median(&server.p99_us)),
            format!("{:.1}", median(&server.cpu_us)),
            format!("{:.1}", count(server.server.resident_kib()?) / 1024.0),
            server.bad.to_string(),
        ]);
    }
    table.print();
    let mut ratios = Table::new(&["ratio", "CPU", "p99", "requests/s"]);
    let Some(last) = servers.last() else { return Ok(()) };
    for reference in &servers[..servers.len() - 1] {
        let ratio = |figure: fn(&Measured) -> &Vec<f64>| {
            format!("{:.2}", median(figure(last)) / median(figure(reference)).max(f64::MIN_POSITIVE))
        };
        let name = format!("{:?} / {:?}", last.role, reference.role).to_lowercase();
        ratios.row(vec![name, ratio(|m| &m.cpu_us), ratio(|m| &m.p99_us), ratio(|m| &m.rates)]);
    }
    ratios.print();
    Ok(())
}

fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

/// An order of about 1 KiB, as a service would send it.
fn order_of_1_kib() -> String {
    let line = |n: u32| {
        format!(
            r#"{{"sku":"SKU-{n:05}","title":"Front brake pad set {n}","quantity":{n},"priceFen":{},"tags":["parts","brake"]}}"#,
            n * 1_999
        )
    };
    let lines: Vec<String> = (1..=7).map(line).collect();
    format!(
        r#"{{"order":{{"id":"O-20261121-000042","quantity":3,"fen":500,"userId":"U-778812","status":"PAID","points":120,"couponId":"C-55","address":{{"city":"Shanghai","street":"Century Avenue 100","zip":"200120"}},"lines":[{}]}}}}"#,
        lines.join(",")
    )
}
