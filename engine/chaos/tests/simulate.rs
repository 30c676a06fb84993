//! Simulated lives of the whole engine, by seed.
#![cfg(test)]

use bactrian_chaos::simulate::{Plan, all, broken, simulate};

#[test]
fn five_hundred_seeds_break_no_invariant() {
    let total = all(0, 500);
    assert!(total.violations.is_empty(), "{}", total.violations.join("\n"));
}

/// Whoever cannot see a store that lies proves nothing.
#[test]
fn a_store_that_acknowledges_too_early_is_found_out() {
    let found = (0..10).filter(|seed| broken(Plan { is_lying: true, ..Plan::of(*seed) }).is_some());
    assert!(found.count() >= 5);
}

#[test]
fn a_seed_gives_the_same_history_again() {
    for seed in 0..10 {
        assert_eq!(simulate(Plan::of(seed)), simulate(Plan::of(seed)), "seed {seed}");
    }
}

/// Seeds that once broke something, by what it was.
#[test]
fn a_retry_after_an_attempt_that_timed_out_survives_a_crash_seed_4() {
    assert_eq!(broken(Plan::of(4)), None);
}

#[test]
fn a_node_stopped_between_two_attempts_is_undone_first_seed_35() {
    assert_eq!(broken(Plan::of(35)), None);
}
