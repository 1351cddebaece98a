//! Thousands of random histories of a small fleet: decisions, commits of every outcome, dispatch, binding here or
//! elsewhere, removal, inventory in every order, lost sessions and new leaders. A simulated world beside the engine
//! knows what can really be on each node. No decision may ever promise more of a node than the applied inventory's
//! foreign pods and everything of ours that may still be there leave. Requests of several priorities move each other, and
//! rules about other placements stand in their way; what waits is hinted at by every change that can help it. GPUs are
//! counted or shown one by one; what is typical is learnt on the way; the state is written down and read again.
//!
//! Each rule that keeps this true is also broken once on purpose; the same check must notice.

mod coverage;
mod devices;
mod following;
#[path = "../shared/rng.rs"]
mod rng;
mod server;
mod serving;
mod steps;
mod truth;
mod waiting;
mod world;

use server::Sabotage;
use steps::History;

const STEPS: usize = 300;

fn run(seeds: std::ops::Range<u64>, sabotage: Option<Sabotage>) -> Option<String> {
    for seed in seeds {
        let mut history = History::new(seed, sabotage);
        for step in 0..STEPS {
            if let Err(breach) = history.step() {
                return Some(format!("seed {seed}, step {step}: {breach}"));
            }
        }
    }
    None
}

#[test]
fn no_history_over_commits_a_node() {
    assert_eq!(run(0..700, None), None);
}

#[test]
fn histories_reach_everything_that_they_are_meant_to_reach() {
    let mut seen = coverage::Coverage::default();
    for seed in 0..200 {
        let mut history = History::new(seed, None);
        for _ in 0..STEPS {
            history.step().expect("no breach");
        }
        seen.add(&history.coverage);
    }
    for (what, count) in seen.all() {
        assert!(count > 20, "{what} happened only {count} times: {:?}", seen.all());
    }
}

#[test]
fn a_released_claim_that_ends_before_its_removal_is_noticed() {
    assert!(run(0..2_000, Some(Sabotage::ReleaseAtOnce)).is_some());
}

#[test]
fn an_acknowledgement_ahead_of_pods_and_inventory_is_noticed() {
    assert!(run(0..2_000, Some(Sabotage::AcknowledgeEarly)).is_some());
}

#[test]
fn an_unknown_commit_taken_for_a_failed_one_is_noticed() {
    assert!(run(0..2_000, Some(Sabotage::UnknownIsFailed)).is_some());
}

#[test]
fn a_leader_that_forgets_claims_is_noticed() {
    assert!(run(0..2_000, Some(Sabotage::ForgetAtLeaderChange)).is_some());
}

#[test]
fn foreign_pods_counted_as_ours_are_noticed() {
    assert!(run(0..2_000, Some(Sabotage::ForeignPodsAsOurs)).is_some());
}

#[test]
fn decisions_without_claims_are_noticed() {
    assert!(run(0..2_000, Some(Sabotage::NoClaims)).is_some());
}

#[test]
fn freed_room_that_nobody_is_told_of_is_noticed() {
    assert!(run(0..2_000, Some(Sabotage::DeafToFreedRoom)).is_some());
}

#[test]
fn what_was_said_before_a_session_was_lost_is_noticed_when_it_is_relied_on() {
    assert!(run(0..2_000, Some(Sabotage::RememberWhoServed)).is_some());
}
