use serde_json::json;

use crate::fixture::*;
use crate::{ClusterSettings, FleetState, Health, NoFitReason};

#[test]
fn each_rule_over_nodes_can_turn_away() {
    let mut tainted = node("n", &[], &[]);
    tainted.taints = vec![taint("dedicated")];
    let mut cordoned = node("n", &[], &[]);
    cordoned.unschedulable = true;
    let mut not_ready = node("n", &[], &[]);
    not_ready.ready = false;
    let plain = || node("n", &[("zone", "a")], &[]);
    let cases = [
        ("NodeReady", not_ready, json!({})),
        ("NodeUnschedulable", cordoned, json!({})),
        (
            "NodeName",
            plain(),
            json!({"nodeRules": {"hostnames": ["other"]}}),
        ),
        (
            "NodeSelector",
            plain(),
            json!({"nodeRules": {"nodeSelector": {"zone": "b"}}}),
        ),
        (
            "NodeAffinity",
            plain(),
            json!({"nodeRules": {"requiredNodeAffinity": {"nodeSelectorTerms": [
                {"matchExpressions": [{"key": "zone", "operator": "NotIn", "values": ["a"]}]}]}}}),
        ),
        ("NodeTaints", tainted, json!({})),
        ("GpuProduct", plain(), json!({"compute": {"gpu": {"count": 1}}})),
        (
            "GpuMemory",
            a100("n", 8),
            json!({"compute": {"gpu": {"count": 1, "minMemoryMib": 90_000}}}),
        ),
        (
            "GpuComputeCapability",
            a100("n", 8),
            json!({"compute": {"gpu": {"count": 1, "minComputeCapability": "9.0"}}}),
        ),
        (
            "GpuConfidential",
            a100("n", 8),
            json!({"compute": {"gpu": {"count": 1, "confidential": true}}}),
        ),
        (
            "GpuSharing",
            a100("n", 8),
            json!({"compute": {"gpu": {"shareMilli": 100}}}),
        ),
        (
            "TeeKindOnNode",
            plain(),
            json!({"compute": {"tee": {"kinds": ["tdx"]}}}),
        ),
        (
            "RuntimeClass",
            plain(),
            json!({"performer": {"scheduling": {"runtimeClass": "gvisor"}}}),
        ),
        (
            "GpuCount",
            a100("n", 4),
            json!({"compute": {"gpu": {"count": 8}}}),
        ),
        (
            "TeeSlots",
            tdx("n", 1),
            json!({"compute": {"tee": {"kinds": ["tdx"], "slots": 2}}}),
        ),
        (
            "NodeResources",
            plain(),
            json!({"compute": {"requests": {"cpu": "33"}}}),
        ),
    ];
    for (rule, node, extra) in cases {
        let state = fleet(&[("a", vec![node])]);
        let explanation = explain(&state, &request(extra));
        let rejections: Vec<&str> = explanation
            .clusters
            .iter()
            .flat_map(|c| &c.rejections)
            .map(|r| r.rule.as_str())
            .collect();
        assert_eq!(rejections, [rule], "{}", explanation.summary);
        let samples: Vec<&str> = explanation
            .clusters
            .iter()
            .flat_map(|c| &c.rejections)
            .flat_map(|r| &r.samples)
            .map(|sample| sample.shortfall.as_str())
            .collect();
        assert!(
            samples.iter().all(|sample| !sample.is_empty()),
            "{rule}: {samples:?}"
        );
    }
}

#[test]
fn each_rule_over_clusters_can_turn_away() {
    type Change = fn(&mut FleetState);
    let nothing: Change = |_| {};
    let cases: [(&str, serde_json::Value, Change); 9] = [
        (
            "ClusterSelector",
            json!({"clusterRules": {"selector": {"matchLabels": {"tier": "gold"}}}}),
            nothing,
        ),
        (
            "ClusterNames",
            json!({"clusterRules": {"exclude": ["a"]}}),
            nothing,
        ),
        (
            "ClusterNames",
            json!({"clusterRules": {"include": ["b"]}}),
            nothing,
        ),
        (
            "ClusterRegion",
            json!({"clusterRules": {"regions": ["eu"]}}),
            nothing,
        ),
        ("ClusterTaints", json!({}), |state| {
            state.put_cluster(
                cluster("a"),
                ClusterSettings {
                    taints: vec![taint("spot")],
                    ..ClusterSettings::default()
                },
            );
        }),
        ("ClusterCordoned", json!({}), |state| {
            state.put_cluster(
                cluster("a"),
                ClusterSettings {
                    cordoned: true,
                    ..ClusterSettings::default()
                },
            );
        }),
        ("ClusterHealth", json!({}), |state| {
            state.set_health(&cluster("a"), Health::Suspect).expect("known");
        }),
        ("InventoryFreshness", json!({}), |state| {
            state.begin_session(&cluster("a")).expect("known");
        }),
        ("TenantNamespace", json!({"namespace": "kube-system"}), nothing),
    ];
    for (rule, extra, change) in cases {
        let mut state = fleet(&[("a", vec![node("n", &[], &[])])]);
        change(&mut state);
        let explanation = explain(&state, &request(extra));
        let excluded: Vec<Option<&str>> = explanation
            .clusters
            .iter()
            .map(|cluster| cluster.excluded_by.as_deref())
            .collect();
        assert_eq!(excluded, [Some(rule)]);
        let expected = if rule == "InventoryFreshness" {
            NoFitReason::WaitingForInventory
        } else {
            NoFitReason::NoEligibleCluster
        };
        assert_eq!(explanation.reason, Some(expected), "{rule}");
        assert!(
            explanation.would_fit_if.is_some(),
            "{rule} is the only thing in the way"
        );
    }
    assert_eq!(
        explain(&FleetState::new(), &request(json!({}))).reason,
        Some(NoFitReason::NoEligibleCluster)
    );
}

#[test]
fn tolerations_selectors_and_regions_let_in() {
    let mut state = fleet(&[("a", vec![node("n", &[], &[])])]);
    state.put_cluster(
        cluster("a"),
        ClusterSettings {
            labels: [
                ("tier".to_owned(), "gold".to_owned()),
                ("topology.kubernetes.io/region".to_owned(), "eu".to_owned()),
            ]
            .into(),
            taints: vec![taint("spot")],
            cordoned: false,
        },
    );
    let rules = json!({"clusterRules": {"selector": {"matchLabels": {"tier": "gold"}}, "include": ["a"],
        "regions": ["us", "eu"], "tolerations": [{"key": "spot", "operator": "Exists"}]}});
    assert!(decide(&state, &request(rules)).is_complete());
}
