//! Every integration test of the workspace runs in exactly one suite of `make test`: a forgotten test is no test.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use cargo_metadata::{MetadataCommand, TargetKind};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The lists `TESTS_… := …` of the Makefile.
fn suites() -> BTreeMap<String, Vec<String>> {
    let makefile = fs::read_to_string(format!("{ROOT}/Makefile")).expect("the Makefile is readable");
    makefile
        .lines()
        .filter(|line| line.starts_with("TESTS_"))
        .filter_map(|line| line.split_once(":="))
        .map(|(name, tests)| {
            (
                name.trim().to_owned(),
                tests.split_whitespace().map(str::to_owned).collect(),
            )
        })
        .collect()
}

/// The budgets `BUDGET_… := seconds` of the Makefile.
fn budgets() -> BTreeMap<String, u64> {
    let makefile = fs::read_to_string(format!("{ROOT}/Makefile")).expect("the Makefile is readable");
    makefile
        .lines()
        .filter(|line| line.starts_with("BUDGET_"))
        .filter_map(|line| line.split_once(":="))
        .map(|(name, seconds)| {
            let seconds = seconds.trim().parse().expect("a budget is a number of seconds");
            (name.trim().to_owned(), seconds)
        })
        .collect()
}

#[test]
fn every_suite_has_a_budget_and_together_they_fit_into_that_of_all() {
    let mut budgets = budgets();
    let all = budgets.remove("BUDGET_ALL").expect("there is a budget of all");
    let sum: u64 = budgets.values().sum();
    assert!(all <= 50 * 60, "{all} s are more than 50 minutes");
    assert!(sum <= all, "the suites may take {sum} s, all together {all} s");
    let makefile = fs::read_to_string(format!("{ROOT}/Makefile")).expect("the Makefile is readable");
    for name in budgets.keys() {
        assert!(
            makefile.contains(&format!("$(call run,$({name}),")),
            "{name} bounds no suite"
        );
    }
    for suite in suites().keys() {
        let budget = suite.replace("TESTS_", "BUDGET_");
        assert!(budgets.contains_key(&budget), "{suite} has no {budget}");
    }
}

#[test]
fn every_integration_test_runs_in_exactly_one_suite() {
    let metadata = MetadataCommand::new()
        .manifest_path(format!("{ROOT}/Cargo.toml"))
        .other_options(vec!["--locked".to_owned()])
        .no_deps()
        .exec()
        .expect("cargo metadata describes this workspace");
    let targets: BTreeSet<String> = metadata
        .packages
        .iter()
        .flat_map(|package| &package.targets)
        .filter(|target| target.kind.contains(&TargetKind::Test))
        .map(|target| target.name.clone())
        .collect();
    let listed: Vec<String> = suites().into_values().flatten().collect();
    let once: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(
        listed.len(),
        once.len(),
        "a test stands in two suites: {listed:?}"
    );
    assert_eq!(
        targets, once,
        "the suites of the Makefile are not the tests there are"
    );
}
