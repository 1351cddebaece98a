//! A breach is seen also where one of the two stands in a cluster that has not said what its nodes are.

use hourglass_model::request::CanonicalRequest;
use serde_json::json;

use crate::fixture::*;
use crate::invariants::{Breach, check, check_decision};
use crate::{Claim, ClusterSettings, Decision, FleetState};

const ZONE: &str = "topology.kubernetes.io/zone";

/// A cluster that is there, with a node in zone `z1` and one in `z2`; and one that is known and has said nothing, in which a
/// claim of `known` is restored on a node that was in `zone`.
fn half_known(known: &CanonicalRequest, zone: Option<&str>) -> FleetState {
    let zoned = |name: &str, zone: &str| node(name, &[(ZONE, zone)], &[]);
    let mut before = fleet(&[("silent", vec![zoned("gone", "z1")])]);
    assert_eq!(place(&mut before, "first", known), ["silent/gone"]);
    let claim = before.claims().next().map(|record| record.claim.clone());

    let mut state = fleet(&[("there", vec![zoned("n1", "z1"), zoned("n2", "z2")])]);
    state.put_cluster(cluster("silent"), ClusterSettings::default());
    let claim = Claim {
        zone: zone.map(str::to_owned),
        ..claim.expect("placed")
    };
    state.restore_claim(claim, false).expect("new");
    assert_eq!(check(&state), []);
    state
}

/// A place for one of app `x` on this node, as somebody decides who knows nothing of any rule.
fn on(state: &FleetState, node: &str) -> Decision {
    let plain = request(json!({"nodeRules": {"hostnames": [node]}}));
    let decision = decide(state, &plain);
    assert_eq!(nodes(&decision), [format!("there/{node}")]);
    decision
}

fn broken_rules(state: &FleetState, request: &CanonicalRequest, node: &str) -> usize {
    let breaches = check_decision(state, &tenant(), request, &on(state, node));
    let broken = |breach: &&Breach| matches!(breach, Breach::RuleBroken { .. });
    assert_eq!(
        breaches.iter().filter(broken).count(),
        breaches.len(),
        "{breaches:?}"
    );
    breaches.len()
}

#[test]
fn one_that_is_kept_away_over_zones_counts_though_its_node_is_not_in_the_inventory() {
    let plain = labelled(&[("app", "x")], json!({}));
    let rule = json!({"selector": {"matchLabels": {"app": "x"}}, "topology": "ZONE"});
    let apart = labelled(&[("app", "x")], json!({"antiAffinity": [rule]}));
    // Both keep away, the newcomer alone, the one that is there alone.
    for (known, new, each) in [(&apart, &apart, 2), (&plain, &apart, 1), (&apart, &plain, 1)] {
        let state = half_known(known, Some("z1"));
        assert_eq!(broken_rules(&state, new, "n1"), each);
        assert_eq!(broken_rules(&state, new, "n2"), 0);
        // Nobody knows where it stands.
        let state = half_known(known, None);
        assert_eq!(broken_rules(&state, new, "n1"), 0);
    }
}

#[test]
fn one_to_be_near_over_zones_is_near_though_its_node_is_not_in_the_inventory() {
    let plain = labelled(&[("app", "x")], json!({}));
    let rule = json!({"selector": {"matchLabels": {"app": "x"}}, "topology": "ZONE"});
    let near = labelled(&[("app", "y")], json!({"affinity": [rule]}));
    let state = half_known(&plain, Some("z1"));
    assert_eq!(broken_rules(&state, &near, "n1"), 0);
    assert_eq!(broken_rules(&state, &near, "n2"), 1);
}

#[test]
fn a_skew_over_zones_counts_those_whose_nodes_are_not_in_the_inventory() {
    let spread = json!({"maxSkew": 1, "topology": "ZONE", "whenUnsatisfiable": "DO_NOT_SCHEDULE",
        "selector": {"matchLabels": {"app": "x"}}});
    let even = labelled(&[("app", "x")], json!({"spread": [spread]}));
    let state = half_known(&even, Some("z1"));
    assert_eq!(broken_rules(&state, &even, "n1"), 1);
    assert_eq!(broken_rules(&state, &even, "n2"), 0);
}

#[test]
fn what_is_left_of_a_cluster_that_is_removed_stands_where_it_stood() {
    let rule = json!({"selector": {"matchLabels": {"app": "x"}}, "topology": "ZONE"});
    let apart = labelled(&[("app", "x")], json!({"antiAffinity": [rule]}));
    let mut state = half_known(&apart, Some("z1"));
    state.remove_cluster(&cluster("silent"));
    assert_eq!(check(&state), []);
    assert_eq!(nodes(&decide(&state, &apart)), ["there/n2"]);
}
