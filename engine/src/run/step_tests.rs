//! Random bodies and random outcomes against an evaluator that knows no counters, only the rules.

#![expect(clippy::wildcard_enum_match_arm, reason = "the twin has fewer cases")]

use std::collections::VecDeque;

use proptest::{collection::vec, prelude::any, proptest};

use super::{State, is_droppable, step};
use crate::{
    flow::{
        document::Join,
        plan::{Body, Edge, Kind, Next},
    },
    run::{
        event::{Dead, Effect, Ending, Event, Status},
        sample,
    },
};

/// The random choices one case is made of, used up one after the other.
struct Dice(VecDeque<u8>);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        let roll = self.0.pop_front().unwrap_or(0);
        usize::from(roll) % bound.max(1)
    }

    fn says(&mut self, one_in: usize) -> bool {
        self.below(one_in) == one_in - 1
    }
}

fn body(dice: &mut Dice, nodes: usize) -> Body {
    let mut body = sample::body((0..nodes).map(|_| sample::node("n", sample::compute())));
    for to in 1..nodes {
        for from in 0..to {
            if dice.says(3) {
                sample::edge(&mut body, from, to, dice.says(4));
            }
        }
        let targets: Vec<u16> = body.nodes[to].next.iter().map(|next| next.to).collect();
        assert!(targets.is_empty());
    }
    for slot in 0..nodes {
        let carried: Vec<u16> = carried(&body, slot).collect();
        if !carried.is_empty() && dice.says(3) {
            body.nodes[slot].kind = sample::switch(carried.iter().map(|to| vec![*to]).collect());
        }
        let node = &mut body.nodes[slot];
        let needs = node.needs.iter().filter(|edge| !edge.is_order_only).count();
        node.join = match dice.below(6) {
            0 => Join::Any,
            1 if needs > 1 => Join::Count(2),
            2 => Join::Settled,
            _ => Join::All,
        };
        node.is_critical = !dice.says(4);
        node.effect = if dice.says(2) { sdk::Effect::Write } else { sdk::Effect::Read };
    }
    sample::start(&mut body);
    body
}

fn carried(body: &Body, slot: usize) -> impl Iterator<Item = u16> {
    body.nodes[slot].next.iter().filter(|next| !next.is_order_only).map(|next: &Next| next.to)
}

/// What a node that was started did.
#[derive(Clone, Debug)]
enum Did {
    Succeed,
    Skip,
    Route(Vec<u16>),
    Fail,
}

fn outcome(dice: &mut Dice, body: &Body, slot: u16) -> Did {
    match (&body.nodes[usize::from(slot)].kind, dice.below(5)) {
        (_, 0) => Did::Fail,
        (_, 1) => Did::Skip,
        (Kind::Switch(switch), roll) => Did::Route(switch.cases[roll % switch.cases.len()].1.clone()),
        _ => Did::Succeed,
    }
}

fn event(slot: u16, did: &Did) -> Event<'_> {
    match did {
        Did::Succeed => Event::Succeeded(slot),
        Did::Skip => Event::Skipped(slot),
        Did::Route(to) => Event::Routed(slot, to),
        Did::Fail => Event::Failed(slot),
    }
}

/// The rules, read from the needs of each node every time.
struct Twin<'b> {
    body: &'b Body,
    status: Vec<Status>,
    chosen: Vec<Option<Vec<u16>>>,
    is_halted: bool,
}

impl Twin<'_> {
    fn apply(&mut self, slot: u16, did: &Did) {
        let at = usize::from(slot);
        let is_critical = self.body.nodes[at].is_critical;
        self.chosen[at] = Some(if let Did::Route(to) = did { to.clone() } else { Vec::new() });
        self.status[at] = match did {
            Did::Succeed | Did::Route(_) => Status::Succeeded,
            Did::Skip => Status::Skipped,
            Did::Fail if is_critical => Status::Failed,
            Did::Fail => Status::Accepted,
        };
        self.settle();
    }

    fn settle(&mut self) {
        if self.is_halted {
            return;
        }
        while let Some((slot, reason)) =
            self.find(|rule| if let Rule::Kill(why) = rule { Some(why) } else { None })
        {
            self.status[slot] = Status::Dead(reason);
            self.chosen[slot] = Some(Vec::new());
        }
        let failed = |slot: &usize| self.status[*slot] == Status::Failed && !self.is_taken(*slot);
        if (0..self.status.len()).any(|slot| failed(&slot)) {
            self.is_halted = true;
            for (node, status) in self.body.nodes.iter().zip(&mut self.status) {
                if *status == Status::Running && is_droppable(node) {
                    *status = Status::Cancelled;
                }
            }
            return;
        }
        while let Some((slot, ())) = self.find(|rule| matches!(rule, Rule::Start).then_some(())) {
            self.status[slot] = Status::Running;
        }
    }

    fn find<T>(&self, wanted: impl Fn(Rule) -> Option<T>) -> Option<(usize, T)> {
        let pending = (0..self.status.len()).filter(|slot| self.status[*slot] == Status::Pending);
        pending.filter_map(|slot| wanted(self.rule(slot)).map(|found| (slot, found))).next()
    }

    fn is_taken(&self, slot: usize) -> bool {
        let is_dead = |to: u16| matches!(self.status[usize::from(to)], Status::Dead(_));
        carried(self.body, slot).all(|to| self.body.nodes[usize::from(to)].join != Join::All)
            && carried(self.body, slot).any(|to| !is_dead(to))
    }

    fn rule(&self, slot: usize) -> Rule {
        let node = &self.body.nodes[slot];
        let of = |edge: &Edge| self.status[usize::from(edge.from)];
        let routers: Vec<usize> = (0..self.status.len())
            .filter(|from| match &self.body.nodes[*from].kind {
                Kind::Switch(switch) => {
                    switch.cases.iter().any(|(_, to)| to.contains(&u16::try_from(slot).unwrap()))
                }
                _ => false,
            })
            .collect();
        let slot = u16::try_from(slot).unwrap();
        if !routers.is_empty()
            && !routers.iter().any(|from| self.chosen[*from].as_ref().is_some_and(|to| to.contains(&slot)))
        {
            let are_settled = routers.iter().all(|from| self.chosen[*from].is_some());
            return if are_settled { Rule::Kill(Dead::NotChosen) } else { Rule::Wait };
        }
        let carrying: Vec<Status> = node.needs.iter().filter(|edge| !edge.is_order_only).map(of).collect();
        let are_ordered =
            node.needs.iter().filter(|edge| edge.is_order_only).all(|edge| of(edge).is_settled());
        let are_settled = carrying.iter().all(|status| status.is_settled()) && are_ordered;
        let succeeded = carrying.iter().filter(|status| **status == Status::Succeeded).count();
        let alive =
            succeeded + carrying.iter().filter(|s| matches!(s, Status::Skipped | Status::Accepted)).count();
        let open = carrying.iter().filter(|status| !status.is_settled()).count();
        let start_if = |is: bool| if is { Rule::Start } else { Rule::Wait };
        let wanted = match node.join {
            Join::All if are_settled && !carrying.is_empty() && alive == 0 => {
                return Rule::Kill(Dead::NeedsDead);
            }
            Join::All | Join::Settled => return start_if(are_settled),
            Join::Any | Join::Count(_) if carrying.is_empty() => return start_if(are_settled),
            Join::Any => 1,
            Join::Count(count) => usize::try_from(count).unwrap(),
        };
        if alive + open < wanted {
            Rule::Kill(Dead::Unreachable)
        } else {
            start_if(are_ordered && (are_settled || succeeded >= wanted))
        }
    }
}

enum Rule {
    Wait,
    Start,
    Kill(Dead),
}

/// Statuses as both sides tell them: what a halt left undecided does not count.
fn told(status: Status, is_halted: bool) -> Status {
    match status {
        Status::Tolerated { .. } => Status::Failed,
        Status::Dead(_) if is_halted => Status::Pending,
        other => other,
    }
}

fn play(rolls: Vec<u8>, nodes: usize) {
    let mut dice = Dice(rolls.into());
    let body = body(&mut dice, nodes);
    let (mut state, mut effects) = (State::new(&body), VecDeque::new());
    let mut twin = Twin {
        body: &body,
        status: vec![Status::Pending; nodes],
        chosen: vec![None; nodes],
        is_halted: false,
    };
    step(&body, &mut state, Event::Begin, &mut effects);
    twin.settle();
    let mut log: Vec<(u16, Did)> = Vec::new();
    loop {
        effects.clear();
        let running: Vec<u16> = (0..u16::try_from(nodes).unwrap())
            .filter(|slot| state.status(*slot) == Status::Running)
            .collect();
        let mine: Vec<Status> =
            (0..nodes).map(|slot| told(state.status(u16::try_from(slot).unwrap()), twin.is_halted)).collect();
        let theirs: Vec<Status> = twin.status.iter().map(|status| told(*status, twin.is_halted)).collect();
        assert_eq!(mine, theirs, "after {log:?}");
        let Some(slot) = (!running.is_empty()).then(|| running[dice.below(running.len())]) else { break };
        let did = outcome(&mut dice, &body, slot);
        step(&body, &mut state, event(slot, &did), &mut effects);
        twin.apply(slot, &did);
        log.push((slot, did));
    }
    match state.ending() {
        Some(Ending::Failed(slot)) => {
            assert!(twin.is_halted && twin.status[usize::from(slot)] == Status::Failed)
        }
        ending => assert_eq!((ending, twin.is_halted), (Some(Ending::Completed), false)),
    }
    let mut again = State::new(&body);
    step(&body, &mut again, Event::Begin, &mut effects);
    for (slot, did) in &log {
        effects.clear();
        step(&body, &mut again, event(*slot, did), &mut effects);
    }
    assert_eq!(state, again, "the same events give the same state");
}

proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 2000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_body_ends_as_the_rules_say_whatever_the_order_of_outcomes(rolls in vec(any::<u8>(), 0..400), nodes in 1_usize..14) {
        play(rolls, nodes);
    }
}

/// Feeds `events` to a body and tells what was asked for, in words.
fn effects(body: &Body, events: &[Event<'_>]) -> String {
    let (mut state, mut effects) = (State::new(body), VecDeque::new());
    let mut told = Vec::new();
    for event in events {
        step(body, &mut state, *event, &mut effects);
        let words = effects.drain(..).map(|effect| match effect {
            Effect::Start(slot) => format!("start {slot}"),
            Effect::Skip(slot, _) => format!("skip {slot}"),
            Effect::Drop(slot) => format!("drop {slot}"),
            Effect::Stop => String::from("stop"),
        });
        told.push(words.collect::<Vec<_>>().join(", "));
    }
    told.join(" | ")
}

#[test]
fn a_failure_drops_reads_and_waits_for_writes() {
    let mut body = sample::body((0..4).map(|_| sample::node("n", sample::compute())));
    body.nodes[1].effect = sdk::Effect::Write;
    sample::edge(&mut body, 2, 3, false);
    sample::start(&mut body);
    let told = effects(&body, &[Event::Begin, Event::Failed(0), Event::Succeeded(1)]);
    assert_eq!(told, "start 0, start 1, start 2 | drop 2, stop | ");
}

#[test]
fn an_optional_step_keeps_its_edges_and_a_route_not_taken_does_not() {
    let mut body = sample::body((0..5).map(|_| sample::node("n", sample::compute())));
    for (from, to) in [(0, 1), (0, 2), (1, 3), (2, 4), (3, 4)] {
        sample::edge(&mut body, from, to, false);
    }
    body.nodes[0].kind = sample::switch(vec![vec![1], vec![2]]);
    sample::start(&mut body);
    let told = effects(&body, &[Event::Begin, Event::Routed(0, &[2]), Event::Skipped(2)]);
    assert_eq!(told, "start 0 | start 2, skip 1, skip 3 | start 4");
}

#[test]
fn what_was_not_yet_started_is_withheld_by_a_halt() {
    let mut body = sample::body((0..2).map(|_| sample::node("n", sample::compute())));
    sample::start(&mut body);
    let (mut state, mut effects) = (State::new(&body), VecDeque::new());
    step(&body, &mut state, Event::Begin, &mut effects);
    assert_eq!(effects.pop_front(), Some(Effect::Start(0)));
    step(&body, &mut state, Event::Failed(0), &mut effects);
    assert_eq!(effects, [Effect::Stop]);
    assert_eq!((state.status(1), state.ending()), (Status::Pending, Some(Ending::Failed(0))));
}

#[test]
fn two_thousand_nodes_in_a_row_die_without_recursion() {
    let mut body = sample::body((0..2000).map(|_| sample::node("n", sample::compute())));
    for from in 0..1999 {
        sample::edge(&mut body, from, from + 1, false);
    }
    body.nodes[0].kind = sample::switch(vec![vec![1], vec![]]);
    sample::start(&mut body);
    let (mut state, mut effects) = (State::new(&body), VecDeque::new());
    step(&body, &mut state, Event::Begin, &mut effects);
    step(&body, &mut state, Event::Routed(0, &[]), &mut effects);
    assert_eq!(
        (state.status(1999), state.ending()),
        (Status::Dead(Dead::NeedsDead), Some(Ending::Completed))
    );
}
