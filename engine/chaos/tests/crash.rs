//! The short version of the crash proof, in every test run.
#![cfg(test)]

use bactrian_chaos::{
    crash::{Kind, Plan, prove},
    table::render,
    victim::POINTS,
};

async fn holds(kind: Kind, rounds: u64, seed: u64) {
    let plan = Plan {
        kind,
        rounds,
        seed,
        callers: 64,
        pause_ms: 600,
        program: env!("CARGO_BIN_EXE_bactrian-chaos").into(),
        look_every: 5,
    };
    let row = prove(&plan).await.unwrap();
    assert!(row.sagas > rounds, "almost nothing happened: {} sagas", row.sagas);
    assert!(row.violations.is_empty(), "{}", render(&[row]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_kills_at_random_instants_break_no_invariant() {
    holds(Kind::Kill, 30, 11).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn death_at_every_failpoint_breaks_no_invariant() {
    holds(Kind::Points, POINTS.len().try_into().unwrap(), 12).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_power_cuts_break_no_invariant() {
    holds(Kind::Power, 20, 13).await;
}
