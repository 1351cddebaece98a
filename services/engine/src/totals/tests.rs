use hourglass_model::gpu::{DeviceFacts, MigProfile};
use hourglass_model::resources::NVIDIA_GPU;
use hourglass_model::tee::TeeKind;
use serde_json::json;

use super::*;
use crate::fixture::{a100, device, device_node, fleet, node, place, request, shared_device, t4_shared, tdx};

#[test]
fn sums_count_what_is_promised_as_taken() {
    let mut state = fleet(&[
        ("a", vec![a100("n1", 8), a100("n2", 4)]),
        ("b", vec![t4_shared("n3", 8), tdx("n4", 16)]),
    ]);
    place(
        &mut state,
        "p1",
        &request(json!({"compute": {"gpu": {"count": 6}}})),
    );
    let totals = super::fleet(&state);
    assert_eq!((totals.nodes, totals.nodes_ready), (4, 4));
    let gpus: Vec<(&str, i64, i64, i64, bool)> = totals
        .gpus
        .iter()
        .map(|g| (g.product.as_str(), g.total, g.free, g.largest_block, g.shared))
        .collect();
    assert_eq!(
        gpus,
        [
            ("NVIDIA-A100-SXM4-80GB", 12, 6, 4, false),
            ("Tesla-T4", 8, 8, 8, true)
        ]
    );
    let of_slices: Vec<i64> = totals.gpus.iter().map(|gpu| gpu.shared_gpus).collect();
    assert_eq!(of_slices, [0, 2], "eight slices are of two GPUs");
    assert_eq!(
        totals.tees,
        [TeeTotal {
            kind: TeeKind::Tdx,
            slots_total: 16,
            slots_free: 16
        }]
    );
    let a = state
        .cluster(&crate::fixture::cluster("a"))
        .map(cluster)
        .expect("known");
    let gpu = a
        .resources
        .iter()
        .find(|total| total.resource == *NVIDIA_GPU)
        .expect("counted");
    assert_eq!((gpu.allocatable, gpu.free, gpu.largest_free), (12, 6, 4));
}

#[test]
fn an_over_committed_node_has_nothing_free_and_takes_nothing_from_others() {
    let mut full = a100("n1", 8);
    full.used = [(NVIDIA_GPU.clone(), 10)].into_iter().collect();
    let totals = super::fleet(&fleet(&[("a", vec![full, a100("n2", 8)])]));
    assert_eq!(
        totals.gpus.first().map(|gpu| (gpu.total, gpu.free)),
        Some((16, 8))
    );
}

#[test]
fn devices_and_mig_devices_are_counted_beside_gpus() {
    let busy = |name| DeviceFacts {
        used_milli: 100,
        ..shared_device(name)
    };
    let part = |name| DeviceFacts {
        mig_profile: MigProfile::parse("1g.10gb").ok(),
        ..device(name)
    };
    let shown = vec![device("d0"), device("d1"), busy("d2"), part("m0")];
    let mixed = node(
        "n2",
        &[("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-80GB")],
        &[("nvidia.com/gpu", 1), ("nvidia.com/mig-1g.10gb", 14)],
    );
    let state = fleet(&[("a", vec![device_node("n1", shown), mixed])]);
    let totals = super::fleet(&state).gpus;
    let profiles = totals
        .iter()
        .map(|gpu| gpu.mig_profile.as_ref().map(MigProfile::as_str));
    let mig = Some("1g.10gb");
    assert_eq!(profiles.collect::<Vec<_>>(), [None, mig, None, mig]);
    let gpus: Vec<(String, i64, i64, i64)> = totals
        .into_iter()
        .map(|g| (g.product, g.total, g.free, g.largest_block))
        .collect();
    let row = |product: &str, total, free, block| (product.to_owned(), total, free, block);
    assert_eq!(
        gpus,
        [
            row("NVIDIA A100-SXM4-80GB", 3, 2, 2),
            row("NVIDIA A100-SXM4-80GB MIG 1g.10gb", 1, 1, 1),
            row("NVIDIA-A100-SXM4-80GB", 1, 1, 1),
            row("NVIDIA-A100-SXM4-80GB MIG 1g.10gb", 14, 14, 14),
        ]
    );
}
