//! Simulated lives of the whole engine, by seed.
#![cfg(test)]

use bactrian_chaos::simulate::{Journey, Plan, all, broken, simulate};

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

/// On paused time a livelock stands still for ever.
#[test]
fn a_simulation_that_gets_nowhere_is_told_of_with_its_seed() {
    let told = broken(Plan { is_stuck: true, ..Plan::of(7) }).unwrap();
    assert!(told.starts_with("seed 7: I11") && told.contains("--seed 7"), "{told}");
}

/// Seeds that once broke something, by what it was.
fn holds(seed: u64, journey: Journey) {
    assert_eq!(broken(Plan { journey, ..Plan::of(seed) }), None);
}

#[test]
fn a_retry_after_an_attempt_that_timed_out_survives_a_crash_seed_4() {
    holds(4, Journey::Spine);
}

#[test]
fn a_message_that_does_not_count_wakes_its_run_once_seed_5() {
    holds(5, Journey::Spine);
}

#[test]
fn a_node_stopped_between_two_attempts_is_undone_first_seed_35() {
    holds(35, Journey::Spine);
}

#[test]
fn what_parts_of_a_settled_node_did_is_undone_after_a_crash_seed_10() {
    holds(10, Journey::Nested);
}

#[test]
fn an_attempt_of_a_node_with_parts_that_ran_out_of_time_is_recorded_seed_392() {
    holds(392, Journey::Nested);
}

#[test]
fn a_call_that_was_only_announced_is_undone_in_its_order_seed_354() {
    holds(354, Journey::Nested);
}

#[test]
fn a_child_whose_time_is_up_is_undone_although_its_parent_goes_on_seed_31() {
    holds(31, Journey::Family);
}
