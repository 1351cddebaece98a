//! The engine decides as a slow, plain reference does, on random fleets, requests and histories: the same nodes, amounts,
//! devices and victims, the same reason when something does not fit, and the same counts in its explanation.
//!
//! `HOURGLASS_REFERENCE_HISTORIES` sets how many histories are tried; each has about seven decisions. Differences shrink to
//! the smallest history that shows them.
//!
//! - [`cases`]: small fleets, requests and what happens to them; [`history`]: how it happens.
//! - [`answer`], [`slow`], [`preempting`], [`reasons`]: the reference; [`slow`] says what it shares with the engine.
//! - [`packing`], [`learning`]: the score of packing, and what is typical, computed apart from the engine.

#![expect(clippy::print_stdout, reason = "says how much was compared")]

mod answer;
mod cases;
mod history;
mod learning;
mod packing;
mod preempting;
mod reasons;
mod slow;

use std::sync::atomic::Ordering;

use history::{COMPLETE, DECISIONS, DEVICES, History, LEARNT, MOVED, PARTIAL};
use proptest::test_runner::{Config, TestRunner};

#[test]
fn the_engine_decides_as_the_reference_does() {
    let histories = std::env::var("HOURGLASS_REFERENCE_HISTORIES").ok();
    let histories = histories.map_or(1_000, |text| text.parse().expect("a number of histories"));
    let config = Config {
        cases: histories,
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(&(cases::fleet(), cases::steps()), |(fleet, steps)| {
        let mut history = History::start(&fleet);
        steps.iter().try_for_each(|step| history.step(step))
    });
    if let Err(difference) = outcome {
        panic!("{difference}");
    }
    let counts = [&DECISIONS, &COMPLETE, &PARTIAL, &MOVED, &DEVICES, &LEARNT];
    let counts = counts.map(|count| count.load(Ordering::Relaxed));
    println!(
        "decisions {}, complete {}, not complete {}, moving others {}, with devices {}; learnt from {} requests",
        counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]
    );
    assert!(
        counts.iter().all(|count| *count * 100 > histories as usize),
        "every kind comes up: {counts:?}"
    );
}
