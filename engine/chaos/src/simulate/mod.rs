//! The whole engine over the store in memory, on paused time and one thread: crashes, faults of the store and of the
//! far side, callers, clock and ids are drawn from a seed. A seed that breaks something is run again by its number.
//!
//! What a seed does not decide is the order in which `tokio::select!` looks at branches that are ready at once; a
//! test holds that this changes no history in practice.

mod caller;
mod clock;
mod far;
mod life;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use engine::state::{Fault, Memory};
use sdk::serde_json;

use crate::{
    check::check,
    crash::Look,
    dice::Dice,
    history::{Fate, Line},
};
use caller::Saga;
use far::World;
use life::Life;

/// What is simulated.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// From what everything is drawn.
    pub seed: u64,
    /// Crashes of the engine.
    pub crashes: u64,
    /// Sagas.
    pub sagas: u64,
    /// The store acknowledges what it has not made durable: the checker has to find that.
    pub is_lying: bool,
}

impl Plan {
    /// The plan of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed, 0);
        Self { seed, crashes: 1 + dice.below(4), sagas: 2 + dice.below(6), is_lying: false }
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulated {
    /// Every broken invariant.
    pub violations: Vec<String>,
    /// What callers heard and how runs ended, for telling whether two simulations are one.
    pub trace: Vec<String>,
}

/// Simulates.
///
/// # Errors
/// The simulation itself cannot go on: the engine does not open.
pub fn simulate(plan: Plan) -> Result<Simulated, String> {
    let world = World::open(plan.seed);
    live(plan, &world)
}

/// What many seeds came to.
#[derive(Clone, Debug, Default)]
pub struct Total {
    /// Every broken invariant, with its seed.
    pub violations: Vec<String>,
    /// Sagas that were driven.
    pub sagas: u64,
    /// Crashes.
    pub crashes: u64,
}

/// Simulates so many seeds, on two threads.
#[must_use]
pub fn all(from: u64, count: u64) -> Total {
    let next = AtomicU64::new(from);
    let work = || {
        let mut total = Total::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= from + count {
                return total;
            }
            let plan = Plan::of(seed);
            total.sagas += plan.sagas;
            total.crashes += plan.crashes;
            total.violations.extend(broken(plan));
        }
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(work);
        let mut total = work();
        match other.join() {
            Ok(other) => {
                total.violations.extend(other.violations);
                total.sagas += other.sagas;
                total.crashes += other.crashes;
            }
            Err(_) => total.violations.push("a simulation panicked".to_owned()),
        }
        total
    })
}

/// What is wrong with a seed, and how to run it again.
#[must_use]
pub fn broken(plan: Plan) -> Option<String> {
    let found = match simulate(plan) {
        Ok(simulated) => simulated.violations,
        Err(error) => vec![error],
    };
    let seed = plan.seed;
    let again = format!("again: cargo run -p bactrian-chaos -- seeds --seed {seed} --seeds 1");
    (!found.is_empty()).then(|| format!("seed {seed}: {}\n  {again}", found.join("\n  ")))
}

fn live(plan: Plan, world: &World) -> Result<Simulated, String> {
    let mut dice = Dice::new(plan.seed, 1);
    let store = Arc::new(Memory::new(clock::BEGIN).map_err(|error| error.to_string())?);
    let sagas: Vec<Arc<Saga>> = (0..plan.sagas).map(|each| draw(&mut dice, each)).collect();
    let mut life = Life::new(plan.seed, Arc::clone(&store), sagas);
    let mut looks = Vec::new();
    for crash in 0..=plan.crashes {
        let is_last = crash == plan.crashes;
        store.hold_flushes(plan.is_lying && !is_last);
        if is_last {
            world.calm();
        }
        let faults = (!is_last).then(|| faults(Dice::new(plan.seed, 100 + crash)));
        let length = (!is_last).then(|| 50 + dice.below(3_000));
        life.pass(length, faults)?;
        store.crash(life.now).map_err(|error| error.to_string())?;
        looks.push(life.look()?);
    }
    let history = life.history();
    let found = check(&history, &world.audit(), &looks);
    Ok(Simulated { violations: found.violations, trace: trace(&history, looks.last()) })
}

fn draw(dice: &mut Dice, each: u64) -> Arc<Saga> {
    let fate = match dice.below(4) {
        0 => Fate::Confirm,
        1 => Fate::Reject,
        2 => Fate::Rest,
        _ => Fate::Paid,
    };
    let tenant = if dice.hits(50) { "default" } else { "red" };
    Arc::new(Saga::new(tenant, format!("k{each}"), fate, dice.below(2_000), dice.below(u64::MAX)))
}

/// What goes wrong with the store.
fn faults(mut dice: Dice) -> life::Hook {
    Box::new(move |call| {
        if !dice.hits(8) {
            return None;
        }
        Some(match dice.below(7) {
            0 => Fault::Lost,
            1 => Fault::Written,
            2 if call == "append" => Fault::Fenced,
            3 => Fault::Full,
            4 => Fault::Busy,
            turns => Fault::Delay(u32::try_from(turns).unwrap_or(1)),
        })
    })
}

fn trace(history: &[Line], last: Option<&Look>) -> Vec<String> {
    let heard = history.iter().map(|line| format!("{line:?}"));
    let runs = last.into_iter().flat_map(|look| look.runs.values());
    let held = runs.flat_map(|run| {
        let head = format!("{} {}", run.run, run.status.word());
        let records = run.records.iter();
        let said = records.map(|record| format!("  {} {}", record.at, serde_json::json!(record.entry)));
        std::iter::once(head).chain(said).collect::<Vec<_>>()
    });
    heard.chain(held).collect()
}
