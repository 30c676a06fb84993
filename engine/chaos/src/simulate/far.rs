//! The simulation's far side: one component for every effect, slow, failing, losing answers as the seed says, and
//! honouring idempotency keys. It outlives the engine's crashes.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use schemars::JsonSchema;
use sdk::{Class, Component, Context, Duration, Effect as Kind, Error, Outcome, Shared, serde_json::json};
use serde::Deserialize;

use crate::{
    crash::{Audit, Effect, Reserve},
    dice::Dice,
};

/// What can be done, and what undoes it.
const PAIRS: [(&str, &str); 6] = [
    ("reserve", "release"),
    ("order", "cancel"),
    ("spend", "refund"),
    ("book", "unbook"),
    ("give", "take"),
    ("open", "close"),
];

/// Does one thing in the simulated world.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Far {
    /// What is done.
    act: String,
    /// To what.
    name: String,
}

/// What became of one thing.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    done: i64,
    undone: i64,
    confirmed: i64,
    /// It was confirmed, or might have been, and is to be undone after all.
    is_reopened: bool,
}

/// What a world knows.
#[derive(Debug, Default)]
struct Books {
    things: BTreeMap<(String, String), State>,
    answered: BTreeMap<(String, String), Result<(), String>>,
    calls: BTreeMap<String, u64>,
    effects: Vec<Effect>,
    violations: Vec<String>,
    is_calm: bool,
}

/// One world.
#[derive(Debug)]
pub(super) struct World {
    seed: u64,
    books: Mutex<Books>,
}

thread_local! {
    /// The world of the simulation on this thread: an engine of the simulation never leaves its thread.
    static WORLD: RefCell<Option<Arc<World>>> = const { RefCell::new(None) };
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    /// A new world, on this thread.
    pub(super) fn open(seed: u64) -> Arc<Self> {
        let world = Arc::new(Self { seed, books: Mutex::default() });
        WORLD.set(Some(Arc::clone(&world)));
        world
    }

    /// No more faults.
    pub(super) fn calm(&self) {
        locked(&self.books).is_calm = true;
    }

    /// What it says at the end.
    pub(super) fn audit(&self) -> Audit {
        let books = locked(&self.books);
        let mut violations = books.violations.clone();
        let mut reserves = Vec::new();
        // What each try of a flow does under a name of its own counts as one.
        let mut sums: BTreeMap<(&str, &str), i64> = BTreeMap::new();
        for ((act, name), state) in &books.things {
            if act == "reserve" {
                let word = match state {
                    State { confirmed: 1.., .. } => "CONFIRMED",
                    State { undone: 1.., .. } => "RELEASED",
                    _ => "OPEN",
                };
                let (confirms, releases) = (state.confirmed, state.undone);
                reserves.push(Reserve { key: name.clone(), state: word.to_owned(), confirms, releases });
                continue;
            }
            let base = name.split_once('.').map_or(name.as_str(), |(base, _)| base);
            *sums.entry((act, base)).or_default() += state.done - state.undone;
        }
        for ((act, name), left) in sums {
            let saga = name.split_once('-').map_or(name, |(saga, _)| saga);
            let reserve = books.things.get(&("reserve".to_owned(), saga.to_owned())).copied();
            let stands = i64::from(reserve.is_some_and(|reserve| reserve.confirmed > 0));
            // A gift may be missing, and is never half a gift.
            let other = name.replace("card", "wrap");
            let is_given = act == "give" && left == 0;
            let is_half = act == "give" && books.left("give", &other) != books.left("give", name);
            if (left != stands && !is_given) || is_half {
                violations.push(format!("{act} {name}: {left} are left beside {reserve:?}"));
            }
        }
        Audit { sum_fen: 0, violations, effects: books.effects.clone(), reserves, notices: Vec::new() }
    }

    fn draw(&self, act: &str, key: &str) -> (Dice, bool) {
        let mut books = locked(&self.books);
        let lane = format!("{act} {key}");
        let count = books.calls.entry(lane.clone()).or_default();
        *count += 1;
        // Drawn from what is called and how often, so that the order of calls side by side does not matter.
        let mixed =
            lane.bytes().fold(*count, |mixed, byte| (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        (Dice::new(self.seed, mixed), books.is_calm)
    }

    /// The effect; the same key gives the same answer.
    fn apply(&self, far: &Far, key: &str) -> Result<(), String> {
        let mut books = locked(&self.books);
        let endpoint = far.act.clone();
        let known = books.answered.get(&(endpoint.clone(), key.to_owned())).cloned();
        let is_applied = known.is_none();
        let answer = known.unwrap_or_else(|| books.change(&far.act, &far.name));
        if answer.is_ok() {
            books.answered.insert((endpoint.clone(), key.to_owned()), Ok(()));
        }
        let is_applied = is_applied && answer.is_ok();
        books.effects.push(Effect { endpoint, key: Some(key.to_owned()), is_applied });
        answer
    }
}

impl Books {
    fn left(&self, act: &str, name: &str) -> i64 {
        let state = self.things.get(&(act.to_owned(), name.to_owned()));
        state.map_or(0, |state| state.done - state.undone)
    }

    fn change(&mut self, act: &str, name: &str) -> Result<(), String> {
        let undoes = PAIRS.iter().find(|(_, undo)| *undo == act).map(|(does, _)| *does);
        let does = if matches!(act, "confirm" | "reopen") { "reserve" } else { undoes.unwrap_or(act) };
        let state = self.things.entry((does.to_owned(), name.to_owned())).or_default();
        if act == "reopen" {
            state.is_reopened = true;
            state.confirmed = 0;
        } else if act == "confirm" {
            if state.done == 0 || state.undone > 0 || state.is_reopened {
                return Err("it is released already".to_owned());
            }
            state.confirmed += 1;
        } else if undoes.is_some() {
            if state.confirmed > 0 {
                return Err("it is confirmed already".to_owned());
            }
            // What never came about is undone all the same: a late call must not bring it about.
            state.done = state.done.max(1);
            state.undone += 1;
        } else {
            if state.undone > 0 {
                return Err("it was undone already".to_owned());
            }
            state.done += 1;
        }
        if state.done > 1 || state.undone > 1 || state.confirmed > 1 {
            self.violations.push(format!("{act} {name} twice: {state:?}"));
        }
        Ok(())
    }
}

#[async_trait]
impl Component for Far {
    const NAME: &'static str = "far";
    const EFFECT: Kind = Kind::Write;

    async fn run(&self, cx: &Context, _input: Shared) -> Outcome {
        let Some(world) = WORLD.with_borrow(Clone::clone) else {
            return Err(Error::internal("no such world"));
        };
        let key = cx.idempotency_key().unwrap_or_default().to_owned();
        let (mut dice, is_calm) = world.draw(&self.act, &key);
        let pause = |ms: u64| Duration::new(std::time::Duration::from_millis(ms));
        cx.sleep(pause(dice.below(120))).await;
        if !is_calm && dice.hits(12) {
            return Err(Error::unavailable("refused before any effect"));
        }
        let done = world.apply(self, &key);
        cx.sleep(pause(dice.below(60))).await;
        if !is_calm && dice.hits(12) {
            return Err(Error::new(Class::Unavailable, "LOST", "the answer was lost").outcome_unknown(true));
        }
        match done {
            Ok(()) => Ok(Shared::new(json!({"done": self.act}))),
            Err(why) => Err(Error::new(Class::Conflict, "FAR_CONFLICT", why)),
        }
    }
}
