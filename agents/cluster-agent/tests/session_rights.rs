//! An agent whose rights to write end at its namespaces: with RoleBindings there instead of a ClusterRoleBinding.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test reports failure"
)]

mod session_bed;

use hourglass_proto::fleet::v1::ack::Outcome;
use hourglass_testbed::{Cluster, wait_until};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::rbac::v1::ClusterRoleBinding;
use kube::Api;
use kube::api::{DeleteParams, ListParams, PostParams};
use session_bed::agent::{Agent, Setup};
use session_bed::peer::Peer;
use session_bed::session::Welcome;
use session_bed::{LIMIT, apply, namespace, new_cluster, run, uid};

const IN_A_NAMESPACE: &str = include_str!("../../../charts/hourglass-agent/files/rbac-namespace.yaml");

/// A cluster as the comments in the shipped roles say how to narrow them.
async fn narrowed() -> Cluster {
    let cluster = new_cluster("narrowed").await;
    let bindings: Api<ClusterRoleBinding> = Api::all(cluster.client().await.unwrap());
    bindings
        .delete("hourglass-agent-workloads", &DeleteParams::default())
        .await
        .unwrap();
    let agent = cluster
        .service_account_client("hourglass-system", "hourglass-agent")
        .await
        .unwrap();
    let everywhere: Api<Deployment> = Api::all(agent);
    let ends = async || match everywhere.list(&ListParams::default()).await {
        Err(kube::Error::Api(status)) if status.code == 403 => Ok(()),
        other => Err(format!("{other:?}")),
    };
    wait_until("the rights to end", LIMIT, ends).await.unwrap();
    cluster
}

/// A namespace in which the agent may work, as by `kubectl apply -n`.
async fn open(cluster: &Cluster) -> String {
    let namespace = namespace(cluster).await;
    let yaml = IN_A_NAMESPACE.replacen("metadata:", &format!("metadata:\n  namespace: {namespace}"), 1);
    cluster.apply_yaml(&yaml).await.unwrap();
    namespace
}

async fn serves(cluster: &Cluster, namespace: &str, name: &str) {
    let performers = session_bed::performers(&cluster.client().await.unwrap(), namespace);
    let serves = async || match performers.get(name).await.unwrap().status {
        Some(status) if status.ready => Ok(()),
        other => Err(format!("{other:?}")),
    };
    wait_until("the performer to serve", LIMIT, serves).await.unwrap();
}

#[test]
fn rights_in_the_namespaces_of_its_tenants_are_all_that_the_agent_needs() {
    run(async {
        let cluster = narrowed().await;
        let (blue, green, closed) = (
            open(&cluster).await,
            open(&cluster).await,
            namespace(&cluster).await,
        );
        let peer = Peer::start().await;
        let mut setup = Setup::new(&cluster, &peer, &blue).await;
        setup.namespaces = vec![format!("acme={blue},{green}"), format!("other={green}")];
        let agent = setup.start();
        let mut session = peer.session().await;
        session.welcome(Welcome::default()).await;
        agent.ready().await;

        let mut applied = Vec::new();
        for namespace in [&blue, &green] {
            let uid = uid();
            let mut command = apply(&session, &uid, 0, 1);
            command.namespace.clone_from(namespace);
            let name = command.object_name.clone();
            let ack = session.apply(command).await;
            assert_eq!(ack.outcome(), Outcome::Applied, "{ack:?}");
            session.report(&uid, |report| report.ready).await;
            serves(&cluster, namespace, &name).await;
            applied.push((uid, format!("{namespace}/{name}")));
        }
        for (number, (uid, performer)) in applied.iter().enumerate() {
            // The server may have missed where it is.
            let known = if number == 0 { performer } else { "" };
            let ack = session.remove(session.header(uid, 0, 1), known).await;
            assert_eq!(ack.outcome(), Outcome::Removed, "{ack:?}");
        }
        assert!(!agent.log().contains("forbidden"), "{}", agent.log());

        // Where it may not look, it does not say that something is gone.
        let there = format!("{closed}/performer");
        let ack = session.remove(session.header(&uid(), 0, 1), &there).await;
        assert_eq!(
            (ack.outcome(), ack.reason.as_str()),
            (Outcome::Refused, "FORBIDDEN"),
            "{ack:?}"
        );

        let api = session_bed::performers(&cluster.client().await.unwrap(), &green);
        let alone = Agent::alone(&cluster, &closed, &[&green]).await;
        alone.ready().await;
        agent.stop().await;
        let performer = serde_json::json!({
            "apiVersion": "hourglass.eigenlayer.io/v1alpha1", "kind": "Performer", "metadata": {"name": "alone"},
            "spec": {"avsAddress": "0x1111111111111111111111111111111111111111", "image": "registry.example/p:1"},
        });
        api.create(
            &PostParams::default(),
            &serde_json::from_value(performer).unwrap(),
        )
        .await
        .unwrap();
        serves(&cluster, &green, "alone").await;
    });
}
