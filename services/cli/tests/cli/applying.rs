//! `apply` and `create`.

use tonic::Status;

use crate::support::{Program, TestServer};

const JOB: &str =
    "name: job\nspec:\n  performer: {avsAddress: '0x1', image: 'r/solver:1'}\n  compute: {gpu: {count: 1}}\n";

#[test]
fn applying_twice_creates_once() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let file = program.file("job.yaml", JOB);
    assert_eq!(
        program.run(&["apply", "-f", &file]).ok(),
        "placement/job created\n"
    );
    assert_eq!(
        program.run(&["apply", "-f", &file]).ok(),
        "placement/job unchanged\n"
    );
    assert_eq!(server.calls("CreatePlacement").len(), 1);
    assert_eq!(server.state.lock().placements.len(), 1);
}

#[test]
fn standard_input_several_documents_and_json_are_applied() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let manifest = format!(
        "{JOB}---\n{}",
        JOB.replace("name: job", "name: tenants/research/placements/other")
    );
    let out = program.run_with_input(&["apply", "-f", "-"], &manifest).ok();
    assert_eq!(out, "placement/job created\nplacement/other created\n");
    assert!(
        server
            .state
            .lock()
            .placements
            .contains_key("tenants/research/placements/other")
    );
    let json = r#"{"name": "third", "spec": {"performer": {"image": "r/x:1"}}}"#;
    assert_eq!(
        program
            .run_with_input(&["apply", "-f", "-", "-o", "name"], json)
            .ok(),
        "placement/third\n"
    );
}

#[test]
fn a_dry_run_says_where_it_would_go_and_changes_nothing() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let file = program.file("job.yaml", JOB);
    let out = program.run(&["apply", "-f", &file, "--dry-run"]).ok();
    assert_eq!(out, "placement/job would be created on east/gpu-1\n");
    let big = program.file("big.yaml", &JOB.replace("count: 1", "count: 9"));
    let out = program.run(&["apply", "-f", &big, "--dry-run"]).ok();
    assert_eq!(
        out,
        "placement/job would be created and wait: NO_CAPACITY no node has 9 free GPUs\n"
    );
    assert!(server.state.lock().placements.is_empty());
}

#[test]
fn another_content_under_the_same_name_changes_what_is_there() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let file = program.file("job.yaml", JOB);
    program.run(&["apply", "-f", &file]).ok();
    program.file("job.yaml", &JOB.replace("solver:1", "solver:2"));
    assert_eq!(
        program.run(&["apply", "-f", &file, "--dry-run"]).ok(),
        "placement/job would be changed\n  spec.performer.image: \"r/solver:1\" -> \"r/solver:2\"\n"
    );
    assert_eq!(
        program.run(&["apply", "-f", &file]).ok(),
        "placement/job changed\n"
    );
    assert_eq!(
        program.run(&["apply", "-f", &file]).ok(),
        "placement/job unchanged\n"
    );
    // A field that was taken out is a difference, too.
    program.file("job.yaml", &JOB.replace("  compute: {gpu: {count: 1}}\n", ""));
    assert_eq!(
        program.run(&["apply", "-f", &file]).ok(),
        "placement/job changed\n"
    );
    let memory = server.state.lock();
    let there = &memory.placements["tenants/default/placements/job"];
    assert!(there.spec.as_ref().unwrap().compute.is_none());
}

#[test]
fn updates_are_told_and_undone_and_replicas_moved() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let file = program.file("job.yaml", JOB);
    program.run(&["apply", "-f", &file, "--wait"]).ok();
    let never = program.run(&["rollout", "undo", "placement", "job"]).failed(7);
    assert!(
        never.contains("was never changed") && never.contains("rollout history placement job"),
        "{never}"
    );
    program.file("job.yaml", &JOB.replace("solver:1", "solver:2"));
    program.run(&["apply", "-f", &file]).ok();
    let history = program.run(&["rollout", "history", "pl/job"]).ok();
    let lines: Vec<&str> = history.lines().collect();
    assert!(
        lines[1].starts_with("2 *") && lines[2].starts_with("1 "),
        "{history}"
    );
    assert!(
        program
            .run(&["rollout", "status", "pl/job"])
            .ok()
            .contains("generation 2")
    );
    assert_eq!(
        program.run(&["rollout", "undo", "placement", "job"]).ok(),
        "placement/job rolled back to revision 1 (now revision 3)\n"
    );
    assert_eq!(
        program
            .run(&["evict", "placement", "job", "--reason", "its fan is loud"])
            .ok(),
        "placement/job replica 0 (epoch 1) is being moved\n"
    );
    let memory = server.state.lock();
    let evicted = memory
        .calls
        .iter()
        .find(|call| call.method == "EvictReplica")
        .unwrap();
    assert_eq!(evicted.note, "0@1 its fan is loud");
}

#[test]
fn after_a_deletion_the_same_content_is_created_anew_although_the_server_remembers_the_answer() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let file = program.file("job.yaml", JOB);
    program.run(&["apply", "-f", &file]).ok();
    let first = server.state.lock().placements["tenants/default/placements/job"]
        .uid
        .clone();
    program.run(&["delete", "pl/job", "--wait"]).ok();
    assert_eq!(
        program.run(&["apply", "-f", &file]).ok(),
        "placement/job created\n"
    );
    let second = server.state.lock().placements["tenants/default/placements/job"]
        .uid
        .clone();
    assert_ne!(first, second);
}

#[test]
fn after_a_deletion_another_flag_is_no_obstacle() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let file = program.file("job.yaml", JOB);
    for flags in [&[][..], &["--fail-fast"], &[], &["--fail-fast"]] {
        let words = [&["apply", "-f", &file], flags].concat();
        assert_eq!(program.run(&words).ok(), "placement/job created\n", "{flags:?}");
        program.run(&["delete", "pl/job", "--wait"]).ok();
    }
}

#[test]
fn a_request_id_that_stands_for_another_call_does_not_count_as_a_name_that_is_taken() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let file = program.file("job.yaml", JOB);
    program.run(&["apply", "-f", &file]).ok();
    program.run(&["delete", "pl/job", "--wait"]).ok();
    for (asked, _) in server.state.lock().answers.values_mut() {
        asked.fail_fast = true;
    }
    assert_eq!(
        program.run(&["apply", "-f", &file]).ok(),
        "placement/job created\n"
    );
}

#[test]
fn a_call_that_failed_is_repeated_with_the_same_request_id() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let file = program.file("job.yaml", JOB);
    let failures = [Status::unavailable("starting"), Status::unavailable("starting")];
    server.state.lock().failures.extend(failures);
    let run = program.run(&["create", "placement", "-f", &file, "-v"]);
    assert!(run.stderr.contains("trying again"), "{run:?}");
    assert_eq!(run.ok(), "placement/job created\n");
    let ids: Vec<String> = server
        .calls("CreatePlacement")
        .into_iter()
        .map(|call| call.note)
        .collect();
    assert_eq!(ids.len(), 3);
    assert!(
        !ids[0].is_empty() && ids.iter().all(|id| *id == ids[0]),
        "{ids:?}"
    );
}

#[test]
fn waiting_ends_when_it_is_ready_when_it_failed_or_when_the_time_is_over() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let good = program.file("good.yaml", JOB);
    assert_eq!(
        program.run(&["apply", "-f", &good, "--wait"]).ok(),
        "placement/job created\n"
    );

    let broken = program.file(
        "broken.yaml",
        &JOB.replace("name: job", "name: bad").replace("solver", "broken"),
    );
    let message = program.run(&["apply", "-f", &broken, "--wait"]).failed(4);
    assert!(
        message.contains("placement/bad has FAILED") && message.contains("the image does not start"),
        "{message}"
    );

    let big = program.file(
        "big.yaml",
        &JOB.replace("name: job", "name: big")
            .replace("count: 1", "count: 9"),
    );
    let message = program
        .run(&["apply", "-f", &big, "--wait", "--timeout", "700ms"])
        .failed(4);
    assert!(
        message.contains("not READY in time") && message.contains("NO_CAPACITY"),
        "{message}"
    );
    // Not a terminal: no spinner, nothing that is rewritten.
    assert!(
        !message.contains('\r') && !message.contains('\u{1b}'),
        "{message:?}"
    );
}

#[test]
fn create_needs_a_name_or_a_request_id() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let file = program.file("job.yaml", &JOB.replace("name: job\n", ""));
    let message = program.run(&["create", "placement", "-f", &file]).failed(2);
    assert!(message.contains("--request-id"), "{message}");
    assert!(server.calls("CreatePlacement").is_empty());
    let twice = ["create", "placement", "-f", &file, "--request-id", "r1"];
    assert_eq!(program.run(&twice).ok(), "placement/made-1 created\n");
    assert_eq!(program.run(&twice).ok(), "placement/made-1 created\n");
    assert_eq!(server.state.lock().placements.len(), 1);
    assert_eq!(
        program.run(&["create", "placement", "typed", "-f", &file]).ok(),
        "placement/typed created\n"
    );
    // Once more is an error, and no second one.
    let message = program
        .run(&["create", "placement", "typed", "-f", &file])
        .failed(7);
    assert!(message.contains("ALREADY_EXISTS"), "{message}");
}

#[test]
fn one_bad_document_keeps_none_of_the_others_from_being_told_about() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let bad = JOB
        .replace("name: job", "name: bad")
        .replace("{gpu: {count: 1}}", "{gpu: {count: 1, shareMilli: 5}}");
    let run = program.run_with_input(&["apply", "-f", "-"], &format!("{bad}---\n{JOB}"));
    assert_eq!(run.stdout, "placement/job created\n");
    let message = run.failed(8);
    assert!(
        message.contains("spec.compute.gpu: count and shareMilli are both given"),
        "{message}"
    );
    assert!(message.contains("1 of 2 failed"), "{message}");
}

#[test]
fn fail_fast_fails_instead_of_waiting() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let big = program.file("big.yaml", &JOB.replace("count: 1", "count: 9"));
    let message = program.run(&["apply", "-f", &big, "--fail-fast"]).failed(7);
    assert!(message.contains("FAILED_PRECONDITION"), "{message}");
}

#[test]
fn replicas_that_find_no_place_are_told_by_every_apply_and_are_no_success_for_who_will_not_wait() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let three = JOB.replace("spec:\n", "spec:\n  replicas: 3\n");
    let file = program.file("three.yaml", &three);
    let waits = "1 of 3 replicas wait: RULES_EXCLUDE_ALL_NODES 2 replicas fit";
    assert_eq!(
        program.run(&["apply", "-f", &file, "--dry-run"]).ok(),
        "placement/job would be created on east/gpu-1, east/gpu-2; 1 of 3 replicas would wait: RULES_EXCLUDE_ALL_NODES 2 \
         replicas fit\n"
    );
    assert_eq!(
        program.run(&["apply", "-f", &file]).ok(),
        format!("placement/job created; {waits}\n")
    );
    assert_eq!(
        program.run(&["apply", "-f", &file]).ok(),
        format!("placement/job unchanged; {waits}\n")
    );
    for flags in [&["--fail-fast"][..], &["--fail-fast", "--dry-run"]] {
        let words: Vec<&str> = ["apply", "-f", &file].iter().chain(flags).copied().collect();
        let message = program.run(&words).failed(7);
        assert!(
            message.contains(&format!("placement/job unchanged, and {waits}"))
                && message.contains("explain placement job"),
            "{message}"
        );
    }
    let file = program.file("two.yaml", &three.replace("replicas: 3", "replicas: 2"));
    program.run(&["delete", "placement", "job", "--wait"]).ok();
    program.run(&["apply", "-f", &file]).ok();
    assert_eq!(
        program.run(&["apply", "-f", &file, "--fail-fast"]).ok(),
        "placement/job unchanged\n"
    );
}

#[test]
fn what_get_prints_can_be_applied() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let file = program.file("job.yaml", JOB);
    program.run(&["apply", "-f", &file, "--wait"]).ok();
    for format in ["yaml", "json"] {
        let text = program.run(&["get", "pl", "job", "-o", format]).ok();
        assert_eq!(
            program.run_with_input(&["apply", "-f", "-"], &text).ok(),
            "placement/job unchanged\n"
        );
        let list = program.run(&["get", "pl", "-o", format]).ok();
        assert_eq!(
            program.run_with_input(&["apply", "-f", "-"], &list).ok(),
            "placement/job unchanged\n"
        );
    }
}
