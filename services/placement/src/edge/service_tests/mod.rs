//! The services over the real decision loop and a real store; the agent's part is played through the loop's port.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hourglass_engine::ClusterFacts;
use hourglass_model::ids::{
    ClusterName, ClusterUid, Epoch, Namespace, PlacementUid, Sequence, Slot, TenantId,
};
use hourglass_model::node::NodeFacts;
use hourglass_proto::fleet::v1 as proto;
use hourglass_runtime::tasks::{OnEnd, Tasks};
use hourglass_store::Store;
use hourglass_store::redb::{RedbOptions, RedbStore};
use prometheus_client::registry::Registry;
use proto::placement_service_server::PlacementService as _;
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;

use super::fleet_service::FleetEdge;
use super::placement_service::PlacementEdge;
use super::watch::{WatchLimits, Watches};
use crate::dispatch::{Order, SlotKey};
use crate::metrics::LoopMetrics;
use crate::pki::placement_seal::PlacementSeal;
use crate::scheduler::clusters::LivenessPolicy;
use crate::scheduler::command::{
    Command, InventoryEvent, InventoryVerdict, OpenSession, RunningPerformer, SessionEvent, SessionGrant,
    SessionId,
};
use crate::scheduler::core::Core;
use crate::scheduler::port::{AdmitCluster, CreateJoinToken, Scheduler};
use crate::scheduler::run::DecisionLoop;
use crate::sessions::LastSeen;

mod capacity;
mod contradictions;
mod fleet;
mod placements;
mod waiting;

const DRAIN: Duration = Duration::from_secs(10);
const AVS: &str = "0x1234567890abcdef1234567890abcdef12345678";

struct World {
    placements: PlacementEdge,
    fleet: FleetEdge,
    scheduler: Scheduler,
    tasks: Tasks,
    // Held, so that the sessions stay open.
    orders: Vec<mpsc::Receiver<Order>>,
    _directory: TempDir,
}

impl World {
    /// Answers are whole here, however slow the machine is.
    async fn start() -> Self {
        Self::start_with(Duration::MAX).await
    }

    /// One where a question may take this long.
    async fn start_with(answering: Duration) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = RedbStore::open(&directory.path().join("store"), &RedbOptions::default()).unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        let leadership = store.acquire_leadership().await.unwrap();
        let sequence = store.read_commit_sequence().await.unwrap();
        let grant = SessionGrant {
            incarnation: leadership.incarnation().get(),
            term: leadership.term().get(),
        };
        // Nobody gives signs of life here; silence is none of these tests' business.
        let policy = LivenessPolicy {
            suspect_after: Duration::from_secs(3600),
            unreachable_after: Duration::from_secs(7200),
        };
        let seal = PlacementSeal::load_or_create(&directory.path().join("pki")).unwrap();
        let mut core = Core::new(grant, policy, seal.clone()).with_answering(answering);
        core.load(store.as_ref()).await.unwrap();
        let (sender, commands) = mpsc::channel(64);
        let metrics = LoopMetrics::register(&mut Registry::default());
        let decisions = DecisionLoop::new(core, Arc::clone(&store), leadership, sequence, commands, metrics);
        let tasks = Tasks::new(CancellationToken::new());
        tasks.spawn("loop", OnEnd::Shutdown, decisions.run(tasks.shutdown_token()));
        let scheduler = Scheduler::new(sender);
        let watches = Watches::new(store, tasks.clone(), WatchLimits::default());
        Self {
            placements: PlacementEdge {
                scheduler: scheduler.clone(),
                watches,
            },
            fleet: FleetEdge {
                scheduler: scheduler.clone(),
                seal,
            },
            scheduler,
            tasks,
            orders: Vec::new(),
            _directory: directory,
        }
    }

    /// A cluster joins with so many nodes of four A100 each.
    async fn join(&mut self, name: &str, nodes: usize) {
        self.join_with(name, (0..nodes).map(node).collect()).await;
    }

    /// A cluster joins with these nodes.
    async fn join_with(&mut self, name: &str, nodes: Vec<NodeFacts>) {
        let cluster = ClusterName::new(name).unwrap();
        let cluster_uid = ClusterUid::new(format!("uid-{name}")).unwrap();
        let token = super::clock::join_token();
        let request = proto::CreateJoinTokenRequest {
            cluster: name.to_owned(),
            ..Default::default()
        };
        let record = super::convert::token::record_in(request, &token, super::clock::now()).unwrap();
        self.scheduler
            .create_join_token(CreateJoinToken { record })
            .await
            .unwrap();
        let now = super::clock::now();
        let admitted = AdmitCluster {
            token_id: token.id.clone(),
            secret_sha256: token.secret_sha256(),
            cluster: cluster.clone(),
            cluster_uid: cluster_uid.clone(),
            public_key_sha256: "key".to_owned(),
            labels: [("tier".to_owned(), "gold".to_owned())].into(),
            now,
            certificate_expire_time: now,
        };
        self.scheduler.admit_cluster(admitted).await.unwrap();
        let (orders, received) = mpsc::channel(64);
        let session = SessionId(format!("session-{name}"));
        let open = OpenSession {
            session: session.clone(),
            cluster,
            cluster_uid,
            certificate_expire_time: None,
            agent_version: "0.1.0".to_owned(),
            kubernetes_version: "v1.36.0".to_owned(),
            protocol_version: 1,
            highest_incarnation: 0,
            highest_term: 0,
            lease_transitions: 1,
            orders,
            last_seen: Arc::new(LastSeen::new(Instant::now())),
            connect_time: now,
        };
        self.scheduler.open_session(open).await.unwrap();
        self.orders.push(received);
        self.snapshot(&session, 1, nodes).await;
    }

    /// The cluster says all that it has, up to this sequence.
    async fn snapshot(&self, session: &SessionId, sequence: u64, nodes: Vec<NodeFacts>) {
        let tenants = [(
            TenantId::new("default").unwrap(),
            vec![Namespace::new("avs").unwrap()],
        )]
        .into();
        let facts = ClusterFacts {
            tenants,
            ..ClusterFacts::default()
        };
        let (count, chunk) = (nodes.len(), nodes);
        self.inventory(session, InventoryEvent::SnapshotBegin(Sequence(sequence)))
            .await;
        self.inventory(session, InventoryEvent::SnapshotChunk(chunk, Some(facts)))
            .await;
        let verdict = self
            .inventory(session, InventoryEvent::SnapshotEnd(Sequence(sequence), count))
            .await;
        assert_eq!(verdict, InventoryVerdict::Applied(sequence));
    }

    async fn inventory(&self, session: &SessionId, event: InventoryEvent) -> InventoryVerdict {
        let (reply, verdict) = oneshot::channel();
        self.scheduler
            .tell(Command::Inventory(session.clone(), event, reply))
            .await
            .unwrap();
        verdict.await.unwrap()
    }

    async fn create(&self, request: proto::CreatePlacementRequest) -> Result<proto::Placement, Status> {
        self.placements
            .create_placement(Request::new(request))
            .await
            .map(tonic::Response::into_inner)
    }

    async fn get(&self, id: &str, view: proto::PlacementView) -> Result<proto::Placement, Status> {
        let request = proto::GetPlacementRequest {
            name: name(id),
            view: view.into(),
        };
        self.placements
            .get_placement(Request::new(request))
            .await
            .map(tonic::Response::into_inner)
    }

    async fn list(&self, request: proto::ListPlacementsRequest) -> (Vec<String>, String) {
        let answer = self
            .placements
            .list_placements(Request::new(request))
            .await
            .unwrap()
            .into_inner();
        let id =
            |placement: proto::Placement| placement.name.rsplit('/').next().unwrap_or_default().to_owned();
        (
            answer.placements.into_iter().map(id).collect(),
            answer.next_page_token,
        )
    }

    async fn stop(self) {
        drop((self.placements, self.fleet, self.scheduler));
        self.tasks.drain(DRAIN).await.unwrap();
    }
}

fn node(index: usize) -> NodeFacts {
    serde_json::from_value(json!({
        "name": format!("node-{index}"), "uid": format!("node-uid-{index}"), "ready": true,
        "labels": {"nvidia.com/gpu.product": "NVIDIA-A100-SXM4-80GB", "kubernetes.io/hostname": format!("node-{index}")},
        "allocatable": {"cpu": 64000, "memory": 512_000_000_000_i64, "pods": 110, "nvidia.com/gpu": 4},
    }))
    .unwrap()
}

fn name(id: &str) -> String {
    format!("tenants/default/placements/{id}")
}

fn request(id: &str, gpus: i32) -> proto::CreatePlacementRequest {
    proto::CreatePlacementRequest {
        parent: "tenants/default".to_owned(),
        placement_id: id.to_owned(),
        placement: Some(proto::Placement {
            spec: Some(proto::PlacementSpec {
                performer: Some(proto::PerformerSpec {
                    avs_address: AVS.to_owned(),
                    image: "example.org/performer:1".to_owned(),
                    ..Default::default()
                }),
                compute: Some(proto::Compute {
                    gpu: Some(proto::Gpu {
                        count: gpus,
                        ..Default::default()
                    }),
                    ..Default::default()
                }),
                ..Default::default()
            }),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn outcome<T>(answer: Result<T, Status>) -> (Code, String) {
    let status = answer.err().expect("is refused");
    let reason = status
        .get_error_details()
        .error_info()
        .map(|info| info.reason.clone())
        .unwrap_or_default();
    (status.code(), reason)
}
