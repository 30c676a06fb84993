//! A real process on real files, killed at every failpoint and between: what it acknowledged is there.
//!
//! The process is this test binary again, told by its environment to be the victim.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use bactrian_engine::state::{Created, RunId, Settings, Sled, Start, Status, Store};
use tempfile::TempDir;

use super::world::{NOW, World, ended, intent, origin, settings, succeeded};

const DIR: &str = "BACTRIAN_VICTIM_DIR";
const POINT: &str = "BACTRIAN_VICTIM_POINT";

/// Every place of the committer and of a change of periods where a process may die.
const POINTS: [&str; 8] = [
    "commit::gathered",
    "sled::apply",
    "commit::applied",
    "sled::flushed",
    "sled::synced",
    "commit::flushed",
    "period::copied",
    "period::turned",
];

#[expect(clippy::disallowed_methods, reason = "the victim is told by its environment what to do")]
fn told(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn say(run: RunId, records: usize) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\nack {run} {records}").and_then(|()| out.flush()).unwrap();
}

async fn saga(store: &Sled, run: RunId) -> Result<(), bactrian_engine::state::Error> {
    let world = World::memory();
    let start = Start { run, origin: origin("close", None), idempotency: None, batch: world.batch(&[]) };
    let Created::Owned(mut lease) = store.create(start).await? else { return Ok(()) };
    say(run, 1);
    store.append(&mut lease, world.batch(&[intent("a")])).await?;
    say(run, 2);
    store.append(&mut lease, world.batch(&[succeeded("a"), intent("b")])).await?;
    say(run, 4);
    store.append(&mut lease, world.batch(&[succeeded("b"), ended(Status::Succeeded, None)])).await?;
    say(run, 6);
    Ok(())
}

/// The victim: sagas without end, until it dies. Does nothing when it is run as an ordinary test.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn victim() {
    static HITS: AtomicU32 = AtomicU32::new(0);
    let (Some(dir), Some(point)) = (told(DIR), told(POINT)) else { return };
    if POINTS.contains(&point.as_str()) {
        let survived = if point.starts_with("period") { 1 } else { 40 };
        let die = move || {
            if HITS.fetch_add(1, Ordering::SeqCst) >= survived {
                std::process::abort();
            }
        };
        fail::cfg_callback(point, die).unwrap();
    }
    let store = Sled::open(&settings(Path::new(&dir)), NOW).unwrap();
    let mut seed = [0; 10];
    seed[..4].copy_from_slice(&std::process::id().to_be_bytes());
    for round in 0_u32.. {
        let runs = (0..8).map(|each| {
            seed[6..].copy_from_slice(&(round * 8 + each).to_be_bytes());
            RunId::new(NOW, seed)
        });
        let sagas: Vec<_> = runs.map(|run| saga(&store, run)).collect();
        let done = futures_util::future::join_all(sagas).await;
        if done.into_iter().any(|done| done.is_err()) || (round % 8 == 7 && store.rotate(NOW).await.is_err())
        {
            std::process::abort();
        }
    }
}

fn start_victim(dir: &Path, point: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::kill::victim", "--nocapture", "--test-threads", "1"])
        .env(DIR, dir)
        .env(POINT, point)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Reads what the victim acknowledged, until it dies or, after `most` lines, is killed.
fn listen(mut victim: Child, most: usize, acknowledged: &mut BTreeMap<RunId, usize>) {
    let lines = BufReader::new(victim.stdout.take().unwrap()).lines();
    let mut heard = 0;
    for line in lines.map_while(Result::ok) {
        let words: Vec<_> = line.split(' ').collect();
        let ["ack", run, records] = words[..] else { continue };
        acknowledged.insert(run.parse().unwrap(), records.parse().unwrap());
        heard += 1;
        if heard == most {
            victim.kill().unwrap();
        }
    }
    assert!(heard > 0, "the victim died before it did anything");
    victim.wait().unwrap();
}

async fn check(settings: &Settings, place: &str, acknowledged: &BTreeMap<RunId, usize>) {
    let store = Sled::open(settings, NOW).unwrap();
    while store.reap(NOW, 1_000).await.unwrap() > 0 {}
    for (run, records) in acknowledged {
        let found = store.read(*run).await.unwrap();
        let found = found.unwrap_or_else(|| panic!("{place}: {run} is gone"));
        assert!(found.records.len() >= *records, "{place}: {run} lost records");
        assert!([1, 2, 4, 6].contains(&found.records.len()), "{place}: {run} has half an append");
    }
    for mut lease in store.claim(NOW, 10_000).await.unwrap() {
        store.load(&mut lease).await.unwrap_or_else(|error| panic!("{place}: {error}"));
        let end = World::memory().batch(&[ended(Status::Cancelled, None)]);
        store.append(&mut lease, end).await.unwrap();
        let records = usize::try_from(lease.seq()).unwrap();
        assert!(records >= acknowledged.get(&lease.run()).copied().unwrap_or(0));
    }
    assert!(store.claim(NOW, 1).await.unwrap().is_empty(), "{place}: a run is still alive");
}

#[tokio::test]
async fn a_killed_process_loses_nothing_that_was_acknowledged() {
    let dir = TempDir::new().unwrap();
    let settings = settings(dir.path());
    let anywhere = [("anywhere", 7), ("anywhere", 60), ("anywhere", 333)];
    for (point, most) in POINTS.map(|point| (point, usize::MAX)).into_iter().chain(anywhere) {
        let mut acknowledged = BTreeMap::new();
        listen(start_victim(dir.path(), point), most, &mut acknowledged);
        check(&settings, point, &acknowledged).await;
    }
}
