//! `check` and `version`.

use hourglass_proto::fleet::v1::{AgentInfo, Cluster, Fleet, cluster};

use crate::support::{Authority, Options, Program, TestServer};

#[test]
fn a_fleet_that_is_well_has_no_faults() {
    let authority = Authority::new("right");
    let identity = Some(authority.identity(&["127.0.0.1"]));
    let server = TestServer::with(Options {
        identity,
        token: Some("t0ken".to_owned()),
    });
    server.state.lock().clusters.push(Cluster {
        name: "clusters/east".to_owned(),
        state: cluster::State::Ready.into(),
        agent: Some(AgentInfo {
            version: "0.1.3".to_owned(),
            ..AgentInfo::default()
        }),
        ..Cluster::default()
    });
    let program = Program::alone();
    let ca = program.file("ca.pem", &authority.pem());
    let token = program.file("token", "t0ken\n");
    let url = server.url();
    let made = [
        "config",
        "set-context",
        "t",
        "--server",
        &url,
        "--ca-file",
        &ca,
        "--token-file",
        &token,
    ];
    program.run(&made).ok();
    let out = program.run(&["check"]).ok();
    for check in [
        "context file",
        "settings",
        "host name",
        "port",
        "TLS",
        "certificate",
        "server health",
        "credential",
    ] {
        assert!(
            out.lines()
                .any(|line| line.starts_with("ok") && line.contains(check)),
            "{check}:\n{out}"
        );
    }
    for text in [
        "agrees with the server's",
        "complete:",
        "all 1 report",
        "server 0.1.9",
        "127.0.0.1",
    ] {
        assert!(out.contains(text), "{text}:\n{out}");
    }
    assert!(!out.contains("t0ken\n") && !out.contains("FAULT"), "{out}");
}

#[test]
fn each_fault_comes_with_its_remedy() {
    let program = Program::alone();
    let run = program.run(&["check"]);
    assert!(
        run.stdout.contains("no server is configured") && run.stdout.contains("remedy:"),
        "{run:?}"
    );
    run.failed(1);

    let authority = Authority::new("right");
    let identity = Some(authority.identity_until(&["127.0.0.1"], 2001));
    let server = TestServer::with(Options {
        identity,
        ..Options::default()
    });
    let ca = program.file("ca.pem", &authority.pem());
    let run = program.run(&["check", "--server", &server.url(), "--ca-file", &ca, "-o", "json"]);
    let found: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let faults: Vec<&str> = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["outcome"] == "fault")
        .map(|finding| {
            assert!(finding["remedy"].is_string(), "{finding}");
            finding["check"].as_str().unwrap()
        })
        .collect();
    assert_eq!(faults, ["TLS", "certificate"], "{found}");
    run.failed(1);
}

#[test]
fn a_wrong_credential_and_silent_clusters_are_found() {
    let server = TestServer::with(Options {
        token: Some("right".to_owned()),
        ..Options::default()
    });
    for (name, state) in [
        ("east", cluster::State::Unreachable),
        ("west", cluster::State::Joining),
    ] {
        server.state.lock().clusters.push(Cluster {
            name: format!("clusters/{name}"),
            state: state.into(),
            agent: Some(AgentInfo {
                version: "0.4.0".to_owned(),
                ..AgentInfo::default()
            }),
            ..Cluster::default()
        });
    }
    let wrong = Program::for_server(&server).run(&["check"]);
    assert!(wrong.stdout.contains("FAULT   credential"), "{wrong:?}");
    assert!(wrong.stdout.contains("HOURGLASS_TOKEN"), "{wrong:?}");
    wrong.failed(1);
    let run = Program::for_server(&server)
        .variable("HOURGLASS_TOKEN", "right")
        .run(&["check"]);
    for text in [
        "east is UNREACHABLE",
        "west is JOINING",
        "the agents of east, west are 0.4.0",
    ] {
        assert!(run.stdout.contains(text), "{text}: {run:?}");
    }
    run.failed(1);
}

#[test]
fn nothing_that_listens_ends_the_checks_there() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let run = Program::alone().run(&["check", "--server", &format!("https://127.0.0.1:{port}")]);
    assert!(
        run.stdout.contains("FAULT   port") && run.stdout.contains("firewalls"),
        "{run:?}"
    );
    assert!(!run.stdout.contains("credential"), "{run:?}");
    run.failed(1);
}

#[test]
fn version_tells_both_sides() {
    let server = TestServer::start();
    let client = env!("CARGO_PKG_VERSION");
    let out = Program::for_server(&server).run(&["version"]).ok();
    assert_eq!(out, format!("client: {client}\nserver: 0.1.9\n"));
    let out = Program::alone().run(&["version"]).ok();
    assert_eq!(out, format!("client: {client}\nserver: none configured\n"));
    let out = Program::alone().run(&["version", "--client", "-o", "json"]).ok();
    assert_eq!(out, format!("{{\n  \"client\": \"{client}\"\n}}\n"));
    let run = Program::alone().run(&["version", "--server", "https://127.0.0.1:1", "--timeout", "300ms"]);
    assert!(run.stdout.contains("server: unreachable"), "{run:?}");
    run.failed(5);
}

#[test]
fn a_cluster_without_an_agent_has_no_version_to_compare_and_no_last_word() {
    let server = TestServer::start();
    server.state.lock().clusters.push(Cluster {
        name: "clusters/east".to_owned(),
        state: cluster::State::Unreachable.into(),
        agent: Some(AgentInfo::default()),
        ..Cluster::default()
    });
    let program = Program::for_server(&server);
    let run = program.run(&["check"]);
    assert!(
        run.stdout
            .contains("east is UNREACHABLE: no agent was heard from")
            && !run.stdout.contains("the agents of"),
        "{run:?}"
    );
    run.failed(1);
}

#[test]
fn a_store_that_is_behind_or_recovers_is_found_with_what_ends_it() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    assert!(program.run(&["check"]).stdout.contains("no recovery"));

    server.state.lock().fleet = Fleet {
        recovering: true,
        replicas_held: 3,
        ..Fleet::default()
    };
    let run = program.run(&["check"]);
    for text in ["3 replicas were not found", "--end-recovery"] {
        assert!(run.stdout.contains(text), "{text}: {run:?}");
    }
    let fleet = program.run(&["get", "fleet"]).ok();
    assert!(fleet.contains("Recovery:     under way; 3 replicas"), "{fleet}");

    server.state.lock().fleet.behind = "start it once with --raise-incarnation".to_owned();
    let run = program.run(&["check"]);
    assert!(
        run.stdout.contains("FAULT   store") && run.stdout.contains("--raise-incarnation"),
        "{run:?}"
    );
    let fleet = program.run(&["get", "fleet"]).ok();
    assert!(fleet.contains("Store:"), "{fleet}");
    run.failed(1);
}
