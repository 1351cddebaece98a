//! `config`.

use std::os::unix::fs::PermissionsExt;

use crate::support::{Program, TestServer};

#[test]
fn contexts_are_made_used_listed_and_removed() {
    let server = TestServer::start();
    let program = Program::alone();
    let none = program.run(&["get", "pl"]).failed(2);
    assert!(
        none.contains("no server is configured") && none.contains("config set-context"),
        "{none}"
    );
    let url = server.url();
    program
        .run(&[
            "config",
            "set-context",
            "one",
            "--server",
            &url,
            "--insecure-plaintext",
            "--tenant",
            "research",
        ])
        .ok();
    // The first one is current without being asked for.
    assert_eq!(program.run(&["config", "current-context"]).ok(), "one\n");
    program
        .run(&["config", "set-context", "two", "--server", "https://x:1"])
        .ok();
    program.run(&["get", "pl"]).ok();
    program.run(&["config", "use-context", "two"]).ok();
    assert_eq!(program.run(&["config", "current-context"]).ok(), "two\n");
    program.run(&["get", "pl", "--context", "one"]).ok();
    let list = program.run(&["config", "get-contexts"]).ok();
    assert!(list.contains("research") && list.lines().count() == 3, "{list}");
    program.run(&["config", "delete-context", "two"]).ok();
    program.run(&["config", "current-context"]).failed(3);
    let message = program.run(&["config", "use-context", "two"]).failed(2);
    assert!(message.contains("there are: one"), "{message}");
}

#[test]
fn the_file_is_private_and_its_secrets_are_not_shown() {
    let program = Program::alone().variable("HOURGLASS_TOKEN", "from-the-environment");
    program
        .run_with_input(
            &[
                "config",
                "set-context",
                "a",
                "--server",
                "https://x:1",
                "--token",
                "-",
            ],
            "s3cret\n",
        )
        .ok();
    let path = program.home.path().join(".config/hourglass/config.yaml");
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let text = std::fs::read_to_string(&path).unwrap();
    // What was typed is recorded, what was in the environment is not.
    assert!(
        text.contains("token: s3cret") && !text.contains("environment"),
        "{text}"
    );
    for format in ["yaml", "json"] {
        let view = program.run(&["config", "view", "-o", format]).ok();
        assert!(view.contains("[redacted]") && !view.contains("s3cret"), "{view}");
    }
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let message = program.run(&["config", "view"]).failed(2);
    assert!(message.contains("chmod 600"), "{message}");
}

#[test]
fn a_context_that_cannot_be_used_does_not_replace_one_that_can() {
    let program = Program::alone();
    program
        .run(&["config", "set-context", "a", "--server", "https://x:1"])
        .ok();
    program
        .run(&["config", "set-context", "a", "--server", "http://not-loopback:1"])
        .failed(2);
    program
        .run(&["config", "set-context", "a", "--ca-file", "/nonexistent.pem"])
        .failed(2);
    program.run(&["config", "set-context", "b"]).failed(2);
    let view = program.run(&["config", "view"]).ok();
    assert!(
        view.contains("https://x:1") && !view.contains("nonexistent"),
        "{view}"
    );
}

#[test]
fn another_file_can_be_named() {
    let program = Program::alone();
    let path = program.home.path().join("elsewhere/c.yaml").display().to_string();
    let program = program.variable("HOURGLASS_CONFIG", &path);
    program
        .run(&["config", "set-context", "a", "--server", "https://x:1"])
        .ok();
    assert!(std::path::Path::new(&path).exists());
    let message = program.run(&["get", "pl", "--context", "b"]).failed(2);
    assert!(message.contains("there is no context \"b\""), "{message}");
}
