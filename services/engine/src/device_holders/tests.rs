use hourglass_model::gpu::{CounterUse, MigProfile};
use hourglass_model::ids::{Epoch, Slot};
use hourglass_model::node::ObservedClaim;
use hourglass_model::resources::NVIDIA_GPU;
use serde_json::json;

use super::*;
use crate::fixture::*;

/// Device, thousandths that are free, and those who have it: placement ("-" for others), thousandths, whether promised.
type Row = (String, u16, Vec<(String, u32, bool)>);

fn rows(state: &FleetState) -> Vec<Row> {
    let name = cluster("a");
    let node = state.cluster(&name).and_then(|cluster| cluster.nodes().next());
    let held = device_holders(state, &name, node.expect("known"));
    let holder = |one: &DeviceHolder| {
        let of = one.claim.as_ref();
        let of = of.map_or("-".to_owned(), |claim| claim.placement.to_string());
        (of, one.milli, one.promised)
    };
    held.iter()
        .map(|one| {
            let name = one.facts.id.to_string();
            let name = name.rsplit('/').next().unwrap_or_default().to_owned();
            (name, one.free_milli, one.holders.iter().map(holder).collect())
        })
        .collect()
}

fn row(name: &str, free: u16, holders: &[(&str, u32, bool)]) -> Row {
    let holders = holders
        .iter()
        .map(|(of, milli, promised)| ((*of).to_owned(), *milli, *promised));
    (name.to_owned(), free, holders.collect())
}

/// Devices that the first replica of a placement is seen with.
fn observed(uid: &str, devices: &[(&str, u16)]) -> ObservedClaim {
    ObservedClaim {
        claim: ClaimId {
            placement: uid_of(uid),
            slot: Slot(0),
            epoch: Epoch(1),
        },
        bound: vector(&[("pods", 1)]),
        devices: devices
            .iter()
            .map(|(name, milli)| device_use(name, *milli))
            .collect(),
    }
}

#[test]
fn a_device_is_promised_until_the_pod_is_seen_with_it() {
    let mut state = fleet(&[("a", vec![device_node("n1", vec![device("d0"), device("d1")])])]);
    place(
        &mut state,
        "p",
        &request(json!({"compute": {"gpu": {"count": 1}}})),
    );
    assert_eq!(
        rows(&state),
        [row("d0", 0, &[("p", 1000, true)]), row("d1", 1000, &[])]
    );

    let used = DeviceFacts {
        used_milli: 1000,
        ..device("d0")
    };
    let mut node = device_node("n1", vec![used, device("d1")]);
    node.claims = vec![observed("p", &[("d0", 1000)])];
    report(&mut state, "a", vec![node]);
    assert_eq!(
        rows(&state),
        [row("d0", 0, &[("p", 1000, false)]), row("d1", 1000, &[])]
    );
}

#[test]
fn shares_of_several_stand_beside_what_pods_of_nobody_take() {
    let shared = DeviceFacts {
        used_milli: 700,
        ..shared_device("d0")
    };
    let mut node = device_node("n1", vec![shared]);
    node.claims = vec![observed("p", &[("d0", 300), ("d0", 100)])];
    let state = fleet(&[("a", vec![node])]);
    assert_eq!(
        rows(&state),
        [row("d0", 300, &[("p", 400, false), ("-", 300, false)])]
    );
}

#[test]
fn a_gpu_of_which_a_part_is_in_use_is_held_by_nobody_and_not_free() {
    let of_gpu = |takes| CounterUse {
        counter: "slices".to_owned(),
        takes,
        of: 8,
    };
    let gpu = DeviceFacts {
        counters: vec![of_gpu(8)],
        ..device("d0")
    };
    let part = DeviceFacts {
        counters: vec![of_gpu(1)],
        mig_profile: MigProfile::parse("1g.10gb").ok(),
        used_milli: 1000,
        ..device("d1")
    };
    let state = fleet(&[("a", vec![device_node("n1", vec![gpu, part])])]);
    assert_eq!(
        rows(&state),
        [row("d0", 0, &[]), row("d1", 0, &[("-", 1000, false)])]
    );
}

#[test]
fn a_pod_that_was_given_a_gpu_by_a_counter_has_one_that_nobody_names() {
    let mut node = device_node("n1", vec![device("d0"), device("d1")]);
    node.allocatable.set(NVIDIA_GPU.clone(), 2);
    node.used.set(NVIDIA_GPU.clone(), 1);
    let state = fleet(&[("a", vec![node])]);
    assert_eq!(rows(&state), [row("d0", 1000, &[]), row("d1", 1000, &[])]);
    let known = state
        .cluster(&cluster("a"))
        .and_then(|cluster| cluster.nodes().next());
    assert_eq!(known.map(|node| node.device_room().used_unnamed()), Some(1));
    let totals = crate::totals::fleet(&state);
    let gpus: Vec<_> = totals.gpus.iter().map(|gpu| (gpu.total, gpu.free)).collect();
    assert_eq!(gpus, [(2, 1)], "the same GPUs are counted once");
}
