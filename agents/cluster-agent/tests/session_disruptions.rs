//! What should move says so: cordoned nodes and pods that somebody is about to end, on a real cluster.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test reports failure"
)]

mod session_bed;

use hourglass_performer_api::names;
use hourglass_proto::fleet::v1 as pb;
use hourglass_proto::fleet::v1::agent_message::Message;
use hourglass_testbed::wait_until;
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::api::{EvictParams, ListParams, Patch, PatchParams};
use kube::{Api, ResourceExt};
use serde_json::{Value, json};
use session_bed::agent::Setup;
use session_bed::peer::Peer;
use session_bed::session::{Session, Welcome};
use session_bed::{LIMIT, apply, cluster, namespace, run, uid};

// One test in this binary: it cordons nodes of its cluster.
#[test]
fn a_cordoned_node_and_an_evicted_pod_are_reported_while_the_replica_still_serves() {
    run(async {
        let cluster = cluster().await;
        let namespace = namespace(cluster).await;
        let client = cluster.client().await.unwrap();
        let peer = Peer::start().await;
        let _agent = Setup::new(cluster, &peer, &namespace).await.start();
        let mut session = peer.session().await;
        session.welcome(Welcome::default()).await;
        let nodes: Api<Node> = Api::all(client.clone());
        let node = nodes.list(&ListParams::default()).await.unwrap().items[0].name_any();

        let (pinned, free) = (uid(), uid());
        let pin = |apply: pb::Apply| {
            session_bed::with_spec(apply, |spec| {
                spec["scheduling"] = json!({"nodeSelector": {"kubernetes.io/hostname": node}});
            })
        };
        let command = pb::Apply {
            node: node.clone(),
            ..apply(&session, &pinned, 0, 1)
        };
        session.apply(pin(command)).await;
        session.apply(pin(apply(&session, &free, 0, 1))).await;
        for uid in [&pinned, &free] {
            let report = session
                .report(uid, |report| report.ready && report.node == node)
                .await;
            assert_eq!(report.disruption, "");
        }

        let cordon = async |unschedulable: bool| {
            let patch = Patch::Merge(json!({"spec": {"unschedulable": unschedulable}}));
            nodes.patch(&node, &PatchParams::default(), &patch).await.unwrap();
        };
        cordon(true).await;
        let report = session
            .report(&pinned, |report| report.disruption == "NODE_CORDONED")
            .await;
        assert!(report.ready, "it serves on: {report:?}");
        cordon(false).await;
        calm(&session, &pinned).await;
        let cordoned = |message: &Message| {
            matches!(message, Message::Report(report)
                if report.placement_uid == free && !report.disruption.is_empty())
        };
        assert!(
            !session.messages().iter().any(cordoned),
            "the cluster's own scheduler moves what is pinned to the cluster only"
        );

        // Somebody holds the pod, so that its end takes a while, as with a long grace period.
        let pods: Api<Pod> = Api::namespaced(client.clone(), &namespace);
        let of_free = ListParams::default().labels(&format!("{}={free}", names::PLACEMENT_UID_LABEL));
        let pod = pods.list(&of_free).await.unwrap().items[0].name_any();
        let hold = async |finalizers: Value| {
            let patch = Patch::Merge(json!({"metadata": {"finalizers": finalizers}}));
            pods.patch(&pod, &PatchParams::default(), &patch).await.unwrap();
        };
        hold(json!(["hourglass.test/hold"])).await;
        pods.evict(&pod, &EvictParams::default()).await.unwrap();
        session
            .report(&free, |report| report.disruption == "EVICTION_BY_EVICTION_API")
            .await;
        hold(json!(null)).await;
        calm(&session, &free).await;
    });
}

/// Waits until the newest report of a placement says that it may stay where it is.
async fn calm(session: &Session, uid: &str) {
    let newest = async || {
        let newest = session
            .messages()
            .into_iter()
            .rev()
            .find_map(|message| match message {
                Message::Report(report) if report.placement_uid == uid => Some(report),
                _ => None,
            });
        match newest {
            Some(report) if report.ready && report.disruption.is_empty() => Ok(()),
            other => Err(format!("{other:?}")),
        }
    };
    wait_until("the end of the disruption to be reported", LIMIT, newest)
        .await
        .unwrap();
}
