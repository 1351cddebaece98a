//! `watch` and `get -w`.

use hourglass_proto::fleet::v1::placement::State;
use hourglass_proto::fleet::v1::{AgentInfo, Cluster, Placement, cluster};

use crate::support::{Program, TestServer, eventually};

fn placement(name: &str, state: State) -> Placement {
    Placement {
        name: format!("tenants/default/placements/{name}"),
        state: state.into(),
        labels: [("app".to_owned(), "x".to_owned())].into(),
        ..Placement::default()
    }
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().take(2).collect()
}

#[test]
fn first_all_there_is_then_each_change_until_ctrl_c() {
    let server = TestServer::start();
    server.state.put(placement("a", State::Pending));
    let program = Program::for_server(&server);
    let mut running = program.start(&["get", "placements", "-w"]);
    assert_eq!(words(&running.line()), ["NAME", "STATE"]);
    assert_eq!(words(&running.line()), ["a", "PENDING"]);
    server.state.put(placement("a", State::Ready));
    assert_eq!(words(&running.line()), ["a", "READY"]);
    server.state.remove("tenants/default/placements/a");
    assert_eq!(words(&running.line()), ["a", "DELETED"]);
    let end = running.interrupt();
    assert_eq!((end.code, end.stderr.as_str()), (0, ""));
}

#[test]
fn a_lost_stream_goes_on_where_it_was() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let mut running = program.start(&["watch", "pl", "-o", "name"]);
    server.state.put(placement("a", State::Pending));
    assert_eq!(running.line(), "placement/a");
    server.state.lock().breaks += 1;
    // Perhaps before, perhaps after the reconnection: nothing is skipped and nothing comes twice.
    server.state.put(placement("b", State::Pending));
    assert_eq!(running.line(), "placement/b");
    eventually("a second stream", || server.calls("WatchPlacements").len() >= 2);
    assert!(
        !server.calls("WatchPlacements")[1].note.starts_with('|'),
        "no resume token was sent"
    );
    server.state.put(placement("c", State::Pending));
    assert_eq!(running.line(), "placement/c");
}

#[test]
fn a_token_that_is_too_old_begins_again() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    server.state.put(placement("a", State::Pending));
    let mut running = program.start(&["watch", "pl", "-o", "name"]);
    assert_eq!(running.line(), "placement/a");
    eventually("a stream", || server.calls("WatchPlacements").len() == 1);
    {
        let mut memory = server.state.lock();
        memory.compacted = 100;
        memory.breaks += 1;
    }
    assert_eq!(running.line(), "placement/a");
    let tokens: Vec<String> = server
        .calls("WatchPlacements")
        .into_iter()
        .map(|call| call.note)
        .collect();
    assert_eq!(tokens, ["|", "1|", "|"]);
    let end = running.interrupt();
    assert!(end.stderr.contains("history does not reach back"), "{end:?}");
}

#[test]
fn json_is_one_change_a_line() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    server.state.put(placement("a", State::Pending));
    let mut running = program.start(&["watch", "pl", "a", "-o", "json"]);
    let event: serde_json::Value = serde_json::from_str(&running.line()).unwrap();
    assert_eq!(
        (event["type"].as_str(), event["placement"]["state"].as_str()),
        (Some("ADDED"), Some("PENDING"))
    );
    server.state.put(placement("b", State::Pending));
    server.state.put(placement("a", State::Ready));
    let event: serde_json::Value = serde_json::from_str(&running.line()).unwrap();
    assert_eq!(event["placement"]["name"], "tenants/default/placements/a");
}

#[test]
fn a_server_that_stays_away_ends_the_watch() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    server.state.put(placement("a", State::Pending));
    let mut running = program.start(&["watch", "pl", "-o", "name", "--timeout", "1s"]);
    assert_eq!(running.line(), "placement/a");
    drop(server);
    assert_eq!(running.line(), "", "the watch went on without a server");
}

#[test]
fn clusters_are_asked_for_again_and_only_changes_are_printed() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let east = Cluster {
        name: "clusters/east".to_owned(),
        state: cluster::State::Ready.into(),
        agent: Some(AgentInfo {
            last_report_time: Some(pbjson_types::Timestamp { seconds: 1, nanos: 0 }),
            ..AgentInfo::default()
        }),
        ..Cluster::default()
    };
    server.state.lock().clusters.push(east.clone());
    let mut running = program.start(&["watch", "clusters", "--interval", "100ms"]);
    let header = running.line();
    assert_eq!(words(&header), ["NAME", "STATE"]);
    let row = running.line();
    assert_eq!(words(&row), ["east", "READY"]);
    let heard = header.find("HEARD").unwrap();
    assert!(
        row[heard..].starts_with(|c: char| c.is_ascii_digit()),
        "{header}\n{row}"
    );
    // That it was heard from again is no change.
    server.state.lock().clusters[0].agent = Some(AgentInfo {
        last_report_time: Some(pbjson_types::Timestamp { seconds: 2, nanos: 0 }),
        ..AgentInfo::default()
    });
    let asked = server.calls("ListClusters").len();
    eventually("further questions", || {
        server.calls("ListClusters").len() > asked + 2
    });
    server.state.lock().clusters[0].state = cluster::State::Suspect.into();
    assert_eq!(words(&running.line()), ["east", "SUSPECT"]);
}
