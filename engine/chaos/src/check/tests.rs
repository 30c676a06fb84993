//! The checker on histories that are right, and on each of them made wrong in one place: it must say so.

use std::sync::Arc;

use engine::state::{Entry, Origin, Record, Resolution, RunId, Snapshot, Status, Wait};
use sdk::{Error, Identity, Shared, serde_json::json};

use super::check;
use crate::{
    crash::{Audit, Effect, Look, Notice, Reserve},
    history::{Event, Fate, Line},
};

fn origin(key: &str) -> Entry {
    Entry::Started(Box::new(Origin {
        flow: "chaos.reserve".into(),
        version: "1".into(),
        plan: "p".into(),
        level: "3".into(),
        identity: Identity::new("chaos.reserve", None, None).unwrap(),
        business_key: None,
        deadline: None,
        parent: None,
        input: Shared::new(json!({"key": key})),
        context: Shared::default(),
    }))
}

fn entry(word: &str, key: &str) -> Entry {
    let (word, name) = word.split_once(' ').unwrap_or((word, "reserve"));
    let address = name.parse().unwrap();
    let own: Arc<str> = format!("{key}:{name}").into();
    match word {
        "begin" => origin(key),
        "start" => Entry::NodeStarted { address, attempt: 1, key: own },
        "ok" => Entry::NodeSucceeded { address, output: Shared::default(), detail: Some(Shared::default()) },
        "lost" => {
            let failure = Box::new(Error::unavailable("lost").outcome_unknown(true));
            Entry::NodeFailed { address, attempt: 1, failure, detail: None }
        }
        "undo" => Entry::CompensationStarted { address, attempt: 1, key: format!("{own}!").into() },
        "undone" => Entry::CompensationSucceeded { address },
        "sleep" => Entry::WaitRegistered { address, wait: Wait { until: Some(9), message: None } },
        "timer" => Entry::WaitResolved { address, resolution: Resolution::Timer },
        "end" => {
            let status = Status::ALL.into_iter().find(|status| status.word() == name).unwrap();
            let (failure, address, output, reply) = (None, None, None, None);
            Entry::Ended { status, is_degraded: false, failure, address, output, reply }
        }
        other => panic!("{other}"),
    }
}

fn run(id: u8, key: &str, words: &str) -> Snapshot {
    let words: Vec<&str> = words.split(", ").collect();
    let status = words.last().and_then(|last| last.strip_prefix("end "));
    let status = Status::ALL.into_iter().find(|known| Some(known.word()) == status);
    let records = (1..).zip(&words).map(|(at, word)| Record::new(at, entry(word, key))).collect();
    let run = RunId::from_bytes([id; 16]);
    Snapshot { run, status: status.unwrap_or(Status::Running), records, messages: Vec::new() }
}

const GOOD: &str = "begin, start reserve, ok reserve, ok begun, start order, ok order, sleep rest, start x, \
                    timer rest, ok done, end succeeded";
const BAD: &str = "begin, start reserve, ok reserve, start order, lost order, undo order, undone order, undo reserve, \
                   undone reserve, end compensated";

/// Everything the checker reads.
struct Told {
    history: Vec<Line>,
    audit: Audit,
    looks: Vec<Look>,
}

fn line(key: &str, event: Event) -> Line {
    Line { at: 1, tenant: "default".to_owned(), key: key.to_owned(), event }
}

fn answered(key: &str, id: u8, status: u16) -> Event {
    let body = json!({"key": key, "bizId": null}).to_string();
    Event::Answered { run: RunId::from_bytes([id; 16]).to_string(), status, body }
}

fn reserve(key: &str, state: &str, confirms: i64, releases: i64) -> Reserve {
    Reserve { key: key.to_owned(), state: state.to_owned(), confirms, releases }
}

fn effect(key: &str) -> Effect {
    Effect { endpoint: "finance/reserve".to_owned(), key: Some(key.to_owned()), is_applied: true }
}

fn notice(key: &str, node: &str, at: &str) -> Notice {
    Notice { key: key.to_owned(), node: node.to_owned(), at: at.to_owned() }
}

fn look(runs: impl IntoIterator<Item = Snapshot>) -> Look {
    Look { runs: runs.into_iter().map(|run| (run.run, run)).collect() }
}

/// One saga that went through and one that was undone, as they should be.
fn right() -> Told {
    let started = Event::Invoke { fate: Fate::Confirm };
    let history = vec![
        line("a", started.clone()),
        line("a", Event::Unknown { why: "gone".to_owned() }),
        line("a", started.clone()),
        line("a", answered("a", 1, 200)),
        line("a", answered("a", 1, 200)),
        line("b", started),
        line("b", answered("b", 2, 409)),
        line("b", Event::Reused { status: 422 }),
    ];
    let reserves = vec![reserve("a", "CONFIRMED", 1, 0), reserve("b", "RELEASED", 0, 1)];
    let notices = vec![notice("a", "done", "2"), notice("a", "begun", "1")];
    let audit = Audit {
        notices,
        reserves,
        effects: vec![effect("a:reserve"), effect("b:reserve")],
        ..Audit::default()
    };
    let before = look([run(1, "a", "begin, start reserve"), run(2, "b", BAD)]);
    Told { history, audit, looks: vec![before, look([run(1, "a", GOOD), run(2, "b", BAD)])] }
}

fn found(told: &Told) -> Vec<String> {
    check(&told.history, &told.audit, &told.looks).violations
}

/// Made wrong by `doctor`, the checker must find this invariant broken, and may find others.
#[track_caller]
fn breaks(invariant: &str, doctor: impl FnOnce(&mut Told)) {
    let mut told = right();
    doctor(&mut told);
    let found = found(&told);
    let named = format!("{invariant}:");
    assert!(found.iter().any(|text| text.starts_with(&named)), "{invariant}: {found:?}");
}

fn replace(told: &mut Told, id: u8, words: &str) {
    let key = if id == 1 { "a" } else { "b" };
    let again = run(id, key, words);
    told.looks[1].runs.insert(again.run, again);
}

#[test]
fn what_is_right_is_left_alone() {
    assert_eq!(found(&right()), Vec::<String>::new());
}

#[test]
fn money_that_is_wrong_is_found() {
    breaks("I1", |told| told.audit.sum_fen = 1);
    breaks("I2", |told| told.audit.reserves[0] = reserve("a", "OPEN", 0, 0));
    breaks("I2", |told| told.audit.reserves[0] = reserve("a", "RELEASED", 0, 1));
    breaks("I2", |told| told.audit.reserves[1] = reserve("b", "CONFIRMED", 1, 0));
    breaks("I2", |told| told.audit.reserves[1] = reserve("b", "RELEASED", 0, 2));
    breaks("I2", |told| told.audit.violations.push("the books differ".to_owned()));
    breaks("I3", |told| told.audit.effects.push(effect("a:reserve")));
    breaks("I3", |told| told.audit.effects.push(effect("nobody:reserve")));
}

#[test]
fn events_that_are_lost_or_overtaken_are_found() {
    breaks("I12", |told| drop(told.audit.notices.pop()));
    breaks("I12", |told| told.audit.notices[0].at = "0".to_owned());
}

#[test]
fn promises_that_are_broken_are_found() {
    breaks("I4", |told| drop(told.looks[1].runs.remove(&RunId::from_bytes([2; 16]))));
    breaks("I5", |told| told.history.push(line("a", answered("a", 2, 200))));
    breaks("I5", |told| told.history.push(line("b", answered("b", 2, 500))));
    breaks("I5", |told| told.history.push(line("a", Event::Reused { status: 200 })));
    breaks("I5", |told| {
        let twin = run(3, "a", GOOD);
        told.looks[1].runs.insert(twin.run, twin);
    });
    breaks("I13", |told| told.history[3].event = answered("b", 1, 200));
    breaks("I13", |told| told.history.iter_mut().for_each(|line| line.tenant = "red".to_owned()));
}

#[test]
fn journals_that_are_wrong_are_found() {
    breaks("I6", |told| replace(told, 1, &GOOD.replace("start reserve, ok reserve, ", "")));
    breaks("I6", |told| drop(told.looks[1].runs.remove(&RunId::from_bytes([1; 16]))));
    breaks("I8", |told| replace(told, 2, &BAD.replace("end compensated", "end failed")));
    breaks("I9", |told| replace(told, 2, &BAD.replace("undo reserve, undone reserve, ", "")));
    breaks("I9", |told| replace(told, 2, &BAD.replace("undo order, undone order, ", "")));
    breaks("I9", |told| replace(told, 2, &BAD.replace("undone order, ", "")));
    breaks("I9", |told| {
        let turned = "undo reserve, undone reserve, undo order, undone order, end";
        let from = BAD.find("undo order").unwrap();
        replace(told, 2, &format!("{}{turned} compensated", &BAD[..from]));
    });
    breaks("I9", |told| replace(told, 1, &GOOD.replace("end", "undo order, undone order, end")));
    breaks("I10", |told| replace(told, 1, &GOOD.replace("timer rest, ", "")));
    breaks("I10", |told| replace(told, 1, &GOOD.replace("start x, ", "")));
    breaks("I10", |told| replace(told, 1, &GOOD.replace("timer rest", "timer rest, timer rest")));
    breaks("I11", |told| replace(told, 1, &GOOD.replace(", end succeeded", "")));
}
