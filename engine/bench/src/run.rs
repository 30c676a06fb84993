//! `run`: what the engine adds to each node and each item, and that it grows in proportion: chains of nodes beside
//! nothing at all, and lists beside shorter lists.

use std::{path::Path, time::Duration};

use engine::{Engine, Invocation, Settings};
use sdk::{Registry, Shared, serde_json::json};

use crate::{loader::count, process::resident_kib, table::Table, watch::now};

/// Nodes of a chain, each needing the one before.
const CHAINS: [usize; 5] = [1, 10, 100, 1_000, 2_000];
/// Items of a list.
const LISTS: [usize; 4] = [10, 100, 1_000, 10_000];
/// How long each is repeated; the fastest counts, since everything else only adds.
const TIME: Duration = Duration::from_millis(500);

/// Runs flows in this process and prints what a node and an item cost.
///
/// # Errors
/// When a flow does not load or run.
pub(crate) fn measure() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    for nodes in CHAINS {
        std::fs::write(dir.path().join(format!("chain-{nodes}.yaml")), chain(nodes))?;
    }
    std::fs::write(dir.path().join("each.yaml"), EACH)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let engine = open(dir.path()).await?;
        let mut table = Table::new(&["chain of nodes", "µs", "ns per further node", "RSS MiB"]);
        let mut before: Option<(usize, Duration)> = None;
        for nodes in CHAINS {
            let time = fastest(&engine, &format!("chain-{nodes}"), Shared::new(json!({}))).await?;
            table.row(row(nodes, time, before)?);
            before = Some((nodes, time));
        }
        table.print();
        let mut table = Table::new(&["items of a foreach", "µs", "ns per further item", "RSS MiB"]);
        let mut before = None;
        for items in LISTS {
            let input = Shared::new(json!({"items": (0..items).collect::<Vec<_>>()}));
            let time = fastest(&engine, "each", input).await?;
            table.row(row(items, time, before)?);
            before = Some((items, time));
        }
        table.print();
        Ok(())
    })
}

const EACH: &str = "apiVersion: bactrian/v1
kind: Flow
metadata: {name: each, version: 1, title: A list}
nodes:
  all:
    foreach: {in: input.items, as: item, concurrency: 8, max: 10000, do: {use: map, with: 1}}
";

/// A chain of maps of a constant: nothing but the engine's own work.
fn chain(nodes: usize) -> String {
    let one = |n: usize| match n {
        0 => "  n0: {use: map, with: 0}\n".to_owned(),
        n => format!("  n{n}: {{needs: [n{}], use: map, with: {n}}}\n", n - 1),
    };
    let body: String = (0..nodes).map(one).collect();
    format!(
        "apiVersion: bactrian/v1\nkind: Flow\nmetadata: {{name: chain-{nodes}, version: 1, title: A chain}}\nnodes:\n{body}"
    )
}

async fn open(flows: &Path) -> Result<Engine, Box<dyn std::error::Error>> {
    let mut settings = Settings::new(Registry::collect()?);
    settings.flows = vec![flows.to_owned()];
    Ok(Engine::open(settings).await?)
}

async fn fastest(engine: &Engine, flow: &str, input: Shared) -> Result<Duration, String> {
    let (begun, mut best) = (now(), Duration::MAX);
    while begun.elapsed() < TIME {
        let started = now();
        let invocation = Invocation { flow, input: Shared::clone(&input), ..Invocation::default() };
        engine.invoke(invocation).await.map_err(|failure| format!("{flow}: {}", failure.detail))?;
        best = best.min(started.elapsed());
    }
    Ok(best)
}

fn row(size: usize, time: Duration, before: Option<(usize, Duration)>) -> std::io::Result<Vec<String>> {
    let further = before.map_or_else(String::new, |(smaller, less)| {
        let more = time.saturating_sub(less).as_secs_f64() * 1e9;
        format!("{:.0}", more / count((size - smaller) as u64))
    });
    let memory = count(resident_kib(std::process::id())?) / 1024.0;
    Ok(vec![size.to_string(), format!("{:.0}", time.as_secs_f64() * 1e6), further, format!("{memory:.0}")])
}
