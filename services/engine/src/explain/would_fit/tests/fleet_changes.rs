//! What the fleet would have to be.

use hourglass_model::node::NodeFacts;
use serde_json::{Value, json};

use super::case::{Case, full, tainted};
use crate::fixture::*;

#[test]
fn all_taints_in_the_way_are_named_together_and_only_those_of_one_node() {
    let both = Case::one(vec![tainted("n1", &["t1", "t2"])], json!({}));
    assert_eq!(
        both.check().as_deref(),
        Some("nodeRules.tolerations tolerates t1:NoSchedule and t2:NoSchedule, as on node n1 of cluster a")
    );
    let each = Case::one(
        vec![tainted("n1", &["t1"]), tainted("n2", &["t2"])],
        json!({"compute": {"requests": {"cpu": "20"}}, "replicas": 2}),
    );
    assert_eq!(each.check(), None, "one toleration lets in one of two");
    let mut clusters = Case::one(vec![tainted("n1", &[])], json!({}));
    clusters.clusters[0].2 = vec!["t1", "t3"];
    assert_eq!(
        clusters.check().as_deref(),
        Some("clusterRules.tolerations tolerates t1:NoSchedule and t3:NoSchedule of cluster a")
    );
}

#[test]
fn a_rule_with_two_reasons_about_others_has_no_single_change() {
    let near = |app: &str| json!({"selector": {"matchLabels": {"app": app}}, "topology": "NODE"});
    let one = Case::one(vec![tainted("n1", &[])], json!({"affinity": [near("x")]}));
    assert_eq!(
        one.check().as_deref(),
        Some("a placement with app=x runs in node n1 of cluster a")
    );
    let two = Case::one(
        vec![tainted("n1", &[])],
        json!({"affinity": [near("x"), near("y")]}),
    );
    assert_eq!(two.check(), None);
    let apart = |apps: &[&str]| {
        let rules: Vec<Value> = apps.iter().map(|app| near(app)).collect();
        let mut case = Case::one(
            vec![full("n0"), tainted("n1", &[])],
            json!({"compute": {"requests": {"cpu": "1"}}, "antiAffinity": rules}),
        );
        case.running = vec![("x", "n1".to_owned()), ("y", "n1".to_owned())];
        case
    };
    assert_eq!(
        apart(&["x"]).check().as_deref(),
        Some("no placement with app=x is left in node n1 of cluster a")
    );
    let both = apart(&["x", "y"]).check();
    assert!(both.is_none_or(|text| !text.starts_with("no placement")));
}

#[test]
fn what_others_do_in_a_zone_is_told_of_the_zone() {
    let zoned = |mut node: NodeFacts| {
        node.labels = node.labels.with("topology.kubernetes.io/zone", "z1");
        node
    };
    let term = json!({"selector": {"matchLabels": {"app": "x"}}, "topology": "ZONE"});
    let case = |rules| {
        let nodes = vec![
            zoned(full("n0")),
            zoned(tainted("n1", &[])),
            zoned(tainted("n2", &[])),
        ];
        Case::one(nodes, rules)
    };
    let near = case(json!({"affinity": [term]}));
    assert_eq!(
        near.check().as_deref(),
        Some("a placement with app=x runs in zone z1")
    );
    let mut apart = case(json!({"antiAffinity": [term]}));
    apart.running = vec![("x", "n1".to_owned()), ("x", "n2".to_owned())];
    assert_eq!(
        apart.check().as_deref(),
        Some("no placement with app=x is left in zone z1")
    );
}

#[test]
fn what_hardware_lacks_is_told_by_what_counts_it() {
    let gpus = |used: i64, spec: Value| {
        let mut node = a100("n1", 4);
        node.used = vector(&[("nvidia.com/gpu", used)]);
        Case::one(vec![node], spec)
    };
    let four = gpus(1, json!({"compute": {"gpu": {"count": 4}}}));
    assert_eq!(
        four.check().as_deref(),
        Some("1 more nvidia.com/gpu is free on node n1 of cluster a")
    );
    let twice = gpus(0, json!({"compute": {"gpu": {"count": 3}}, "replicas": 2}));
    assert_eq!(
        twice.check().as_deref(),
        Some("1 more node like n1 joins cluster a")
    );
    let tee = json!({"compute": {"tee": {"kinds": ["tdx"]}}});
    assert_eq!(
        Case::one(vec![tdx("n1", 3)], tee).check().as_deref(),
        Some("cluster a has RuntimeClass kata-qemu-tdx")
    );
}

#[test]
fn room_that_the_placement_holds_itself_is_not_waited_for() {
    let eight = |replicas: u32| request(json!({"compute": {"gpu": {"count": 8}}, "replicas": replicas}));
    let mut state = fleet(&[("a", vec![a100("n1", 8)])]);
    place(&mut state, "own", &eight(1));
    let told = |uid: &str| {
        let no_fit = decide_as(&state, uid, &eight(1)).no_fit.expect("full");
        no_fit.explanation.expect("asked for").would_fit_if
    };
    assert_eq!(
        told("own").as_deref(),
        Some("1 more node like n1 joins cluster a")
    );
    assert_eq!(
        told("other").as_deref(),
        Some("8 more nvidia.com/gpu are free on node n1 of cluster a")
    );
}

#[test]
fn where_a_quota_is_short_no_more_nodes_are_asked_for() {
    let mut case = Case::one(
        vec![tainted("n1", &[])],
        json!({"compute": {"requests": {"cpu": "1"}}, "replicas": 4}),
    );
    case.quotas = vec![2_500, 9_000, 3_999];
    assert_eq!(
        case.check().as_deref(),
        Some("ResourceQuota q0 and q2 of cluster a leaves room for all of them")
    );
}

#[test]
fn no_more_nodes_help_whom_a_rule_binds_to_names() {
    let wants =
        |rules: Value| json!({"compute": {"requests": {"cpu": "32"}}, "nodeRules": rules, "replicas": 2});
    let case = |rules| Case::one(vec![tainted("n1", &[])], wants(rules));
    assert_eq!(
        case(json!({})).check().as_deref(),
        Some("1 more node like n1 joins cluster a")
    );
    let host = "kubernetes.io/hostname";
    assert_eq!(case(json!({"nodeSelector": {host: "n1"}})).check(), None);
    assert_eq!(case(json!({"hostnames": ["n1"]})).check(), None);
}
