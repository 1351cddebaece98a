//! TLS with a private certificate authority, and what is said when it does not go well.

use crate::support::{Authority, Options, Program, TestServer};

fn server(authority: &Authority, names: &[&str]) -> TestServer {
    TestServer::with(Options {
        identity: Some(authority.identity(names)),
        ..Options::default()
    })
}

#[test]
fn the_right_authority_connects_from_a_file_and_from_the_context() {
    let authority = Authority::new("right");
    let server = server(&authority, &["127.0.0.1"]);
    let program = Program::alone();
    let ca = program.file("ca.pem", &authority.pem());
    program
        .run(&["get", "pl", "--server", &server.url(), "--ca-file", &ca])
        .ok();
    let made = [
        "config",
        "set-context",
        "t",
        "--server",
        &server.url(),
        "--ca-file",
        &ca,
        "--embed-ca",
    ];
    program.run(&made).ok();
    std::fs::remove_file(&ca).unwrap();
    program.run(&["get", "pl"]).ok();
}

#[test]
fn a_wrong_authority_is_refused_at_once_with_its_remedy() {
    let server = server(&Authority::new("right"), &["127.0.0.1"]);
    let program = Program::alone();
    let ca = program.file("ca.pem", &Authority::new("wrong").pem());
    let message = program
        .run(&["get", "pl", "--server", &server.url(), "--ca-file", &ca])
        .failed(5);
    assert!(
        message.contains("not from a trusted authority") && message.contains("CA bundle"),
        "{message}"
    );
    // Without any CA given the advice is another one.
    let message = program.run(&["get", "pl", "--server", &server.url()]).failed(5);
    assert!(
        message.contains("hint: give the fleet's own certificate authority: --ca-file"),
        "{message}"
    );
    assert!(server.state.lock().calls.is_empty());
}

#[test]
fn a_wrong_name_an_expired_certificate_and_plain_text_are_told_apart() {
    let authority = Authority::new("right");
    let program = Program::alone();
    let ca = program.file("ca.pem", &authority.pem());
    let message = |server: &TestServer| {
        program
            .run(&["get", "pl", "--server", &server.url(), "--ca-file", &ca])
            .failed(5)
    };
    let named = server(&authority, &["fleet.example.com"]);
    let text = message(&named);
    assert!(
        text.contains("for another name") && text.contains("--tls-server-name"),
        "{text}"
    );
    let url = named.url();
    let words = [
        "get",
        "pl",
        "--server",
        &url,
        "--ca-file",
        &ca,
        "--tls-server-name",
        "fleet.example.com",
    ];
    program.run(&words).ok();

    let identity = Some(authority.identity_until(&["127.0.0.1"], 2001));
    let text = message(&TestServer::with(Options {
        identity,
        ..Options::default()
    }));
    assert!(text.contains("expired") && text.contains("clock"), "{text}");

    let plain = TestServer::start();
    let url = plain.url().replace("http://", "https://");
    let text = program
        .run(&["get", "pl", "--server", &url, "--ca-file", &ca])
        .failed(5);
    assert!(text.contains("does not speak TLS"), "{text}");
    let url = named.url().replace("https://", "http://");
    let text = program
        .run(&[
            "get",
            "pl",
            "--server",
            &url,
            "--insecure-plaintext",
            "--timeout",
            "500ms",
        ])
        .failed(5);
    assert!(text.contains("https:// instead of http://"), "{text}");
}

#[test]
fn a_file_that_is_no_authority_is_refused_before_anything_is_sent() {
    let program = Program::alone();
    let ca = program.file("ca.pem", "not a certificate");
    let message = program
        .run(&["get", "pl", "--server", "https://127.0.0.1:1", "--ca-file", &ca])
        .failed(2);
    assert!(message.contains("no certificate in PEM form"), "{message}");
}

#[test]
fn plain_text_is_spoken_only_when_asked_for_and_only_within_this_machine() {
    let server = TestServer::start();
    let url = server.url();
    let program = Program::alone().variable("HOURGLASS_TOKEN", "s3cret");
    let message = program.run(&["get", "pl", "--server", &url]).failed(2);
    assert!(
        message.contains("plain text is off") && message.contains("hint: write it as https://HOST:PORT"),
        "{message}"
    );
    assert!(message.contains("--insecure-plaintext"), "{message}");
    program
        .run(&["config", "set-context", "a", "--server", &url])
        .failed(2);
    assert!(server.state.lock().calls.is_empty(), "nothing is sent unasked");

    program
        .run(&["get", "pl", "--server", &url, "--insecure-plaintext"])
        .ok();
    let made = [
        "config",
        "set-context",
        "a",
        "--server",
        &url,
        "--insecure-plaintext",
    ];
    program.run(&made).ok();
    program.run(&["get", "pl"]).ok();
    let list = program.run(&["config", "get-contexts"]).ok();
    assert!(list.contains("(plain text)"), "{list}");
    // The consent was for that server.
    let moved = ["config", "set-context", "a", "--server", "http://127.0.0.1:1"];
    program.run(&moved).failed(2);

    for url in ["http://fleet.example.com:1", "http://10.0.0.1:1"] {
        let message = program
            .run(&["get", "pl", "--server", url, "--insecure-plaintext"])
            .failed(2);
        assert!(message.contains("only for loopback addresses"), "{message}");
    }
}
