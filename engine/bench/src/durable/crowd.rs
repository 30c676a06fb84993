//! Many runs at once: how long a killed server takes to have them again, what a waiting one weighs, and how long
//! after its callback a run answers.

use std::{
    io,
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{net::TcpStream, runtime::Runtime, task::JoinSet};

use super::Settings;
use crate::{
    loader::{self, count, exchange},
    process::{Server, get},
    table::Table,
    watch::{now, pause},
};

/// Callers that start the crowd.
const CALLERS: usize = 64;
/// Callbacks whose latency is measured.
const CALLBACKS: usize = 500;

/// Measures recovery, waiting and resuming.
///
/// # Errors
/// When a server does not start.
pub(super) fn measure(settings: &Settings, runtime: &Runtime) -> Result<(), Box<dyn std::error::Error>> {
    runtime.block_on(async {
        recovery(settings).await?;
        waiting(settings).await?;
        resuming(settings).await
    })
}

/// The server that is measured, on files in `dir`.
pub(super) fn server(dir: &Path, more: &[&str]) -> io::Result<Server> {
    let data = dir.join("data");
    let data = data.to_string_lossy();
    Server::start(&[&["durable-server", &*data], more].concat())
}

/// Kills a server with runs in the middle of a write, starts it again, and waits until all of them are over.
async fn recovery(settings: &Settings) -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir_in(&settings.scratch)?;
    let held = server(dir.path(), &["--holds"])?;
    start(held.address, "bench.held", settings.live, numbered).await?;
    drop(held);
    let begun = now();
    let server = server(dir.path(), &[])?;
    while !get(server.address, "/readyz").is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")) {
        pause(Duration::from_millis(1)).await;
    }
    let ready = begun.elapsed();
    let done = "bactrian_runs_total{flow=\"bench.held\",status=\"succeeded\"} ";
    let all = u64::try_from(settings.live)?;
    while server.counter(done)? < all && begun.elapsed() < Duration::from_secs(300) {
        pause(Duration::from_millis(50)).await;
    }
    let mut table = Table::new(&["killed with live runs", "until ready ms", "until all over ms", "over"]);
    table.row(vec![
        settings.live.to_string(),
        format!("{:.0}", ready.as_secs_f64() * 1e3),
        format!("{:.0}", begun.elapsed().as_secs_f64() * 1e3),
        server.counter(done)?.to_string(),
    ]);
    table.print();
    Ok(())
}

/// Weighs a server with many waiting runs, and again after a restart.
async fn waiting(settings: &Settings) -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir_in(&settings.scratch)?;
    let first = server(dir.path(), &[])?;
    let empty = first.resident_kib()?;
    start(first.address, "bench.waiting", settings.waiting, numbered).await?;
    let full = first.resident_kib()?;
    drop(first);
    let begun = now();
    let again = server(dir.path(), &[])?;
    let restart = begun.elapsed();
    let mib = |kib: u64| format!("{:.0}", count(kib) / 1024.0);
    let mut table = Table::new(&["waiting runs", "RSS MiB without", "with", "after a restart", "restart ms"]);
    table.row(vec![
        settings.waiting.to_string(),
        mib(empty),
        mib(full),
        mib(again.resident_kib()?),
        format!("{:.0}", restart.as_secs_f64() * 1e3),
    ]);
    table.print();
    Ok(())
}

fn numbered(nth: usize) -> String {
    format!(r#"{{"id":"O{nth}"}}"#)
}

/// Starts `runs` runs, each with its input, and does not wait for their end.
pub(super) async fn start(
    address: SocketAddr,
    flow: &str,
    runs: usize,
    input: impl Fn(usize) -> String + Clone + Send + 'static,
) -> io::Result<()> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut callers: JoinSet<io::Result<()>> = JoinSet::new();
    for _ in 0..CALLERS {
        let (next, path, input) = (Arc::clone(&next), format!("/v1/flows/{flow}"), input.clone());
        callers.spawn(async move {
            let mut stream = TcpStream::connect(address).await?;
            let mut buffer = Vec::new();
            loop {
                let id = next.fetch_add(1, Ordering::Relaxed);
                if id >= runs {
                    return Ok(());
                }
                let request = loader::request(&path, &input(id), "prefer: respond-async\r\n");
                while !exchange(&mut stream, &request, &mut buffer).await? {
                    pause(Duration::from_millis(20)).await;
                }
            }
        });
    }
    while let Some(done) = callers.join_next().await {
        done.map_err(io::Error::other)??;
    }
    Ok(())
}

/// From a callback's sending to the answer of the call whose run waited for it.
async fn resuming(settings: &Settings) -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir_in(&settings.scratch)?;
    let server = server(dir.path(), &[])?;
    let mut caller = TcpStream::connect(server.address).await?;
    let mut bank = TcpStream::connect(server.address).await?;
    let (mut answer, mut taken) = (Vec::new(), Vec::new());
    let mut times = Vec::with_capacity(CALLBACKS);
    for id in 0..CALLBACKS {
        let body = format!(r#"{{"id":"C{id}"}}"#);
        let call = loader::request("/v1/flows/bench.waiting", &body, "");
        let callback = loader::request("/v1/callbacks/bench", &body, "");
        let waited = async {
            // Until the run waits for certain: what is measured is the resuming, not the start.
            pause(Duration::from_millis(20)).await;
            let sent = now();
            exchange(&mut bank, &callback, &mut taken).await.map(|_| sent)
        };
        let (answered, sent) = tokio::join!(exchange(&mut caller, &call, &mut answer), waited);
        if answered? {
            times.push(sent?.elapsed());
        }
    }
    times.sort();
    let us = |share: usize| {
        times
            .get(times.len() * share / 100)
            .map_or_else(String::new, |time| format!("{:.0}", time.as_secs_f64() * 1e6))
    };
    let mut table = Table::new(&["callback to answer", "p50 µs", "p99 µs"]);
    table.row(vec![format!("{} callbacks", times.len()), us(50), us(99)]);
    table.print();
    Ok(())
}
