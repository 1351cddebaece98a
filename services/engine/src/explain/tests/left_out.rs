//! Clusters that are kept out for now are named where they may have what is asked for.

use serde_json::json;

use super::why_not;
use crate::fixture::*;
use crate::{ClusterSettings, FleetState, Health, NoFitReason};

/// A cluster with a T4, one with an A100, one without GPUs.
fn three() -> FleetState {
    let t4 = node(
        "t4",
        &[("nvidia.com/gpu.product", "Tesla-T4")],
        &[("nvidia.com/gpu", 1)],
    );
    fleet(&[
        ("edge", vec![t4]),
        ("pool", vec![a100("n1", 8)]),
        ("plain", vec![node("n1", &[], &[]), node("n2", &[], &[])]),
    ])
}

fn silence(state: &mut FleetState, name: &str, health: Health) {
    let name = cluster(name);
    state.end_session(&name).expect("known");
    state.set_health(&name, health).expect("known");
}

fn cordon(state: &mut FleetState, name: &str) {
    let cordoned = ClusterSettings {
        cordoned: true,
        ..ClusterSettings::default()
    };
    state.put_cluster(cluster(name), cordoned);
}

fn gpu(product: &str, count: u32) -> hourglass_model::request::CanonicalRequest {
    request(json!({"compute": {"gpu": {"products": [product], "count": count}}}))
}

#[test]
fn a_silent_cluster_that_alone_has_the_product_is_why_it_waits() {
    let mut state = three();
    silence(&mut state, "edge", Health::Suspect);
    silence(&mut state, "plain", Health::Suspect);
    let explanation = why_not(&state, &gpu("T4", 1));
    assert_eq!(explanation.reason, Some(NoFitReason::NoEligibleCluster));
    assert_eq!(
        explanation.summary,
        "no cluster that has such nodes may take it: cluster edge is left out: it is SUSPECT; elsewhere rules turn away every \
         node: 1 node by GpuProduct (has NVIDIA-A100-SXM4-80GB); 3 nodes in clusters that are left out"
    );
    assert_eq!(
        explanation.would_fit_if.as_deref(),
        Some("cluster edge becomes READY")
    );
    for event in ["CLUSTER_READY", "NODE_ADDED"] {
        assert!(explanation.retry_events.contains(&event.to_owned()), "{event}");
    }
    state.set_health(&cluster("edge"), Health::Ready).expect("known");
    state.begin_session(&cluster("edge")).expect("known");
    let explanation = why_not(&state, &gpu("T4", 1));
    assert_eq!(
        explanation.reason,
        Some(NoFitReason::WaitingForInventory),
        "its agent is back, and about to say what is there"
    );
    assert!(
        explanation.summary.starts_with(
            "inventory is on its way: cluster edge is left out: its inventory of this session is not complete yet; elsewhere"
        ),
        "{}",
        explanation.summary
    );
}

#[test]
fn a_cordoned_cluster_is_named_also_when_it_is_full() {
    for used in [0, 8] {
        let mut state = three();
        let mut full = a100("n1", 8);
        full.used = vector(&[("nvidia.com/gpu", used)]);
        report(&mut state, "pool", vec![full]);
        cordon(&mut state, "pool");
        let explanation = why_not(&state, &gpu("A100", 8));
        assert_eq!(explanation.reason, Some(NoFitReason::NoEligibleCluster));
        assert!(
            explanation.summary.starts_with(
                "no cluster that has such nodes may take it: cluster pool is left out: it is cordoned; elsewhere rules turn away"
            ),
            "{}",
            explanation.summary
        );
        let remedy = "cluster pool is uncordoned";
        assert_eq!(explanation.would_fit_if.as_deref() == Some(remedy), used == 0);
    }
}

#[test]
fn one_that_could_not_take_it_either_is_not_named() {
    let mut state = three();
    silence(&mut state, "plain", Health::Unreachable);
    cordon(&mut state, "pool");
    let labelled = json!({"compute": {"gpu": {"count": 1}}, "nodeRules": {"nodeSelector": {"disk": "ssd"}}});
    let explanation = why_not(&state, &request(labelled));
    assert_eq!(explanation.reason, Some(NoFitReason::RulesExcludeAllNodes));
    assert_eq!(
        explanation.summary,
        "rules turn away every node: 1 node by NodeSelector (has no label disk, wanted disk=ssd); 3 nodes in clusters that are left \
         out"
    );
}

#[test]
fn one_of_which_nothing_is_known_may_have_it() {
    let mut state = three();
    state.put_cluster(cluster("new"), ClusterSettings::default());
    state
        .set_health(&cluster("new"), Health::Unreachable)
        .expect("known");
    let ssd = request(json!({"nodeRules": {"nodeSelector": {"disk": "ssd"}}}));
    let explanation = why_not(&state, &ssd);
    assert_eq!(explanation.reason, Some(NoFitReason::RulesExcludeAllNodes));
    let told = "; cluster new is left out: it is UNREACHABLE, and it is not known what it has";
    assert!(explanation.summary.ends_with(told), "{}", explanation.summary);
    let explanation = why_not(&state, &gpu("H100", 1));
    assert_eq!(explanation.reason, Some(NoFitReason::NoSuchProduct));
    assert!(explanation.summary.ends_with(told), "{}", explanation.summary);
    // Its agent is there, and says it in a moment.
    state.set_health(&cluster("new"), Health::Ready).expect("known");
    state.begin_session(&cluster("new")).expect("known");
    assert_eq!(
        why_not(&state, &ssd).reason,
        Some(NoFitReason::WaitingForInventory)
    );
}

#[test]
fn where_others_are_full_those_are_named_that_would_do_but_for_now() {
    let mut full = a100("n1", 8);
    full.used = vector(&[("nvidia.com/gpu", 8)]);
    let other = |name: &'static str| (name, vec![a100("n1", 8)]);
    let mut state = fleet(&[
        ("a", vec![full]),
        other("b"),
        other("c"),
        other("d"),
        other("e"),
        other("f"),
    ]);
    for name in ["b", "c", "d", "e", "f"] {
        cordon(&mut state, name);
    }
    let explanation = why_not(&state, &gpu("A100", 1));
    assert_eq!(explanation.reason, Some(NoFitReason::NoCapacity));
    assert_eq!(
        explanation.summary,
        "no node has room: 1 node by GpuCount (needs 1 nvidia.com/gpu, 0 free); cluster b is left out: it is cordoned; cluster \
         c is left out: it is cordoned; cluster d is left out: it is cordoned; so are 2 more clusters; 5 nodes in clusters that \
         are left out"
    );
}
