//! Durable runs on the store in memory: what is on disk when, crashes at every append, keys, operators.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    task::Poll,
};

use sdk::{Value, serde_json::json};

use super::{
    Carried, Opening, Start, open,
    shop::{Shop, words},
    trial::{World, told},
};
use crate::state::{Action, Entry, Fault, Idempotency, RunId, Store as _};

#[tokio::test(start_paused = true)]
async fn intents_are_on_disk_before_writes_and_reads_ride_along() {
    let shop = Shop::new(
        "Flow f
durable: true
order: [read, calc, write, bad]
nodes:
  read: {use: act, with: {effect: read, say: 1}}
  calc: {use: map, with: '${nodes.read + 1}'}
  write: {use: act, with: {say: '${nodes.calc}'}, compensate: {use: act}}
  bad: {fail: {code: BAD}}
",
    );
    let appends = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&appends);
    shop.store.on_call(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        None
    });
    assert_eq!(told(&shop.finish(shop.open(json!({}))).await), "compensated BAD 500");
    assert_eq!(
        shop.journal().await,
        [
            "started",
            "nodeSucceeded read",
            "nodeStarted write",
            "nodeSucceeded write",
            "compensationStarted write",
            "nodeStarted write.compensate",
            "nodeSucceeded write.compensate",
            "compensationSucceeded write",
            "ended compensated",
        ]
    );
    assert_eq!(appends.load(Ordering::SeqCst), 5, "start, intent, undo, its intent, end");
    assert_eq!(shop.world.log()[2], format!("write {}:write", shop.id));
}

#[tokio::test(start_paused = true)]
async fn a_run_without_write_and_wait_is_one_commit() {
    let shop = Shop::new("Flow f\ndurable: true\nnodes:\n  a: {use: act, with: {effect: read, say: 1}}\n");
    let appends = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&appends);
    shop.store.on_call(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        None
    });
    assert_eq!(told(&shop.finish(shop.open(json!({}))).await), "succeeded 1");
    assert_eq!((appends.load(Ordering::SeqCst), shop.journal().await.len()), (1, 3));
}

const SAGA: &str = "Flow f
durable: true
vars: {at: '${now()}', id: '${uuid()}'}
order: [[a, each], sub, p, w, last, bad]
nodes:
  a: {use: act, with: {take: 3s}, compensate: {use: act}}
  each: {foreach: {in: '[1, 2, 3]', as: n, concurrency: 2, do: {use: act, with: {say: '${n}', take: '${n}s'}, compensate: {use: act}}}}
  sub: {flow: child, with: {}, timeout: 1h, retry: {attempts: 2}, compensate: {use: act}}
  p: {extension: point, with: {n: 1}, retry: {attempts: 2}}
  w: {wait: {for: 3d}}
  last: {use: act, with: {fail: UNAVAILABLE, failFirst: 2, say: '${vars}'}, retry: {attempts: 3, initial: 10s, jitter: none}, compensate: {use: act}}
  bad: {when: input.bad, fail: {code: BAD}}
output: {each: '${nodes.each}', same: '${nodes.last == vars}', p: '${nodes.p}'}
---
Flow child
durable: true
nodes:
  book: {use: act, with: {say: booked}, compensate: {use: act}}
---
ExtensionPoint point
input: {type: object}
---
Extension one
point: point
for: {useCase: f}
use: act
with: {say: '${input.n}', fail: UNAVAILABLE, failFirst: 0}
fallback: {value: saved}
";

/// Runs the saga; at the `nth` store call `fault` is injected and the process dies in the middle of it.
/// Gives the end, what was called with which key, what was undone, and how many calls there were.
async fn crashed(
    world: &Arc<World>,
    input: Value,
    nth: u32,
    fault: Fault,
) -> (String, Vec<String>, Vec<String>, u32) {
    let shop = Shop::of(Arc::clone(world));
    world.clear_log();
    let calls = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&calls);
    shop.store.on_call(move |call| {
        let is_append = matches!(call, "create" | "append" | "settle");
        (is_append && count.fetch_add(1, Ordering::SeqCst) + 1 == nth).then_some(fault)
    });
    let mut durable = Some(shop.open(input.clone()));
    while let Some(driven) = durable {
        let mut future = pin!(driven.future);
        let ended = poll_fn(|cx| {
            let polled = future.as_mut().poll(cx);
            let is_dead = polled.is_pending() && calls.load(Ordering::SeqCst) == nth;
            if is_dead { Poll::Ready(None) } else { polled.map(Some) }
        })
        .await;
        match ended {
            Some(Carried::Finished(_)) => break,
            Some(Carried::Waiting) => shop.sleep().await,
            None => {
                calls.fetch_add(1_000, Ordering::SeqCst);
                shop.store.crash(shop.world.clock().now()).unwrap();
                while shop.store.reap(shop.world.clock().now(), 100).await.unwrap() > 0 {}
                shop.world.clock().sleep(std::time::Duration::from_secs(2)).await;
            }
            Some(other) => panic!("{other:?}"),
        }
        durable = shop.again(&input).await;
    }
    let mut keys: Vec<String> =
        shop.world.log().iter().filter(|line| !line.ends_with("done")).cloned().collect();
    keys.sort();
    keys.dedup();
    let records = shop.records().await;
    let end = match &records.last().unwrap().entry {
        Entry::Ended { status, output, .. } => format!("{} {}", status.word(), json!(output)),
        other => panic!("{other:?}"),
    };
    let undone = records.iter().filter(|record| matches!(record.entry, Entry::CompensationSucceeded { .. }));
    (end, keys, undone.map(words).collect(), calls.load(Ordering::SeqCst))
}

#[tokio::test(start_paused = true)]
async fn a_crash_at_any_append_changes_neither_the_end_nor_what_was_called() {
    let world = World::new(SAGA);
    for input in [json!({"bad": false}), json!({"bad": true})] {
        let whole = crashed(&world, input.clone(), 0, Fault::Busy).await;
        let expected = if input["bad"] == json!(true) {
            "compensated null"
        } else {
            r#"succeeded {"each":[1,2,3],"same":true,"p":"saved"}"#
        };
        assert_eq!(whole.0, expected);
        for nth in 1..=whole.3 {
            for fault in [Fault::Delay(1), Fault::Written] {
                let (end, called, undone, _) = crashed(&world, input.clone(), nth, fault).await;
                assert_eq!(
                    (&end, &called, &undone),
                    (&whole.0, &whole.1, &whole.2),
                    "{fault:?} at call {nth}"
                );
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_key_is_the_same_run() {
    let shop = Shop::new("Flow f\ndurable: true\nnodes:\n  a: {use: act, with: {say: 1}}\n");
    let opening = |body: u8| Opening {
        idempotency: Some(Idempotency { key: "k".into(), body: [body; 32], window_ms: 60_000 }),
        ..Opening::default()
    };
    let first = open(shop.start(json!({})), opening(1), shop.store()).unwrap().future.await;
    assert!(matches!(first, Carried::Finished(_)));
    let other = |n: u8| Start { id: RunId::new(9, [n; 10]).to_string().into(), ..shop.start(json!({})) };
    match open(other(1), opening(1), shop.store()).unwrap().future.await {
        Carried::Same(run, Some(reply)) => {
            assert_eq!(run, shop.id);
            assert_eq!(*super::unseal(&reply).unwrap().unwrap().value, json!(1));
        }
        other => panic!("{other:?}"),
    }
    let refused = open(other(2), opening(2), shop.store()).unwrap().future.await;
    assert!(matches!(refused, Carried::OtherBody(run) if run == shop.id));
    assert_eq!(shop.world.log().len(), 2, "called once");
}

#[tokio::test(start_paused = true)]
async fn a_parked_run_goes_on_when_an_operator_acts() {
    let text = "Flow f
durable: true
compensation: {retry: {attempts: 2, initial: 1s}}
order: [first, a, bad]
nodes:
  first: {use: act, compensate: {use: act}}
  a: {use: act, compensate: {use: act, with: {fail: UNAVAILABLE}}}
  bad: {fail: {code: BAD}}
";
    let shop = Shop::new(text);
    assert_eq!(told(&shop.finish(shop.open(json!({}))).await), "parked BAD 500");
    shop.act(Action::Retry, None).await;
    assert_eq!(told(&shop.finish(shop.claim().await.unwrap()).await), "parked BAD 500");
    let tries = shop.journal().await.iter().filter(|line| *line == "compensationStarted a").count();
    assert_eq!(tries, 4, "two more");
    shop.act(Action::Skip, Some("a")).await;
    assert_eq!(told(&shop.finish(shop.claim().await.unwrap()).await), "compensated BAD 500");
    assert_eq!(shop.journal().await.last().unwrap(), "ended compensated");
}

#[tokio::test(start_paused = true)]
async fn who_has_lost_the_run_writes_nothing_more() {
    let shop = Shop::new("Flow f\ndurable: true\norder: [a, b]\nnodes:\n  a: {use: act}\n  b: {use: act}\n");
    let calls = AtomicU32::new(0);
    shop.store.on_call(move |_| (calls.fetch_add(1, Ordering::SeqCst) == 2).then_some(Fault::Fenced));
    assert!(matches!(shop.open(json!({})).future.await, Carried::Lost(crate::state::Error::Fenced(_), _)));
    assert!(!shop.world.log().iter().any(|line| line.starts_with("b ")), "{:?}", shop.world.log());
}

#[tokio::test(start_paused = true)]
async fn a_write_that_a_crash_cut_off_is_undone_although_it_fails_later() {
    let shop = Shop::new(
        "Flow f
durable: true
order: [a, b]
nodes:
  a: {use: act, compensate: {use: act}}
  b: {use: act, with: {take: 9s, fail: NO}, compensate: {use: act}}
",
    );
    for _ in 0..2 {
        let mut durable = shop.again(&json!({})).await.unwrap();
        tokio::select! {
            carried = &mut durable.future => panic!("{carried:?}"),
            () = shop.world.clock().sleep(std::time::Duration::from_secs(1)) => {}
        }
        drop(durable);
        shop.store.crash(shop.world.clock().now()).unwrap();
        while shop.store.reap(shop.world.clock().now(), 10).await.unwrap() > 0 {}
    }
    let finished = shop.finish(shop.claim().await.unwrap()).await;
    let undone: Vec<_> =
        finished.report.undone.iter().map(|undone| json!([*undone.address, undone.reason])).collect();
    assert_eq!(undone, [json!(["b", "unknown"]), json!(["a", "succeeded"])]);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_whose_time_was_up_is_recorded_before_the_next() {
    let shop = Shop::new(
        "Flow f
durable: true
nodes:
  a: {use: act, with: {take: 9s}, timeout: {attempt: 1s}, retry: {attempts: 2, initial: 100ms, jitter: none}}
",
    );
    let mut durable = shop.open(json!({}));
    tokio::select! {
        carried = &mut durable.future => panic!("{carried:?}"),
        () = shop.world.clock().sleep(std::time::Duration::from_millis(1_500)) => {}
    }
    drop(durable);
    shop.store.crash(shop.world.clock().now()).unwrap();
    while shop.store.reap(shop.world.clock().now(), 10).await.unwrap() > 0 {}
    let finished = shop.finish(shop.claim().await.unwrap()).await;
    assert_eq!(told(&finished), "failed TIMEOUT 500");
    let journal = shop.journal().await;
    assert_eq!(journal.iter().filter(|line| *line == "nodeStarted a").count(), 3, "{journal:?}");
}

#[tokio::test(start_paused = true)]
async fn what_parts_of_a_settled_node_did_is_undone_after_a_crash() {
    let world = World::new(
        "Flow f
durable: true
order: [sub, call, bad]
nodes:
  sub: {flow: {name: child, mode: child}, with: {}, timeout: 2s, critical: false}
  call: {use: act, with: {fail: NO}, fallback: {extension: point, with: {}}}
  bad: {fail: {code: BAD}}
---
Flow child
durable: true
order: [book, slow]
nodes:
  book: {use: act, compensate: {use: act}}
  slow: {use: act, with: {take: 9s}, compensate: {use: act}}
---
ExtensionPoint point
input: {type: object}
---
Extension one
point: point
for: {useCase: f}
order: [x, y]
nodes:
  x: {use: act, compensate: {use: act}}
  y: {use: act, compensate: {use: act}}
",
    );
    let whole = crashed(&world, json!({}), 0, Fault::Busy).await;
    assert_eq!(whole.2.len(), 4, "{:?}", whole.2);
    for nth in 1..=whole.3 {
        let (end, called, undone, _) = crashed(&world, json!({}), nth, Fault::Written).await;
        let written = |keys: &[String]| keys.iter().filter(|key| key.contains("compensate")).count();
        assert_eq!((&end, undone.len(), written(&called)), (&whole.0, 4, written(&whole.1)), "at call {nth}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_child_that_has_undone_itself_is_tried_again_under_other_keys() {
    let shop = Shop::new(
        "Flow f
durable: true
nodes:
  sub: {flow: {name: child, mode: child}, with: {}, retry: {attempts: 2, initial: 10ms}}
---
Flow child
durable: true
order: [book, bad]
nodes:
  book: {use: act, compensate: {use: act}, retry: {attempts: 2}}
  bad: {use: act, with: {fail: UNAVAILABLE}}
",
    );
    assert_eq!(told(&shop.finish(shop.open(json!({}))).await), "compensated UNAVAILABLE 500");
    let log = shop.world.log();
    let keys = log.iter().filter_map(|line| line.split_once(&*format!(" {}:", shop.id))).map(|(_, key)| key);
    let expected = [
        "sub.book",
        "sub.bad",
        "sub.book.compensate",
        "sub.try2.book",
        "sub.try2.bad",
        "sub.try2.book.compensate",
    ];
    assert_eq!(keys.collect::<Vec<_>>(), expected);
}
