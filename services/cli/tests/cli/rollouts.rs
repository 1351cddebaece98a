//! `rollout` and `evict`.

use hourglass_proto::fleet::v1::placement::State;
use hourglass_proto::fleet::v1::{Assignment, Condition, Placement, PlacementSpec, condition};

use crate::support::{Program, TestServer, eventually};

#[test]
fn who_waits_for_an_update_is_answered_with_the_state_that_it_came_to() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let name = "tenants/default/placements/db";
    let replica = |slot: i32, ready: bool| Assignment {
        slot,
        generation: 3,
        ready,
        ..Assignment::default()
    };
    let placement = |state: State, ready: bool, conditions: Vec<Condition>| Placement {
        name: name.to_owned(),
        state: state.into(),
        generation: 3,
        observed_generation: 3,
        assignments: vec![replica(0, true), replica(1, ready)],
        conditions,
        ..Placement::default()
    };
    let updating = Condition {
        r#type: condition::Type::Updated.into(),
        status: condition::Status::False.into(),
        reason: condition::Reason::Updating.into(),
        message: "1 of 2 replicas carry generation 3".to_owned(),
        ..Condition::default()
    };
    server
        .state
        .put(placement(State::Degraded, false, vec![updating]));
    let words = ["rollout", "status", "pl/db", "--wait"];
    let before = "placement/db DEGRADED: 1 of 2 replicas of generation 3 serve\n\
                  UPDATING: 1 of 2 replicas carry generation 3\n";
    assert_eq!(program.run(&words[..3]).ok(), before);
    let answer = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| program.run(&words));
        eventually("a stream", || server.calls("WatchPlacements").len() == 1);
        server.state.put(placement(State::Ready, true, Vec::new()));
        waiting.join().unwrap()
    });
    assert_eq!(answer.stderr, before);
    assert_eq!(
        answer.ok(),
        "placement/db READY: 2 of 2 replicas of generation 3 serve\n"
    );
    // Of what is READY already there is nothing to tell of before.
    let answer = program.run(&words);
    assert_eq!(answer.stderr, "");
    assert_eq!(
        answer.ok(),
        "placement/db READY: 2 of 2 replicas of generation 3 serve\n"
    );
}

#[test]
fn of_several_replicas_none_is_moved_before_it_is_named() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let replica = |slot: i32| Assignment {
        slot,
        epoch: 1,
        cluster: "east".to_owned(),
        node: format!("n{slot}"),
        ..Assignment::default()
    };
    server.state.put(Placement {
        name: "tenants/default/placements/web".to_owned(),
        spec: Some(PlacementSpec {
            replicas: Some(2),
            ..PlacementSpec::default()
        }),
        assignments: vec![replica(0), replica(1)],
        ..Placement::default()
    });
    let question = program.run(&["evict", "placement", "web"]).failed(2);
    assert!(
        question.contains(
            "has 2 replicas; say by --slot which one is to leave its node: 0 on east/n0, 1 on east/n1"
        ),
        "{question}"
    );
    assert!(server.calls("EvictReplica").is_empty());
    assert_eq!(
        program.run(&["evict", "placement", "web", "--slot", "1"]).ok(),
        "placement/web replica 1 (epoch 1) is being moved\n"
    );
}
