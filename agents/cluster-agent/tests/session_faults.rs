//! What the agent survives: the API server, the server and the network behaving badly.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test reports failure"
)]

mod session_bed;

use std::time::Duration;

use hourglass_proto::fleet::v1 as pb;
use hourglass_proto::fleet::v1::ack::Outcome;
use hourglass_proto::fleet::v1::agent_message::Message;
use hourglass_proto::fleet::v1::server_message::Message as ServerMessage;
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::Api;
use kube::api::{DeleteParams, ListParams, PostParams};
use serde_json::json;
use session_bed::agent::Setup;
use session_bed::mirror::Mirror;
use session_bed::peer::{Peer, Taking};
use session_bed::session::{Session, Welcome};
use session_bed::{apply, cluster, namespace, new_cluster, run, uid};
use tonic::Status;

/// Memory that an agent of a small cluster never needs more of, whatever its peer does.
const MEMORY_GROWTH_LIMIT: u64 = 96 * 1024 * 1024;

fn short_lease() -> Welcome {
    Welcome {
        lease: Duration::from_secs(2),
        interval: Duration::from_millis(200),
        ..Welcome::default()
    }
}

async fn heartbeats(session: &Session, more: u64) {
    let newest = |session: &Session| {
        session.messages().iter().rev().find_map(|message| match message {
            Message::Heartbeat(beat) => Some(beat.sequence),
            _ => None,
        })
    };
    let wanted = newest(session).unwrap_or_default() + more;
    let reached = |message: &Message| matches!(message, Message::Heartbeat(beat) if beat.sequence >= wanted);
    session
        .find("heartbeats", |message| reached(message).then_some(()))
        .await;
}

/// Requests of all bound pods that have not ended, asked of the API server.
async fn truly_used(pods: &Api<Pod>) -> i64 {
    let all = pods.list(&ListParams::default()).await.unwrap();
    let bound = all.items.iter().filter(|pod| {
        let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
        pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_some())
            && !matches!(phase, Some("Succeeded" | "Failed"))
    });
    i64::try_from(bound.count()).unwrap()
}

#[test]
fn an_outage_of_the_api_server_and_a_lost_history_cost_nothing() {
    run(async {
        let cluster = new_cluster("outage").await;
        let namespace = namespace(&cluster).await;
        let peer = Peer::start().await;
        let agent = Setup::new(&cluster, &peer, &namespace).await.start();
        let mut session = peer.session().await;
        session.welcome(Welcome::default()).await;
        let uid = uid();
        for slot in 0..3 {
            assert_eq!(
                session.apply(apply(&session, &uid, slot, 1)).await.outcome(),
                Outcome::Applied
            );
        }
        session
            .inventory_when("three pods", |mirror| mirror.bound(&uid, "pods") == 3)
            .await;

        cluster.kube_apiserver().stop().await;
        let ack = session.apply(apply(&session, &uid, 3, 1)).await;
        assert_eq!(ack.outcome(), Outcome::Failed, "{ack:?}");
        heartbeats(&session, 3).await;
        cluster.kube_apiserver().start().await.unwrap();
        let again = async {
            loop {
                let ack = session.apply(apply(&session, &uid, 3, 1)).await;
                if ack.outcome() == Outcome::Applied {
                    return;
                }
                assert_eq!(ack.outcome(), Outcome::Failed, "{ack:?}");
            }
        };
        tokio::time::timeout(session_bed::LIMIT, again).await.unwrap();
        session
            .inventory_when("four pods", |mirror| mirror.bound(&uid, "pods") == 4)
            .await;

        // While no watch can run, one performer goes, a node comes, and the history is forgotten: 410 Gone.
        let lists = agent
            .metric("hourglass_agent_watch_lists_total{resource=\"pods\"}")
            .await;
        let pods: Api<Pod> = Api::all(cluster.client().await.unwrap());
        let victim = format!("{uid}-0-1");
        session_bed::performers(&cluster.client().await.unwrap(), &namespace)
            .delete(&victim, &DeleteParams::default())
            .await
            .unwrap();
        cluster.expire_history().await.unwrap();
        let node: Node = serde_json::from_value(json!({
            "apiVersion": "v1", "kind": "Node", "metadata": {"name": "late", "labels": {"late": "yes"}},
        }))
        .unwrap();
        let nodes: Api<Node> = Api::all(cluster.client().await.unwrap());
        nodes.create(&PostParams::default(), &node).await.unwrap();
        let caught_up = |mirror: &Mirror| {
            mirror
                .nodes
                .get("late")
                .is_some_and(|node| node.labels.contains_key("late"))
                && mirror.bound(&uid, "pods") == 3
        };
        let mirror = session.inventory_when("what happened meanwhile", caught_up).await;
        assert_eq!(
            mirror.used("pods"),
            truly_used(&pods).await,
            "nothing is lost or counted twice"
        );
        assert_eq!(mirror.snapshots, 1, "the difference, not everything again");
        let lists_after = agent
            .metric("hourglass_agent_watch_lists_total{resource=\"pods\"}")
            .await;
        assert!(
            lists_after > lists,
            "the watch had to list again: {lists} {lists_after}"
        );
        session
            .report(&uid, |report| report.slot == 0 && report.reason == "GONE")
            .await;
        assert!(peer.waiting_session().await.is_none(), "one session all the time");
        agent.check();
    });
}

#[test]
fn a_restart_of_the_server_is_a_new_session_with_everything_told_again() {
    run(async {
        let cluster = cluster().await;
        let namespace = namespace(cluster).await;
        let mut peer = Peer::start().await;
        let agent = Setup::new(cluster, &peer, &namespace).await.start();
        let uid = uid();
        let mut session = peer.session().await;
        session.welcome(Welcome::default()).await;
        session.apply(apply(&session, &uid, 0, 1)).await;
        session.report(&uid, |report| report.ready).await;
        let before = session
            .inventory_when("the pod", |mirror| mirror.bound(&uid, "pods") == 1)
            .await;

        peer.end().await;
        agent.logged("no session; trying again").await;
        peer.listen().await;
        let mut next = peer.session().await;
        assert_eq!((next.hello.highest_incarnation, next.hello.highest_term), (1, 1));
        next.welcome(Welcome {
            order: (1, 2),
            ..Welcome::default()
        })
        .await;
        assert!(
            next.running()
                .await
                .iter()
                .any(|performer| performer.placement_uid == uid)
        );
        next.report(&uid, |report| report.ready).await;
        let after = next
            .inventory_when("a snapshot", |mirror| mirror.snapshots == 1)
            .await;
        assert!(after.sequence > before.sequence);
        assert_eq!(after.bound(&uid, "pods"), 1);
        assert_eq!(peer.enrolments(), 1);
    });
}

#[test]
fn a_silent_server_is_left_for_a_new_session() {
    run(async {
        let cluster = cluster().await;
        let namespace = namespace(cluster).await;
        let peer = Peer::start().await;
        peer.behave(|options| options.grant_leases = false);
        let agent = Setup::new(cluster, &peer, &namespace).await.start();
        let mut session = peer.session().await;
        session.welcome(short_lease()).await;
        session.ended().await;
        agent.logged("nothing came from the server").await;
        peer.session().await;
    });
}

#[test]
fn a_server_that_does_not_read_neither_fills_the_agents_memory_nor_stops_it() {
    run(async {
        let cluster = cluster().await;
        let namespace = namespace(cluster).await;
        let peer = Peer::start().await;
        peer.behave(|options| options.read_control = false);
        let agent = Setup::new(cluster, &peer, &namespace).await.start();
        let mut session = peer.session().await;
        session.welcome(short_lease()).await;
        agent.ready().await;
        let before = agent.resident_bytes();
        // Each of these is answered; the answers are never read.
        let uid = uid();
        let flood = async {
            loop {
                let mut stale = apply(&session, &uid, 0, 1);
                stale.header.as_mut().unwrap().session_id = "session-0".to_owned();
                session.send(ServerMessage::Apply(stale)).await;
            }
        };
        tokio::select! {
            () = flood => unreachable!("it has no end"),
            () = agent.logged("no session; trying again") => {}
        }
        let growth = agent.resident_bytes().saturating_sub(before);
        assert!(growth < MEMORY_GROWTH_LIMIT, "{growth} bytes more");
        let ended = ["server_not_reading", "server_silent"]
            .map(|end| format!("hourglass_agent_sessions_total{{end=\"{end}\"}}"));
        assert!(agent.metric(&ended[0]).await + agent.metric(&ended[1]).await >= 1.0);

        peer.behave(|options| options.read_control = true);
        let next = async {
            loop {
                let mut next = peer.session().await;
                next.welcome(Welcome::default()).await;
                // Sessions that began before the change are of the kind that nobody reads.
                if tokio::time::timeout(Duration::from_secs(10), next.running())
                    .await
                    .is_ok()
                {
                    return next;
                }
            }
        };
        let next = tokio::time::timeout(session_bed::LIMIT, next).await.unwrap();
        heartbeats(&next, 2).await;
    });
}

#[test]
fn an_inventory_that_nobody_reads_holds_up_nothing_else() {
    run(async {
        let cluster = new_cluster("unread").await;
        let namespace = namespace(&cluster).await;
        cluster.add_nodes(cluster.profile(), 150).await.unwrap();
        let peer = Peer::start().await;
        peer.behave(|options| options.inventory = Taking::Nothing);
        let agent = Setup::new(&cluster, &peer, &namespace).await.start();
        let mut session = peer.session().await;
        session.welcome(Welcome::default()).await;
        agent.ready().await;
        let before = agent.resident_bytes();
        let uid = uid();
        for slot in 0..20 {
            assert_eq!(
                session.apply(apply(&session, &uid, slot, 1)).await.outcome(),
                Outcome::Applied
            );
        }
        for slot in 0..20 {
            let ack = session.remove(session.header(&uid, slot, 1), "").await;
            assert_eq!(ack.outcome(), Outcome::Removed, "{ack:?}");
        }
        heartbeats(&session, 3).await;
        let growth = agent.resident_bytes().saturating_sub(before);
        assert!(growth < MEMORY_GROWTH_LIMIT, "{growth} bytes more");
        assert_eq!(session.inventory().snapshots, 0, "nothing was read");
        assert!(peer.waiting_session().await.is_none(), "the session goes on");
    });
}

#[test]
fn nothing_is_sent_without_a_credit() {
    run(async {
        let cluster = cluster().await;
        let namespace = namespace(cluster).await;
        let peer = Peer::start().await;
        // The rest of the snapshot, and two deltas.
        peer.behave(|options| options.inventory = Taking::Only(4));
        let _agent = Setup::new(cluster, &peer, &namespace).await.start();
        let mut session = peer.session().await;
        session.welcome(Welcome::default()).await;
        session
            .inventory_when("a snapshot", |mirror| mirror.snapshots == 1)
            .await;
        let uid = uid();
        let mut slot = 0;
        while session.inventory().messages < 5 {
            session.apply(apply(&session, &uid, slot, 1)).await;
            slot += 1;
        }
        let told = session.inventory();
        assert_eq!(told.messages, 5);
        // More happens, and is known to be unsent.
        session.apply(apply(&session, &uid, slot, 1)).await;
        session
            .report(&uid, |report| report.slot == slot && report.ready)
            .await;
        heartbeats(&session, 3).await;
        let ack = session.remove(session.header("nobody", 0, 1), "").await;
        assert_eq!(ack.inventory_sequence, told.sequence + 1);
        assert_eq!(session.inventory().messages, 5);
    });
}

#[test]
fn without_a_common_protocol_version_it_says_so_and_waits() {
    run(async {
        let cluster = cluster().await;
        let namespace = namespace(cluster).await;
        let peer = Peer::start().await;
        let refusal = Status::failed_precondition("no common protocol version: this server speaks [3, 4]");
        peer.behave(|options| options.refuse = Some(refusal));
        let agent = Setup::new(cluster, &peer, &namespace).await.start();
        agent.logged("no common protocol version").await;
        agent.logged("this agent speaks protocol versions [1, 2]").await;
        assert!(
            (agent
                .metric("hourglass_agent_sessions_total{end=\"status\"}")
                .await
                - 1.0)
                .abs()
                < f64::EPSILON
        );
        agent.check();
    });
}

#[test]
fn a_version_that_was_not_offered_is_not_spoken() {
    run(async {
        let cluster = cluster().await;
        let namespace = namespace(cluster).await;
        let peer = Peer::start().await;
        let agent = Setup::new(cluster, &peer, &namespace).await.start();
        let mut session = peer.session().await;
        session
            .welcome(Welcome {
                version: 99,
                ..Welcome::default()
            })
            .await;
        session.ended().await;
        agent.logged("the server wants protocol version 99").await;
        agent.check();
    });
}

#[test]
fn a_message_over_the_size_limit_costs_the_session_and_nothing_else() {
    run(async {
        let cluster = cluster().await;
        let namespace = namespace(cluster).await;
        let peer = Peer::start().await;
        let agent = Setup::new(cluster, &peer, &namespace).await.start();
        let mut session = peer.session().await;
        session.welcome(Welcome::default()).await;
        session.running().await;
        let huge = pb::Apply {
            signed_placement: vec![0; 5 * 1024 * 1024],
            ..apply(&session, &uid(), 0, 1)
        };
        session.send(ServerMessage::Apply(huge)).await;
        session.ended().await;
        agent
            .logged("messages of more than 4194304 bytes are not accepted")
            .await;
        agent.check();
    });
}
