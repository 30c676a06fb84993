//! Starts, appends, lists, documents and the outbox.

use bactrian_engine::state::{
    Created, Error, Event, Expected, Fault, Filter, Memory, Outbox, Parent, Record, Reply, RunId, Status,
    Store, Tenant,
};
use bytes::Bytes;
use tokio::sync::watch;

use super::world::{NOW, World, at, ended, intent, key, on_each, origin, owned, sleep, succeeded};

#[tokio::test]
async fn a_journal_reads_back_as_it_was_written() {
    on_each(async |world| {
        let mut lease = world.begin().await;
        world.store().append(&mut lease, world.batch(&[intent("a")])).await.unwrap();
        world.store().append(&mut lease, world.batch(&[succeeded("a"), intent("b")])).await.unwrap();
        assert_eq!(lease.seq(), 4);
        let found = world.store().read(lease.run()).await.unwrap().unwrap();
        assert_eq!(found.origin(), Some(&origin("close", None)));
        let entries: Vec<_> = found.records.into_iter().skip(1).map(|record| record.entry).collect();
        assert_eq!(entries, [intent("a"), succeeded("a"), intent("b")]);
        assert_eq!(found.status, Status::Running);
    })
    .await;
}

#[tokio::test]
async fn one_idempotency_key_is_one_run_with_one_answer() {
    on_each(async |world| {
        let mut start = world.start();
        start.idempotency = Some(key("order-1", 1));
        let again = |world: &mut World, body| {
            let mut start = world.start();
            start.idempotency = Some(key("order-1", body));
            start
        };
        let mut lease = owned(world.store().create(start).await.unwrap());
        let run = lease.run();
        let same = again(world, 1);
        let found = world.store().create(same).await.unwrap();
        assert!(matches!(found, Created::Same(found, None) if found == run), "while it runs");
        let other = again(world, 2);
        let found = world.store().create(other).await.unwrap();
        assert!(matches!(found, Created::OtherBody(found) if found == run), "another body");

        let end = world.batch(&[ended(Status::Succeeded, Some("{\"n\":1}"))]);
        world.store().append(&mut lease, end).await.unwrap();
        world.crash().await;
        let same = again(world, 1);
        let found = world.store().create(same).await.unwrap();
        let bytes = Reply(Bytes::from_static(b"{\"n\":1}"));
        assert!(matches!(found, Created::Same(found, Some(reply)) if found == run && reply == bytes));

        world.now += 60_001;
        let late = again(world, 2);
        assert!(matches!(world.store().create(late).await.unwrap(), Created::Owned(_)), "window over");
    })
    .await;
}

#[tokio::test]
async fn a_key_is_the_flows_and_the_tenants_own() {
    on_each(async |world| {
        for (flow, biz_id) in [("close", None), ("close", Some("travel")), ("open", None)] {
            let mut start = world.start();
            start.origin = origin(flow, biz_id);
            start.idempotency = Some(key("order-1", 1));
            assert!(matches!(world.store().create(start).await.unwrap(), Created::Owned(_)));
        }
    })
    .await;
}

#[tokio::test]
async fn a_run_id_makes_one_run() {
    on_each(async |world| {
        let start = world.start();
        let lease = owned(world.store().create(start.clone()).await.unwrap());
        let again = owned(world.store().create(start.clone()).await.unwrap());
        assert_eq!((lease.run(), lease.seq()), (again.run(), again.seq()), "the answer had been lost");
        world.crash().await;
        assert!(matches!(world.store().create(start).await.unwrap(), Created::Same(_, None)));
    })
    .await;
}

#[tokio::test]
async fn a_run_may_start_and_end_in_one_append() {
    on_each(async |world| {
        let mut start = world.start();
        start.batch = world.batch(&[succeeded("a"), ended(Status::Succeeded, None)]);
        let mut lease = owned(world.store().create(start).await.unwrap());
        let more = world.store().append(&mut lease, world.batch(&[succeeded("b")])).await;
        assert!(matches!(more, Err(Error::Illegal(_))), "an ended run never changes");
        world.crash().await;
        world.now += 1_000_000;
        assert!(world.claim(10).await.is_empty());
        let found = world.store().read(lease.run()).await.unwrap().unwrap();
        assert_eq!((found.status, found.records.len()), (Status::Succeeded, 3));
    })
    .await;
}

#[tokio::test]
async fn an_append_whose_outcome_is_unknown_is_settled_and_never_doubled() {
    for fault in [Fault::Lost, Fault::Written, Fault::Busy, Fault::Full] {
        let store = Memory::new(NOW).unwrap();
        let mut world = World::memory();
        let mut lease = owned(store.create(world.start()).await.unwrap());
        let mut faults = vec![fault];
        store.on_call(move |call| if call == "append" { faults.pop() } else { None });
        let failed = store.append(&mut lease, world.batch(&[intent("a")])).await;
        assert!(matches!(failed, Err(Error::Unknown | Error::Busy | Error::Full)));
        let blocked = store.append(&mut lease, world.batch(&[intent("b")])).await;
        assert_eq!(blocked, Err(Error::Unknown), "the first one comes first");
        store.settle(&mut lease).await.unwrap();
        store.append(&mut lease, world.batch(&[succeeded("a")])).await.unwrap();
        assert_eq!(store.read(lease.run()).await.unwrap().unwrap().records.len(), 3, "{fault:?}");
    }
}

#[tokio::test]
async fn events_stay_until_they_are_marked_as_published() {
    on_each(async |world| {
        let mut lease = world.begin().await;
        let event = |record, text: &'static str| Event {
            record,
            topic: "orders".into(),
            key: "o-1".into(),
            payload: Bytes::from_static(text.as_bytes()),
        };
        let mut batch = world.batch(&[succeeded("a"), succeeded("b")]);
        batch.events = vec![event(0, "first"), event(1, "second")];
        let outbox = world.store().outbox();
        world.store().append(&mut lease, batch).await.unwrap();
        stands(outbox, |outbox| outbox.depth == 2).await;
        let events = world.store().publish(None, 10).await.unwrap().events;
        assert_eq!(world.store().outbox().borrow().newest, events[1].id, "they are on disk");
        let told: Vec<_> = events.iter().map(|event| (event.seq, event.payload.clone())).collect();
        assert_eq!(told, [(1, Bytes::from_static(b"first")), (2, Bytes::from_static(b"second"))]);
        assert_eq!(world.store().publish(Some(events[0].id), 10).await.unwrap().events, events[1..]);

        world.crash().await;
        assert_eq!(
            world.store().publish(None, 10).await.unwrap().events,
            events,
            "died between send and mark"
        );
        assert!(world.store().outbox().borrow().newest >= events[1].id, "those of before are to be read too");
        for _ in 0..2 {
            world.store().published(&[events[0].id]).await.unwrap();
            stands(world.store().outbox(), |outbox| outbox.depth == 1).await;
        }
        assert_eq!(world.store().publish(None, 10).await.unwrap().events, events[1..]);
    })
    .await;
}

/// Waits until the outbox stands so: it may be told a moment after the answer.
async fn stands(mut outbox: watch::Receiver<Outbox>, as_told: impl FnMut(&Outbox) -> bool) {
    outbox.wait_for(as_told).await.unwrap();
}

async fn listed(world: &World, filter: Filter) -> Vec<RunId> {
    let filter = Filter { limit: 2, ..filter };
    let mut found = Vec::new();
    let mut before = None;
    loop {
        let page = world.store().list(&Filter { before, ..filter.clone() }).await.unwrap();
        found.extend(page.rows.iter().map(|row| row.run));
        before = page.next;
        if before.is_none() {
            return found;
        }
    }
}

#[tokio::test]
async fn a_run_has_its_children_in_the_order_in_which_they_began_over_all_periods() {
    on_each(async |world| {
        let parent = world.start();
        let (mut runs, mut last) = (Vec::new(), None);
        for _ in 0..3 {
            world.now += 1_000;
            let mut start = world.start();
            start.origin.parent = Some(Parent { run: parent.run, address: None });
            runs.push(start.run);
            last = Some(owned(world.store().create(start).await.unwrap()));
        }
        let ends = world.batch(&[ended(Status::Succeeded, None)]);
        world.store().append(last.as_mut().unwrap(), ends).await.unwrap();
        let told = async |world: &World, most| {
            let rows = world.store().children(parent.run, most).await.unwrap();
            rows.iter().map(|row| row.run).collect::<Vec<_>>()
        };
        assert_eq!(told(world, 10).await, runs);
        if let Some(sled) = world.as_sled() {
            sled.rotate(world.now).await.unwrap();
        }
        assert_eq!(told(world, 10).await, runs);
        assert_eq!(told(world, 2).await, runs[..2]);
        world.store().delete(runs[2]).await.unwrap();
        assert_eq!(told(world, 10).await, runs[..2]);
        assert_eq!(world.store().children(runs[0], 10).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn runs_are_listed_by_flow_tenant_status_time_and_business_key() {
    on_each(async |world| {
        let mut runs = Vec::new();
        for (flow, biz_id) in [("close", None), ("open", None), ("close", Some("travel")), ("close", None)] {
            world.now += 1_000;
            let mut start = world.start();
            start.origin = origin(flow, biz_id);
            start.origin.business_key = Some(format!("order-{}", runs.len() % 2).into());
            let lease = owned(world.store().create(start).await.unwrap());
            runs.push((lease.run(), lease));
        }
        let [a, b, c, d] = [runs[0].0, runs[1].0, runs[2].0, runs[3].0];
        let fail = world.batch(&[ended(Status::Failed, None)]);
        world.store().append(&mut runs[1].1, fail).await.unwrap();
        let idle = world.idle(&[sleep("nap", world.now + 1)]);
        world.store().append(&mut runs[3].1, idle).await.unwrap();

        let all = Filter::default;
        let travel = Tenant::new(Some("travel")).unwrap();
        assert_eq!(listed(world, all()).await, [d, c, b, a]);
        assert_eq!(listed(world, Filter { flow: Some("close".into()), ..all() }).await, [d, c, a]);
        assert_eq!(listed(world, Filter { tenant: Some(travel), ..all() }).await, [c]);
        assert_eq!(listed(world, Filter { tenant: Some(Tenant::default()), ..all() }).await, [d, b, a]);
        assert_eq!(listed(world, Filter { statuses: vec![Status::Failed], ..all() }).await, [b]);
        let two = vec![Status::Failed, Status::Waiting];
        assert_eq!(listed(world, Filter { statuses: two, ..all() }).await, [d, b]);
        assert_eq!(listed(world, Filter { statuses: vec![Status::Running], ..all() }).await, [c, a]);
        assert_eq!(listed(world, Filter { business_key: Some("order-1".into()), ..all() }).await, [d, b]);
        let time = Filter { from: Some(NOW + 2_000), to: Some(NOW + 4_000), ..all() };
        assert_eq!(listed(world, time).await, [c, b]);
        assert_eq!(listed(world, Filter { scenario: Some("app".into()), ..all() }).await, []);
    })
    .await;
}

#[tokio::test]
async fn only_an_ended_run_is_deleted() {
    on_each(async |world| {
        let mut lease = world.begin().await;
        let run = lease.run();
        assert_eq!(world.store().delete(run).await, Err(Error::Live(run)));
        world.store().append(&mut lease, world.batch(&[ended(Status::Failed, None)])).await.unwrap();
        world.store().delete(run).await.unwrap();
        assert_eq!(world.store().read(run).await, Ok(None));
        assert!(listed(world, Filter { flow: Some("close".into()), ..Filter::default() }).await.is_empty());
        assert_eq!(world.store().delete(run).await, Err(Error::Missing("run")));
    })
    .await;
}

#[tokio::test]
async fn a_document_is_written_only_over_what_its_writer_has_seen() {
    on_each(async |world| {
        let store = world.store();
        let body = |text: &'static str| Bytes::from_static(text.as_bytes());
        assert_eq!(store.put("draft", "close", body("one"), Expected::Nothing).await, Ok(1));
        let refused = store.put("draft", "close", body("two"), Expected::Nothing).await;
        assert_eq!(refused, Err(Error::Conflict(1)));
        assert_eq!(store.put("draft", "close", body("two"), Expected::Version(1)).await, Ok(2));
        assert_eq!(store.put("draft", "open", body("x"), Expected::Anything).await, Ok(1));
        assert_eq!(store.put("drafts", "other", body("y"), Expected::Anything).await, Ok(1));
        let found = store.get("draft", "close").await.unwrap().unwrap();
        assert_eq!((found.version, found.body), (2, body("two")));
        let keys = |kept: Vec<bactrian_engine::state::Kept>| {
            kept.into_iter().map(|kept| kept.key).collect::<Vec<_>>()
        };
        assert_eq!(keys(store.documents("draft", None, 10).await.unwrap()), ["close", "open"]);
        assert_eq!(keys(store.documents("draft", Some("close"), 10).await.unwrap()), ["open"]);
        store.remove("draft", "close").await.unwrap();
        assert_eq!(store.get("draft", "close").await, Ok(None));
    })
    .await;
}

#[tokio::test]
async fn an_overlong_key_is_refused_before_anything_is_written() {
    on_each(async |world| {
        let mut start = world.start();
        start.origin.business_key = Some("x".repeat(2000).into());
        assert!(matches!(world.store().create(start).await, Err(Error::Malformed(_))));
        assert!(listed(world, Filter::default()).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_record_keeps_the_time_it_was_made() {
    on_each(async |world| {
        let mut lease = world.begin().await;
        let mut batch = world.batch(&[]);
        batch.records = vec![Record::new(NOW - 777, succeeded("a"))];
        world.store().append(&mut lease, batch).await.unwrap();
        let found = world.store().read(lease.run()).await.unwrap().unwrap();
        assert_eq!(found.records[1].at, NOW - 777);
        assert_eq!(found.records[1].entry.address(), Some(&at("a")));
    })
    .await;
}
