//! Exit codes and messages.

use std::net::TcpListener;

use tonic::{Code, Status};

use crate::support::{Options, Program, TestServer};

#[test]
fn every_status_has_its_exit_code() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    for (status, code) in [
        (Code::NotFound, 3),
        (Code::DeadlineExceeded, 5),
        (Code::Unauthenticated, 6),
        (Code::PermissionDenied, 6),
        (Code::AlreadyExists, 7),
        (Code::Aborted, 7),
        (Code::InvalidArgument, 8),
        (Code::ResourceExhausted, 9),
        (Code::Internal, 1),
        (Code::Unimplemented, 1),
    ] {
        server
            .state
            .lock()
            .failures
            .push_back(Status::new(status, "for a test"));
        let message = program.run(&["get", "pl/x"]).failed(code);
        assert!(
            message.contains("error: cannot get placement/x") && message.contains("hint: "),
            "{message}"
        );
        assert!(message.contains("trace id: "), "{message}");
    }
}

#[test]
fn a_bad_name_in_a_manifest_is_the_manifests_fault_and_one_that_is_typed_the_commands() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let file = program.file("job.yaml", "spec: {}\nname: No_Name\n");
    for verb in [
        &["apply", "-f", &file][..],
        &["create", "placement", "-f", &file],
        &["delete", "-f", &file],
    ] {
        let message = program.run(verb).failed(8);
        assert!(
            message.contains("job.yaml") && message.contains("line 2: name: \"No_Name\""),
            "{message}"
        );
    }
    program.run(&["get", "placement", "No_Name"]).failed(2);
    assert!(server.state.lock().calls.is_empty());
}

#[test]
fn nothing_that_listens_is_told_with_its_remedy() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let program = Program::alone();
    let url = format!("http://127.0.0.1:{port}");
    let message = program
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
    assert!(
        message.contains("connection refused") && message.contains("(from --server)"),
        "{message}"
    );
    assert!(message.contains("hourglass check"), "{message}");
}

#[test]
fn a_server_that_stays_unavailable_is_given_up_in_time() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    server
        .state
        .lock()
        .failures
        .extend((0..100).map(|_| Status::unavailable("starting")));
    let message = program.run(&["get", "pl", "--timeout", "600ms"]).failed(5);
    assert!(message.contains("UNAVAILABLE: starting"), "{message}");
}

#[test]
fn the_command_line_is_checked_before_anything_is_sent() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    for words in [
        ["get", "placemnets"].as_slice(),
        &["get", "pl/A_B"],
        &["get", "pl", "-l", "a in b"],
        &["get", "clusters", "-A"],
        &["get", "pl", "--timeout", "soon"],
        &["nonsense"],
        &["apply"],
        &["delete"],
        &["get", "pl", "--tenant", "Not_A_Tenant"],
    ] {
        program.run(words).failed(2);
    }
    assert!(server.state.lock().calls.is_empty());
    let message = program.run(&["get", "placemnets"]).failed(2);
    assert!(message.contains("did you mean \"placements\"?"), "{message}");
}

#[test]
fn a_bad_manifest_sends_nothing() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let file = program.file(
        "job.yaml",
        "name: a\nspec:\n  compute: {gpu: {cout: 1}}\n  replicsa: 2\n",
    );
    let message = program.run(&["apply", "-f", &file]).failed(8);
    assert!(
        message.contains("job.yaml is not a valid manifest (2 problems)"),
        "{message}"
    );
    assert!(
        message.contains("line 3: spec.compute.gpu.cout: unknown field; did you mean \"count\"?"),
        "{message}"
    );
    assert!(
        message.contains("line 4: spec.replicsa: unknown field; did you mean \"replicas\"?"),
        "{message}"
    );
    assert!(server.state.lock().calls.is_empty());
    program.run(&["apply", "-f", "/nonexistent/x.yaml"]).failed(1);
    std::fs::write(program.home.path().join("latin.yaml"), b"name: caf\xe9\n").unwrap();
    let latin = program.home.path().join("latin.yaml").display().to_string();
    let message = program.run(&["apply", "-f", &latin]).failed(8);
    assert!(
        message.contains("latin.yaml is not a valid manifest") && message.contains("it is not UTF-8 text"),
        "{message}"
    );
}

#[test]
fn the_token_is_sent_and_never_shown() {
    let server = TestServer::with(Options {
        token: Some("s3cret-token".to_owned()),
        ..Options::default()
    });
    let program = Program::for_server(&server).variable("HOURGLASS_TOKEN", "s3cret-token");
    let run = program.run(&["get", "pl", "-v"]);
    assert!(!run.stderr.contains("s3cret"), "{run:?}");
    run.ok();
    let wrong = Program::for_server(&server).variable("HOURGLASS_TOKEN", "wr0ng-token");
    let message = wrong.run(&["get", "pl", "-v"]).failed(6);
    assert!(
        message.contains("UNAUTHENTICATED") && !message.contains("wr0ng"),
        "{message}"
    );
    let call = &server.calls("ListPlacements")[0];
    assert!(call.metadata.get("authorization").is_some());
    assert!(
        call.header("user-agent").starts_with("hourglass/"),
        "{}",
        call.header("user-agent")
    );
}

#[test]
fn the_calls_continue_the_callers_trace() {
    let server = TestServer::start();
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let program =
        Program::for_server(&server).variable("TRACEPARENT", &format!("00-{trace}-b7ad6b7169203331-01"));
    let run = program.run(&["get", "pl", "-v"]);
    assert!(run.stderr.contains(&format!("trace id: {trace}")), "{run:?}");
    let header = server.calls("ListPlacements")[0].header("traceparent").to_owned();
    assert!(
        header.starts_with(&format!("00-{trace}-")) && !header.contains("b7ad6b7169203331"),
        "{header}"
    );
}
