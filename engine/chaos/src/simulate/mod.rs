//! The whole engine over the store in memory, on paused time and one thread: crashes, faults of the store and of the
//! far side, callers, clock and ids are drawn from a seed. A seed that breaks something is run again by its number.
//!
//! What a seed does not decide is the order in which `tokio::select!` looks at branches that are ready at once; a
//! test holds that this changes no history in practice.

mod caller;
mod clock;
mod far;
mod journey;
mod life;
mod many;
mod pass;
mod steps;

use crate::dice::Dice;

pub use journey::Journey;
pub use many::{Total, all, broken};

/// What is simulated.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// From what everything is drawn.
    pub seed: u64,
    /// Crashes of the engine.
    pub crashes: u64,
    /// Sagas.
    pub sagas: u64,
    /// What they run.
    pub journey: Journey,
    /// A simulation that needs more gets nowhere, which is a violation.
    pub most_steps: u64,
    /// The store acknowledges what it has not made durable: the checker has to find that.
    pub is_lying: bool,
    /// Something is always busy and gets nothing done: the simulation has to find that.
    pub is_stuck: bool,
}

/// Of a usual seed: some thousands.
const MOST_STEPS: u64 = 2_000_000;

impl Plan {
    /// The plan of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed, 0);
        let (crashes, sagas) = (1 + dice.below(4), 2 + dice.below(6));
        let journey = match Dice::new(seed, 2).below(3) {
            0 => Journey::Spine,
            1 => Journey::Nested,
            _ => Journey::Family,
        };
        Self { seed, crashes, sagas, journey, most_steps: MOST_STEPS, is_lying: false, is_stuck: false }
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
    let world = far::World::open(plan.seed);
    pass::live(plan, &world)
}
