//! Answers as a server gives them.

use hourglass_proto::fleet::v1::*;
use pbjson_types::{Duration, Timestamp};

/// 2026-03-01T12:00:00Z
pub const NOW: i64 = 1_772_366_400;

fn ago(seconds: i64) -> Option<Timestamp> {
    Some(Timestamp {
        seconds: NOW - seconds,
        nanos: 0,
    })
}

fn map<const N: usize>(pairs: [(&str, &str); N]) -> std::collections::BTreeMap<String, String> {
    pairs
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

fn condition(
    kind: condition::Type,
    status: condition::Status,
    reason: condition::Reason,
    message: &str,
) -> Condition {
    Condition {
        r#type: kind.into(),
        status: status.into(),
        reason: reason.into(),
        message: message.to_owned(),
        last_transition_time: ago(300),
    }
}

fn event(seconds_ago: i64, reason: &str, message: &str) -> PlacementEvent {
    PlacementEvent {
        time: ago(seconds_ago),
        reason: reason.to_owned(),
        message: message.to_owned(),
        trace_id: "0af7651916cd43dd8448eb211c80319c".to_owned(),
    }
}

fn spec(gpus: i32, product: &str, replicas: i32) -> PlacementSpec {
    PlacementSpec {
        performer: Some(PerformerSpec {
            avs_address: "0x1111111111111111111111111111111111111111".to_owned(),
            image: "registry.example.com/avs/solver:1.2.0".to_owned(),
            version: "1.2.0".to_owned(),
            ..PerformerSpec::default()
        }),
        compute: Some(Compute {
            requests: map([("cpu", "4"), ("memory", "16Gi")]),
            gpu: Some(Gpu {
                count: gpus,
                products: vec![product.to_owned()],
                ..Gpu::default()
            }),
            tee: None,
        }),
        replicas: Some(replicas),
        ..PlacementSpec::default()
    }
}

fn assignment(slot: i32, cluster: &str, node: &str) -> Assignment {
    Assignment {
        slot,
        epoch: 1,
        cluster: cluster.to_owned(),
        node: node.to_owned(),
        generation: 1,
        performer: format!("performers/solver-3f2a1b-{slot}-1"),
        endpoints: vec![Endpoint {
            scope: endpoint::Scope::ClusterLocal.into(),
            address: format!("performer-solver-3f2a1b-{slot}-1.performers.svc.cluster.local:9090"),
            tls_server_name: String::new(),
            ready: true,
        }],
        phase: assignment::Phase::Running.into(),
        ready: true,
        observe_time: ago(4),
        ..Assignment::default()
    }
}

pub fn ready() -> Placement {
    use condition::{Reason, Status, Type};
    let mut scored = assignment(0, "a100-pool", "a100-node-3");
    scored.scores = vec![
        NamedScore {
            name: "fragmentation".to_owned(),
            value: 12,
        },
        NamedScore {
            name: "free_after".to_owned(),
            value: 0,
        },
    ];
    Placement {
        name: "tenants/default/placements/solver".to_owned(),
        uid: "3f2a1b6e-9a50-4f0e-8f7e-0d8b7ce1c001".to_owned(),
        etag: "e1".to_owned(),
        create_time: ago(7_500),
        update_time: ago(7_500),
        labels: map([("app", "solver")]),
        spec: Some(spec(8, "A100", 1)),
        state: placement::State::Ready.into(),
        conditions: vec![
            condition(
                Type::Scheduled,
                Status::True,
                Reason::Decided,
                "1 of 1 replicas have a node",
            ),
            condition(Type::Dispatched, Status::True, Reason::ApplyAcknowledged, ""),
            condition(Type::Serving, Status::True, Reason::AllReplicasReady, ""),
        ],
        assignments: vec![scored],
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned(),
        generation: 1,
        observed_generation: 1,
        events: vec![
            event(7_500, "CREATED", "by a call with this trace"),
            event(7_500, "DECIDED", "slot 0 to a100-pool/a100-node-3"),
            event(7_499, "APPLIED", "acknowledged by a100-pool"),
            event(7_498, "READY", "all replicas serve"),
        ],
        ..Placement::default()
    }
}

pub fn pending() -> Placement {
    use condition::{Reason, Status, Type};
    Placement {
        name: "tenants/default/placements/gang".to_owned(),
        uid: "7c7c11aa-1111-4f0e-8f7e-0d8b7ce1c002".to_owned(),
        create_time: ago(312),
        update_time: ago(312),
        spec: Some(PlacementSpec {
            gang: true,
            ..spec(8, "H100", 4)
        }),
        state: placement::State::Pending.into(),
        conditions: vec![condition(
            Type::Scheduled,
            Status::False,
            Reason::GangDoesNotFit,
            "2 of 4 replicas fit: 16 NVIDIA-H100-80GB-HBM3 are free in blocks of 8, 32 are needed",
        )],
        explanation: Some(explanation()),
        traceparent: "00-11111916cd43dd8448eb211c80319c11-b7ad6b7169203331-01".to_owned(),
        generation: 1,
        observed_generation: 1,
        events: vec![
            event(312, "CREATED", "by a call with this trace"),
            event(312, "WAITING", "GANG_DOES_NOT_FIT: 2 of 4 replicas fit"),
        ],
        ..Placement::default()
    }
}

pub fn degraded() -> Placement {
    use condition::{Reason, Status, Type};
    let mut cordoned = assignment(0, "t4-edge", "edge-node-1");
    cordoned.disruption = "NODE_CORDONED".to_owned();
    let mut broken = assignment(1, "t4-edge", "edge-node-17");
    broken.epoch = 3;
    broken.ready = false;
    broken.endpoints[0].ready = false;
    broken.phase = assignment::Phase::Starting.into();
    broken.message = "ImagePullBackOff: registry.example.com/avs/solver:1.2.0 \u{1b}[31mnot found".to_owned();
    broken.attempts = vec![
        Attempt {
            epoch: 1,
            cluster: "t4-edge".to_owned(),
            node: "edge-node-2".to_owned(),
            reason: Reason::NodeRejected.into(),
            message: "a local pod took the node".to_owned(),
            end_time: ago(900),
        },
        Attempt {
            epoch: 2,
            cluster: "sgx".to_owned(),
            node: String::new(),
            reason: Reason::ApplyRefused.into(),
            message: String::new(),
            end_time: ago(800),
        },
    ];
    Placement {
        name: "tenants/research/placements/edge".to_owned(),
        uid: "9d9d11aa-1111-4f0e-8f7e-0d8b7ce1c003".to_owned(),
        create_time: ago(864_000),
        labels: map([("app", "edge"), ("tier", "gold")]),
        annotations: map([("owner", "team-a")]),
        spec: Some(PlacementSpec {
            node_rules: Some(NodeRules {
                node_selector: map([("disk", "nvme")]),
                ..NodeRules::default()
            }),
            cluster_rules: Some(ClusterRules {
                include: vec!["t4-edge".to_owned(), "sgx".to_owned()],
                ..ClusterRules::default()
            }),
            ..spec(1, "T4", 2)
        }),
        state: placement::State::Degraded.into(),
        conditions: vec![
            condition(Type::Scheduled, Status::True, Reason::Decided, ""),
            condition(
                Type::Serving,
                Status::False,
                Reason::SomeReplicasNotReady,
                "1 of 2 replicas serve",
            ),
        ],
        assignments: vec![cordoned, broken],
        generation: 2,
        observed_generation: 1,
        ..Placement::default()
    }
}

/// Has a place, and its cluster does not take it as things are.
pub fn refused() -> Placement {
    use condition::{Reason, Status, Type};
    let mut replica = assignment(0, "t4-edge", "edge-node-1");
    replica.ready = false;
    replica.endpoints.clear();
    replica.phase = assignment::Phase::Refused.into();
    replica.message = "namespaces \"performers\" not found".to_owned();
    Placement {
        state: placement::State::Assigned.into(),
        conditions: vec![
            condition(Type::Scheduled, Status::True, Reason::Decided, ""),
            condition(
                Type::Dispatched,
                Status::False,
                Reason::ApplyRefused,
                "cluster t4-edge refuses replica 0: namespaces \"performers\" not found; it is tried again at 2026-11-22T10:00:00Z, and \
                 as soon as the agent connects or the cluster's facts change",
            ),
        ],
        assignments: vec![replica],
        explanation: Some(explanation()),
        ..degraded()
    }
}

/// 24 replicas, of which 12 (every other one) serve, with a document as an annotation.
pub fn wide() -> Placement {
    let assignments = (0..24)
        .map(|slot| {
            let mut one = assignment(slot, "t4-edge", &format!("edge-node-{slot}"));
            one.ready = slot % 2 == 0;
            one
        })
        .collect();
    Placement {
        annotations: map([("notes", "x\u{1b}[31m".repeat(60).as_str()), ("owner", "team-a")]),
        assignments,
        ..degraded()
    }
}

pub fn placements() -> Vec<Placement> {
    vec![ready(), pending(), degraded()]
}

pub fn explanation() -> Explanation {
    Explanation {
        snapshot_id: 4_711,
        duration: Some(Duration {
            seconds: 0,
            nanos: 180_000,
        }),
        clusters: vec![
            ClusterExplanation {
                cluster: "h100-confidential".to_owned(),
                eligible: true,
                nodes_seen: 6,
                nodes_feasible: 2,
                rejections: vec![RuleRejection {
                    rule: "Resources".to_owned(),
                    nodes: 4,
                    samples: vec![
                        RejectionSample {
                            node: "h100-0".to_owned(),
                            shortfall: "needs 8 nvidia.com/gpu, 5 free".to_owned(),
                        },
                        RejectionSample {
                            node: "h100-1".to_owned(),
                            shortfall: "needs 8 nvidia.com/gpu, 0 free".to_owned(),
                        },
                    ],
                }],
                best_node: Some(NodeScore {
                    node: "h100-4".to_owned(),
                    scores: vec![
                        NamedScore {
                            name: "fragmentation".to_owned(),
                            value: -3,
                        },
                        NamedScore {
                            name: "free_after".to_owned(),
                            value: 0,
                        },
                    ],
                }),
                ..ClusterExplanation::default()
            },
            ClusterExplanation {
                cluster: "a100-pool".to_owned(),
                eligible: true,
                nodes_seen: 12,
                nodes_feasible: 0,
                rejections: vec![
                    RuleRejection {
                        rule: "NodeUnschedulable".to_owned(),
                        nodes: 1,
                        samples: Vec::new(),
                    },
                    RuleRejection {
                        rule: "GpuProduct".to_owned(),
                        nodes: 11,
                        samples: vec![RejectionSample {
                            node: "a100-node-0".to_owned(),
                            shortfall: "has NVIDIA-A100-SXM4-80GB, needs H100".to_owned(),
                        }],
                    },
                ],
                ..ClusterExplanation::default()
            },
            ClusterExplanation {
                cluster: "t4-edge".to_owned(),
                eligible: false,
                excluded_by: "ClusterHealth".to_owned(),
                message: "SUSPECT for 42 s".to_owned(),
                ..ClusterExplanation::default()
            },
        ],
        would_fit_if: "2 more nodes with 8 free H100 each".to_owned(),
        summary: "2 of 4 replicas fit; a gang starts with all or none".to_owned(),
        replicas_wanted: 4,
        replicas_that_fit: 2,
        retry_events: vec![
            "a node with H100 joins or frees GPUs".to_owned(),
            "a cluster becomes READY".to_owned(),
        ],
        ..Explanation::default()
    }
}

fn total(resource: &str, free: i64, allocatable: i64, largest: i64) -> ResourceTotal {
    ResourceTotal {
        resource: resource.to_owned(),
        allocatable,
        free,
        largest_free_on_a_node: largest,
    }
}

pub fn clusters() -> Vec<Cluster> {
    let agent = AgentInfo {
        version: "0.1.0".to_owned(),
        connected_since: ago(90_000),
        last_report_time: ago(2),
        inventory_sequence: 815,
        certificate_expire_time: ago(-600_000),
        protocol_version: 1,
        kubernetes_version: "v1.36.1".to_owned(),
    };
    vec![
        Cluster {
            name: "clusters/a100-pool".to_owned(),
            uid: "0c0c".to_owned(),
            state: cluster::State::Ready.into(),
            labels: map([("topology.kubernetes.io/region", "eu-1"), ("tier", "gold")]),
            agent: Some(agent.clone()),
            resources: vec![
                total("cpu", 700_500, 768_000, 96_000),
                total("memory", 3 << 40, 6 << 40, 512 << 30),
                total("nvidia.com/gpu", 40, 96, 8),
            ],
            gpus: vec![gpus("NVIDIA-A100-SXM4-80GB", 40, 96, 8)],
            create_time: ago(864_000),
            nodes: 12,
            nodes_ready: 12,
            assignments: 7,
            ..Cluster::default()
        },
        Cluster {
            name: "clusters/t4-edge".to_owned(),
            uid: "1d1d".to_owned(),
            state: cluster::State::Suspect.into(),
            cordoned: true,
            agent: Some(AgentInfo {
                last_report_time: ago(42),
                ..agent
            }),
            taints: vec![Taint {
                key: "edge".to_owned(),
                value: "true".to_owned(),
                effect: "NoSchedule".to_owned(),
            }],
            resources: vec![
                total("cpu", 10_000, 64_000, 4_000),
                total("nvidia.com/gpu", 3, 20, 1),
            ],
            gpus: vec![
                gpus("NVIDIA H200", 5, 8, 5),
                slices(3, 20, 1, 5),
                mig_devices("NVIDIA-A100-SXM4-80GB", "1g.10gb", 12, 14, 7),
            ],
            conditions: vec![ClusterCondition {
                r#type: "Connected".to_owned(),
                status: condition::Status::False.into(),
                reason: "StreamLost".to_owned(),
                message: "the control stream ended: connection reset".to_owned(),
                last_transition_time: ago(42),
            }],
            create_time: ago(864_000),
            nodes: 20,
            nodes_ready: 19,
            assignments: 3,
            orphans: 2,
            ..Cluster::default()
        },
        Cluster {
            name: "clusters/sgx".to_owned(),
            state: cluster::State::Joining.into(),
            create_time: ago(60),
            ..Cluster::default()
        },
    ]
}

/// As the server tells about a cluster without a session: an agent without anything that is known of it.
pub fn silent_cluster() -> Cluster {
    Cluster {
        name: "clusters/sgx".to_owned(),
        state: cluster::State::Unreachable.into(),
        agent: Some(AgentInfo {
            last_report_time: ago(600),
            certificate_expire_time: ago(-600_000),
            ..AgentInfo::default()
        }),
        create_time: ago(86_400),
        ..Cluster::default()
    }
}

pub fn nodes() -> Vec<Node> {
    vec![
        Node {
            name: "clusters/a100-pool/nodes/a100-node-3".to_owned(),
            labels: map([
                ("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-80GB"),
                ("disk", "nvme"),
            ]),
            taints: vec![Taint {
                key: "nvidia.com/gpu".to_owned(),
                value: String::new(),
                effect: "NoSchedule".to_owned(),
            }],
            ready: true,
            resources: vec![
                total("cpu", 60_000, 96_000, 60_000),
                total("memory", 400 << 30, 1 << 40, 400 << 30),
                total("nvidia.com/gpu", 0, 8, 0),
            ],
            gpus: vec![gpus("NVIDIA-A100-SXM4-80GB", 0, 8, 0)],
            gpu_product: "NVIDIA-A100-SXM4-80GB".to_owned(),
            assignments: 1,
            ..Node::default()
        },
        Node {
            name: "clusters/sgx/nodes/sgx-node-0".to_owned(),
            ready: true,
            unschedulable: true,
            resources: vec![
                total("cpu", 15_500, 16_000, 15_500),
                total("sgx.intel.com/epc", 64 << 20, 128 << 20, 0),
            ],
            tee_kinds: vec!["sgx".to_owned()],
            ..Node::default()
        },
        Node {
            name: "clusters/t4-edge/nodes/t4-edge-7".to_owned(),
            ready: true,
            resources: vec![
                total("cpu", 2_000, 8_000, 2_000),
                total("nvidia.com/gpu", 3, 8, 3),
            ],
            gpus: vec![slices(3, 8, 3, 2)],
            gpu_product: "Tesla-T4".to_owned(),
            assignments: 2,
            ..Node::default()
        },
        device_node(),
    ]
}

/// One that shows its GPUs one by one.
fn device_node() -> Node {
    let device = |name: &str, free_milli: i32, holders: Vec<DeviceHolder>| NodeDevice {
        device: format!("gpu.nvidia.com/h200-node-0/{name}"),
        product: "NVIDIA H200".to_owned(),
        memory_mib: 143_771,
        free_milli,
        holders,
        kind_kept_out: 2,
        ..NodeDevice::default()
    };
    let holder = |placement: &str, milli: i32, promised: bool| DeviceHolder {
        placement: placement.to_owned(),
        slot: 1,
        epoch: 3,
        milli,
        promised,
    };
    Node {
        name: "clusters/t4-edge/nodes/h200-node-0".to_owned(),
        ready: true,
        resources: vec![total("cpu", 150_000, 192_000, 150_000)],
        gpus: vec![
            gpus("NVIDIA H200", 0, 4, 0),
            mig_devices("NVIDIA H200", "1g.18gb", 0, 1, 0),
        ],
        gpu_product: "NVIDIA H200".to_owned(),
        devices: vec![
            device(
                "gpu-0",
                0,
                vec![
                    holder("tenants/default/placements/solver", 1_000, true),
                    DeviceHolder {
                        milli: 1_000,
                        ..DeviceHolder::default()
                    },
                ],
            ),
            device(
                "gpu-1",
                425,
                vec![
                    holder("tenants/default/placements/edge", 250, false),
                    holder("tenants/research/placements/probe", 125, true),
                    DeviceHolder {
                        milli: 200,
                        ..DeviceHolder::default()
                    },
                ],
            ),
            device("gpu-2", 1_000, Vec::new()),
            device("gpu-3", 1_000, Vec::new()),
            NodeDevice {
                mig_profile: "1g.18gb".to_owned(),
                memory_mib: 16_384,
                kind_kept_out: 1,
                ..device("gpu-4-mig-1", 0, Vec::new())
            },
        ],
        devices_used_unnamed: 1,
        devices_promised_unnamed: 1,
        assignments: 3,
        ..Node::default()
    }
}

fn gpus(product: &str, free: i64, total: i64, largest_free_block: i64) -> GpuTotal {
    GpuTotal {
        product: product.to_owned(),
        total,
        free,
        largest_free_block,
        ..GpuTotal::default()
    }
}

fn slices(free: i64, total: i64, largest: i64, of: i64) -> GpuTotal {
    GpuTotal {
        shared: true,
        shared_gpus: of,
        ..gpus("Tesla-T4", free, total, largest)
    }
}

fn mig_devices(product: &str, profile: &str, free: i64, total: i64, largest: i64) -> GpuTotal {
    GpuTotal {
        mig_profile: profile.to_owned(),
        ..gpus(&format!("{product} MIG {profile}"), free, total, largest)
    }
}

pub fn fleet() -> Fleet {
    Fleet {
        clusters_by_state: [
            ("READY".to_owned(), 2),
            ("SUSPECT".to_owned(), 1),
            ("LEAVING".to_owned(), 0),
        ]
        .into(),
        nodes: 33,
        nodes_ready: 32,
        gpus: vec![gpus("NVIDIA-A100-SXM4-80GB", 40, 96, 8), slices(12, 80, 4, 20)],
        tees: vec![TeeTotal {
            kind: "sgx".to_owned(),
            slots_total: 440,
            slots_free: 400,
        }],
        placements_by_state: [("READY".to_owned(), 7), ("PENDING".to_owned(), 1)].into(),
        resources: vec![
            total("cpu", 710_500, 832_000, 96_000),
            total("memory", 3 << 40, 6 << 40, 512 << 30),
        ],
        inventory_complete: false,
        snapshot_id: 4_711,
        ..Fleet::default()
    }
}

pub fn orphans() -> Vec<Orphan> {
    vec![Orphan {
        cluster: "t4-edge".to_owned(),
        performer: "performers/old-abc123-0-1".to_owned(),
        placement_uid: "9d9d11aa-1111-4f0e-8f7e-0d8b7ce1c003".to_owned(),
        slot: 0,
        epoch: 1,
        reason: "no placement with this uid".to_owned(),
    }]
}

pub fn tokens() -> Vec<JoinToken> {
    let usable = JoinToken {
        name: "joinTokens/k3x9".to_owned(),
        cluster: "east".to_owned(),
        expire_time: ago(-3_600),
        uses_left: 1,
        labels: map([("tier", "gold")]),
        create_time: ago(30),
        ..JoinToken::default()
    };
    vec![
        usable.clone(),
        JoinToken {
            name: "joinTokens/old1".to_owned(),
            expire_time: ago(7_200),
            ..usable.clone()
        },
        JoinToken {
            name: "joinTokens/used".to_owned(),
            uses_left: 0,
            ..usable.clone()
        },
        JoinToken {
            name: "joinTokens/gone".to_owned(),
            revoked: true,
            ..usable
        },
    ]
}
