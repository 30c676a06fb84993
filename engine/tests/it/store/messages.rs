//! Messages for waiting runs: early, duplicate, late, reordered, and with crashes in between (F7).

use bactrian_engine::state::{Delivered, Lease, RunId, Status};

use super::world::{NOW, World, at, awaits, dropped, ended, on_each, received};

/// A run that awaits the message `key` at `pay` and belongs to nobody.
async fn waiter(world: &mut World, key: &str) -> RunId {
    let mut lease = world.begin().await;
    world.store().append(&mut lease, world.idle(&[awaits("pay", key)])).await.unwrap();
    let run = lease.run();
    world.store().release(world.now, vec![lease]).await.unwrap();
    run
}

async fn deliver(world: &World, key: &str, event: &str) -> Delivered {
    world.store().deliver(world.message(key, event)).await.unwrap()
}

async fn events(world: &World, lease: &Lease) -> Vec<String> {
    let messages = world.store().messages(lease).await.unwrap();
    messages.iter().map(|message| message.event.to_string()).collect()
}

#[tokio::test]
async fn a_message_wakes_the_run_that_waits_for_it() {
    on_each(async |world| {
        let run = waiter(world, "p-1").await;
        assert!(world.claim(5).await.is_empty());
        assert_eq!(deliver(world, "p-2", "e-0").await, Delivered::Early, "nobody waits for p-2");
        assert_eq!(deliver(world, "p-1", "e-1").await, Delivered::New { run, address: at("pay") });
        world.crash().await;
        let mut lease = world.claim_one().await;
        let found = world.store().load(&mut lease).await.unwrap();
        assert_eq!(found.messages[0].address, Some(at("pay")));
        let end = world.batch(&[received("pay", "e-1"), ended(Status::Succeeded, None)]);
        world.store().append(&mut lease, end).await.unwrap();
        assert!(events(world, &lease).await.is_empty());
        world.now += 1_000_000;
        assert!(world.claim(5).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_wait_that_is_begun_anew_in_one_append_is_open() {
    on_each(async |world| {
        let mut lease = world.begin().await;
        for event in ["e-1", "e-2"] {
            assert_eq!(deliver(world, "p-1", event).await, Delivered::Early);
        }
        world.store().append(&mut lease, world.batch(&[awaits("pay", "p-1")])).await.unwrap();
        assert_eq!(events(world, &lease).await, ["e-1"]);
        let anew = world.batch(&[dropped("pay"), awaits("pay", "p-1")]);
        world.store().append(&mut lease, anew).await.unwrap();
        assert_eq!(events(world, &lease).await, ["e-1", "e-2"], "what came for it waits on");
        assert!(matches!(deliver(world, "p-1", "e-3").await, Delivered::New { .. }));
    })
    .await;
}

#[tokio::test]
async fn the_same_message_again_gets_the_same_answer() {
    on_each(async |world| {
        let run = waiter(world, "p-1").await;
        let first = deliver(world, "p-1", "e-1").await;
        assert_eq!(first, Delivered::New { run, address: at("pay") });
        world.crash().await;
        assert_eq!(deliver(world, "p-1", "e-1").await, Delivered::Seen { first: Box::new(first) });
        let early = deliver(world, "p-9", "e-9").await;
        assert_eq!(deliver(world, "p-9", "e-9").await, Delivered::Seen { first: Box::new(early) });
    })
    .await;
}

#[tokio::test]
async fn a_message_that_comes_before_its_wait_is_taken_in_with_it() {
    on_each(async |world| {
        assert_eq!(deliver(world, "p-1", "e-1").await, Delivered::Early);
        world.crash().await;
        let mut lease = world.begin().await;
        let appended = world.store().append(&mut lease, world.idle(&[awaits("pay", "p-1")])).await.unwrap();
        assert_eq!(appended.messages.len(), 1);
        assert_eq!(appended.messages[0].address, Some(at("pay")));
        world.store().release(world.now, vec![lease]).await.unwrap();
        world.crash().await;
        let lease = world.claim_one().await;
        assert_eq!(events(world, &lease).await, ["e-1"]);
    })
    .await;
}

#[tokio::test]
async fn a_message_after_the_wait_is_kept_as_late_and_wakes_nobody() {
    on_each(async |world| {
        let mut lease = world.begin().await;
        let run = lease.run();
        world.store().append(&mut lease, world.idle(&[awaits("pay", "p-1")])).await.unwrap();
        world.store().append(&mut lease, world.batch(&[dropped("pay")])).await.unwrap();
        assert_eq!(deliver(world, "p-1", "e-1").await, Delivered::Late { run });
        world.store().append(&mut lease, world.batch(&[ended(Status::Failed, None)])).await.unwrap();
        assert_eq!(deliver(world, "p-1", "e-2").await, Delivered::Late { run });
        world.crash().await;
        let late = world.store().late(run).await.unwrap();
        assert_eq!(late.iter().map(|message| &*message.event).collect::<Vec<_>>(), ["e-1", "e-2"]);
        assert!(world.claim(5).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_message_that_loses_the_race_against_a_timer_becomes_late() {
    on_each(async |world| {
        let run = waiter(world, "p-1").await;
        deliver(world, "p-1", "e-1").await;
        let mut lease = world.claim_one().await;
        let end = world.batch(&[dropped("pay"), ended(Status::TimedOut, None)]);
        world.store().append(&mut lease, end).await.unwrap();
        assert_eq!(world.store().late(run).await.unwrap().len(), 1);
        assert!(events(world, &lease).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_message_for_an_owned_run_is_not_lost_when_it_goes_idle() {
    on_each(async |world| {
        let mut lease = world.begin().await;
        let both = [awaits("pay", "p-1"), awaits("ship", "s-1")];
        world.store().append(&mut lease, world.idle(&both)).await.unwrap();
        deliver(world, "p-1", "e-1").await;
        assert_eq!(events(world, &lease).await, ["e-1"]);
        world.store().release(world.now, vec![lease]).await.unwrap();
        let mut lease = world.claim_one().await;
        deliver(world, "s-1", "e-2").await;
        let taken = world.idle(&[received("pay", "e-1")]);
        let appended = world.store().append(&mut lease, taken).await.unwrap();
        assert_eq!(appended.messages.len(), 1, "the second one is waiting");
        world.crash().await;
        let lease = world.claim_one().await;
        assert_eq!(events(world, &lease).await, ["e-2"]);
    })
    .await;
}

#[tokio::test]
async fn a_message_goes_to_the_run_that_has_waited_longest() {
    on_each(async |world| {
        let first = waiter(world, "p-1").await;
        world.now += 1;
        let second = waiter(world, "p-1").await;
        assert_eq!(deliver(world, "p-1", "e-1").await, Delivered::New { run: first, address: at("pay") });
        let mut lease = world.claim_one().await;
        let end = world.batch(&[received("pay", "e-1"), ended(Status::Succeeded, None)]);
        world.store().append(&mut lease, end).await.unwrap();
        assert_eq!(deliver(world, "p-1", "e-2").await, Delivered::New { run: second, address: at("pay") });
    })
    .await;
}

#[tokio::test]
async fn tenants_do_not_hear_each_other() {
    on_each(async |world| {
        let run = waiter(world, "p-1").await;
        let mut message = world.message("p-1", "e-1");
        message.tenant = bactrian_engine::state::Tenant::new(Some("travel")).unwrap();
        assert_eq!(world.store().deliver(message).await.unwrap(), Delivered::Early);
        assert_eq!(deliver(world, "p-1", "e-1").await, Delivered::New { run, address: at("pay") });
    })
    .await;
}

#[tokio::test]
async fn a_parked_run_keeps_its_messages() {
    on_each(async |world| {
        let mut lease = world.begin().await;
        let run = lease.run();
        let failure = Box::new(sdk::Error::internal("stuck"));
        let park = bactrian_engine::state::Entry::Parked { address: None, failure };
        world.store().append(&mut lease, world.batch(&[awaits("pay", "p-1"), park])).await.unwrap();
        world.store().release(world.now, vec![lease]).await.unwrap();
        deliver(world, "p-1", "e-1").await;
        world.now = NOW + 1_000_000;
        assert!(world.claim(5).await.is_empty());
        let lease = world.store().take(world.now, run).await.unwrap().unwrap();
        assert_eq!(events(world, &lease).await, ["e-1"]);
    })
    .await;
}
