//! Help, completion, and the page of the documentation.

use std::path::Path;

use crate::support::Program;

#[test]
fn the_reference_page_is_what_the_program_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
    let page = hourglass_cli::command_reference();
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == page,
        "docs/cli.md is not up to date: UPDATE_GENERATED=1 writes it anew"
    );
}

#[test]
fn topics_and_verbs_have_help() {
    let program = Program::alone();
    let codes = program.run(&["help", "exit-codes"]).ok();
    assert!(
        codes.contains("  5  the server is unreachable") && codes.contains("130"),
        "{codes}"
    );
    assert!(
        program
            .run(&["help", "manifests"])
            .ok()
            .contains("kind: Placement")
    );
    assert!(
        program
            .run(&["help", "environment"])
            .ok()
            .contains("HOURGLASS_TOKEN")
    );
    assert!(program.run(&["help"]).ok().contains("Topics of `hourglass help`"));
    assert!(program.run(&["help", "token", "create"]).ok().contains("--ttl"));
    assert!(program.run(&["apply", "--help"]).ok().contains("--dry-run"));
    let message = program.run(&["help", "aply"]).failed(2);
    assert!(message.contains("did you mean \"apply\"?"), "{message}");
}

#[test]
fn every_shell_gets_a_completion_script() {
    for shell in ["bash", "zsh", "fish"] {
        let script = Program::alone().run(&["completion", shell]).ok();
        assert!(
            script.contains("hourglass") && script.contains("uncordon"),
            "{shell}"
        );
    }
}
