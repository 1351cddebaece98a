//! The members of a gang wait for each other behind a scheduling gate: a real API server, controllers and scheduler, the
//! agent as its ServiceAccount.
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
use hourglass_proto::fleet::v1::ack::Outcome;
use hourglass_proto::fleet::v1::report::Gate;
use hourglass_testbed::wait_until;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams};
use kube::{Api, Client, ResourceExt};
use serde_json::{Value, json};
use session_bed::agent::{Agent, Setup};
use session_bed::peer::Peer;
use session_bed::session::{Session, Welcome};
use session_bed::{LIMIT, apply, cluster, namespace, performers, run, uid};

struct Bed {
    namespace: String,
    client: Client,
    agent: Agent,
    peer: Peer,
}

impl Bed {
    async fn new() -> (Self, Session) {
        let cluster = cluster().await;
        let namespace = namespace(cluster).await;
        let peer = Peer::start().await;
        let agent = Setup::new(cluster, &peer, &namespace).await.start();
        let bed = Self {
            namespace,
            client: cluster.client().await.unwrap(),
            agent,
            peer,
        };
        let session = bed.session().await;
        (bed, session)
    }

    async fn session(&self) -> Session {
        let mut session = self.peer.session().await;
        session
            .welcome(Welcome {
                order: (3, 7),
                ..Welcome::default()
            })
            .await;
        session
    }

    fn pods(&self) -> Api<Pod> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// The one pod of a placement that is not on its way out, once it is as `fits` wants it.
    async fn pod(&self, uid: &str, what: &str, fits: impl Fn(&Pod) -> bool) -> Pod {
        let selector = ListParams::default().labels(&format!("{}={uid}", names::PLACEMENT_UID_LABEL));
        let look = async || {
            let pods = self
                .pods()
                .list(&selector)
                .await
                .map_err(|error| error.to_string())?;
            let staying: Vec<Pod> = pods
                .items
                .into_iter()
                .filter(|pod| pod.metadata.deletion_timestamp.is_none())
                .collect();
            match staying.as_slice() {
                [pod] if fits(pod) => Ok(pod.clone()),
                other => Err(format!("{other:?}")),
            }
        };
        wait_until(what, LIMIT, look).await.unwrap()
    }

    async fn delete_pod(&self, pod: &Pod) {
        let now = DeleteParams {
            grace_period_seconds: Some(0),
            ..DeleteParams::default()
        };
        self.pods().delete(&pod.name_any(), &now).await.unwrap();
    }

    async fn quota(&self, pods: u32) {
        let quota = json!({
            "apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "few"},
            "spec": {"hard": {"pods": pods.to_string()}},
        });
        let api: Api<k8s_openapi::api::core::v1::ResourceQuota> =
            Api::namespaced(self.client.clone(), &self.namespace);
        let params = PatchParams::apply("owner").force();
        api.patch("few", &params, &Patch::Apply(&quota)).await.unwrap();
        let known = async || {
            let status = api
                .get("few")
                .await
                .unwrap()
                .status
                .and_then(|status| status.hard);
            match status.and_then(|hard| hard.get("pods").cloned()) {
                Some(hard) if hard.0 == pods.to_string() => Ok(()),
                other => Err(format!("{other:?}")),
            }
        };
        wait_until("the quota to be known", LIMIT, known).await.unwrap();
    }
}

fn gated(session: &Session, uid: &str, slot: i32, epoch: i64) -> pb::Apply {
    pb::Apply {
        gated: true,
        ..apply(session, uid, slot, epoch)
    }
}

fn gates(pod: &Pod) -> Vec<&str> {
    let gates = pod
        .spec
        .iter()
        .flat_map(|spec| spec.scheduling_gates.iter().flatten());
    gates.map(|gate| gate.name.as_str()).collect()
}

fn is_bound(pod: &Pod) -> bool {
    pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_some())
}

#[test]
fn a_member_of_a_gang_is_admitted_waits_and_is_scheduled_when_the_gate_is_lifted() {
    run(async {
        let (bed, session) = Bed::new().await;
        let uid = uid();
        let ack = session.apply(gated(&session, &uid, 0, 2)).await;
        assert_eq!(ack.outcome(), Outcome::Applied, "{ack:?}");
        let admitted = session
            .report(&uid, |report| report.gate() == Gate::Admitted)
            .await;
        assert!(
            !admitted.ready && admitted.node.is_empty() && !admitted.rejected,
            "{admitted:?}"
        );
        let waiting = bed.pod(&uid, "the gated pod", |_| true).await;
        assert_eq!(gates(&waiting), [names::GANG_GATE]);
        assert!(!is_bound(&waiting));

        let ack = session.lift_gate(session.header(&uid, 0, 2)).await;
        assert_eq!(ack.outcome(), Outcome::Lifted, "{ack:?}");
        let served = session
            .report(&uid, |report| report.ready && report.gate() == Gate::Lifted)
            .await;
        assert_eq!(served.epoch, 2);
        let running = bed.pod(&uid, "the pod to be bound", is_bound).await;
        assert_eq!(running.uid(), waiting.uid(), "the same pod: nothing was rolled");
        assert_eq!(gates(&running), [""; 0]);

        // Again, and an Apply after it, change nothing.
        let ack = session.lift_gate(session.header(&uid, 0, 2)).await;
        assert_eq!(ack.outcome(), Outcome::Lifted, "{ack:?}");
        assert_eq!(
            session.apply(gated(&session, &uid, 0, 2)).await.outcome(),
            Outcome::Applied
        );
        let object = performers(&bed.client, &bed.namespace)
            .get(&format!("{uid}-0-2"))
            .await
            .unwrap();
        assert_eq!(object.annotations()[names::GANG_COMPLETE_ANNOTATION], "true");
        assert_eq!(object.annotations()[names::GATED_ANNOTATION], "true");

        // A pod that replaces it does not wait for anybody.
        bed.delete_pod(&running).await;
        let next = bed
            .pod(&uid, "the pod that replaces it", |pod| {
                pod.uid() != running.uid() && is_bound(pod)
            })
            .await;
        assert_eq!(gates(&next), [""; 0]);
        let deployments: Api<Deployment> = Api::namespaced(bed.client.clone(), &bed.namespace);
        let deployments = deployments.list(&ListParams::default()).await.unwrap().items;
        assert_eq!(deployments.len(), 1);
        let template = deployments[0]
            .spec
            .as_ref()
            .unwrap()
            .template
            .spec
            .as_ref()
            .unwrap();
        assert_eq!(
            template.scheduling_gates.iter().flatten().count(),
            1,
            "the template stays as it was made"
        );
    });
}

#[test]
fn a_gate_is_lifted_only_for_the_slot_epoch_and_leader_that_count() {
    run(async {
        let (bed, session) = Bed::new().await;
        let uid = uid();
        let nobody = session.lift_gate(session.header(&uid, 0, 2)).await;
        assert_eq!(
            (nobody.outcome(), nobody.reason.as_str()),
            (Outcome::Failed, "NOT_FOUND"),
            "{nobody:?}"
        );
        session.apply(gated(&session, &uid, 0, 2)).await;
        session
            .report(&uid, |report| report.gate() == Gate::Admitted)
            .await;
        let older = session.lift_gate(session.header(&uid, 0, 1)).await;
        assert_eq!(
            (older.outcome(), older.reason.as_str()),
            (Outcome::Stale, "EPOCH_OLDER"),
            "{older:?}"
        );
        let newer = session.lift_gate(session.header(&uid, 0, 3)).await;
        assert_eq!(newer.outcome(), Outcome::Failed, "{newer:?}");
        let mut header = session.header(&uid, 0, 2);
        header.term = 6;
        let deposed = session.lift_gate(header).await;
        assert_eq!(deposed.outcome(), Outcome::Stale, "{deposed:?}");
        let pod = bed.pod(&uid, "the gated pod", |_| true).await;
        assert_eq!(gates(&pod), [names::GANG_GATE], "nobody has lifted it");

        // What is part of no gang says nothing of a gate, and has none to be lifted.
        let single = session_bed::uid();
        session.apply(apply(&session, &single, 0, 1)).await;
        let report = session.report(&single, |report| report.ready).await;
        assert_eq!(report.gate(), Gate::Unspecified);
        let ack = session.lift_gate(session.header(&single, 0, 1)).await;
        assert_eq!(ack.outcome(), Outcome::Lifted, "{ack:?}");
    });
}

#[test]
fn a_quota_that_is_too_small_denies_the_member_with_the_clusters_words() {
    run(async {
        let (bed, session) = Bed::new().await;
        bed.quota(0).await;
        let uid = uid();
        session.apply(gated(&session, &uid, 0, 1)).await;
        let denied = session.report(&uid, |report| report.gate() == Gate::Denied).await;
        assert_eq!(denied.reason, "FAILED_CREATE", "{denied:?}");
        assert!(denied.message.contains("exceeded quota: few"), "{denied:?}");
        assert!(!denied.rejected);
        bed.quota(5).await;
        session
            .report(&uid, |report| report.gate() == Gate::Admitted)
            .await;
    });
}

#[test]
fn a_lifted_gate_outlives_the_agent() {
    run(async {
        let (bed, session) = Bed::new().await;
        let uid = uid();
        session.apply(gated(&session, &uid, 0, 1)).await;
        session
            .report(&uid, |report| report.gate() == Gate::Admitted)
            .await;
        let first = bed.pod(&uid, "the gated pod", |_| true).await;
        bed.agent.crash_and_restart();
        let session = bed.session().await;
        session
            .report(&uid, |report| report.gate() == Gate::Admitted)
            .await;
        let ack = session.lift_gate(session.header(&uid, 0, 1)).await;
        assert_eq!(ack.outcome(), Outcome::Lifted, "{ack:?}");
        bed.agent.kill();

        // Made while nobody is there to lift its gate.
        bed.delete_pod(&first).await;
        let second = bed
            .pod(&uid, "the next pod", |pod| pod.uid() != first.uid())
            .await;
        assert_eq!(gates(&second), [names::GANG_GATE]);
        bed.agent.start_again();
        let running = bed.pod(&uid, "the pod to be bound", is_bound).await;
        assert_eq!(running.uid(), second.uid());
        let session = bed.session().await;
        session
            .report(&uid, |report| report.ready && report.gate() == Gate::Lifted)
            .await;
    });
}

#[test]
fn the_agent_may_change_nothing_of_a_pod_but_its_own_gate() {
    run(async {
        let (bed, session) = Bed::new().await;
        let uid = uid();
        session.apply(gated(&session, &uid, 0, 1)).await;
        let pod = bed.pod(&uid, "the gated pod", |_| true).await.name_any();
        let agent = cluster()
            .await
            .service_account_client("hourglass-system", "hourglass-agent")
            .await
            .unwrap();
        let api: Api<Pod> = Api::namespaced(agent, &bed.namespace);
        let try_to = async |name: &str, patch: Value| {
            let patched = api
                .patch(name, &PatchParams::default(), &Patch::Strategic(patch))
                .await;
            match patched {
                Ok(_) => Ok(()),
                Err(kube::Error::Api(status)) => Err((status.code, status.message)),
                Err(error) => panic!("{error}"),
            }
        };
        for patch in [
            json!({"spec": {"containers": [{"name": "performer", "image": "registry.example/another:1"}]}}),
            json!({"metadata": {"labels": {"app": "another"}}}),
            json!({"metadata": {"annotations": {"a": "b"}}}),
            json!({"spec": {"nodeSelector": {"a": "b"}}}),
        ] {
            let (code, message) = try_to(&pod, patch.clone()).await.unwrap_err();
            assert_eq!(code, 403, "{patch}: {message}");
            assert!(message.contains("the agent may"), "{message}");
        }
        let somebodys = json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "somebodys"},
            "spec": {
                "schedulingGates": [{"name": names::GANG_GATE}],
                "containers": [{"name": "c", "image": "registry.example/c:1"}],
            },
        });
        let params = PatchParams::apply("somebody");
        bed.pods()
            .patch("somebodys", &params, &Patch::Apply(&somebodys))
            .await
            .unwrap();
        let lift = json!({"spec": {"schedulingGates": [{"name": names::GANG_GATE, "$patch": "delete"}]}});
        let (code, message) = try_to("somebodys", lift.clone()).await.unwrap_err();
        assert_eq!(code, 403, "{message}");
        assert!(message.contains("pods of performers only"), "{message}");
        let both = json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "both", "labels": {"app": names::APP_LABEL_VALUE}},
            "spec": {
                "schedulingGates": [{"name": names::GANG_GATE}, {"name": "queue.example/gate"}],
                "containers": [{"name": "c", "image": "registry.example/c:1"}],
            },
        });
        bed.pods()
            .patch("both", &params, &Patch::Apply(&both))
            .await
            .unwrap();
        let others =
            json!({"spec": {"schedulingGates": [{"name": "queue.example/gate", "$patch": "delete"}]}});
        assert_eq!(try_to("both", others).await.unwrap_err().0, 403);
        try_to("both", lift).await.unwrap();
        assert_eq!(
            gates(&bed.pods().get("both").await.unwrap()),
            ["queue.example/gate"]
        );
    });
}
