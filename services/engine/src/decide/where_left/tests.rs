use std::collections::BTreeSet;

use hourglass_model::ids::{ClaimId, Epoch, Slot};
use hourglass_model::request::CanonicalRequest;
use serde_json::json;

use crate::fixture::*;
use crate::{Avoid, DecideInput, FleetState, SlotWanted};

/// Where a further replica of `web` would be of the nodes that its first replicas have left, which are on `left` in this order.
fn further(state: &FleetState, request: &CanonicalRequest, left: &[(&str, &str)]) -> Vec<String> {
    let placement = uid_of("web");
    let wanted = SlotWanted {
        slot: Slot(9),
        epoch: Epoch(2),
    };
    let input = DecideInput {
        tenant: &tenant(),
        placement: Some(&placement),
        slots: &[wanted],
        avoid: &Avoid::new(),
        preempt: false,
        explain: false,
    };
    let gone: BTreeSet<ClaimId> = state
        .claims_of(&placement)
        .filter(|record| {
            let claim = &record.claim;
            left.contains(&(claim.cluster.as_str(), claim.node.as_str()))
        })
        .map(|record| record.claim.id.clone())
        .collect();
    let left: Vec<_> = left
        .iter()
        .map(|(name, node)| (cluster(name), node_name(node)))
        .collect();
    let places = super::places_where_left(state, request, &input, wanted, &left, &gone);
    for place in &places {
        assert_eq!((place.slot, &place.waits_for), (Slot(9), &gone));
    }
    let told = places.iter();
    told.map(|place| format!("{}/{}", place.cluster, place.node))
        .collect()
}

fn gpus(count: u32) -> CanonicalRequest {
    request(json!({"replicas": 2, "compute": {"gpu": {"count": count}}}))
}

#[test]
fn each_node_that_was_left_is_a_place_if_it_has_the_room() {
    let mut state = fleet(&[("a", vec![a100("n1", 8)]), ("b", vec![a100("n1", 8)])]);
    place(&mut state, "web", &gpus(6));
    let left = [("b", "n1"), ("a", "n1")];
    assert_eq!(further(&state, &gpus(8), &left), ["b/n1", "a/n1"]);
    assert!(further(&state, &gpus(9), &left).is_empty());
    assert!(further(&state, &gpus(8), &[]).is_empty());
    // Who has come meanwhile stays.
    let one = request(json!({"compute": {"gpu": {"count": 2}}}));
    let other = place(&mut state, "other", &one);
    let free = if other == ["a/n1"] { "b/n1" } else { "a/n1" };
    assert_eq!(further(&state, &gpus(8), &left), [free]);
}

#[test]
fn a_node_that_is_kept_for_another_is_no_place() {
    let mut state = fleet(&[("a", vec![a100("n1", 8)]), ("b", vec![a100("n1", 8)])]);
    place(&mut state, "web", &gpus(8));
    let (gang, placement) = (
        request(json!({"compute": {"gpu": {"count": 8}}, "clusterRules": {"include": ["a"]}})),
        uid_of("gang"),
    );
    let input = DecideInput {
        tenant: &tenant(),
        placement: Some(&placement),
        slots: &slots(&gang),
        avoid: &Avoid::new(),
        preempt: false,
        explain: false,
    };
    let kept = state.reserve(&placement, &gang, &input);
    assert_eq!(kept.len(), 1);
    assert_eq!(further(&state, &gpus(8), &[("a", "n1"), ("b", "n1")]).len(), 1);
}

#[test]
fn replicas_are_spread_over_all_domains_of_the_fleet() {
    let zone = |name: &str, zone: &str| {
        node(
            name,
            &[("topology.kubernetes.io/zone", zone)],
            &[("cpu", 64_000), ("memory", 1 << 36), ("pods", 110)],
        )
    };
    let mut state = fleet(&[
        ("a", vec![zone("n1", "z1"), zone("n2", "z1")]),
        ("b", vec![zone("n3", "z2")]),
    ]);
    let even = |replicas: u32| {
        labelled(
            &[("app", "web")],
            json!({
                "replicas": replicas,
                "compute": {"requests": {"cpu": "40"}},
                "spread": [{"maxSkew": 1, "topology": "ZONE", "selector": {"matchLabels": {"app": "web"}}}],
            }),
        )
    };
    let placed: BTreeSet<String> = place(&mut state, "web", &even(2)).into_iter().collect();
    assert_eq!(placed.len(), 2);
    let there = placed
        .iter()
        .find(|place| place.starts_with("a/"))
        .expect("one in z1");
    let left = ("a", there.trim_start_matches("a/"));
    assert_eq!(further(&state, &even(2), &[left]).len(), 1, "as many as in z2");
    // The same with one more in z1: z2, which nobody has left, is a domain too.
    let here = labelled(
        &[("app", "web")],
        json!({"compute": {"requests": {"cpu": "20"}}, "clusterRules": {"include": ["a"]}}),
    );
    place(&mut state, "more", &here);
    place(&mut state, "again", &here);
    assert!(further(&state, &even(2), &[left]).is_empty());
}
