//! Stage 6 of 8: step. Decides, for one body, what an event leads to: which nodes start, which are dead,
//! when it has ended. Pure: no clock, no IO, no await; the same events give the same state.
//!
//! Linear in nodes and edges over a whole run: a settled node touches only its own edges.

#![warn(clippy::wildcard_enum_match_arm)]

use std::collections::VecDeque;

use super::event::{Dead, Effect, Ending, Event, Status};
use crate::flow::{
    document::Join,
    plan::{Body, Kind, Node, SwitchPlan},
};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Slot {
    status: Status,
    /// Needs that have not settled, order-only ones apart.
    waits: u16,
    order_waits: u16,
    /// Needs that succeeded.
    succeeded: u16,
    /// Needs that did not, but leave their edge alive.
    optional: u16,
    /// Switches that may still choose this node.
    routes: u16,
    is_routed: bool,
    is_chosen: bool,
}

/// The state of one body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    slots: Vec<Slot>,
    running: usize,
    pending: usize,
    halt: Option<Ending>,
}

impl State {
    /// The state before [`Event::Begin`].
    #[must_use]
    pub fn new(body: &Body) -> Self {
        let mut slots: Vec<Slot> = body.nodes.iter().map(waiting).collect();
        for node in &body.nodes {
            let Kind::Switch(switch) = &node.kind else { continue };
            for target in targets(switch) {
                slots[usize::from(target)].routes += 1;
                slots[usize::from(target)].is_routed = true;
            }
        }
        Self { pending: slots.len(), slots, running: 0, halt: None }
    }

    /// Where a node stands.
    #[must_use]
    pub fn status(&self, slot: u16) -> Status {
        self.slots[usize::from(slot)].status
    }

    /// How the body ended; `None` while something runs or may start.
    #[must_use]
    pub const fn ending(&self) -> Option<Ending> {
        match self.halt {
            _ if self.running > 0 => None,
            Some(ending) => Some(ending),
            None if self.pending == 0 => Some(Ending::Completed),
            None => None,
        }
    }

    fn at(&mut self, slot: u16) -> &mut Slot {
        &mut self.slots[usize::from(slot)]
    }
}

fn waiting(node: &Node) -> Slot {
    let order_waits = count(node.needs.iter().filter(|edge| edge.is_order_only));
    Slot { waits: count(&node.needs) - order_waits, order_waits, ..Slot::default() }
}

/// A body has at most 65,536 nodes, so no node has more edges.
fn count<T>(things: impl IntoIterator<Item = T>) -> u16 {
    u16::try_from(things.into_iter().count()).unwrap_or(u16::MAX)
}

/// The targets of a switch, each once.
fn targets(switch: &SwitchPlan) -> Vec<u16> {
    let mut all: Vec<u16> = switch.cases.iter().flat_map(|(_, to)| to.iter().copied()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Takes one event into the state and adds what is to be done to `effects`. What still stands there has
/// not been done: a start is withdrawn when the body halts first.
pub fn step(body: &Body, state: &mut State, event: Event<'_>, effects: &mut VecDeque<Effect>) {
    let mut step = Step { body, state, effects, decided: Vec::new() };
    match event {
        Event::Begin => step.begin(),
        Event::Succeeded(slot) => step.settle(slot, Status::Succeeded),
        Event::Skipped(slot) => {
            step.settle(slot, Status::Skipped);
            step.route(slot, &[]);
        }
        Event::Routed(slot, chosen) => {
            step.settle(slot, Status::Succeeded);
            step.route(slot, chosen);
        }
        Event::Failed(slot) => step.fail(slot),
        Event::Cancelled(slot) => {
            step.settle(slot, Status::Cancelled);
            // It may have heard of the stop before the body did.
            step.halt(Ending::Stopped);
        }
        Event::Stop => step.halt(Ending::Stopped),
    }
    step.decide();
}

struct Step<'a> {
    body: &'a Body,
    state: &'a mut State,
    effects: &'a mut VecDeque<Effect>,
    /// Nodes one of whose needs has settled: a work list, so that a long dead branch needs no recursion.
    decided: Vec<u16>,
}

/// What becomes of a pending node.
enum Decision {
    Wait,
    Start,
    Kill(Dead),
}

impl<'a> Step<'a> {
    fn node(&self, slot: u16) -> &'a Node {
        &self.body.nodes[usize::from(slot)]
    }

    fn begin(&mut self) {
        self.decided.extend(self.body.starts.iter().rev());
    }

    /// Decides every node on the work list, and what that leads to.
    fn decide(&mut self) {
        while let Some(slot) = self.decided.pop() {
            if self.state.halt.is_some() {
                return;
            }
            if self.state.status(slot) != Status::Pending {
                continue;
            }
            match decision(self.node(slot), self.state.at(slot)) {
                Decision::Wait => {}
                Decision::Start => self.start(slot),
                Decision::Kill(reason) => self.kill(slot, reason),
            }
        }
    }

    fn start(&mut self, slot: u16) {
        self.state.at(slot).status = Status::Running;
        self.state.pending -= 1;
        self.state.running += 1;
        self.effects.push_back(Effect::Start(slot));
    }

    fn kill(&mut self, slot: u16, reason: Dead) {
        self.effects.push_back(Effect::Skip(slot, reason));
        self.settle(slot, Status::Dead(reason));
        self.route(slot, &[]);
        self.withdraw(slot);
    }

    /// A dead join takes nobody's failure any more.
    fn withdraw(&mut self, slot: u16) {
        let node = self.node(slot);
        if node.join == Join::All {
            return;
        }
        for edge in node.needs.iter().filter(|edge| !edge.is_order_only) {
            let Status::Tolerated { handlers } = self.state.status(edge.from) else { continue };
            if handlers > 1 {
                self.state.at(edge.from).status = Status::Tolerated { handlers: handlers - 1 };
            } else {
                self.state.at(edge.from).status = Status::Failed;
                self.halt(Ending::Failed(edge.from));
            }
        }
    }

    /// Gives a node its last status and tells the nodes that need it.
    fn settle(&mut self, slot: u16, status: Status) {
        let before = self.state.status(slot);
        if before.is_settled() {
            // A node that was dropped may have ended in the same moment.
            return;
        }
        if before == Status::Running {
            self.state.running -= 1;
        } else {
            self.state.pending -= 1;
        }
        self.state.at(slot).status = status;
        for next in self.node(slot).next.iter().rev() {
            let to = self.state.at(next.to);
            if next.is_order_only {
                to.order_waits -= 1;
            } else {
                to.waits -= 1;
                to.succeeded += u16::from(status == Status::Succeeded);
                to.optional += u16::from(matches!(status, Status::Skipped | Status::Accepted));
            }
            self.decided.push(next.to);
        }
    }

    /// Tells the targets of a switch whether they were chosen. One that did not run chose nobody.
    fn route(&mut self, slot: u16, chosen: &[u16]) {
        let Kind::Switch(switch) = &self.node(slot).kind else { return };
        for target in targets(switch) {
            let to = self.state.at(target);
            to.routes -= 1;
            to.is_chosen |= chosen.contains(&target);
            self.decided.push(target);
        }
    }

    fn fail(&mut self, slot: u16) {
        let status = match self.handlers(slot) {
            _ if !self.node(slot).is_critical => Status::Accepted,
            0 => Status::Failed,
            handlers => Status::Tolerated { handlers },
        };
        self.settle(slot, status);
        self.route(slot, &[]);
        if status == Status::Failed {
            self.halt(Ending::Failed(slot));
        }
    }

    /// How many joins can do without this node; none when one of them cannot.
    fn handlers(&self, slot: u16) -> u16 {
        let carried = || self.node(slot).next.iter().filter(|next| !next.is_order_only);
        if carried().any(|next| self.node(next.to).join == Join::All) {
            return 0;
        }
        count(carried().filter(|next| !matches!(self.state.status(next.to), Status::Dead(_))))
    }

    /// Nothing starts any more; what may be dropped is dropped, a running write is waited for.
    fn halt(&mut self, ending: Ending) {
        if self.state.halt.is_some() {
            return;
        }
        self.state.halt = Some(ending);
        for effect in std::mem::take(self.effects) {
            match effect {
                Effect::Start(slot) => self.withhold(slot),
                Effect::Skip(..) | Effect::Drop(_) | Effect::Stop => self.effects.push_back(effect),
            }
        }
        for slot in 0..count(&self.state.slots) {
            if self.state.status(slot) == Status::Running && is_droppable(self.node(slot)) {
                self.state.at(slot).status = Status::Cancelled;
                self.state.running -= 1;
                self.effects.push_back(Effect::Drop(slot));
            }
        }
        self.effects.push_back(Effect::Stop);
    }

    fn withhold(&mut self, slot: u16) {
        self.state.at(slot).status = Status::Pending;
        self.state.running -= 1;
        self.state.pending += 1;
    }
}

/// Whether a node may be dropped while it runs. One that has a body stops by itself, inside out; a write
/// is waited for.
fn is_droppable(node: &Node) -> bool {
    match node.kind {
        Kind::Use { .. } => node.effect != sdk::Effect::Write,
        Kind::Switch(_) | Kind::Wait(_) | Kind::Respond(_) | Kind::Fail(_) => true,
        Kind::Extension { .. } | Kind::Flow { .. } | Kind::Foreach(_) | Kind::Loop(_) | Kind::Race(_) => {
            false
        }
    }
}

/// What becomes of a pending node, by what is known of its needs.
fn decision(node: &Node, slot: &Slot) -> Decision {
    if slot.is_routed && !slot.is_chosen {
        return if slot.routes == 0 { Decision::Kill(Dead::NotChosen) } else { Decision::Wait };
    }
    let is_settled = slot.waits + slot.order_waits == 0;
    let has_needs = node.needs.iter().any(|edge| !edge.is_order_only);
    let alive = slot.succeeded + slot.optional;
    let wanted = match node.join {
        Join::Settled => return if is_settled { Decision::Start } else { Decision::Wait },
        Join::Any => 1,
        Join::Count(wanted) => wanted,
        Join::All if !is_settled => return Decision::Wait,
        Join::All if has_needs && alive == 0 => return Decision::Kill(Dead::NeedsDead),
        Join::All => return Decision::Start,
    };
    if !has_needs {
        return if is_settled { Decision::Start } else { Decision::Wait };
    }
    // An optional step that did not run counts only when nothing better can come.
    if u32::from(alive) + u32::from(slot.waits) < wanted {
        Decision::Kill(Dead::Unreachable)
    } else if slot.order_waits == 0 && (is_settled || u32::from(slot.succeeded) >= wanted) {
        Decision::Start
    } else {
        Decision::Wait
    }
}

#[cfg(test)]
#[path = "step_tests.rs"]
mod tests;
