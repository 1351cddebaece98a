//! The engine decides as a slow, plain reference does, on random fleets, requests and histories: the same nodes, amounts,
//! devices and victims, the same reason when something does not fit, and the same counts by rule in its explanation.
//!
//! `HOURGLASS_REFERENCE_HISTORIES` sets how many histories are tried; each has about seven decisions. Differences shrink to
//! the smallest history that shows them.
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

use history::History;
use proptest::test_runner::{Config, TestRunner};

/// With fewer histories than this, not everything has to come up.
const ENOUGH: u32 = 1_000;

#[test]
fn the_engine_decides_as_the_reference_does() {
    let histories = std::env::var("HOURGLASS_REFERENCE_HISTORIES").ok();
    let histories = histories.map_or(ENOUGH, |text| text.parse().expect("a number of histories"));
    let config = Config {
        cases: histories,
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let (tried, failed) = (Cell::new(0_u32), Cell::new(None));
    let outcome = runner.run(&(cases::fleet(), cases::steps()), |(fleet, steps)| {
        tried.set(tried.get() + 1);
        let mut history = History::start(&fleet);
        let outcome = steps.iter().try_for_each(|step| history.step(step));
        if outcome.is_err() && failed.get().is_none() {
            failed.set(Some(tried.get()));
        }
        outcome
    });
    if let Err(difference) = outcome {
        panic!("history {}: {difference}", failed.get().unwrap_or_default());
    }
    let counts = coverage::all();
    for (what, count) in &counts {
        println!("{count:>8} {what}");
    }
    if histories >= ENOUGH {
        let rare = counts
            .iter()
            .filter(|(_, count)| *count * 1_000 <= histories as usize);
        let rare: Vec<_> = rare.collect();
        assert!(rare.is_empty(), "hardly come up: {rare:?}");
    }
}
