use hourglass_model::gpu::{CounterUse, MigProfile};
use hourglass_model::ids::{Epoch, Slot};
use hourglass_model::node::{NodeFacts, ObservedClaim};
use hourglass_model::resources::NVIDIA_GPU;
use serde_json::json;

use super::*;
use crate::fixture::*;

/// Device, thousandths that are free, and those who have it: placement ("-" for others), thousandths, whether promised.
type Row = (String, u16, Vec<(String, u32, bool)>);

fn rows(state: &FleetState) -> Vec<Row> {
    let held = device_holders(state, &cluster("a"), only_node(state));
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

fn only_node(state: &FleetState) -> &NodeState {
    let known = state.cluster(&cluster("a"));
    known.and_then(|cluster| cluster.nodes().next()).expect("known")
}

fn unnamed(state: &FleetState) -> UnnamedDevices {
    unnamed_devices(only_node(state))
}

/// Of each device how many of its kind are kept out.
fn kept_out(state: &FleetState) -> Vec<usize> {
    let held = device_holders(state, &cluster("a"), only_node(state));
    held.iter().map(|one| one.kept_out).collect()
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
    assert_eq!(unnamed(&state), UnnamedDevices { used: 1, promised: 0 });
    assert_eq!(kept_out(&state), [1, 1]);
    let totals = crate::totals::fleet(&state);
    let gpus: Vec<_> = totals.gpus.iter().map(|gpu| (gpu.total, gpu.free)).collect();
    assert_eq!(gpus, [(2, 1)], "the same GPUs are counted once");
}

/// Two GPUs, the first of which is promised to `p` when the node is reported once more as this.
fn promised_d0(then: NodeFacts) -> FleetState {
    let mut state = fleet(&[("a", vec![device_node("n1", vec![device("d0"), device("d1")])])]);
    let request = request(json!({"compute": {"gpu": {"count": 1}}, "pin": "CLUSTER"}));
    place(&mut state, "p", &request);
    report(&mut state, "a", vec![then]);
    state
}

#[test]
fn what_was_promised_and_is_another_s_keeps_one_more_of_its_kind_and_is_not_in_use() {
    let taken = DeviceFacts {
        used_milli: 1000,
        ..device("d0")
    };
    let confidential = DeviceFacts {
        confidential: true,
        ..device("d2")
    };
    let all = vec![taken, device("d1"), confidential];
    let state = promised_d0(device_node("n1", all));
    assert_eq!(
        rows(&state),
        [
            row("d0", 0, &[("p", 1000, true), ("-", 1000, false)]),
            row("d1", 1000, &[]),
            row("d2", 1000, &[]),
        ]
    );
    assert_eq!(kept_out(&state), [1, 1, 0], "no other kind does for it");
    assert_eq!(unnamed(&state), UnnamedDevices { used: 0, promised: 1 });
}

#[test]
fn what_was_promised_and_is_gone_is_not_in_use() {
    let mut node = device_node("n1", vec![device("d1"), device("d2")]);
    node.allocatable.set(NVIDIA_GPU.clone(), 2);
    node.used.set(NVIDIA_GPU.clone(), 1);
    let state = promised_d0(node);
    assert_eq!(kept_out(&state), [2, 2]);
    assert_eq!(unnamed(&state), UnnamedDevices { used: 1, promised: 1 });
}

#[test]
fn what_was_promised_by_a_counter_is_not_in_use() {
    let counts = |devices| {
        let mut node = device_node("n1", devices);
        node.labels = a100("n1", 2).labels;
        node.allocatable.set(NVIDIA_GPU.clone(), 2);
        node
    };
    let mut state = fleet(&[("a", vec![counts(Vec::new())])]);
    place(
        &mut state,
        "p",
        &request(json!({"compute": {"gpu": {"count": 1}}})),
    );
    report(&mut state, "a", vec![counts(vec![device("d0"), device("d1")])]);
    assert_eq!(unnamed(&state), UnnamedDevices { used: 0, promised: 1 });
    assert_eq!(kept_out(&state), [1, 1]);
}

#[test]
fn a_node_without_devices_has_none_that_nobody_names() {
    let mut node = a100("n1", 2);
    node.used.set(NVIDIA_GPU.clone(), 1);
    let state = fleet(&[("a", vec![node])]);
    assert_eq!(unnamed(&state), UnnamedDevices::default());
}
