//! Devices of Dynamic Resource Allocation: a real API server, controllers and scheduler, with ResourceSlices as a driver
//! would publish them.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test reports failure"
)]

mod session_bed;

use hourglass_proto::fleet::v1 as pb;
use hourglass_proto::fleet::v1::ack::Outcome;
use hourglass_testbed::wait_until;
use k8s_openapi::api::core::v1::Node;
use k8s_openapi::api::resource::v1::{ResourceClaim, ResourceClaimTemplate, ResourceSlice};
use kube::api::{DeleteParams, ListParams};
use kube::{Api, Client, ResourceExt};
use serde_json::{Value, json};
use session_bed::agent::Setup;
use session_bed::mirror::Mirror;
use session_bed::peer::Peer;
use session_bed::session::{Session, Welcome};
use session_bed::{LIMIT, apply, cluster, namespace, run, uid, with_spec};

const DRIVER: &str = "gpu.example.com";

/// Publishes two GPUs on each node, as the driver there would.
async fn publish(nodes: &[String]) {
    let class = json!({
        "apiVersion": "resource.k8s.io/v1", "kind": "DeviceClass", "metadata": {"name": DRIVER},
        "spec": {"selectors": [{"cel": {"expression": format!("device.driver == '{DRIVER}'")}}]},
    });
    let cluster = cluster().await;
    cluster.apply_yaml(&class.to_string()).await.unwrap();
    for node in nodes {
        let device = |name: &str| {
            json!({
                "name": name,
                "attributes": {
                    "uuid": {"string": format!("{node}-{name}")}, "model": {"string": "NVIDIA-A100"},
                    "cudaComputeCapability": {"version": "8.0.0"},
                },
                "capacity": {"memory": {"value": "40Gi"}},
            })
        };
        let slice = json!({
            "apiVersion": "resource.k8s.io/v1", "kind": "ResourceSlice",
            "metadata": {"name": format!("{node}-gpus")},
            "spec": {
                "driver": DRIVER, "nodeName": node, "devices": [device("gpu-0"), device("gpu-1")],
                "pool": {"name": node, "generation": 1, "resourceSliceCount": 1},
            },
        });
        cluster.apply_yaml(&slice.to_string()).await.unwrap();
    }
}

fn with_devices(apply: pb::Apply, count: i64, selectors: &[String]) -> pb::Apply {
    with_spec(apply, |spec: &mut Value| {
        spec["resourceClaims"] = json!([{
            "name": "gpu", "deviceClassName": DRIVER, "count": count, "selectors": selectors,
        }]);
    })
}

/// Devices of our claims by id and thousandths, over all nodes.
fn claimed(mirror: &Mirror, uid: &str) -> Vec<(String, u32)> {
    let claims = mirror.nodes.values().flat_map(|node| &node.claims);
    let ours = claims.filter(|claim| claim.placement_uid == uid);
    ours.flat_map(|claim| &claim.devices)
        .map(|used| (used.id.clone(), used.milli))
        .collect()
}

fn used(mirror: &Mirror) -> Vec<&str> {
    let devices = mirror.nodes.values().flat_map(|node| &node.devices);
    let used = devices.filter(|device| device.used_milli > 0);
    used.map(|device| device.id.as_str()).collect()
}

async fn bed() -> (
    String,
    Client,
    session_bed::agent::Agent,
    Peer,
    Session,
    Vec<String>,
) {
    let cluster = cluster().await;
    let namespace = namespace(cluster).await;
    let client = cluster.client().await.unwrap();
    let nodes = Api::<Node>::all(client.clone())
        .list(&ListParams::default())
        .await
        .unwrap();
    let nodes: Vec<String> = nodes.iter().map(ResourceExt::name_any).collect();
    publish(&nodes).await;
    let peer = Peer::start().await;
    let agent = Setup::new(cluster, &peer, &namespace).await.start();
    let mut session = peer.session().await;
    session.welcome(Welcome::default()).await;
    (namespace, client, agent, peer, session, nodes)
}

// One test in this binary: all devices of its cluster are counted.
#[test]
fn devices_are_told_allocated_by_the_real_scheduler_and_attributed_to_their_claim() {
    run(async {
        let (namespace, client, agent, _peer, session, nodes) = bed().await;
        let told = session
            .inventory_when("all devices to be told, free", |mirror| {
                let devices = mirror.nodes.values().map(|node| node.devices.len());
                devices.sum::<usize>() == 2 * nodes.len() && used(mirror).is_empty()
            })
            .await;
        let node = &nodes[0];
        let device = &told.nodes[node].devices[0];
        assert_eq!(device.id, format!("{DRIVER}/{node}/gpu-0"));
        assert_eq!(
            (device.device_class.as_str(), device.product.as_str()),
            (DRIVER, "NVIDIA-A100")
        );
        assert_eq!(
            (device.memory_mib, device.compute_capability.as_str()),
            (40 * 1024, "8.0")
        );
        let identity = device.identity.as_ref().unwrap();
        assert_eq!(identity.name, format!("{DRIVER}/uuid"));
        assert!(!device.shareable);

        // A pin to one device, as the server makes it from the identity.
        let uid = uid();
        let pin = format!("device.attributes['{DRIVER}'].uuid == '{}'", identity.value);
        let ack = session
            .apply(with_devices(apply(&session, &uid, 0, 1), 1, &[pin]))
            .await;
        assert_eq!(ack.outcome(), Outcome::Applied, "{ack:?}");
        let report = session
            .report(&uid, |report| report.ready && !report.node.is_empty())
            .await;
        assert_eq!(&report.node, node);
        let taken = session
            .inventory_when("the device to be taken", |mirror| {
                mirror.bound(&uid, "pods") == 1 && claimed(mirror, &uid) == [(device.id.clone(), 1000)]
            })
            .await;
        assert_eq!(used(&taken), [device.id.as_str()]);

        // Two more than there are: the real scheduler refuses, and nothing is taken.
        let many = session_bed::uid();
        session
            .apply(with_devices(apply(&session, &many, 0, 1), 3, &[]))
            .await;
        let rejected = session.report(&many, |report| report.rejected).await;
        assert_eq!(rejected.reason, "UNSCHEDULABLE", "{rejected:?}");
        assert!(claimed(&session.inventory(), &many).is_empty());

        // With the performer go its claim and its template, and the device is free.
        let performer = format!("{namespace}/{uid}-0-1");
        let ack = session.remove(session.header(&uid, 0, 1), &performer).await;
        assert_eq!(ack.outcome(), Outcome::Removed, "{ack:?}");
        session
            .inventory_when("the device to be free", |mirror| {
                used(mirror).is_empty() && claimed(mirror, &uid).is_empty()
            })
            .await;
        let templates: Api<ResourceClaimTemplate> = Api::namespaced(client.clone(), &namespace);
        let claims: Api<ResourceClaim> = Api::namespaced(client.clone(), &namespace);
        let left = async || {
            let names = |mut names: Vec<String>| {
                names.retain(|name| name.contains(&uid));
                names
            };
            let all = ListParams::default();
            let templates = templates
                .list_metadata(&all)
                .await
                .map_err(|error| error.to_string())?;
            let claims = claims
                .list_metadata(&all)
                .await
                .map_err(|error| error.to_string())?;
            let left = names(templates.iter().map(ResourceExt::name_any).collect());
            let more = names(claims.iter().map(ResourceExt::name_any).collect());
            if left.is_empty() && more.is_empty() {
                Ok(())
            } else {
                Err(format!("{left:?} {more:?}"))
            }
        };
        wait_until("template and claim to go", LIMIT, left).await.unwrap();

        // A driver that is gone takes its devices with it.
        let slices: Api<ResourceSlice> = Api::all(client);
        slices
            .delete(&format!("{node}-gpus"), &DeleteParams::default())
            .await
            .unwrap();
        session
            .inventory_when("the devices to go", |mirror| {
                mirror.nodes[node].devices.is_empty()
            })
            .await;
        assert!(!agent.log().contains("forbidden"), "{}", agent.log());
    });
}
