use serde_json::json;

use crate::NoFitReason;
use crate::fixture::*;

#[test]
fn counts_samples_and_shortfalls_are_told() {
    let busy = |name: &str, used: i64| {
        let mut node = a100(name, 8);
        node.used = vector(&[("nvidia.com/gpu", used), ("pods", 1)]);
        node
    };
    let nodes = vec![
        busy("n1", 3),
        busy("n2", 4),
        busy("n3", 5),
        busy("n4", 6),
        node("plain", &[], &[]),
    ];
    let state = fleet(&[("a", nodes)]);
    let explanation = explain(&state, &request(json!({"compute": {"gpu": {"count": 8}}})));
    let a = explanation.clusters.first().expect("one cluster");
    assert_eq!((a.nodes_seen, a.nodes_feasible, &a.best), (5, 0, &None));
    let rules: Vec<(&str, usize, usize)> = a
        .rejections
        .iter()
        .map(|r| (r.rule.as_str(), r.nodes, r.samples.len()))
        .collect();
    assert_eq!(rules, [("GpuProduct", 1, 1), ("GpuCount", 4, 3)]);
    let sample = a
        .rejections
        .last()
        .and_then(|r| r.samples.first())
        .expect("a sample");
    assert_eq!(
        (sample.node.as_str(), sample.shortfall.as_str()),
        ("n1", "needs 8 nvidia.com/gpu, 5 free")
    );
    assert_eq!(explanation.reason, Some(NoFitReason::NoCapacity));
    assert_eq!(
        explanation.would_fit_if.as_deref(),
        Some("3 more nvidia.com/gpu are free on node n1 of cluster a")
    );
    assert!(explanation.retry_events.contains(&"CAPACITY_FREED".to_owned()));
    assert!(
        explanation.summary.contains("needs 8 nvidia.com/gpu, 5 free"),
        "{}",
        explanation.summary
    );
}

#[test]
fn a_fit_is_explained_with_the_best_node_and_its_scores() {
    let state = fleet(&[("a", vec![node("n1", &[], &[]), node("n2", &[], &[])])]);
    let explanation = explain(&state, &request(json!({"compute": {"requests": {"cpu": "1"}}})));
    assert_eq!(
        (explanation.reason, explanation.fit, &explanation.would_fit_if),
        (None, 1, &None)
    );
    let best = explanation
        .clusters
        .first()
        .and_then(|c| c.best.as_ref())
        .expect("a best node");
    assert_eq!(best.node.as_str(), "n1");
    let names: Vec<&str> = best.scores.iter().map(|score| score.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "cluster_tier",
            "soft_taints",
            "preference_missed",
            "spread_excess",
            "rarity",
            "packing",
            "gpu_left",
            "cpu_left_milli",
            "cluster_claims"
        ]
    );
    assert_eq!(explanation.summary, "fits: n1 on a");
}

#[test]
fn a_single_change_that_would_help_is_named() {
    let hint = |nodes, extra| explain(&fleet(&[("a", nodes)]), &request(extra)).would_fit_if;
    let mut tainted = node("n", &[], &[]);
    tainted.taints = vec![taint("dedicated")];
    assert_eq!(
        hint(vec![tainted.clone()], json!({})).as_deref(),
        Some("nodeRules.tolerations tolerates dedicated:NoSchedule, as on node n of cluster a")
    );
    let mut cordoned = node("n", &[], &[]);
    cordoned.unschedulable = true;
    assert_eq!(
        hint(vec![cordoned.clone()], json!({})).as_deref(),
        Some("node n of cluster a is uncordoned")
    );
    // Two things in the way are no single change.
    cordoned.taints = vec![taint("dedicated")];
    assert_eq!(hint(vec![cordoned], json!({})), None);
    let no_class = json!({"compute": {"tee": {"kinds": ["sev-snp"]}}});
    let snp = node(
        "n",
        &[("amd.feature.node.kubernetes.io/snp", "true")],
        &[("sev-snp.amd.com/esids", 5)],
    );
    assert_eq!(
        hint(vec![snp], no_class).as_deref(),
        Some("cluster a has RuntimeClass kata-qemu-snp")
    );
    assert_eq!(
        hint(vec![a100("n", 4)], json!({"compute": {"gpu": {"count": 8}}})),
        None,
        "no node is that large"
    );
}

#[test]
fn a_gang_that_lacks_nodes_is_told_how_many() {
    let state = fleet(&[("a", vec![a100("n1", 8), a100("n2", 8)])]);
    let gang = request(json!({"compute": {"gpu": {"count": 8}}, "replicas": 5, "gang": true}));
    let explanation = explain(&state, &gang);
    assert_eq!(
        (explanation.fit, explanation.reason),
        (2, Some(NoFitReason::GangDoesNotFit))
    );
    assert_eq!(
        explanation.would_fit_if.as_deref(),
        Some("3 more nodes like n1 join cluster a")
    );
    assert!(
        explanation.summary.starts_with("2 of 5 replicas would fit"),
        "{}",
        explanation.summary
    );
}

#[test]
fn an_empty_fleet_is_explained_too() {
    let explanation = explain(
        &crate::FleetState::new(),
        &request(json!({"compute": {"gpu": {"count": 1}}})),
    );
    assert_eq!(explanation.reason, Some(NoFitReason::NoEligibleCluster));
    assert_eq!(explanation.summary, "no cluster has joined the fleet");
    let no_nodes = explain(&fleet(&[("a", vec![])]), &request(json!({})));
    assert_eq!(no_nodes.reason, Some(NoFitReason::NoCapacity));
    assert_eq!(no_nodes.summary, "eligible clusters have no nodes");
}
