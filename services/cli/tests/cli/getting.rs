//! `get`, `describe`, `explain`: what is asked for and how it is printed.

use std::io::Read;
use std::process::{Command, Stdio};

use hourglass_proto::fleet::v1::{Cluster, Node, Orphan, Placement, cluster};

use crate::support::{Program, TestServer};

fn with_placements(count: usize) -> (TestServer, Program) {
    let server = TestServer::start();
    for number in 0..count {
        server.state.put(Placement {
            name: format!("tenants/default/placements/p{number:04}"),
            uid: "u".to_owned(),
            labels: [(
                "parity".to_owned(),
                if number % 2 == 0 { "even" } else { "odd" }.to_owned(),
            )]
            .into(),
            ..Placement::default()
        });
    }
    server.state.put(Placement {
        name: "tenants/other/placements/q".to_owned(),
        ..Placement::default()
    });
    let program = Program::for_server(&server);
    (server, program)
}

#[test]
fn all_pages_are_read_and_a_limit_ends_them() {
    let (server, program) = with_placements(25);
    let out = program
        .run(&["get", "placements", "-o", "name", "--page-size", "10"])
        .ok();
    assert_eq!(out.lines().count(), 25);
    assert_eq!(server.calls("ListPlacements").len(), 3);
    let run = program.run(&["get", "pl", "-o", "name", "--page-size", "10", "--limit", "3"]);
    assert!(run.stderr.contains("there are more"), "{run:?}");
    assert_eq!(run.ok(), "placement/p0000\nplacement/p0001\nplacement/p0002\n");
}

#[test]
fn selectors_mean_what_they_mean_in_kubernetes() {
    let (server, program) = with_placements(6);
    let count = |selector: &str| {
        program
            .run(&["get", "pl", "-o", "name", "-l", selector])
            .ok()
            .lines()
            .count()
    };
    assert_eq!(count("parity=even"), 3);
    assert!(
        server.calls("ListPlacements")[0]
            .note
            .contains("labels.parity = \"even\"")
    );
    assert_eq!(count("parity!=even"), 3);
    assert_eq!(count("parity in (even, odd)"), 6);
    assert_eq!(count("!parity"), 0);
    program.run(&["get", "pl", "-l", "parity=("]).failed(2);
}

#[test]
fn all_tenants_show_their_tenant() {
    let (_server, program) = with_placements(1);
    let out = program.run(&["get", "pl", "-A"]).ok();
    let lines: Vec<Vec<&str>> = out
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(lines[0][..3], ["TENANT", "NAME", "STATE"]);
    assert_eq!(lines[2][..2], ["other", "q"]);
    assert_eq!(
        program
            .run(&["get", "pl", "-o", "name", "--tenant", "other"])
            .ok(),
        "placement/q\n"
    );
}

#[test]
fn a_list_is_a_document_and_one_thing_is_itself() {
    let (_server, program) = with_placements(2);
    let list: serde_json::Value =
        serde_json::from_str(&program.run(&["get", "pl", "-o", "json"]).ok()).unwrap();
    assert_eq!(list["placements"].as_array().unwrap().len(), 2);
    let one: serde_json::Value =
        serde_json::from_str(&program.run(&["get", "pl/p0001", "-o", "json"]).ok()).unwrap();
    assert_eq!(one["name"], "tenants/default/placements/p0001");
    let empty: serde_json::Value =
        serde_json::from_str(&program.run(&["get", "pl", "-o", "json", "-l", "x=y"]).ok()).unwrap();
    assert_eq!(empty["placements"].as_array().unwrap().len(), 0);
}

#[test]
fn nothing_is_said_on_stderr_and_prints_nothing() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let run = program.run(&["get", "placements"]);
    assert!(run.stderr.contains("-A looks into all"), "{run:?}");
    assert_eq!(run.ok(), "");
}

#[test]
fn a_pipe_gets_no_colour_and_nothing_is_cut() {
    let (server, program) = with_placements(0);
    let long = "a".repeat(63);
    server.state.put(Placement {
        name: format!("tenants/default/placements/{long}"),
        ..Placement::default()
    });
    let program = program
        .variable("COLUMNS", "20")
        .variable("TERM", "xterm-256color");
    let out = program.run(&["get", "pl"]).ok();
    assert!(out.contains(&long) && !out.contains('\u{1b}'), "{out:?}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let (server, program) = with_placements(1_000);
    let mut child = Command::new(env!("CARGO_BIN_EXE_hourglass"))
        .args(["get", "pl", "-o", "yaml"])
        .env_clear()
        .env("HOME", program.home.path())
        .env("HOURGLASS_SERVER", server.url())
        .env("HOURGLASS_INSECURE_PLAINTEXT", "true")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut complaint = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut complaint)
        .unwrap();
    assert_eq!(complaint, "");
}

#[test]
fn clusters_are_listed_cordoned_labelled_and_tainted() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    server.state.lock().clusters.push(Cluster {
        name: "clusters/east".to_owned(),
        state: cluster::State::Ready.into(),
        ..Cluster::default()
    });
    assert_eq!(
        program.run(&["cordon", "cluster", "east"]).ok(),
        "cluster/east cordoned\n"
    );
    assert_eq!(
        program.run(&["cordon", "cl/east"]).ok(),
        "cluster/east already cordoned\n"
    );
    assert!(program.run(&["get", "clusters"]).ok().contains("READY,CORDONED"));
    assert_eq!(
        program.run(&["uncordon", "cluster", "east"]).ok(),
        "cluster/east uncordoned\n"
    );
    assert_eq!(
        program.run(&["label", "cluster", "east", "tier=gold"]).ok(),
        "cluster/east labeled\n"
    );
    program.run(&["label", "cluster", "east", "tier=lead"]).failed(7);
    program
        .run(&["label", "cluster", "east", "tier=lead", "--overwrite"])
        .ok();
    assert_eq!(server.state.lock().clusters[0].labels["tier"], "lead");
    program.run(&["label", "cluster", "east", "tier-"]).ok();
    assert!(server.state.lock().clusters[0].labels.is_empty());
    assert_eq!(
        program
            .run(&["taint", "cluster", "east", "dedicated=gold:NoSchedule"])
            .ok(),
        "cluster/east tainted\n"
    );
    let other = ["taint", "cluster", "east", "dedicated=lead:NoSchedule"];
    let message = program.run(&other).failed(7);
    assert!(
        message.contains("dedicated=gold:NoSchedule") && message.contains("--overwrite"),
        "{message}"
    );
    assert_eq!(server.state.lock().clusters[0].taints[0].value, "gold");
    assert_eq!(
        program
            .run(&["taint", "cluster", "east", "dedicated=gold:NoSchedule"])
            .ok(),
        "cluster/east unchanged\n"
    );
    program.run(&["taint", "cluster", "east", "dedicated-"]).ok();
    assert!(server.state.lock().clusters[0].taints.is_empty());
    program.run(&["taint", "cluster", "east", "dedicated"]).failed(2);
    program.run(&["taint", "node", "n1", "a:NoSchedule"]).failed(2);
    let message = program.run(&["cordon", "cluster", "west"]).failed(3);
    assert!(message.contains("hint: `hourglass get clusters`"), "{message}");
    program.run(&["cordon", "node", "n1"]).failed(2);
}

#[test]
fn nodes_are_found_with_and_without_their_cluster() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    for name in [
        "clusters/east/nodes/n1",
        "clusters/east/nodes/n2",
        "clusters/west/nodes/n1",
    ] {
        let node = Node {
            name: name.to_owned(),
            ready: true,
            ..Node::default()
        };
        server.state.lock().nodes.push(node);
    }
    let names = |words: &[&str]| program.run(&[words, &["-o", "name"]].concat()).ok();
    assert_eq!(
        names(&["get", "nodes"]),
        "node/east/n1\nnode/east/n2\nnode/west/n1\n"
    );
    assert_eq!(
        names(&["get", "nodes", "--cluster", "east"]),
        "node/east/n1\nnode/east/n2\n"
    );
    assert_eq!(names(&["get", "no", "n1"]), "node/east/n1\nnode/west/n1\n");
    assert_eq!(names(&["get", "node/west/n1"]), "node/west/n1\n");
    assert!(
        program
            .run(&["describe", "node", "west/n1"])
            .ok()
            .contains("Cluster:       west")
    );
    program.run(&["get", "node", "n9"]).failed(3);
}

#[test]
fn several_kinds_come_one_after_another_with_their_kind_in_the_name() {
    let (server, program) = with_placements(1);
    server.state.lock().clusters.push(Cluster {
        name: "clusters/east".to_owned(),
        state: cluster::State::Ready.into(),
        ..Cluster::default()
    });
    server.state.lock().nodes.push(Node {
        name: "clusters/east/nodes/n1".to_owned(),
        ready: true,
        ..Node::default()
    });
    let out = program.run(&["get", "clusters,nodes,fleet"]).ok();
    let sections: Vec<&str> = out.split("\n\n").collect();
    assert_eq!(sections.len(), 3, "{out}");
    assert!(
        sections[0].starts_with("NAME ") && sections[0].contains("\ncluster/east "),
        "{out}"
    );
    assert!(
        sections[1].starts_with("CLUSTER ") && sections[1].contains("node/n1 "),
        "{out}"
    );
    assert!(
        sections[2].starts_with("Clusters:") && sections[2].contains("1 ready of 1"),
        "{out}"
    );
    // Tenants are a matter of placements only, and -A next to them is no mistake.
    let out = program.run(&["get", "pl,cl", "-A"]).ok();
    assert!(
        out.contains("placement/q") && out.contains("\n\nNAME ") && out.contains("\ncluster/east "),
        "{out}"
    );
    let out = program.run(&["get", "pl,cl", "--no-headers"]).ok();
    assert_eq!(out.lines().count(), 2, "{out}");
    assert_eq!(
        program.run(&["get", "no,cl,pl,fleet", "-o", "name"]).ok(),
        "node/east/n1\ncluster/east\nplacement/p0000\nfleet\n"
    );
    let out = program.run(&["get", "cl,pl,fleet", "-o", "json"]).ok();
    let one: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(one["clusters"][0]["name"], "clusters/east");
    assert_eq!(one["placements"][0]["name"], "tenants/default/placements/p0000");
    assert_eq!(one["fleet"]["nodesReady"], 1);
    let out = program.run(&["get", "cl,tokens", "-o", "yaml"]).ok();
    assert!(
        out.starts_with("clusters:\n") && out.contains("joinTokens: []"),
        "{out}"
    );
    // An empty kind leaves no gap, and says so.
    let run = program.run(&["get", "orphans,cl"]);
    assert!(run.stderr.contains("no orphans"), "{run:?}");
    assert!(run.ok().starts_with("NAME "));
    for wrong in [
        &["get", "pl,cl", "east"][..],
        &["get", "pl,cl", "-w"],
        &["get", "cl,no", "-A"],
        &["get", "cl,nods"],
        &["describe", "cl,no", "east"],
    ] {
        program.run(wrong).failed(2);
    }
}

#[test]
fn orphans_and_the_fleet_have_no_names() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    server.state.lock().orphans.push(Orphan {
        cluster: "east".to_owned(),
        performer: "ns/x".to_owned(),
        ..Orphan::default()
    });
    assert!(program.run(&["get", "orphans"]).ok().contains("ns/x"));
    assert!(
        program
            .run(&["get", "fleet"])
            .ok()
            .contains("Nodes:        0 ready of 0")
    );
    program.run(&["get", "fleet", "x"]).failed(2);
    program.run(&["get", "orphans", "x"]).failed(2);
}

#[test]
fn describe_and_explain_tell_about_a_placement() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let manifest = "name: big\nspec: {performer: {image: r/x}, compute: {gpu: {count: 9}}}\n";
    let out = program.run_with_input(&["explain", "-f", "-"], manifest).ok();
    assert!(
        out.starts_with("big: does not fit: 0 of 1 replicas fit now"),
        "{out}"
    );
    assert!(out.contains("gpu-0: needs 9 nvidia.com/gpu, 5 free"), "{out}");
    assert!(server.state.lock().placements.is_empty());
    program.run_with_input(&["apply", "-f", "-"], manifest).ok();
    assert!(
        program
            .run(&["explain", "placement", "big"])
            .ok()
            .contains("does not fit")
    );
    let out = program.run(&["describe", "placement", "big"]).ok();
    assert!(
        out.contains("State:         PENDING") && out.contains("no node has 9 free GPUs"),
        "{out}"
    );
    program.run(&["describe", "placement", "small"]).failed(3);
    program.run(&["describe", "placement"]).failed(2);
    program.run(&["explain", "cluster", "east"]).failed(2);
}
