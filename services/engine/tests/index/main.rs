//! The index finds exactly what going over all nodes finds: over random fleets, requests and histories.

mod counting;
mod history;
mod request;
#[path = "../shared/rng.rs"]
mod rng;
mod uneven;
mod world;

use proptest::prelude::*;

use history::{History, Step};
use world::Size;

fn steps(count: usize) -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec((any::<u8>(), any::<u64>()), 1..count).prop_map(|steps| {
        steps
            .into_iter()
            .map(|(kind, seed)| Step { kind, seed })
            .collect()
    })
}

fn run(size: Size, seed: u64, steps: &[Step]) -> Result<(), TestCaseError> {
    let mut history = History::new(size, seed);
    for step in steps {
        history.step(*step).map_err(TestCaseError::fail)?;
    }
    history.check_all().map_err(TestCaseError::fail)
}

/// Counts for requests of a history, in turns of random length, while it goes on or while nothing happens.
fn run_counts(size: Size, seed: u64, steps: &[Step], meanwhile: &[Step]) -> Result<(), TestCaseError> {
    let mut history = History::new(size, seed);
    for step in steps {
        history.step(*step).map_err(TestCaseError::fail)?;
    }
    counting::in_turns(&mut history, seed, meanwhile).map_err(TestCaseError::fail)
}

fn cases(quick: u32) -> ProptestConfig {
    // PROPTEST_CASES asks for more, for a run over night.
    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: cases.unwrap_or(quick),
        max_shrink_iters: 20_000,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn small_fleets_through_long_histories(seed in any::<u64>(), steps in steps(60)) {
        run(Size::Small, seed, &steps)?;
    }
}

proptest! {
    #![proptest_config(cases(30))]

    #[test]
    fn many_clusters_whose_nodes_are_much_the_same(seed in any::<u64>(), steps in steps(25)) {
        run(Size::ManyClusters, seed, &steps)?;
    }

    #[test]
    fn many_nodes_of_many_classes(seed in any::<u64>(), steps in steps(25)) {
        run(Size::ManyNodes, seed, &steps)?;
    }
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn counts_in_turns_come_to_what_a_scan_places(seed in any::<u64>(), steps in steps(25)) {
        run_counts(Size::Small, seed, &steps, &[])?;
    }

    #[test]
    fn counts_hold_on_the_fleet_of_their_last_turn(seed in any::<u64>(), before in steps(20), meanwhile in steps(12)) {
        run_counts(Size::Small, seed, &before, &meanwhile)?;
    }
}

proptest! {
    #![proptest_config(cases(8))]

    #[test]
    fn counts_over_many_clusters_and_classes(seed in any::<u64>(), steps in steps(10), meanwhile in steps(4)) {
        run_counts(Size::ManyClusters, seed, &steps, &meanwhile)?;
        run_counts(Size::ManyNodes, seed, &steps, &[])?;
    }
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn what_is_asked_of_a_region_that_is_nearly_full_while_others_are_not(seed in any::<u64>()) {
        uneven::decisions(seed).map_err(TestCaseError::fail)?;
    }
}
