//! Power loss. After every group the files are copied at the moment the sync of the log returned; a power cut during
//! the next group is then any mixture of the blocks of two neighbouring copies of the log, drawn here block by block.
//! What was acknowledged before the older copy must be there, whole appends only.
//!
//! This proves our order of write, sync and answer, and that a log is read whose unsynced writes reached the disk in
//! any order and in part. Cuts in the middle of a checkpoint, when sled writes too, are the crash harness's. Neither
//! proves that the disk keeps what it has synced.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use bactrian_engine::state::{Created, Entry, RunId, Settings, Sled, Start, Status, Store};
use tempfile::TempDir;

use super::world::{NOW, World, ended, intent, origin, settings, succeeded, value};

/// Groups that were synced so far.
static SYNCED: AtomicUsize = AtomicUsize::new(0);

/// Every seventh group and the one after it are kept.
fn is_kept(group: usize) -> bool {
    matches!(group % 7, 0 | 1)
}

fn copy_of(dir: &Path, group: usize) -> PathBuf {
    dir.join(format!("copy-{group}"))
}

/// Asked by the committer after each sync and before it answers.
fn copying(dir: &Path) -> std::io::Result<u64> {
    let group = SYNCED.fetch_add(1, Ordering::SeqCst) + 1;
    if is_kept(group) {
        super::world::copy_dir(&dir.join("period-000001"), &copy_of(dir, group));
    }
    Ok(1 << 40)
}

/// A small generator, so that a failing round can be named by its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// The file after a power cut between two syncs.
fn mix(before: &[u8], after: &[u8], dice: &mut Dice) -> Vec<u8> {
    let block = if dice.roll(2) == 0 { 512 } else { 4096 };
    let length = if dice.roll(2) == 0 { before.len() } else { after.len() };
    let mut mixed = Vec::with_capacity(length);
    for at in (0..length).step_by(block) {
        let old = before.get(at..(at + block).min(before.len())).unwrap_or_default();
        let new = after.get(at..(at + block).min(after.len())).unwrap_or_default();
        let chosen = if dice.roll(2) == 0 { old } else { new };
        mixed.extend_from_slice(chosen);
        mixed.resize((at + block).min(length), 0);
    }
    mixed
}

/// What was acknowledged: the run, its number of records, and the groups synced by then.
type Acknowledged = Arc<Mutex<Vec<(RunId, usize, usize)>>>;

async fn saga(store: &Sled, run: RunId, seed: u64, acknowledged: &Acknowledged) {
    let world = World::memory();
    let note = |records| {
        acknowledged.lock().unwrap().push((run, records, SYNCED.load(Ordering::SeqCst)));
    };
    let mut origin = origin("close", None);
    let size = usize::try_from(200 + seed % 3_000).unwrap();
    origin.input = value(&"x".repeat(size));
    let start = Start { run, origin, idempotency: None, batch: world.batch(&[]) };
    let Created::Owned(mut lease) = store.create(start).await.unwrap() else { panic!("not owned") };
    note(1);
    let steps = [vec![intent("a")], vec![succeeded("a"), intent("b")], vec![succeeded("b")]];
    let mut records = 1;
    for step in steps {
        store.append(&mut lease, world.batch(&step)).await.unwrap();
        records += step.len();
        note(records);
    }
    store.append(&mut lease, world.batch(&[ended(Status::Succeeded, None)])).await.unwrap();
    note(records + 1);
}

/// Opens what a power cut left and checks it against what was acknowledged before.
async fn check(dir: &Path, group: usize, seed: u64, acknowledged: &Acknowledged) {
    let (before, after) = (copy_of(dir, group), copy_of(dir, group + 1));
    let cut = TempDir::new().unwrap();
    let period = cut.path().join("period-000001");
    super::world::copy_dir(&before, &period);
    let log = "redo-0000000000000001";
    let mixed =
        mix(&fs::read(before.join(log)).unwrap(), &fs::read(after.join(log)).unwrap(), &mut Dice(seed));
    fs::write(period.join(log), mixed).unwrap();
    let place = format!("group {group}, seed {seed}");
    let store = match Sled::open(&settings(cut.path()), NOW) {
        Ok(store) => store,
        Err(error) => panic!("{place}: {error}"),
    };
    let expected: Vec<_> = acknowledged.lock().unwrap().clone();
    for (run, records, synced) in expected.into_iter().filter(|(_, _, synced)| *synced <= group) {
        let found = store.read(run).await.unwrap();
        let found = found.unwrap_or_else(|| panic!("{place}: {run} of group {synced} is gone")).records;
        assert!(found.len() >= records, "{place}: {run} has {} of {records}", found.len());
        assert!([1, 2, 4, 5, 6].contains(&found.len()), "{place}: {run} has half an append");
        assert!(matches!(found[0].entry, Entry::Started(_)));
    }
    while store.reap(NOW, 1_000).await.unwrap() > 0 {}
    for mut lease in store.claim(NOW + 1_000_000, 10_000).await.unwrap() {
        store.load(&mut lease).await.unwrap_or_else(|error| panic!("{place}: {error}"));
    }
}

#[tokio::test]
async fn a_power_cut_loses_nothing_that_was_acknowledged() {
    let dir = TempDir::new().unwrap();
    let settings = Settings { reserve_bytes: 1 << 12, available: copying, ..settings(dir.path()) };
    let store = Sled::open(&settings, NOW).unwrap();
    let acknowledged = Acknowledged::default();
    let mut world = World::memory();
    for round in 0..40 {
        let runs: Vec<_> = (0..6).map(|_| world.id()).collect();
        let sagas = runs.iter().map(|run| saga(&store, *run, round * 577, &acknowledged));
        futures_util::future::join_all(sagas).await;
    }
    drop(store);
    let groups = SYNCED.load(Ordering::SeqCst);
    let cuts: Vec<_> = (1..groups).filter(|group| group % 7 == 0).collect();
    assert!(cuts.len() >= 20, "only {groups} groups");
    for (group, seed) in cuts.iter().zip(1..) {
        check(dir.path(), *group, seed, &acknowledged).await;
    }
}
