//! Every scenario of the project holds, every recorded decision is decided the same again, and both tell when not.

use std::path::{Path, PathBuf};

use hourglass_simulator::replay::Replay;
use hourglass_simulator::run::run;
use hourglass_simulator::scenario::Scenario;

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("the folder is readable").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    assert!(
        !files.is_empty(),
        "{} holds no .{extension} files",
        folder.display()
    );
    files
}

#[test]
fn every_scenario_holds() {
    let mut broken = Vec::new();
    for file in files("scenarios", "yaml") {
        let scenario = Scenario::read(&file).expect("a scenario");
        for placed in run(&scenario).expect("a possible scenario") {
            let lines = placed.differences.into_iter();
            broken.extend(lines.map(|line| format!("{}: {}: {line}", file.display(), placed.name)));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_decision_of_every_scenario_replays_from_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("replay.json");
    for file in files("scenarios", "yaml") {
        let scenario = Scenario::read(&file).expect("a scenario");
        for placed in run(&scenario).expect("a possible scenario") {
            let Some(replay) = placed.replay else { continue };
            let text = serde_json::to_string(&replay).expect("json");
            std::fs::write(&path, text).expect("written");
            let read = Replay::read(&path).expect("a replay");
            let again = read.decide().expect("a valid request");
            assert_eq!(again, replay.decision, "{}: {}", file.display(), placed.name);
        }
    }
}

#[test]
fn recorded_decisions_are_decided_the_same() {
    for file in files("replays", "json") {
        let replay = Replay::read(&file).expect("a replay");
        assert_eq!(
            replay.decide().expect("a valid request"),
            replay.decision,
            "{}",
            file.display()
        );
    }
}

#[test]
fn a_misspelt_expectation_is_an_error_and_not_ignored() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("misspelt.yaml");
    let text = "description: d\nfleet: []\nsteps:\n  - place: {name: a, expect: {reasom: NO_CAPACITY}}\n";
    std::fs::write(&path, text).expect("written");
    let error = Scenario::read(&path).expect_err("refused").to_string();
    assert!(error.contains("reasom"), "{error}");
}

#[test]
fn an_expectation_that_does_not_hold_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("wrong.yaml");
    let text = "description: d\nfleet: []\nsteps:\n  - place: {name: a, expect: {placed: [eu-1/n]}}\n";
    std::fs::write(&path, text).expect("written");
    let placed = run(&Scenario::read(&path).expect("a scenario")).expect("possible");
    let differences = &placed[0].differences;
    assert_eq!(differences.len(), 2, "place and reason: {differences:?}");
}
