//! Many seeds, and what is told of one that breaks something.

use std::{
    sync::{
        atomic::{AtomicU64, Ordering},
        mpsc::{RecvTimeoutError, channel},
    },
    time::Duration,
};

use super::{Plan, Simulated, simulate};

/// A seed takes a fraction of a second; one that takes so long hangs where no step is counted.
const PATIENCE: Duration = Duration::from_secs(120);

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
    let found = match watched(plan) {
        Ok(simulated) => simulated.violations,
        Err(error) => vec![error],
    };
    let seed = plan.seed;
    let again = format!("again: cargo run -p bactrian-chaos -- seeds --seed {seed} --seeds 1");
    (!found.is_empty()).then(|| format!("seed {seed}: {}\n  {again}", found.join("\n  ")))
}

/// Simulates on a thread of its own: one that panics or never ends is left behind, with its seed told.
fn watched(plan: Plan) -> Result<Simulated, String> {
    let (done, told) = channel();
    std::thread::spawn(move || drop(done.send(simulate(plan))));
    told.recv_timeout(PATIENCE).unwrap_or_else(|fault| {
        Err(match fault {
            RecvTimeoutError::Timeout => format!("I11: it hangs: no end after {} s", PATIENCE.as_secs()),
            RecvTimeoutError::Disconnected => "the simulation panicked".to_owned(),
        })
    })
}
