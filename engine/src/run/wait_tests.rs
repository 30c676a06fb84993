//! What a durable run waits for: times, messages, rounds, and what ends a wait.

use sdk::serde_json::json;

use super::{Carried, shop::Shop, trial::told};
use crate::state::{Action, Store as _};

#[tokio::test(start_paused = true)]
async fn a_waiting_run_is_a_row_and_never_wakes_early() {
    let shop = Shop::new(
        "Flow f
durable: true
order: [w, after]
nodes:
  w: {wait: {for: 7d}}
  after: {use: act, with: {say: '${now() - timestamp(input.at) >= duration(\"168h\")}'}}
",
    );
    let begun = shop.world.clock().now();
    let at = chrono::DateTime::from_timestamp_millis(begun).unwrap().to_rfc3339();
    let durable = shop.open(json!({"at": at}));
    assert!(matches!(durable.future.await, Carried::Waiting));
    assert!(shop.claim().await.is_none(), "nothing is due");
    assert_eq!(*shop.store.due().borrow(), Some(begun + 7 * 86_400_000));
    shop.sleep().await;
    let finished = shop.finish(shop.claim().await.unwrap()).await;
    assert_eq!(told(&finished), "succeeded true");
    assert_eq!(shop.world.clock().now() - begun, 7 * 86_400_000);
}

#[tokio::test(start_paused = true)]
async fn until_takes_a_bare_expression_or_a_template() {
    for until in ["input.at", "timestamp(input.at)", "${input.at}"] {
        let shop = Shop::new(&format!(
            "Flow f\ndurable: true\nnodes:\n  w: {{wait: {{until: '{until}'}}, output: done}}\n"
        ));
        let begun = shop.world.clock().now();
        let at = chrono::DateTime::from_timestamp_millis(begun + 60_000).unwrap().to_rfc3339();
        assert!(matches!(shop.open(json!({"at": at})).future.await, Carried::Waiting), "{until}");
        shop.sleep().await;
        assert_eq!(told(&shop.finish(shop.claim().await.unwrap()).await), r#"succeeded "done""#);
        assert_eq!(shop.world.clock().now() - begun, 60_000, "{until}");
    }
}

const BANK: &str = "Flow f
durable: true
order: [create, show, outcome, book]
nodes:
  create: {use: act, with: {say: created}}
  show: {respond: {status: 202, body: {no: '${input.no}'}}}
  outcome:
    race:
      callback:
        wait: {callback: {channel: bank, key: '${input.no}', match: message.body.status != 'PENDING'}}
      query:
        loop: {after: 5m, every: 2m, max: 3, until: last == 'SUCCESS', do: {use: act, with: {effect: read, say: '${input.answer}'}}}
    timeout: 30m
    fallback: {on: [timeout], value: {status: UNKNOWN}}
  book: {use: act, with: {say: '${nodes.outcome}'}}
";

#[tokio::test(start_paused = true)]
async fn a_message_wins_the_race_whenever_it_comes_and_is_taken_once() {
    let cases =
        ["early", "waiting", "between rounds"].map(|when| ["read", "write"].map(|effect| (when, effect)));
    for (when, effect) in cases.into_iter().flatten() {
        let shop = Shop::new(&BANK.replace("effect: read", &format!("effect: {effect}")));
        let yes = json!({"status": "SUCCESS"});
        if when == "early" {
            shop.deliver("P1", "e1", yes.clone()).await;
        }
        let mut durable = shop.open(json!({"no": "P1", "answer": "PENDING"}));
        if when != "early" {
            assert!(matches!(durable.future.await, Carried::Waiting), "{when}");
            shop.world.clock().sleep(std::time::Duration::from_millis(1)).await;
            shop.deliver("P1", "e0", json!({"status": "PENDING"})).await;
            if when == "between rounds" {
                let durable = shop.claim().await.unwrap();
                assert!(matches!(durable.future.await, Carried::Waiting), "a message that does not count");
                shop.sleep().await;
                let durable = shop.claim().await.unwrap();
                assert!(matches!(durable.future.await, Carried::Waiting), "a round without an answer");
            }
            shop.deliver("P1", "e1", yes.clone()).await;
            shop.deliver("P1", "e1", yes).await;
            durable = shop.claim().await.unwrap();
        }
        let came_at = shop.world.clock().now();
        let finished = shop.finish(durable).await;
        assert_eq!(told(&finished), r#"succeeded {"status":"SUCCESS"}"#, "{when}");
        assert_eq!(shop.world.clock().now(), came_at, "{when}, {effect}: the query is not waited for");
        let booked = shop.world.log().iter().filter(|line| *line == "book done").count();
        let journal = shop.journal().await;
        assert_eq!(booked, 1, "{when}");
        assert_eq!(journal.iter().filter(|line| *line == "responded").count(), 1, "{when}: {journal:?}");
        assert_eq!(
            journal.iter().filter(|line| *line == "waitRegistered outcome.callback").count(),
            1,
            "{when}: {journal:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn of_messages_that_came_early_the_first_that_counts_is_taken() {
    let shop = Shop::new(BANK);
    for (event, status) in [("e0", "PENDING"), ("e1", "PENDING"), ("e2", "SUCCESS"), ("e3", "FAIL")] {
        shop.deliver("P1", event, json!({"status": status})).await;
    }
    let finished = shop.finish(shop.open(json!({"no": "P1", "answer": "PENDING"}))).await;
    assert_eq!(told(&finished), r#"succeeded {"status":"SUCCESS"}"#);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_does_not_count_wakes_its_run_once() {
    let text = "Flow f
durable: true
nodes:
  w: {wait: {callback: {channel: bank, key: '${input.no}', match: message.body.ok}}}
";
    for is_early in [true, false] {
        let shop = Shop::new(text);
        if is_early {
            shop.deliver("P1", "e0", json!({"ok": false})).await;
        }
        assert!(matches!(shop.open(json!({"no": "P1"})).future.await, Carried::Waiting));
        if !is_early {
            shop.deliver("P1", "e0", json!({"ok": false})).await;
            assert!(matches!(shop.claim().await.unwrap().future.await, Carried::Waiting));
        }
        assert!(shop.claim().await.is_none(), "early {is_early}: there is nothing more to look at");
        shop.deliver("P1", "e1", json!({"ok": true})).await;
        let finished = shop.finish(shop.claim().await.unwrap()).await;
        assert_eq!(told(&finished), r#"succeeded {"ok":true}"#);
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_message_the_rounds_or_the_time_decide() {
    let shop = Shop::new(BANK);
    let begun = shop.world.clock().now();
    let finished = shop.finish(shop.open(json!({"no": "P1", "answer": "SUCCESS"}))).await;
    assert_eq!(
        (told(&finished).as_str(), shop.world.clock().now() - begun),
        (r#"succeeded "SUCCESS""#, 300_000)
    );
    let shop = Shop::new(&BANK.replace("max: 3", "max: 99"));
    let begun = shop.world.clock().now();
    let finished = shop.finish(shop.open(json!({"no": "P2", "answer": "PENDING"}))).await;
    assert_eq!(told(&finished), r#"succeeded {"status":"UNKNOWN"}"#);
    assert_eq!(shop.world.clock().now() - begun, 1_800_000, "the time goes on over all waits");
    let shop = Shop::new(BANK);
    let finished = shop.finish(shop.open(json!({"no": "P3", "answer": "PENDING"}))).await;
    assert_eq!(told(&finished), r#"succeeded {"status":"UNKNOWN"}"#, "the callback may still come");
}

#[tokio::test(start_paused = true)]
async fn a_waiting_run_can_be_cancelled_and_is_undone() {
    let text = "Flow f
durable: true
order: [a, w, never]
nodes:
  a: {use: act, compensate: {use: act}}
  w: {wait: {for: 7d}}
  never: {use: act}
";
    let shop = Shop::new(text);
    assert!(matches!(shop.open(json!({})).future.await, Carried::Waiting));
    shop.act(Action::Cancel, None).await;
    let finished = shop.finish(shop.claim().await.unwrap()).await;
    assert_eq!((told(&finished).as_str(), finished.report.undone.len()), ("cancelled CANCELLED 499", 1));
    assert!(shop.journal().await.contains(&"waitResolved w".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn the_time_of_the_whole_run_ends_a_wait() {
    let shop = Shop::new("Flow f\ndurable: true\ntimeout: 1h\nnodes:\n  w: {wait: {for: 7d}}\n");
    let begun = shop.world.clock().now();
    let finished = shop.finish(shop.open(json!({}))).await;
    assert_eq!(
        (told(&finished).as_str(), shop.world.clock().now() - begun),
        ("timed_out TIMEOUT 504", 3_600_000)
    );
}
