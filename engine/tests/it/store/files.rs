//! What only a store with files can get wrong: periods, retention, space, export, damage.

use std::time::Duration;

use bactrian_engine::state::{
    Created, Delivered, Durability, Error, Expected, Filter, Settings, Sled, Status, Store, Upkeep,
};
use bytes::Bytes;
use tempfile::TempDir;

use super::world::{NOW, World, awaits, ended, key, owned, received, settings, sleep, succeeded, value};

/// A world on sled with an ended run, an idle one, a parked message and a document.
async fn lived_in() -> World {
    let mut world = World::sled();
    let mut start = world.start();
    start.idempotency = Some(key("order-1", 1));
    start.origin.business_key = Some("order-1".into());
    let mut lease = owned(world.store().create(start).await.unwrap());
    let end = world.batch(&[succeeded("a"), ended(Status::Failed, Some("bytes"))]);
    world.store().append(&mut lease, end).await.unwrap();
    let mut lease = world.begin().await;
    world.store().append(&mut lease, world.idle(&[awaits("pay", "p-1")])).await.unwrap();
    world.store().release(world.now, vec![lease]).await.unwrap();
    world.store().deliver(world.message("p-7", "early")).await.unwrap();
    world.store().put("plan", "abc", Bytes::from_static(b"plan"), Expected::Anything).await.unwrap();
    world
}

/// Everything that was there is there: also after its period is over.
async fn check_lived_in(world: &mut World) {
    let all = world.store().list(&Filter { limit: 10, ..Filter::default() }).await.unwrap();
    let statuses: Vec<_> = all.rows.iter().map(|row| row.status).collect();
    assert_eq!(statuses, [Status::Waiting, Status::Failed]);
    let failed = Filter { statuses: vec![Status::Failed], limit: 10, ..Filter::default() };
    assert_eq!(world.store().list(&failed).await.unwrap().rows.len(), 1);
    let found = world.store().read(all.rows[1].run).await.unwrap().unwrap();
    assert_eq!(found.records.len(), 3);
    let mut start = world.start();
    start.idempotency = Some(key("order-1", 1));
    assert!(matches!(world.store().create(start).await.unwrap(), Created::Same(_, Some(_))));
    assert_eq!(world.store().get("plan", "abc").await.unwrap().unwrap().body, Bytes::from_static(b"plan"));
    let seen = world.store().deliver(world.message("p-7", "early")).await.unwrap();
    assert!(matches!(seen, Delivered::Seen { .. }));
}

#[tokio::test]
async fn a_period_ends_without_losing_anything() {
    let mut world = lived_in().await;
    world.as_sled().unwrap().rotate(world.now).await.unwrap();
    check_lived_in(&mut world).await;
    world.crash().await;
    check_lived_in(&mut world).await;
    world.as_sled().unwrap().rotate(world.now).await.unwrap();
    world.as_sled().unwrap().compact(world.now).await.unwrap();
    check_lived_in(&mut world).await;
    let new = world.store().deliver(world.message("p-1", "e-1")).await.unwrap();
    assert!(matches!(new, Delivered::New { .. }));
    let mut lease = world.claim_one().await;
    let end = world.batch(&[received("pay", "e-1"), ended(Status::Succeeded, None)]);
    world.store().append(&mut lease, end).await.unwrap();
    world.as_sled().unwrap().rotate(world.now).await.unwrap();
    let late = world.store().deliver(world.message("p-1", "e-2")).await.unwrap();
    assert_eq!(late, Delivered::Late { run: lease.run() }, "the wait was closed in an earlier period");
}

fn size_of(dir: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(dir).unwrap().map(Result::unwrap);
    entries
        .map(|entry| match entry.file_type().unwrap().is_dir() {
            true => size_of(&entry.path()),
            false => entry.metadata().unwrap().len(),
        })
        .sum()
}

#[tokio::test]
async fn forgetting_a_period_gives_its_space_back() {
    let dir = TempDir::new().unwrap();
    let settings = Settings { durability: Durability::Process, ..settings(dir.path()) };
    let store = Sled::open(&settings, NOW).unwrap();
    let mut world = World::memory();
    let empty = size_of(dir.path());
    let mut runs = Vec::new();
    for _ in 0..2_000 {
        let mut start = world.start();
        start.origin.input = value(&"x".repeat(2_000));
        start.batch = world.batch(&[ended(Status::Succeeded, None)]);
        runs.push(start.run);
        owned(store.create(start).await.unwrap());
    }
    let full = size_of(dir.path()) - empty;
    store.rotate(NOW + 1_000).await.unwrap();
    let keep = |flow: &str| if flow == "close" { 60_000 } else { i64::MAX };
    assert_eq!(store.retain(NOW + 60_000, keep).await, Ok(0), "too early");
    assert!(store.read(runs[7]).await.unwrap().is_some());
    assert_eq!(store.retain(NOW + 61_001, keep).await, Ok(1));
    assert_eq!(store.read(runs[7]).await, Ok(None));
    let left = size_of(dir.path()).saturating_sub(empty);
    assert!(left * 10 <= full, "{left} of {full} bytes are left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_go_on_while_their_period_ends() {
    let dir = TempDir::new().unwrap();
    let settings = Settings { durability: Durability::Process, ..settings(dir.path()) };
    let store = Sled::open(&settings, NOW).unwrap();
    let mut world = World::memory();
    let starts: Vec<_> = (0..300).map(|_| world.start()).collect();
    let sagas = starts.iter().map(async |start| {
        let mut lease = owned(store.create(start.clone()).await.unwrap());
        for node in ["a", "b", "c"] {
            store.append(&mut lease, world.batch(&[succeeded(node)])).await.unwrap();
        }
        let is_last = lease.run().as_bytes()[15].is_multiple_of(3);
        let last = match is_last {
            true => world.idle(&[awaits("pay", "p-1")]),
            false => world.batch(&[ended(Status::Failed, None)]),
        };
        store.append(&mut lease, last).await.unwrap();
        store.release(NOW, vec![lease]).await.unwrap();
    });
    let turns = async {
        for _ in 0..3 {
            store.rotate(NOW).await.unwrap();
        }
        store.compact(NOW).await.unwrap();
    };
    futures_util::future::join(futures_util::future::join_all(sagas), turns).await;
    store.rotate(NOW).await.unwrap();
    for start in &starts {
        let found = store.read(start.run).await.unwrap().unwrap();
        let expected =
            if start.run.as_bytes()[15].is_multiple_of(3) { Status::Waiting } else { Status::Failed };
        assert_eq!((found.status, found.records.len()), (expected, 5));
    }
    for (status, count) in [(Status::Waiting, 100), (Status::Failed, 200), (Status::Running, 0)] {
        let filter = Filter { statuses: vec![status], limit: 1_000, ..Filter::default() };
        assert_eq!(store.list(&filter).await.unwrap().rows.len(), count, "{status:?}");
    }
}

#[tokio::test]
async fn a_period_ends_by_age_and_goes_when_its_runs_may() {
    let mut world = lived_in().await;
    let upkeep = |max_bytes| Upkeep { max_bytes, max_age_ms: 1_000, keep_ms: &|_| 60_000 };
    let maintain = async |world: &World, max_bytes| {
        world.as_sled().unwrap().maintain(world.now, upkeep(max_bytes)).await.unwrap()
    };
    assert!(!maintain(&world, u64::MAX).await, "it has just begun");
    assert!(maintain(&world, 1).await, "by size: half of its runs have ended");
    assert!(!maintain(&world, 1).await, "not by size while all of them live");
    world.now += 1_000;
    assert!(maintain(&world, u64::MAX).await, "by age");
    check_lived_in(&mut world).await;
    world.now += 60_001;
    maintain(&world, u64::MAX).await;
    let all = world.store().list(&Filter { limit: 10, ..Filter::default() }).await.unwrap();
    assert_eq!(all.rows.iter().map(|row| row.status).collect::<Vec<_>>(), [Status::Waiting]);
}

#[tokio::test]
async fn an_export_fills_an_empty_store() {
    let world = lived_in().await;
    world.as_sled().unwrap().rotate(world.now).await.unwrap();
    let (from, to) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut lines = Vec::new();
    world.copy_to(from.path());
    assert!(Sled::export(&settings(from.path()), &mut lines).unwrap() > 10);
    let target = settings(&to.path().join("data"));
    Sled::import(&target, &mut lines.as_slice()).unwrap();
    let refused = Sled::import(&target, &mut lines.as_slice());
    assert!(matches!(refused, Err(Error::Files { .. })), "it is in use");
    let mut world = World::open(&target.dir);
    check_lived_in(&mut world).await;
}

/// What a period has left to the next one is not told again by an export, else it would happen once more.
#[tokio::test]
async fn an_export_over_several_periods_brings_back_nothing_that_is_over() {
    let mut world = lived_in().await;
    let early = world.store().deliver(world.message("p-8", "also early")).await.unwrap();
    assert_eq!(early, Delivered::Early);
    world.store().deliver(world.message("p-1", "e-1")).await.unwrap();
    world.as_sled().unwrap().rotate(world.now).await.unwrap();
    // Since then: the early message was taken, the waiting run has ended, the document is gone.
    let mut lease = world.claim_one().await;
    let end = world.batch(&[received("pay", "e-1"), ended(Status::Succeeded, None)]);
    world.store().append(&mut lease, end).await.unwrap();
    let mut other = world.begin().await;
    world.store().append(&mut other, world.idle(&[awaits("pay", "p-8")])).await.unwrap();
    let take = world.batch(&[received("pay", "also early"), ended(Status::Succeeded, None)]);
    world.store().append(&mut other, take).await.unwrap();
    world.store().remove("plan", "abc").await.unwrap();
    let (from, to) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    world.copy_to(from.path());
    let mut lines = Vec::new();
    Sled::export(&settings(from.path()), &mut lines).unwrap();
    let target = settings(&to.path().join("data"));
    Sled::import(&target, &mut lines.as_slice()).unwrap();
    let mut moved = World::open(&target.dir);
    moved.now = world.now + 60_000;
    assert_eq!(moved.store().get("plan", "abc").await.unwrap(), None);
    assert_eq!(moved.store().claim(moved.now, 10).await.unwrap().len(), 0, "nothing is due");
    let mut third = moved.begin().await;
    let told = moved.store().append(&mut third, moved.idle(&[awaits("pay", "p-8")])).await.unwrap();
    assert_eq!(told.messages, [], "a message is taken once");
    let all = moved.store().list(&Filter { limit: 10, ..Filter::default() }).await.unwrap();
    let statuses: Vec<_> = all.rows.iter().map(|row| row.status).collect();
    assert_eq!(statuses, [Status::Waiting, Status::Succeeded, Status::Succeeded, Status::Failed]);
}

#[tokio::test]
async fn a_database_that_cannot_be_read_is_an_error_that_says_what_to_do() {
    let dir = TempDir::new().unwrap();
    drop(Sled::open(&settings(dir.path()), NOW).unwrap());
    let file = dir.path().join("period-000001/conf");
    std::fs::write(&file, "segment_size: nonsense\n").unwrap();
    let Err(error) = Sled::open(&settings(dir.path()), NOW) else { panic!("it opened") };
    assert!(error.to_string().contains("bactrian import"), "{error}");
}

#[tokio::test]
async fn a_large_value_survives() {
    let mut world = World::sled();
    let mut start = world.start();
    start.origin.input = value(&"x".repeat(700_000));
    let run = start.run;
    owned(world.store().create(start).await.unwrap());
    world.crash().await;
    let found = world.store().read(run).await.unwrap().unwrap();
    assert_eq!(found.origin().unwrap().input.as_str().unwrap().len(), 700_000);
}

#[tokio::test]
async fn on_a_full_disk_live_runs_finish_and_starts_are_refused() {
    let dir = TempDir::new().unwrap();
    let settings = Settings {
        reserve_bytes: 1 << 20,
        available: |path| {
            let is = |name| path.join(name).exists();
            Ok(if is("brimful") {
                1_000
            } else if is("full") {
                200 << 10
            } else {
                1 << 40
            })
        },
        ..settings(dir.path())
    };
    let store = Sled::open(&settings, NOW).unwrap();
    let mut world = World::memory();
    let mut lease = owned(store.create(world.start()).await.unwrap());
    std::fs::write(dir.path().join("full"), "").unwrap();
    store.append(&mut lease, world.batch(&[succeeded("a")])).await.unwrap();
    assert!(!dir.path().join("reserve").exists(), "the reserve is given up");
    let refused = store.create(world.start()).await;
    assert!(matches!(refused, Err(Error::Full)), "{refused:?}");
    store
        .append(&mut lease, world.batch(&[sleep("nap", NOW), ended(Status::Failed, None)]))
        .await
        .unwrap_err();
    let mut again = owned_again(&store, lease).await;
    store.append(&mut again, world.batch(&[ended(Status::Failed, None)])).await.unwrap();
    std::fs::remove_file(dir.path().join("full")).unwrap();
    store.deliver(world.message("x", "y")).await.unwrap();
    owned(store.create(world.start()).await.unwrap());
    assert!(dir.path().join("reserve").exists(), "it is set aside again");
}

#[tokio::test]
async fn on_a_disk_without_space_runs_wait_for_room_and_go_on() {
    let dir = TempDir::new().unwrap();
    let settings = Settings {
        reserve_bytes: 1 << 20,
        available: |path| Ok(if path.join("brimful").exists() { 1_000 } else { 1 << 40 }),
        ..settings(dir.path())
    };
    let store = Sled::open(&settings, NOW).unwrap();
    let mut world = World::memory();
    let mut lease = owned(store.create(world.start()).await.unwrap());
    let run = lease.run();
    std::fs::write(dir.path().join("brimful"), "").unwrap();
    let batch = world.batch(&[succeeded("a")]);
    let mut append = store.append(&mut lease, batch);
    assert!(tokio::time::timeout(Duration::from_millis(200), &mut append).await.is_err(), "it waits");
    assert!(matches!(store.deliver(world.message("x", "y")).await, Err(Error::Full)));
    assert!(matches!(store.create(world.start()).await, Err(Error::Full)));
    assert_eq!(store.read(run).await.unwrap().unwrap().records.len(), 1, "what is there can be read");
    std::fs::remove_file(dir.path().join("brimful")).unwrap();
    append.await.unwrap();
    assert_eq!(store.read(run).await.unwrap().unwrap().records.len(), 2);
    owned(store.create(world.start()).await.unwrap());
    // Nor does a store that is closed wait for ever.
    std::fs::write(dir.path().join("brimful"), "").unwrap();
    drop(store);
}

/// A run that broke a rule of the journal is given back and claimed again.
async fn owned_again(store: &Sled, lease: bactrian_engine::state::Lease) -> bactrian_engine::state::Lease {
    store.release(NOW, vec![lease]).await.unwrap();
    let mut lease = store.claim(NOW, 1).await.unwrap().remove(0);
    store.load(&mut lease).await.unwrap();
    lease
}
