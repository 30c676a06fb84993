//! What is undone, in which order, and what happens when it cannot be.

use sdk::serde_json::json;

use super::trial::{World, told};

/// Runs flow `f`; tells the end and what was undone: `ADDRESS REASON ATTEMPTS`, with `!` where it failed.
async fn check(text: &str, end: &str, undone: &[&str]) {
    let finished = World::new(text).run("f", json!({})).await;
    let found: Vec<String> = finished
        .report
        .undone
        .iter()
        .map(|undone| {
            let (reason, mark) = (json!(undone.reason), if undone.error.is_some() { "!" } else { "" });
            format!("{} {} {}{mark}", undone.address, reason.as_str().unwrap(), undone.attempts)
        })
        .collect();
    assert_eq!(
        (told(&finished).as_str(), found),
        (end, undone.iter().map(|line| (*line).to_owned()).collect())
    );
}

#[tokio::test(start_paused = true)]
async fn what_completed_last_is_undone_first_and_the_unknown_too() {
    let text = "Flow f
order: [[a, b], c, d, e]
nodes:
  a: {use: act, with: {take: 2s}, compensate: {use: act}}
  b: {use: act, with: {take: 1s}, compensate: {use: act, with: {say: '${nodes.b}'}}}
  c: {use: act}
  d: {use: act, with: {take: 9s}, timeout: 1s, compensate: {use: act}}
  e: {use: act, compensate: {use: act}}
";
    check(text, "compensated TIMEOUT 500", &["d unknown 1", "a succeeded 1", "b succeeded 1"]).await;
    let known = text.replace("{take: 9s}, timeout: 1s", "{fail: NO}");
    check(&known, "compensated NO 500", &["a succeeded 1", "b succeeded 1"]).await;
}

#[tokio::test(start_paused = true)]
async fn items_extensions_and_sub_flows_are_undone_one_by_one() {
    let text = "Flow f
order: [each, sub, inside, bad]
nodes:
  each: {foreach: {in: '[1, 2]', as: n, do: {use: act, with: {say: '${n}'}, compensate: {use: act, with: {say: '${n}'}}}}}
  sub: {flow: {name: child, mode: child}, with: {}}
  inside: {flow: {name: child, mode: inline}, with: {}}
  bad: {fail: {code: BAD}}
---
Flow child
nodes:
  book: {use: act, compensate: {use: act}}
";
    let undone =
        ["inside.book succeeded 1", "book succeeded 1", "each[1] succeeded 1", "each[0] succeeded 1"];
    check(text, "compensated BAD 500", &undone).await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_undone_parks_the_run_after_its_own_retries() {
    let text = "Flow f
compensation: {retry: {attempts: 4, initial: 1s}}
order: [first, a, bad]
nodes:
  first: {use: act, compensate: {use: act}}
  a: {use: act, compensate: {use: act, with: {fail: UNAVAILABLE}}}
  bad: {fail: {code: BAD}}
";
    check(text, "parked BAD 500", &["a succeeded 4!"]).await;
    let on = text.replace("retry:", "onExhausted: fail, retry:");
    check(&on, "compensated BAD 500", &["a succeeded 4!", "first succeeded 1"]).await;
    let parallel = text.replace("retry:", "order: parallel, retry:");
    check(&parallel, "parked BAD 500", &["first succeeded 1", "a succeeded 4!"]).await;
    let refused = text.replace("UNAVAILABLE", "NO");
    check(&refused, "parked BAD 500", &["a succeeded 1!"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_child_that_fails_undoes_itself_and_only_that() {
    let text = "Flow f
order: [a, sub]
nodes:
  a: {use: act, compensate: {use: act}}
  sub: {flow: {name: child, mode: child}, with: {}, critical: false}
---
Flow child
order: [book, bad]
nodes:
  book: {use: act, compensate: {use: act, with: {say: undone}}}
  bad: {fail: {code: BAD}}
";
    let world = World::new(text);
    assert_eq!(told(&world.run("f", json!({})).await), r#"succeeded {}"#);
    assert!(world.log().iter().any(|line| line == "book.compensate done"), "{:?}", world.log());
}

#[tokio::test(start_paused = true)]
async fn a_child_whose_time_is_up_is_undone_before_its_parent_goes_on() {
    let text = "Flow f
order: [sub, after]
nodes:
  sub: {flow: {name: child, mode: child}, with: {}, timeout: 2s}
  after: {use: act}
---
Flow child
order: [first, book, slow]
nodes:
  first: {use: act, compensate: {use: act}}
  book: {use: act, compensate: {use: act, with: {take: 3s}}}
  slow: {use: act, with: {take: 9s}}
";
    let in_undoing = text.replace("{take: 9s}", "{fail: NO}");
    let in_time = in_undoing.replace("{take: 3s}", "{take: 1s}");
    let cases = [(text, "TIMEOUT"), (&in_undoing, "TIMEOUT"), (&in_time, "NO")];
    for (text, code) in cases {
        for (mercy, end) in [
            ("", format!("compensated {code} 500")),
            (", critical: false", "succeeded null".to_owned()),
            (", fallback: {value: 1}", "succeeded 1".to_owned()),
        ] {
            let world = World::new(&text.replace("timeout: 2s", &format!("timeout: 2s{mercy}")));
            assert_eq!(told(&world.run("f", json!({})).await), end, "{text}");
            let log = world.log();
            let last: Vec<&str> =
                log.iter().map(String::as_str).filter(|line| line.ends_with("done")).collect();
            let after = if mercy.is_empty() { &[][..] } else { &["after done"] };
            let expected = [&["book.compensate done", "first.compensate done"][..], after].concat();
            assert!(last.ends_with(&expected), "{text}: {log:#?}");
        }
    }
}
