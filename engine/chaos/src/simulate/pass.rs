//! One simulation from its first life to its last look.

use std::sync::Arc;

use engine::state::{Fault, Memory};
use sdk::serde_json;

use super::{
    Plan, Simulated,
    caller::Saga,
    clock,
    far::World,
    life::{Hook, Life},
};
use crate::{
    check::check,
    crash::Look,
    dice::Dice,
    history::{Fate, Line},
};

pub(super) fn live(plan: Plan, world: &World) -> Result<Simulated, String> {
    let mut dice = Dice::new(plan.seed, 1);
    let store = Arc::new(Memory::new(clock::BEGIN).map_err(|error| error.to_string())?);
    let sagas: Vec<Arc<Saga>> = (0..plan.sagas).map(|each| draw(&mut dice, each)).collect();
    let mut life = Life::new(plan, Arc::clone(&store), sagas);
    let mut looks = Vec::new();
    for crash in 0..=plan.crashes {
        let is_last = crash == plan.crashes;
        store.hold_flushes(plan.is_lying && !is_last);
        if is_last {
            world.calm();
        }
        let faults = (!is_last).then(|| faults(Dice::new(plan.seed, 100 + crash)));
        let length = (!is_last).then(|| 50 + dice.below(3_000));
        let passed = life.pass(length, faults);
        store.crash(life.now).map_err(|error| error.to_string())?;
        looks.push(life.look()?);
        if let Err(stuck) = passed {
            return Ok(Simulated { violations: vec![stuck], trace: trace(&life.history(), looks.last()) });
        }
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
fn faults(mut dice: Dice) -> Hook {
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
