//! The transition table, rule by rule, and properties over random journals.

use std::sync::Arc;

use proptest::prelude::*;
use sdk::{Class, Error as Failure, Shared, Value};

use super::{History, Illegal};
use crate::state::{
    Action, Address, Correlation, Entry, Origin, Resolution, Status, Wait, id::Tenant, record::Reply,
};

pub(crate) fn origin() -> Origin {
    Origin {
        flow: "close".into(),
        version: "1".into(),
        plan: "abc".into(),
        level: "3".into(),
        identity: sdk::Identity::new("close", None, None).unwrap(),
        business_key: None,
        deadline: None,
        parent: None,
        input: Shared::new(Value::Null),
        context: Shared::new(Value::Null),
    }
}

fn at(text: &str) -> Address {
    text.parse().unwrap()
}

/// One entry by a short word, so that a journal fits on a line: `start a`, `fail? a`, `wait a`.
pub(crate) fn entry(word: &str) -> Entry {
    let (verb, node) = word.split_once(' ').unwrap_or((word, "a"));
    let address = at(node);
    let value = Shared::new(Value::from(1));
    let failure =
        |unknown| Box::new(Failure::new(Class::Unavailable, "DOWN", "far side").outcome_unknown(unknown));
    let on = Correlation { channel: "bank".into(), key: node.into() };
    match verb {
        "begin" => Entry::Started(Box::new(origin())),
        "start" => Entry::NodeStarted { address, attempt: 1, key: "k".into() },
        "again" => Entry::NodeStarted { address, attempt: 2, key: "k".into() },
        "ok" => Entry::NodeSucceeded { address, output: value, detail: None },
        "fail" => Entry::NodeFailed { address, attempt: 1, failure: failure(false), detail: None },
        "fail?" => Entry::NodeFailed { address, attempt: 1, failure: failure(true), detail: None },
        "skip" => Entry::NodeSkipped { address, reason: "dead".into(), otherwise: None },
        "note" => Entry::Noted { address, value },
        "sleep" => Entry::WaitRegistered { address, wait: Wait { until: Some(5), message: None } },
        "await" => Entry::WaitRegistered { address, wait: Wait { until: None, message: Some(on) } },
        "nothing" => Entry::WaitRegistered { address, wait: Wait { until: None, message: None } },
        "timer" => Entry::WaitResolved { address, resolution: Resolution::Timer },
        "message" => Entry::WaitResolved {
            address,
            resolution: Resolution::Message { event: "e".into(), payload: value },
        },
        "drop" => Entry::WaitResolved { address, resolution: Resolution::Cancelled },
        "undo" => Entry::CompensationStarted { address, attempt: 1, key: "k".into() },
        "undone" => Entry::CompensationSucceeded { address },
        "stuck" => Entry::CompensationFailed { address, attempt: 1, failure: failure(false) },
        "park" => Entry::Parked { address: Some(address), failure: failure(false) },
        "resume" => resumed(Action::Resume, address),
        "pass" => resumed(Action::Skip, address),
        "reply" => Entry::Responded { reply: Reply(bytes::Bytes::from_static(b"{}")) },
        "end" => ended(Status::Succeeded),
        "end!" => ended(Status::Waiting),
        other => panic!("no entry is called {other}"),
    }
}

fn resumed(action: Action, address: Address) -> Entry {
    Entry::Resumed { action, address: Some(address), reason: "looked".into(), actor: "ann".into() }
}

fn ended(status: Status) -> Entry {
    Entry::Ended { status, is_degraded: false, failure: None, address: None, output: None, reply: None }
}

fn follow(words: &[&str]) -> Result<History, Illegal> {
    let mut history = History::default();
    for word in words {
        history.follow(&entry(word))?;
    }
    Ok(history)
}

#[track_caller]
fn check(journal: &str, expected: &str) {
    let words: Vec<_> = journal.split(", ").collect();
    let found = follow(&words).map_or_else(|illegal| illegal.rule, |_| "");
    assert_eq!(found, expected, "{journal}");
}

#[test]
fn a_write_stays_until_it_is_undone_unless_it_is_known_not_to_have_happened() {
    let left = |journal: &str| {
        let history = follow(&journal.split(", ").collect::<Vec<_>>()).unwrap();
        history.writes().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(left("begin, start b, ok b, start a, fail? a, start c, fail c, ok read, start d"), "a b d");
    assert_eq!(left("begin, start a, start b, undo a, undone a, undo b, stuck b"), "b");
}

#[test]
fn a_journal_is_legal_or_names_the_rule_it_breaks() {
    check("begin, start, ok, end", "");
    check("begin, ok, undo, stuck, undo, undone, end", "");
    check("begin, start, fail, again, ok, end", "");
    check("begin, start, start, fail?, undo, undone, end", "");
    check("begin, start, undo, undone, end", "");
    check("begin, start, start, fail, undo, undone, end", "");
    check("begin, await, message, ok, end", "");
    check("begin, sleep, timer, sleep, timer, end", "");
    check("begin, sleep, drop, reply, end", "");
    check("begin, ok, undo, stuck, park, pass, end", "");
    check("begin, fail?, start, fail, undo, undone, end", "");
    check("start", "a journal begins with the start of its run");
    check("begin, begin", "a run starts once");
    check("begin, end, note", "an ended run never changes");
    check("begin, end!", "this status is no end");
    check("begin, again, start", "attempts count upwards from 1");
    check("begin, ok, ok", "it is settled already");
    check("begin, ok, start", "it is settled already");
    check("begin, start, skip", "only a node that has not begun is skipped");
    check("begin, skip, undo", "only what succeeded, or may have, is compensated");
    check("begin, undo", "only what succeeded, or may have, is compensated");
    check("begin, start, fail, undo", "only what succeeded, or may have, is compensated");
    check("begin, ok, undo, undone, undo", "it is compensated already");
    check("begin, ok, undone", "its compensation has not been started");
    check("begin, await, ok", "its wait must be resolved first");
    check("begin, await, await", "it waits already");
    check("begin, ok, sleep", "it is settled already");
    check("begin, nothing", "a wait needs a time or a message");
    check("begin, timer", "it does not wait");
    check("begin, await, timer", "its wait has no time");
    check("begin, sleep, message", "its wait is for no message");
    check("begin, sleep, end", "every wait is resolved before the end");
    check("begin, park, ok", "a parked run waits for an operator");
    check("begin, reply, reply", "a caller is answered once");
}

#[test]
fn an_idle_run_waits_for_something() {
    let history = follow(&["begin", "ok"]).unwrap();
    assert!(history.status(true).is_err());
    assert_eq!(history.status(false), Ok(Status::Running));
    let history = follow(&["begin", "sleep", "await b"]).unwrap();
    assert_eq!((history.status(true), history.ready_at()), (Ok(Status::Waiting), Some(5)));
}

#[test]
fn the_default_business_is_a_tenant_of_its_own() {
    assert_eq!(origin().tenant(), Tenant::default());
}

const WORDS: [&str; 21] = [
    "begin", "start", "again", "ok", "fail", "fail?", "skip", "note", "sleep", "await", "timer", "message",
    "drop", "undo", "undone", "stuck", "park", "resume", "pass", "reply", "end",
];

/// The rules again, the slow way: over the whole journal of legal entries so far.
fn may_follow(journal: &[&str], word: &str) -> bool {
    let last = |words: &[&str]| journal.iter().rev().find(|word| words.contains(word)).copied();
    let count = |word: &str| journal.iter().filter(|each| **each == word).count();
    if journal.is_empty() || word == "begin" {
        return journal.is_empty() && word == "begin";
    }
    if count("end") > 0 {
        return false;
    }
    if matches!(word, "resume" | "pass") {
        return true;
    }
    if last(&["park", "resume", "pass"]) == Some("park") {
        return false;
    }
    let phase = last(&["start", "again", "ok", "fail", "fail?", "skip"]);
    let is_settled = matches!(phase, Some("ok" | "skip"));
    let wait = last(&["sleep", "await", "timer", "message", "drop"]);
    let is_waiting = matches!(wait, Some("sleep" | "await"));
    // A skip by an operator closes a compensation that was begun.
    let undo = journal.iter().fold("", |undo, word| match *word {
        "undo" | "stuck" | "undone" => word,
        "pass" if !undo.is_empty() => "undone",
        _ => undo,
    });
    let phases: Vec<&str> = journal
        .iter()
        .copied()
        .filter(|word| matches!(*word, "start" | "again" | "ok" | "fail" | "fail?"))
        .collect();
    let is_cut_off = phases.windows(2).any(|pair| pair.iter().all(|word| matches!(*word, "start" | "again")));
    let may_have_happened =
        matches!(phase, Some("ok" | "start" | "again")) || count("fail?") > 0 || is_cut_off;
    match word {
        "start" => !is_settled && !is_waiting && count("again") == 0,
        "again" | "ok" | "fail" | "fail?" | "sleep" | "await" => !is_settled && !is_waiting,
        "skip" => !is_waiting && matches!(phase, None | Some("fail" | "fail?")),
        "timer" => wait == Some("sleep"),
        "message" => wait == Some("await"),
        "drop" => is_waiting,
        "undo" => may_have_happened && undo != "undone",
        "undone" | "stuck" => undo == "undo",
        "reply" => count("reply") == 0,
        "end" => !is_waiting,
        _ => true,
    }
}

proptest! {
    #[test]
    fn the_table_agrees_with_the_rules_read_over_the_whole_journal(
        picks in prop::collection::vec(0..WORDS.len(), 1..40),
    ) {
        let mut history = History::default();
        let mut journal: Vec<&str> = Vec::new();
        for word in std::iter::once(0).chain(picks).map(|pick| WORDS[pick]) {
            let mut tried = history.clone();
            let found = tried.follow(&entry(word)).is_ok();
            prop_assert_eq!(found, may_follow(&journal, word), "{:?} then {}", journal, word);
            if found {
                history = tried;
                journal.push(word);
            }
        }
    }
}

#[test]
fn a_key_of_another_address_is_another_wait() {
    let history = follow(&["begin", "await a", "await b[2].c"]).unwrap();
    let keys: Vec<Arc<str>> =
        history.waits().filter_map(|(_, wait)| wait.message.as_ref().map(|on| on.key.clone())).collect();
    assert_eq!(keys, ["a".into(), "b[2].c".into()]);
}
