//! Child flows that could not undo what they did.

use sdk::serde_json::json;

use super::{Carried, shop::Shop, trial::told};
use crate::state::Action;

/// A child that cannot be undone, beside a node that waits.
const FLOW: &str = "Flow f
durable: true
order: [[sub, w], after]
nodes:
  sub: {flow: child, with: {}, retry: {attempts: 2, initial: 100ms, jitter: none, on: [business]}}
  w: {wait: {callback: {channel: bank, key: k}}}
  after: {use: act}
---
Flow child
durable: true
compensation: {retry: {attempts: 2, initial: 100ms, jitter: none}}
order: [book, bad]
nodes:
  book: {use: act, compensate: {use: act, with: {fail: UNAVAILABLE}}}
  bad: {use: act, with: {fail: NO}}
";

#[tokio::test(start_paused = true)]
async fn a_child_that_is_stuck_holds_its_run_until_it_is_undone() {
    let shop = Shop::new(FLOW);
    assert!(matches!(shop.open(json!({})).future.await, Carried::Parked));
    shop.deliver("k", "e", json!({"yes": true})).await;
    assert!(shop.claim().await.is_none(), "a parked run goes on for nobody but an operator");
    for (action, at) in [(Action::Retry, None), (Action::Skip, Some("sub.book"))] {
        shop.act(action, at).await;
        assert!(matches!(shop.claim().await.unwrap().future.await, Carried::Parked), "{action:?}");
    }
    shop.act(Action::Skip, Some("sub.try2.book")).await;
    assert_eq!(told(&shop.finish(shop.claim().await.unwrap()).await), "compensated NO 500");
    let said: Vec<_> = shop.journal().await.into_iter().filter(|line| line.contains(' ')).collect();
    let at =
        |line: &str| said.iter().position(|said| said == line).unwrap_or_else(|| panic!("{line}: {said:#?}"));
    let expected = [
        "compensationFailed sub.book",
        "parked sub.book",
        "resumed sub.book",
        "nodeFailed sub",
        "nodeStarted sub.try2.book",
        "parked sub.try2.book",
        "resumed sub.try2.book",
    ];
    let places: Vec<_> = expected.into_iter().map(at).collect();
    assert!(places.is_sorted(), "{said:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_stuck_child_goes_the_way_of_its_parent_when_that_ends() {
    let shop = Shop::new(
        &FLOW
            .replace("{callback: {channel: bank, key: k}}", "{for: 2500ms}")
            .replace("after: {use: act}", "after: {use: act}\ntimeout: 5s"),
    );
    assert!(matches!(shop.open(json!({})).future.await, Carried::Parked));
    shop.world.clock().sleep(std::time::Duration::from_secs(9)).await;
    shop.act(Action::Resume, None).await;
    assert_eq!(told(&shop.finish(shop.claim().await.unwrap()).await), "parked TIMEOUT 504");
    shop.act(Action::Skip, Some("sub.book")).await;
    assert_eq!(told(&shop.finish(shop.claim().await.unwrap()).await), "timed_out TIMEOUT 504");
}
