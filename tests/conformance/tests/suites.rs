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
