//! The engine decides as a slow, plain reference does, on random fleets, requests and histories: the same nodes, amounts,
//! devices and victims, the same reason when something does not fit, and the same counts by rule in its explanation.
//!
//! `HOURGLASS_REFERENCE_HISTORIES` sets how many histories are tried; each has about seven decisions. Three tenths as many are
//! of crowds, where many small replicas make room for large ones. Differences shrink to the smallest history that shows them.
//!
//! - [`cases`]: small fleets, requests and what happens to them; [`history`]: how it happens; [`coverage`]: how often.
//! - [`answer`], [`slow`], [`preempting`], [`reserving`], [`reasons`]: the reference; [`slow`] says what it shares with the engine.
//! - [`packing`], [`learning`]: the score of packing, and what is typical, computed apart from the engine.

#![expect(clippy::print_stdout, reason = "says how much was compared")]

mod answer;
mod cases;
mod coverage;
mod history;
mod learning;
mod packing;
mod preempting;
mod reasons;
mod reserving;
mod slow;

use std::cell::Cell;

use cases::{ClusterCase, Step};
use history::History;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestRunner};

/// With fewer histories than this, not everything has to come up.
const ENOUGH: u32 = 1_000;

/// Come up a few times in a thousand histories: a placement in one clique has to grow, and not fit; or a replica gets a free node
/// near somebody from whom it is kept apart, and who makes room for another replica.
const RAREST: [&str; 2] = ["SameClique", coverage::WAITS_ELSEWHERE];

/// How many histories are tried.
fn histories() -> u32 {
    let histories = std::env::var("HOURGLASS_REFERENCE_HISTORIES").ok();
    histories.map_or(ENOUGH, |text| text.parse().expect("a number of histories"))
}

/// Tries histories of fleets until one shows a difference, which is then shrunk.
fn difference(
    histories: u32,
    fleets: impl Strategy<Value = Vec<ClusterCase>>,
    steps: impl Strategy<Value = Vec<Step>>,
) -> Option<String> {
    let config = Config {
        cases: histories,
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let (tried, failed) = (Cell::new(0_u32), Cell::new(None));
    let outcome = runner.run(&(fleets, steps), |(fleet, steps)| {
        tried.set(tried.get() + 1);
        let mut history = History::start(&fleet);
        let outcome = steps.iter().try_for_each(|step| history.step(step));
        if outcome.is_err() && failed.get().is_none() {
            failed.set(Some(tried.get()));
        }
        outcome
    });
    let difference = outcome.err()?;
    Some(format!(
        "history {}: {difference}",
        failed.get().unwrap_or_default()
    ))
}

#[test]
fn the_engine_decides_as_the_reference_does() {
    let histories = histories();
    let difference = difference(histories, cases::fleet(), cases::steps());
    assert!(difference.is_none(), "{}", difference.unwrap_or_default());
    let counts = coverage::all();
    for (what, count) in &counts {
        println!("{count:>8} {what}");
    }
    if histories >= ENOUGH {
        let rare = counts
            .iter()
            .filter(|(_, count)| *count * 2_000 < histories as usize)
            .filter(|(what, _)| !RAREST.contains(&what.as_str()) || histories >= 10 * ENOUGH);
        let rare: Vec<_> = rare.collect();
        assert!(rare.is_empty(), "hardly come up: {rare:?}");
    }
}

/// These take longer each: the reference tries all sets of victims.
#[test]
fn the_engine_makes_room_in_a_crowd_as_the_reference_does() {
    let difference = difference(
        histories() * 3 / 10,
        cases::crowded_fleet(),
        cases::crowded_steps(),
    );
    assert!(difference.is_none(), "{}", difference.unwrap_or_default());
}
