//! What no node of the fleet has, and what clusters would have to be labelled, is told by name.

use hourglass_model::labels::Labels;
use serde_json::json;

use super::why_not;
use crate::ClusterSettings;
use crate::fixture::*;

#[test]
fn a_resource_that_no_node_offers_is_told_as_such() {
    let state = fleet(&[(
        "a",
        vec![node("n1", &[], &[]), node("n2", &[], &[("example.com/bar", 1)])],
    )]);
    let asks = |resource: &str| {
        let requests = json!({resource: "2"});
        why_not(&state, &request(json!({"compute": {"requests": requests}})))
    };
    let told = ["no connected node offers example.com/foo"];
    let foo = asks("example.com/foo");
    assert_eq!(foo.contradictions, told);
    assert!(foo.summary.ends_with(told[0]), "{}", foo.summary);
    assert!(asks("example.com/bar").contradictions.is_empty());
}

#[test]
fn a_fleet_without_cliques_is_not_said_to_have_small_ones() {
    let state = fleet(&[("a", vec![a100("n1", 4), a100("n2", 4)])]);
    let together = request(json!({"compute": {"gpu": {"count": 4, "sameClique": true}}, "replicas": 2}));
    assert_eq!(
        why_not(&state, &together).contradictions,
        [
            "all 2 replicas are wanted in one NVLink clique, and no node of clusters that may take it says its clique (label \
             nvidia.com/gpu.clique)"
        ]
    );
}

#[test]
fn what_rules_over_clusters_would_have_to_name_is_told() {
    let told = |field: &str, labels: &[(&str, &str)]| {
        let mut state = fleet(&[("a", vec![node("n1", &[], &[])])]);
        let labels = labels
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let settings = ClusterSettings {
            labels: labels.collect::<Labels>(),
            ..ClusterSettings::default()
        };
        state.put_cluster(cluster("a"), settings);
        let elsewhere = request(json!({"clusterRules": {field: ["elsewhere"]}}));
        why_not(&state, &elsewhere)
            .would_fit_if
            .expect("one rule is in the way")
    };
    for (field, word, key) in [
        ("regions", "region", "topology.kubernetes.io/region"),
        ("zones", "zone", "topology.kubernetes.io/zone"),
        ("providers", "provider", "hourglass.eigenlayer.io/provider"),
    ] {
        assert_eq!(
            told(field, &[(key, "here")]),
            format!("clusterRules.{field} names here too, the {word} of cluster a")
        );
        assert_eq!(
            told(field, &[]),
            format!("cluster a has a label {key} that clusterRules.{field} names")
        );
    }
}
