use hourglass_model::pod::ContainerDefaults;
use hourglass_model::render::{Pin, pod_requests, resolve};
use serde_json::json;

use crate::fixture::*;
use crate::{Avoid, AvoidNote, ClusterSettings, FleetDump, FleetState, Health, NoFitReason};

fn reason(state: &FleetState, extra: serde_json::Value) -> NoFitReason {
    decide(state, &request(extra))
        .no_fit
        .expect("should not fit")
        .reason
}

#[test]
fn a_gpu_request_goes_to_the_tightest_block() {
    let mut busy = a100("busy", 8);
    busy.used = vector(&[("nvidia.com/gpu", 6), ("pods", 6)]);
    let state = fleet(&[("a", vec![a100("empty", 8), busy])]);
    let one = request(json!({"compute": {"gpu": {"count": 1, "products": ["nvidia-a100"]}}}));
    assert_eq!(nodes(&decide(&state, &one)), ["a/busy"]);
    let eight = request(json!({"compute": {"gpu": {"count": 8}}}));
    assert_eq!(
        nodes(&decide(&state, &eight)),
        ["a/empty"],
        "the large block was kept"
    );
}

#[test]
fn rare_nodes_are_left_to_those_who_need_them() {
    let state = fleet(&[(
        "a",
        vec![a100("gpu", 8), tdx("tdx", 4), node("zz-plain", &[], &[])],
    )]);
    assert_eq!(
        nodes(&decide(
            &state,
            &request(json!({"compute": {"requests": {"cpu": "1"}}}))
        )),
        ["a/zz-plain"]
    );
    let decision = decide(&state, &request(json!({"compute": {"tee": {"kinds": ["tdx"]}}})));
    assert_eq!(nodes(&decision), ["a/tdx"]);
}

#[test]
fn claims_are_seen_by_the_next_decision() {
    let mut state = fleet(&[("a", vec![a100("n", 8)])]);
    let five = request(json!({"compute": {"gpu": {"count": 5}}}));
    assert_eq!(place(&mut state, "p1", &five), ["a/n"]);
    assert_eq!(
        reason(&state, json!({"compute": {"gpu": {"count": 5}}})),
        NoFitReason::NoCapacity
    );
    let three = request(json!({"compute": {"gpu": {"count": 3}}}));
    assert_eq!(place(&mut state, "p2", &three), ["a/n"]);
}

#[test]
fn a_tdx_request_implies_its_runtime_class_and_overhead() {
    let state = fleet(&[("a", vec![tdx("n", 4)])]);
    let request = request(json!({"compute": {"tee": {"kinds": ["tdx"]}, "requests": {"memory": "1Gi"}}}));
    let decision = decide(&state, &request);
    let slot = decision.placed.first().expect("fits");
    assert_eq!(
        slot.vector,
        vector(&[("memory", 3 << 30), ("pods", 1), ("tdx.intel.com/keys", 1)])
    );
    let spec = resolve(&request, &slot.offer, &slot.pin);
    assert_eq!(
        pod_requests(&spec, &slot.offer.overhead(), &ContainerDefaults::default()).expect("countable"),
        slot.vector
    );
    assert_eq!(slot.namespace.as_str(), "performers");
}

#[test]
fn a_share_is_slices_of_a_shared_node_and_whole_gpus_are_not() {
    let state = fleet(&[("a", vec![a100("whole", 8), t4_shared("shared", 8)])]);
    let share = decide(&state, &request(json!({"compute": {"gpu": {"shareMilli": 300}}})));
    assert_eq!(nodes(&share), ["a/shared"]);
    let slot = share.placed.first().expect("fits");
    assert_eq!(slot.vector, vector(&[("nvidia.com/gpu", 2), ("pods", 1)]));
    let whole = decide(&state, &request(json!({"compute": {"gpu": {"count": 1}}})));
    assert_eq!(nodes(&whole), ["a/whole"]);
    assert_eq!(
        reason(
            &state,
            json!({"compute": {"gpu": {"count": 1, "products": ["T4"]}}})
        ),
        NoFitReason::RulesExcludeAllNodes
    );
}

#[test]
fn any_tee_takes_every_kind_that_fits() {
    let sgx = node(
        "sgx",
        &[("intel.feature.node.kubernetes.io/sgx", "true")],
        &[("sgx.intel.com/enclave", 1), ("sgx.intel.com/epc", 64 << 20)],
    );
    let mut state = fleet(&[("a", vec![sgx, tdx("tdx", 1)])]);
    let any = request(json!({"performer": {"hardwareRequirements": {"teeRequired": true}}}));
    let mut taken = [place(&mut state, "p1", &any), place(&mut state, "p2", &any)].concat();
    taken.sort();
    assert_eq!(taken, ["a/sgx", "a/tdx"]);
    assert_eq!(
        decide(&state, &any).no_fit.map(|no_fit| no_fit.reason),
        Some(NoFitReason::NoCapacity)
    );
}

#[test]
fn a_gang_is_placed_whole_or_not_at_all() {
    let gang = |replicas: u32| {
        request(json!({"compute": {"gpu": {"count": 8}}, "replicas": replicas, "gang": true}))
    };
    let mut state = fleet(&[("a", vec![a100("n1", 8)]), ("b", vec![a100("n2", 8)])]);
    let decision = decide(&state, &gang(3));
    assert!(decision.placed.is_empty());
    let no_fit = decision.no_fit.expect("does not fit");
    assert_eq!(
        (no_fit.reason, no_fit.slots.len()),
        (NoFitReason::GangDoesNotFit, 3)
    );
    let explanation = no_fit.explanation.expect("asked for");
    assert_eq!((explanation.fit, explanation.wanted), (2, 3));
    assert_eq!(nodes(&decide(&state, &gang(2))), ["a/n1", "b/n2"]);
    report(&mut state, "b", vec![a100("n2", 8), a100("n3", 8)]);
    assert!(
        decide(&state, &gang(3)).is_complete(),
        "fits when a node has joined"
    );
}

#[test]
fn other_replicas_are_placed_as_far_as_they_fit() {
    let state = fleet(&[("a", vec![a100("n1", 8)])]);
    let decision = decide(
        &state,
        &request(json!({"compute": {"gpu": {"count": 3}}, "replicas": 4})),
    );
    assert_eq!(nodes(&decision), ["a/n1", "a/n1"]);
    let no_fit = decision.no_fit.expect("two wait");
    assert_eq!(no_fit.reason, NoFitReason::NoCapacity);
    assert_eq!(
        no_fit.slots.iter().map(|slot| slot.slot.0).collect::<Vec<_>>(),
        [2, 3]
    );
}

#[test]
fn the_number_of_pods_is_a_resource() {
    let mut full = node("full", &[], &[]);
    full.used = vector(&[("pods", 110)]);
    let state = fleet(&[("a", vec![full])]);
    assert_eq!(reason(&state, json!({})), NoFitReason::NoCapacity);
}

#[test]
fn what_no_connected_cluster_has_is_no_such_product() {
    let mut state = fleet(&[("a", vec![a100("n", 8)]), ("b", vec![t4_shared("n", 4)])]);
    let decision = decide(
        &state,
        &request(json!({"compute": {"gpu": {"count": 1, "products": ["nvidia-b200"]}}})),
    );
    let no_fit = decision.no_fit.expect("waits");
    assert_eq!(no_fit.reason, NoFitReason::NoSuchProduct);
    let summary = no_fit.explanation.expect("asked for").summary;
    for known in ["nvidia-b200", "NVIDIA-A100-SXM4-80GB", "Tesla-T4"] {
        assert!(summary.contains(known), "{summary}");
    }
    assert_eq!(
        reason(&state, json!({"compute": {"tee": {"kinds": ["tdx"]}}})),
        NoFitReason::NoSuchProduct
    );
    // A cluster that has it and may not take it is another matter.
    state.put_cluster(
        cluster("b"),
        ClusterSettings {
            cordoned: true,
            ..ClusterSettings::default()
        },
    );
    let share = json!({"compute": {"gpu": {"shareMilli": 250, "products": ["T4"]}}});
    assert_eq!(reason(&state, share.clone()), NoFitReason::NoEligibleCluster);
    let hint = explain(&state, &request(share)).would_fit_if;
    assert_eq!(hint.as_deref(), Some("cluster b is uncordoned"));
    let none = fleet(&[("a", vec![node("n", &[], &[])])]);
    assert_eq!(
        reason(&none, json!({"compute": {"gpu": {"count": 1}}})),
        NoFitReason::NoSuchProduct
    );
}

#[test]
fn required_pod_affinity_binds_the_cluster_only() {
    let state = fleet(&[("a", vec![node("n", &[], &[])])]);
    let request = request(
        json!({"performer": {"scheduling": {"affinity": {"podAntiAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "kubernetes.io/hostname"}]}}}}}),
    );
    let decision = decide(&state, &request);
    let slot = decision.placed.first().expect("fits");
    assert_eq!(slot.pin, Pin::Cluster);
    assert!(!slot.claim(&owner("p", &request)).pinned);
}

#[test]
fn what_refused_the_request_is_avoided_and_named() {
    let state = fleet(&[
        ("a", vec![node("n1", &[], &[]), node("n2", &[], &[])]),
        ("b", vec![node("n1", &[], &[])]),
    ]);
    let request = request(json!({"compute": {"requests": {"cpu": "1"}}}));
    let mut avoid = Avoid::new();
    for (cluster_name, node, left) in [
        ("a", Some("n1"), "a/n2"),
        ("a", Some("n2"), "b/n1"),
        ("b", None, ""),
    ] {
        let note = AvoidNote {
            why: format!("refused by {cluster_name} at noon"),
            ends_if: Some(format!("it is evening in {cluster_name}")),
        };
        avoid.insert((cluster(cluster_name), node.map(node_name)), note);
        assert_eq!(nodes(&decide_avoiding(&state, &request, &avoid)).join(""), left);
    }
    let no_fit = decide_avoiding(&state, &request, &avoid)
        .no_fit
        .expect("all is avoided");
    assert_eq!(no_fit.reason, NoFitReason::Avoided);
    let explanation = no_fit.explanation.expect("asked for");
    assert!(
        explanation.summary.contains("refused by b at noon"),
        "{}",
        explanation.summary
    );
    assert!(
        explanation.summary.ends_with("and 2 more"),
        "{}",
        explanation.summary
    );
    let hint = explanation.would_fit_if.expect("one change is enough");
    assert!(hint.starts_with("it is evening in "), "{hint}");
    let a = explanation.clusters.first().expect("a comes first");
    assert_eq!(
        (a.rejections[0].rule.as_str(), a.rejections[0].nodes),
        ("NodeAvoided", 2)
    );
    assert_eq!(a.rejections[0].samples[0].shortfall, "refused by a at noon");

    // Only whole clusters are left, and all are avoided.
    avoid.insert((cluster("a"), None), "refused by a at noon".to_owned().into());
    let no_fit = decide_avoiding(&state, &request, &avoid)
        .no_fit
        .expect("all is avoided");
    assert_eq!(no_fit.reason, NoFitReason::Avoided);
    assert!(
        no_fit
            .explanation
            .expect("asked for")
            .summary
            .contains("refused by a at noon")
    );
}

#[test]
fn equal_nodes_are_taken_in_the_emptier_cluster_then_by_name() {
    let pair = || vec![node("n1", &[], &[]), node("n2", &[], &[])];
    let mut state = fleet(&[("a", pair()), ("b", pair())]);
    let whole = request(json!({"compute": {"requests": {"cpu": "32"}}}));
    let order: Vec<String> = ["p1", "p2", "p3", "p4"]
        .iter()
        .flat_map(|uid| place(&mut state, uid, &whole))
        .collect();
    assert_eq!(order, ["a/n1", "b/n1", "a/n2", "b/n2"]);
}

#[test]
fn a_dump_decides_the_same() {
    let mut state = fleet(&[
        ("a", vec![a100("n1", 8), a100("n2", 8)]),
        ("b", vec![a100("n3", 8)]),
    ]);
    place(
        &mut state,
        "p1",
        &request(json!({"compute": {"gpu": {"count": 3}}})),
    );
    let json = serde_json::to_string(&state.dump()).expect("json");
    let dump: FleetDump = serde_json::from_str(&json).expect("read back");
    let copy = FleetState::from_dump(dump);
    assert_eq!(
        copy.fingerprint().expect("json"),
        state.fingerprint().expect("json")
    );
    let request = request(json!({"compute": {"gpu": {"count": 2}}, "replicas": 5}));
    assert_eq!(decide(&copy, &request), decide(&state, &request));
}

#[test]
fn every_change_has_a_new_snapshot_id() {
    let mut state = fleet(&[("a", vec![node("n", &[], &[])])]);
    let before = state.snapshot_id();
    place(&mut state, "p1", &request(json!({})));
    assert!(state.snapshot_id() > before);
    assert_eq!(decide(&state, &request(json!({}))).snapshot, state.snapshot_id());
}

#[test]
fn a_product_may_still_come_with_an_inventory_that_is_on_its_way() {
    let mut state = fleet(&[("a", vec![node("n", &[], &[])])]);
    let gpu = json!({"compute": {"gpu": {"count": 1}}});
    let b = cluster("b");
    state.put_cluster(b.clone(), ClusterSettings::default());
    assert_eq!(
        reason(&state, gpu.clone()),
        NoFitReason::NoSuchProduct,
        "one that never connected is not waited for"
    );
    state.set_health(&b, Health::Ready).expect("known");
    state.begin_session(&b).expect("known");
    assert_eq!(reason(&state, gpu.clone()), NoFitReason::WaitingForInventory);
    report(&mut state, "b", vec![node("n", &[], &[])]);
    assert_eq!(reason(&state, gpu), NoFitReason::NoSuchProduct);
}

#[test]
fn a_cluster_that_has_no_such_nodes_hides_nothing_about_those_that_have() {
    let state = fleet(&[
        ("gpus", vec![a100("n", 8)]),
        ("plain", vec![node("cpu", &[], &[])]),
    ]);
    let gpu = request(json!({"compute": {"gpu": {"count": 1}}}));
    let reason = |avoid: &Avoid, request| {
        decide_avoiding(&state, request, avoid)
            .no_fit
            .map(|no_fit| no_fit.reason)
    };
    let mut avoid = Avoid::new();
    avoid.insert(
        (cluster("gpus"), None),
        "its nodes start nothing".to_owned().into(),
    );
    assert_eq!(reason(&avoid, &gpu), Some(NoFitReason::Avoided));
    let elsewhere = request(json!({"compute": {"gpu": {"count": 1}}, "nodeRules": {"hostnames": ["cpu"]}}));
    assert_eq!(
        reason(&avoid, &elsewhere),
        Some(NoFitReason::RulesExcludeAllNodes),
        "no node of the cluster that is avoided is meant"
    );
}
