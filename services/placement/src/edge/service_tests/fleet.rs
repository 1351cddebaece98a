//! Clusters, nodes, join tokens, orphans.

use hourglass_model::gpu::DeviceFacts;
use hourglass_model::ids::DeviceId;
use hourglass_model::resources::NVIDIA_GPU;
use proto::fleet_service_server::FleetService as _;

use super::*;

#[tokio::test]
async fn clusters_and_nodes_show_what_they_have_and_a_cordon_shows() {
    let mut world = World::start().await;
    world.join("eu-1", 2).await;
    world.join("us-1", 1).await;
    world.create(request("web", 4)).await.unwrap();

    let clusters = world
        .fleet
        .list_clusters(Request::new(Default::default()))
        .await
        .unwrap()
        .into_inner()
        .clusters;
    assert_eq!(
        clusters.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(),
        ["clusters/eu-1", "clusters/us-1"]
    );
    assert!(
        clusters
            .iter()
            .all(|one| one.state() == proto::cluster::State::Ready),
        "{clusters:?}"
    );
    assert_eq!(clusters.iter().map(|one| one.assignments).sum::<i32>(), 1);
    let gpus = |cluster: &proto::Cluster| {
        let gpus = cluster
            .resources
            .iter()
            .find(|one| one.resource == "nvidia.com/gpu")
            .unwrap();
        (gpus.allocatable, gpus.free)
    };
    let (allocatable, free) = clusters
        .iter()
        .map(gpus)
        .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    assert_eq!((allocatable, free), (12, 8));

    let update = |etag: &str| {
        Request::new(proto::UpdateClusterRequest {
            cluster: Some(proto::Cluster {
                name: "clusters/us-1".to_owned(),
                etag: etag.to_owned(),
                cordoned: true,
                ..Default::default()
            }),
            update_mask: Some(pbjson_types::FieldMask {
                paths: vec!["cordoned".to_owned()],
            }),
            ..Default::default()
        })
    };
    let stale = world.fleet.update_cluster(update("stale")).await;
    assert_eq!(outcome(stale), (Code::Aborted, "ETAG_MISMATCH".to_owned()));
    let cordoned = world
        .fleet
        .update_cluster(update(&clusters[1].etag))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (cordoned.state(), cordoned.cordoned),
        (proto::cluster::State::Cordoned, true)
    );
    assert_eq!(cordoned.labels["tier"], "gold", "what the mask leaves out stays");
    let filter = proto::ListClustersRequest {
        filter: "state = CORDONED".to_owned(),
        ..Default::default()
    };
    let found = world
        .fleet
        .list_clusters(Request::new(filter))
        .await
        .unwrap()
        .into_inner()
        .clusters;
    assert_eq!(found.len(), 1);
    let missing = proto::GetClusterRequest {
        name: "clusters/ap-1".to_owned(),
    };
    let missing = world.fleet.get_cluster(Request::new(missing)).await;
    assert_eq!(
        outcome(missing),
        (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned())
    );

    let nodes = |parent: &str, filter: &str| {
        let request = proto::ListNodesRequest {
            parent: parent.to_owned(),
            filter: filter.to_owned(),
            ..Default::default()
        };
        world.fleet.list_nodes(Request::new(request))
    };
    let all = nodes("clusters/-", "gpu_product = NVIDIA-A100*")
        .await
        .unwrap()
        .into_inner()
        .nodes;
    assert_eq!(all.len(), 3);
    assert_eq!(all[0].name, "clusters/eu-1/nodes/node-0");
    assert_eq!(all.iter().map(|node| node.assignments).sum::<i32>(), 1);
    let one = nodes("clusters/eu-1", "name = node-1")
        .await
        .unwrap()
        .into_inner()
        .nodes;
    assert_eq!(one.len(), 1);
    assert_eq!(outcome(nodes("clusters/ap-1", "").await).0, Code::NotFound);

    let fleet = world
        .fleet
        .get_fleet(Request::new(proto::GetFleetRequest {}))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (fleet.nodes, fleet.nodes_ready, fleet.inventory_complete),
        (3, 3, true)
    );
    assert_eq!(
        fleet.clusters_by_state,
        [("READY".to_owned(), 1), ("CORDONED".to_owned(), 1)].into()
    );
    assert_eq!(fleet.placements_by_state, [("ASSIGNED".to_owned(), 1)].into());
    assert_eq!(
        (
            fleet.gpus[0].total,
            fleet.gpus[0].free,
            fleet.gpus[0].largest_free_block
        ),
        (12, 8, 4)
    );
    world.stop().await;
}

/// One with two H200 that it shows one by one, and a counter of the same GPUs.
fn device_node() -> NodeFacts {
    let device = |number: u32, used_milli: u16| {
        json!({
            "id": format!("gpu.nvidia.com/node-9/gpu-{number}"), "class": "gpu.nvidia.com", "product": "NVIDIA H200",
            "memoryMib": 143_771, "usedMilli": used_milli,
            "identity": {"name": "gpu.nvidia.com/uuid", "value": format!("GPU-{number}")},
        })
    };
    serde_json::from_value(json!({
        "name": "node-9", "uid": "node-uid-9", "ready": true, "labels": {"kubernetes.io/hostname": "node-9"},
        "allocatable": {"cpu": 64000, "memory": 512_000_000_000_i64, "pods": 110, "nvidia.com/gpu": 3},
        "devices": [device(0, 1_000), device(1, 0), device(2, 0)],
    }))
    .unwrap()
}

/// One with eight time slices of two GPUs.
fn sliced_node() -> NodeFacts {
    serde_json::from_value(json!({
        "name": "node-8", "uid": "node-uid-8", "ready": true,
        "labels": {"nvidia.com/gpu.product": "Tesla-T4-SHARED", "nvidia.com/gpu.replicas": "4"},
        "allocatable": {"cpu": 64000, "memory": 512_000_000_000_i64, "pods": 110, "nvidia.com/gpu": 8},
        "used": {"nvidia.com/gpu": 5, "pods": 5},
    }))
    .unwrap()
}

#[tokio::test]
async fn gpus_are_counted_once_however_they_come_and_a_device_says_who_has_it() {
    let mut world = World::start().await;
    world.join_with("eu-1", vec![sliced_node(), device_node()]).await;
    world.create(request("web", 1)).await.unwrap();
    let request = proto::ListNodesRequest {
        parent: "clusters/eu-1".to_owned(),
        ..Default::default()
    };
    let nodes = world.fleet.list_nodes(Request::new(request)).await;
    let nodes = nodes.unwrap().into_inner().nodes;
    let gpus = |gpus: &[proto::GpuTotal]| -> Vec<_> {
        let row = |gpu: &proto::GpuTotal| (gpu.product.clone(), gpu.free, gpu.total, gpu.shared_gpus);
        gpus.iter().map(row).collect()
    };
    let (t4, h200) = ("Tesla-T4".to_owned(), "NVIDIA H200".to_owned());
    assert_eq!(gpus(&nodes[0].gpus), [(t4.clone(), 3, 8, 2)]);
    assert_eq!(gpus(&nodes[1].gpus), [(h200.clone(), 1, 3, 0)]);
    assert!(nodes[0].devices.is_empty());
    let devices = &nodes[1].devices;
    let free: Vec<i32> = devices.iter().map(|device| device.free_milli).collect();
    assert_eq!(free, [0, 0, 1_000]);
    assert_eq!(
        (
            devices[1].device.as_str(),
            devices[1].product.as_str(),
            devices[1].memory_mib
        ),
        ("gpu.nvidia.com/node-9/gpu-1", "NVIDIA H200", 143_771)
    );
    let nobody = proto::DeviceHolder {
        milli: 1_000,
        ..Default::default()
    };
    let web = proto::DeviceHolder {
        placement: name("web"),
        epoch: 1,
        promised: true,
        ..nobody.clone()
    };
    assert_eq!(
        (&devices[0].holders, &devices[1].holders),
        (&vec![nobody], &vec![web])
    );
    let cluster = proto::GetClusterRequest {
        name: "clusters/eu-1".to_owned(),
    };
    let cluster = world.fleet.get_cluster(Request::new(cluster)).await;
    let cluster = cluster.unwrap().into_inner();
    assert_eq!(gpus(&cluster.gpus), [(h200, 1, 3, 0), (t4, 3, 8, 2)]);
    world.stop().await;
}

#[tokio::test]
async fn a_device_that_nobody_has_says_how_many_of_its_kind_are_taken_by_who_knows_whom() {
    let mut world = World::start().await;
    world.join_with("eu-1", vec![device_node()]).await;
    let mut loose = request("web", 1);
    let spec = loose
        .placement
        .as_mut()
        .and_then(|placement| placement.spec.as_mut());
    spec.unwrap().set_pin(proto::placement_spec::Pin::Cluster);
    world.create(loose).await.unwrap();

    // Somebody else's pod has what `web` was promised by now, and another pod was given a GPU by the counter.
    let mut node = device_node();
    node.devices[1].used_milli = 1_000;
    node.devices.push(DeviceFacts {
        id: DeviceId::new("gpu.nvidia.com/node-9/gpu-3").unwrap(),
        ..node.devices[2].clone()
    });
    node.used.set(NVIDIA_GPU.clone(), 1);
    let session = SessionId("session-eu-1".to_owned());
    world.snapshot(&session, 2, vec![node]).await;

    let all = proto::ListNodesRequest {
        parent: "clusters/eu-1".to_owned(),
        ..Default::default()
    };
    let nodes = world.fleet.list_nodes(Request::new(all)).await;
    let node = &nodes.unwrap().into_inner().nodes[0];
    let devices: Vec<_> = node
        .devices
        .iter()
        .map(|device| (device.holders.len(), device.free_milli, device.kind_kept_out))
        .collect();
    assert_eq!(devices, [(1, 0, 2), (2, 0, 2), (0, 1_000, 2), (0, 1_000, 2)]);
    assert_eq!((node.devices_used_unnamed, node.devices_promised_unnamed), (1, 1));
    assert_eq!(node.gpus[0].free, 0, "{:?}", node.gpus);
    world.stop().await;
}

#[tokio::test]
async fn a_join_token_is_shown_once_listed_without_its_secret_and_revoked() {
    let world = World::start().await;
    let create = proto::CreateJoinTokenRequest {
        cluster: "eu-1".to_owned(),
        uses: Some(2),
        ..Default::default()
    };
    let made = world
        .fleet
        .create_join_token(Request::new(create))
        .await
        .unwrap()
        .into_inner();
    assert!(made.token.starts_with("hgj_"));
    assert_eq!(
        (made.cluster.as_str(), made.uses_left, made.revoked),
        ("eu-1", 2, false)
    );
    let list = || world.fleet.list_join_tokens(Request::new(Default::default()));
    let listed = list().await.unwrap().into_inner().join_tokens;
    assert_eq!(
        (listed.len(), listed[0].name.as_str(), listed[0].token.as_str()),
        (1, made.name.as_str(), "")
    );
    let revoke = |name: &str, request_id: &str| {
        world
            .fleet
            .revoke_join_token(Request::new(proto::RevokeJoinTokenRequest {
                name: name.to_owned(),
                request_id: request_id.to_owned(),
            }))
    };
    let first = revoke(&made.name, "r1").await.unwrap().into_inner();
    assert!(first.revoked && first.token.is_empty());
    assert!(list().await.unwrap().into_inner().join_tokens[0].revoked);
    assert_eq!(
        outcome(revoke("joinTokens/none", "").await),
        (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned())
    );
    // As for every mutation: the same call gets the same answer, another call may not carry the same id.
    assert_eq!(revoke(&made.name, "r1").await.unwrap().into_inner(), first);
    assert_eq!(
        outcome(revoke("joinTokens/none", "r1").await),
        (Code::AlreadyExists, "REQUEST_ID_REUSED".to_owned())
    );
    let too_long = "r".repeat(129);
    assert_eq!(
        outcome(revoke(&made.name, &too_long).await).0,
        Code::InvalidArgument
    );
    world.stop().await;
}

#[tokio::test]
async fn a_performer_that_nobody_owns_is_listed_as_an_orphan() {
    let mut world = World::start().await;
    world.join("eu-1", 1).await;
    let stray = RunningPerformer {
        key: SlotKey {
            placement_uid: PlacementUid::new("lost").unwrap(),
            slot: Slot(2),
        },
        epoch: Epoch(7),
        content_hash: "c1".to_owned(),
        performer: "avs/stray".to_owned(),
        terminating: false,
        signed_placement: Vec::new(),
        incarnation: 1,
    };
    let running = SessionEvent::Running {
        performers: vec![stray],
        complete: true,
    };
    let session = SessionId("session-eu-1".to_owned());
    world
        .scheduler
        .tell(Command::Session(session, running))
        .await
        .unwrap();
    let list = |parent: &str| {
        let request = proto::ListOrphansRequest {
            parent: parent.to_owned(),
            ..Default::default()
        };
        world.fleet.list_orphans(Request::new(request))
    };
    let orphans = list("clusters/-").await.unwrap().into_inner().orphans;
    assert_eq!(orphans.len(), 1);
    let orphan = &orphans[0];
    assert_eq!(
        (orphan.cluster.as_str(), orphan.performer.as_str()),
        ("eu-1", "avs/stray")
    );
    assert_eq!(
        (orphan.placement_uid.as_str(), orphan.slot, orphan.epoch),
        ("lost", 2, 7)
    );
    assert_eq!(list("clusters/eu-1").await.unwrap().into_inner().orphans.len(), 1);
    assert_eq!(outcome(list("clusters/ap-1").await).0, Code::NotFound);
    world.stop().await;
}

#[tokio::test]
async fn a_store_that_is_older_than_what_agents_have_obeyed_shows_in_the_fleet() {
    let mut world = World::start().await;
    world.join("eu-1", 1).await;
    let fleet = || world.fleet.get_fleet(Request::new(proto::GetFleetRequest {}));
    let before = fleet().await.unwrap().into_inner();
    assert_eq!(
        (before.behind.as_str(), before.recovering, before.replicas_held),
        ("", false, 0)
    );
    let (orders, _received) = mpsc::channel(1);
    let open = OpenSession {
        session: SessionId("session-again".to_owned()),
        cluster: ClusterName::new("eu-1").unwrap(),
        cluster_uid: ClusterUid::new("uid-eu-1").unwrap(),
        certificate_expire_time: None,
        agent_version: "0.1.0".to_owned(),
        kubernetes_version: "v1.36.0".to_owned(),
        protocol_version: 1,
        highest_incarnation: 2,
        highest_term: 3,
        lease_transitions: 1,
        orders,
        last_seen: Arc::new(LastSeen::new(Instant::now())),
        connect_time: super::super::clock::now(),
    };
    world.scheduler.open_session(open).await.unwrap_err();
    let after = fleet().await.unwrap().into_inner();
    for text in ["incarnation 2 term 3", "--raise-incarnation"] {
        assert!(after.behind.contains(text), "{}", after.behind);
    }
    world.stop().await;
}
