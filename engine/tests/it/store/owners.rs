//! Ownership: claim, fence, recovery, timers, fairness, poison.

use bactrian_engine::state::{Error, Fault, Memory, Status, Store};

use super::world::{NOW, World, awaits, ended, intent, on_each, origin, owned, sleep, succeeded, woken};

#[tokio::test]
async fn who_lost_a_run_writes_nothing_more() {
    on_each(async |world| {
        let mut old = world.begin().await;
        world.store().append(&mut old, world.batch(&[intent("a")])).await.unwrap();
        world.crash().await;
        let mut new = world.claim_one().await;
        assert!(new.epoch() > old.epoch());
        let refused = world.store().append(&mut old, world.batch(&[succeeded("a")])).await;
        assert_eq!(refused, Err(Error::Fenced(old.run())));
        assert_eq!(world.store().load(&mut old).await.map(drop), Ok(()), "reading is no harm");
        world.store().append(&mut new, world.batch(&[succeeded("a")])).await.unwrap();
        let found = world.store().read(new.run()).await.unwrap().unwrap();
        assert_eq!(found.records.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_takeover_between_two_appends_fences_the_second() {
    let store = Memory::new(NOW).unwrap();
    let mut world = World::memory();
    let mut lease = owned(store.create(world.start()).await.unwrap());
    let mut faults = vec![Fault::Fenced];
    store.on_call(move |call| if call == "append" { faults.pop() } else { None });
    let refused = store.append(&mut lease, world.batch(&[intent("a")])).await;
    assert_eq!(refused, Err(Error::Fenced(lease.run())));
    assert_eq!(store.claim(NOW, 5).await.unwrap().len(), 1, "it is free to be claimed");
}

#[tokio::test]
async fn every_live_run_is_found_again_after_a_crash_and_no_other() {
    on_each(async |world| {
        let mut expected = Vec::new();
        for age in [600_000, 60_000, 4_000, 0] {
            world.now = NOW + 600_000 - age;
            let fresh = world.begin().await;
            let mut written = world.begin().await;
            world.store().append(&mut written, world.batch(&[intent("a")])).await.unwrap();
            let mut over = world.begin().await;
            world.store().append(&mut over, world.batch(&[ended(Status::Failed, None)])).await.unwrap();
            let slept = world.sleeper(None, world.now).await;
            let mut awake = world.claim(1).await.remove(0);
            world.store().load(&mut awake).await.unwrap();
            world.store().append(&mut awake, world.batch(&[woken("nap"), intent("a")])).await.unwrap();
            assert_eq!(awake.run(), slept);
            expected.extend([fresh.run(), written.run(), slept]);
        }
        let asleep = world.sleeper(None, world.now + 5).await;
        world.crash().await;
        let mut found: Vec<_> = world.claim(100).await.iter().map(|lease| lease.run()).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
        world.now += 5;
        let found: Vec<_> = world.claim(100).await.iter().map(|lease| lease.run()).collect();
        assert_eq!(found, [asleep]);
    })
    .await;
}

#[tokio::test]
async fn a_timer_is_never_early_and_its_run_is_claimed_once() {
    on_each(async |world| {
        let run = world.sleeper(None, NOW + 100).await;
        let due = world.store().due();
        assert_eq!(*due.borrow(), Some(NOW + 100));
        world.now += 99;
        assert!(world.claim(5).await.is_empty());
        world.now += 1;
        let mut lease = world.claim_one().await;
        assert_eq!(lease.run(), run);
        assert!(world.claim(5).await.is_empty());
        let again = world.idle(&[woken("nap"), sleep("nap", world.now + 50)]);
        world.store().append(&mut lease, again).await.unwrap();
        world.store().release(world.now, vec![lease]).await.unwrap();
        world.now += 49;
        assert!(world.claim(5).await.is_empty(), "the old mark is gone");
        world.now += 1;
        assert_eq!(world.claim(5).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_idle_run_is_woken_by_its_deadline() {
    on_each(async |world| {
        let mut start = world.start();
        start.origin.deadline = Some(NOW + 10);
        let mut lease = owned(world.store().create(start).await.unwrap());
        world.store().append(&mut lease, world.idle(&[awaits("pay", "p-1")])).await.unwrap();
        world.store().release(world.now, vec![lease]).await.unwrap();
        world.now += 9;
        assert!(world.claim(5).await.is_empty());
        world.now += 1;
        assert_eq!(world.claim(5).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_released_run_is_claimable_at_once_also_after_a_crash() {
    on_each(async |world| {
        let lease = world.begin().await;
        let run = lease.run();
        world.store().release(world.now, vec![lease]).await.unwrap();
        let lease = world.claim_one().await;
        assert_eq!(lease.run(), run);
        world.store().release(world.now, vec![lease]).await.unwrap();
        world.crash().await;
        assert_eq!(world.claim(5).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn one_run_can_be_taken_before_it_is_due() {
    on_each(async |world| {
        let run = world.sleeper(None, NOW + 1_000).await;
        let mut lease = world.store().take(world.now, run).await.unwrap().unwrap();
        assert!(world.store().take(world.now, run).await.unwrap().is_none(), "it has an owner");
        world.store().load(&mut lease).await.unwrap();
        let end = world.batch(&[super::world::dropped("nap"), ended(Status::Cancelled, None)]);
        world.store().append(&mut lease, end).await.unwrap();
        let gone = world.store().take(world.now, run).await;
        assert!(matches!(gone, Err(Error::Missing(_))));
        world.now += 2_000;
        assert!(world.claim(5).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_taken_run_that_went_on_is_recovered_at_once() {
    on_each(async |world| {
        let run = world.sleeper(None, NOW + 1_000_000).await;
        let mut lease = world.store().take(world.now, run).await.unwrap().unwrap();
        world.store().load(&mut lease).await.unwrap();
        world.store().append(&mut lease, world.batch(&[intent("a")])).await.unwrap();
        world.crash().await;
        assert_eq!(world.claim(5).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn one_tenant_cannot_starve_another() {
    on_each(async |world| {
        for _ in 0..40 {
            world.sleeper(Some("flood"), NOW).await;
        }
        world.sleeper(Some("quiet"), NOW).await;
        world.sleeper(None, NOW).await;
        let claimed = world.claim(12).await;
        assert_eq!(claimed.len(), 12);
        let of = |name: &str| claimed.iter().filter(|lease| lease.tenant().as_str() == name).count();
        assert_eq!((of("flood"), of("quiet"), of("")), (10, 1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_run_that_kills_its_owners_is_counted() {
    on_each(async |world| {
        let lease = world.begin().await;
        assert_eq!(lease.attempts(), 0);
        for deaths in 1..=6 {
            world.crash().await;
            world.now += 1_000;
            assert_eq!(world.claim_one().await.attempts(), deaths);
        }
        world.now += 700_000;
        world.crash().await;
        assert_eq!(world.claim_one().await.attempts(), 1, "deaths of long ago are forgotten");
        for (entry, deaths) in [(intent("a"), 3), (succeeded("a"), 1)] {
            world.crash().await;
            let mut lease = world.claim_one().await;
            world.store().load(&mut lease).await.unwrap();
            world.store().append(&mut lease, world.batch(&[entry])).await.unwrap();
            world.crash().await;
            assert_eq!(world.claim_one().await.attempts(), deaths, "who got somewhere counts anew");
        }
    })
    .await;
}

#[tokio::test]
async fn a_parked_run_is_left_alone_until_an_operator_takes_it() {
    on_each(async |world| {
        let mut lease = world.begin().await;
        let run = lease.run();
        let failure = Box::new(sdk::Error::internal("stuck"));
        let park = bactrian_engine::state::Entry::Parked { address: None, failure };
        world.store().append(&mut lease, world.batch(&[park])).await.unwrap();
        world.store().release(world.now, vec![lease]).await.unwrap();
        world.now += 1_000_000;
        world.crash().await;
        assert!(world.claim(5).await.is_empty());
        let mut lease = world.store().take(world.now, run).await.unwrap().unwrap();
        let found = world.store().load(&mut lease).await.unwrap();
        assert_eq!(found.status, Status::Parked);
    })
    .await;
}

#[tokio::test]
async fn a_lease_that_was_not_loaded_appends_nothing() {
    on_each(async |world| {
        let run = world.sleeper(Some("travel"), NOW).await;
        let mut lease = world.claim(1).await.remove(0);
        let refused = world.store().append(&mut lease, world.batch(&[woken("nap")])).await;
        assert_eq!(refused, Err(Error::NotLoaded(run)));
        assert_eq!(lease.tenant().as_str(), origin("close", Some("travel")).tenant().as_str());
    })
    .await;
}
