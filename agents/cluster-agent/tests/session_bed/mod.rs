//! A real cluster, a real agent process, and a peer that speaks the server's side of the protocol as each test says.
//!
//! The peer stands in for the placement service here, because these tests are about what the agent does when its peer
//! misbehaves, too; the two real ones are tested together end to end.
#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod agent;
pub mod mirror;
pub mod peer;
pub mod session;

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use hourglass_performer_api::Performer;
use hourglass_proto::fleet::v1 as pb;
use hourglass_testbed::{Cluster, Profile};
use kube::{Api, Client};
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

/// Longer than anything here takes on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(90);

const CRD: &str = include_str!("../../../../charts/hourglass-agent/crds/performers.yaml");
const ROLES: &str = include_str!("../../../../charts/hourglass-agent/files/rbac.yaml");
const ADMISSION: &str = include_str!("../../../../charts/hourglass-agent/files/admission.yaml");

/// Runs one test on a runtime of its own.
pub fn run(test: impl Future<Output = ()>) {
    Runtime::new().unwrap().block_on(test);
}

/// The cluster of this test binary, with the CRD, the roles and the admission rules that the chart ships.
pub async fn cluster() -> &'static Cluster {
    static SHARED: OnceCell<Cluster> = OnceCell::const_new();
    SHARED.get_or_init(|| new_cluster("session")).await
}

/// A cluster of its own, for a test that breaks it.
pub async fn new_cluster(name: &str) -> Cluster {
    let cluster = Cluster::start(name, &Profile::builtin("cpu-only").unwrap())
        .await
        .unwrap();
    for yaml in [CRD, ROLES, ADMISSION] {
        cluster.apply_yaml(yaml).await.unwrap();
    }
    cluster
}

/// A namespace that nobody else uses, in which the agent may also hold a Lease.
pub async fn namespace(cluster: &Cluster) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!(
        "tenant-{}-{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let yaml = format!(
        "{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {{name: lease, namespace: {name}}}
rules: [{{apiGroups: [coordination.k8s.io], resources: [leases], verbs: [get, create, update]}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: lease, namespace: {name}}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: lease}}
subjects: [{{kind: ServiceAccount, name: hourglass-agent, namespace: hourglass-system}}]
"
    );
    cluster.apply_yaml(&yaml).await.unwrap();
    name
}

/// A placement uid that nobody else uses.
pub fn uid() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("u{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// An Apply of a small performer.
pub fn apply(session: &session::Session, uid: &str, slot: i32, epoch: i64) -> pb::Apply {
    let spec = serde_json::json!({
        "avsAddress": "0x1111111111111111111111111111111111111111",
        "image": "registry.example/performer:1.0",
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
    });
    pb::Apply {
        header: Some(session.header(uid, slot, epoch)),
        tenant: "acme".to_owned(),
        placement: format!("tenants/acme/placements/{uid}"),
        object_name: format!("{uid}-{slot}-{epoch}"),
        generation: 1,
        performer_spec_json: spec.to_string(),
        content_hash: "content-1".to_owned(),
        signed_placement: b"signed".to_vec(),
        service_name: format!("placement-{uid}"),
        grpc_port: 9090,
        ..pb::Apply::default()
    }
}

/// The same with another specification.
pub fn with_spec(apply: pb::Apply, change: impl FnOnce(&mut serde_json::Value)) -> pb::Apply {
    let mut spec = serde_json::from_str(&apply.performer_spec_json).unwrap();
    change(&mut spec);
    pb::Apply {
        performer_spec_json: spec.to_string(),
        ..apply
    }
}

/// The Performers of a namespace, as an administrator sees them.
pub fn performers(client: &Client, namespace: &str) -> Api<Performer> {
    Api::namespaced(client.clone(), namespace)
}
