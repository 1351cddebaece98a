//! The index finds exactly what going over all nodes finds: over random fleets, requests and histories.

mod history;
mod request;
#[path = "../shared/rng.rs"]
mod rng;
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
