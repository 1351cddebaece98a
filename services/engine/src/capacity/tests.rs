use serde_json::json;

use hourglass_model::node::NodeFacts;
use hourglass_model::request::CanonicalRequest;

use crate::decide::NamedPlace;
use crate::fixture::*;
use crate::{Avoid, CapacityAnswer, CapacityBound, CapacityCount, DecideInput, FleetState, capacity};

fn count(state: &FleetState, request: &CanonicalRequest, limit: usize) -> CapacityAnswer {
    with_input(|input| capacity(state, request, input, limit))
}

/// A turn in which `more` places may be found after the first one; whether the count has ended.
fn turn(count: &mut CapacityCount, state: &FleetState, request: &CanonicalRequest, more: usize) -> bool {
    let mut left = more;
    let mut go_on = || {
        let any = left > 0;
        left = left.saturating_sub(1);
        any
    };
    with_input(|input| count.turn(state, request, input, &mut go_on))
}

fn with_input<T>(ask: impl FnOnce(&DecideInput<'_>) -> T) -> T {
    ask(&DecideInput {
        tenant: &tenant(),
        placement: None,
        slots: &[],
        avoid: &Avoid::new(),
        preempt: false,
        explain: true,
    })
}

/// Nodes with how many fit, `cluster/node`.
fn by_node(answer: &CapacityAnswer) -> Vec<(String, usize)> {
    let nodes = answer.clusters.iter().flat_map(|cluster| {
        let nodes = cluster.nodes.iter();
        nodes.map(|node| (format!("{}/{}", cluster.cluster, node.node), node.total))
    });
    nodes.collect()
}

/// A node with so many A100 in an NVLink clique.
fn linked(name: &str, clique: &str, gpus: i64) -> NodeFacts {
    let labels = [
        ("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-80GB"),
        ("nvidia.com/gpu.clique", clique),
    ];
    node(name, &labels, &[("nvidia.com/gpu", gpus)])
}

#[test]
fn it_counts_what_fits_by_cluster_and_node_and_explains_the_next() {
    let state = fleet(&[
        ("a", vec![a100("n1", 8), a100("n2", 3)]),
        ("b", vec![a100("n3", 5)]),
    ]);
    let three = request(json!({"compute": {"gpu": {"count": 3}}, "replicas": 2, "gang": true}));
    let answer = count(&state, &three, 100);
    let by_cluster: Vec<(String, usize)> = answer
        .clusters
        .iter()
        .map(|cluster| (cluster.cluster.to_string(), cluster.total))
        .collect();
    assert_eq!((answer.total, answer.limited_by), (4, None));
    assert_eq!(by_cluster, [("a".to_owned(), 3), ("b".to_owned(), 1)]);
    let next = answer.next.expect("it ends");
    assert_eq!((next.wanted, next.fit), (1, 0));
    assert!(
        next.summary.contains("needs 3 nvidia.com/gpu, 2 free"),
        "{}",
        next.summary
    );
    assert_eq!(crate::invariants::check_explanation(&state, &next), []);
    let limited = count(&state, &three, 2);
    assert_eq!(
        (limited.total, limited.limited_by, limited.next),
        (2, Some(CapacityBound::Limit), None)
    );
}

#[test]
fn rules_about_its_own_replicas_bound_it() {
    let state = fleet(&[("a", vec![node("n1", &[], &[]), node("n2", &[], &[])])]);
    let apart = labelled(
        &[("app", "web")],
        json!({"antiAffinity": [{"selector": {"matchLabels": {"app": "web"}}, "topology": "NODE"}]}),
    );
    let answer = count(&state, &apart, 100);
    assert_eq!(answer.total, 2);
    let next = answer.next.expect("it ends");
    assert!(next.summary.contains("AntiAffinity"), "{}", next.summary);
}

#[test]
fn through_the_index_and_by_going_over_all_nodes_as_many_fit_in_the_same_places() {
    let state = fleet(&[
        ("a", vec![a100("n1", 8), a100("n2", 3), a100("n3", 1)]),
        ("b", vec![a100("n1", 5), a100("n2", 2)]),
        ("c", vec![node("n1", &[], &[])]),
    ]);
    let wishes = [
        json!({"compute": {"gpu": {"count": 2}}}),
        json!({"compute": {"gpu": {"count": 1}}, "clusterPreferences": [{"clusters": ["b"]}]}),
        json!({"compute": {"gpu": {"count": 1}}, "spread": [{"maxSkew": 2, "topology": "CLUSTER"}]}),
    ];
    for wish in wishes {
        let asked = labelled(&[("app", "web")], wish.clone());
        let scanned = with_input(|input| {
            let prepared = crate::scan::prepare(&state, &asked, input, None);
            let places = crate::decide::place(&prepared, 100, None).places;
            let places: Vec<NamedPlace> = places.iter().map(NamedPlace::of).collect();
            super::by_cluster(&places)
        });
        let answer = count(&state, &asked, 100);
        assert_eq!(answer.clusters, scanned, "{wish}");
        assert!(answer.total > 0 && answer.next.is_some(), "{wish}");
    }
}

#[test]
fn however_short_its_turns_a_count_comes_to_the_same_end() {
    let state = fleet(&[
        (
            "a",
            vec![linked("n1", "q1", 3), linked("n2", "q2", 8), a100("n3", 4)],
        ),
        ("b", vec![linked("n1", "q1", 5), linked("n2", "q1", 5)]),
    ]);
    let wishes = [
        json!({"compute": {"gpu": {"count": 1}}}),
        json!({"compute": {"gpu": {"count": 1}}, "strategy": "SPREAD"}),
        json!({"compute": {"gpu": {"count": 1}}, "spread": [{"maxSkew": 1, "topology": "NODE"}]}),
        json!({"compute": {"gpu": {"count": 1}}, "strategy": "SPREAD",
            "spread": [{"maxSkew": 3, "topology": "CLUSTER"}, {"maxSkew": 1, "topology": "NODE", "whenUnsatisfiable": "SCHEDULE_ANYWAY"}]}),
        json!({"compute": {"gpu": {"count": 1}}, "antiAffinity": [{"selector": {"matchLabels": {"app": "web"}}, "topology": "NODE"}]}),
        json!({"compute": {"gpu": {"count": 1, "sameClique": true}}}),
        // A spread beside nodes called by name: that goes over all nodes.
        json!({"compute": {"gpu": {"count": 1}}, "spread": [{"maxSkew": 2, "topology": "NODE"}],
            "nodeRules": {"requiredNodeAffinity": {"nodeSelectorTerms": [
                {"matchFields": [{"key": "metadata.name", "operator": "NotIn", "values": ["n9"]}]}]}}}),
    ];
    for wish in wishes {
        let asked = labelled(&[("app", "web")], wish.clone());
        let whole = count(&state, &asked, 100);
        assert!(whole.total > 0 && whole.next.is_some(), "{wish}");
        for more in [0, 1, 4] {
            let mut turns = CapacityCount::up_to(100);
            let mut number = 1;
            while !turn(&mut turns, &state, &asked, more) {
                number += 1;
            }
            assert!(
                number > whole.total / (more + 1),
                "{number} turns of {} places: {wish}",
                more + 1
            );
            assert_eq!(turns.answer(), whole, "{more} more a turn: {wish}");
        }
    }
}

#[test]
fn a_count_that_has_no_more_time_says_so_and_what_it_has_found() {
    let state = fleet(&[("a", vec![a100("n1", 8)])]);
    let asked = request(json!({"compute": {"gpu": {"count": 1}}}));
    let mut turns = CapacityCount::up_to(100);
    assert!(!turn(&mut turns, &state, &asked, 1));
    assert!(!turn(&mut turns, &state, &asked, 0));
    let answer = turns.answer();
    assert_eq!(
        (by_node(&answer), answer.limited_by, answer.next),
        (vec![("a/n1".to_owned(), 3)], Some(CapacityBound::Time), None)
    );
    assert_eq!(answer.snapshot, state.snapshot_id());
}

#[test]
fn why_the_next_one_does_not_fit_is_found_out_in_a_turn_of_its_own() {
    let state = fleet(&[("a", vec![a100("n1", 2)])]);
    let asked = request(json!({"compute": {"gpu": {"count": 1}}}));
    let mut turns = CapacityCount::up_to(100);
    assert!(!turn(&mut turns, &state, &asked, 1), "two are found");
    assert_eq!(turns.clone().answer().total, 2);
    assert!(turn(&mut turns, &state, &asked, 0), "and then nothing but that");
    let answer = turns.answer();
    assert_eq!((answer.total, answer.limited_by), (2, None));
    let next = answer.next.expect("it ends");
    assert!(next.summary.contains("0 free"), "{}", next.summary);
}

#[test]
fn what_is_counted_holds_on_the_fleet_of_the_last_turn() {
    let mut state = fleet(&[
        ("a", vec![a100("n1", 2), a100("n2", 4)]),
        ("b", vec![a100("n3", 1)]),
    ]);
    let asked = request(json!({"compute": {"gpu": {"count": 1}}}));
    let mut turns = CapacityCount::up_to(100);
    assert!(!turn(&mut turns, &state, &asked, 4), "five are found");
    // Two of the places go, others come.
    report(&mut state, "a", vec![a100("n2", 2), a100("n4", 3)]);
    while !turn(&mut turns, &state, &asked, 0) {}
    let answer = turns.answer();
    let fresh = count(&state, &asked, 100);
    assert_eq!(
        by_node(&answer),
        [
            ("a/n2".to_owned(), 2),
            ("a/n4".to_owned(), 3),
            ("b/n3".to_owned(), 1)
        ]
    );
    assert_eq!(answer, fresh);
}

#[test]
fn of_nvlink_cliques_the_one_that_holds_the_most_is_counted_whatever_the_limit() {
    let state = fleet(&[
        ("a", vec![linked("n1", "q1", 3), linked("n2", "q2", 2)]),
        ("b", vec![linked("n1", "q1", 2), linked("n2", "q1", 4)]),
        ("c", vec![linked("n1", "q1", 5)]),
    ]);
    let asked = request(json!({"compute": {"gpu": {"count": 1, "sameClique": true}}}));
    let answer = count(&state, &asked, 100);
    assert_eq!(
        (by_node(&answer), answer.limited_by),
        (vec![("b/n1".to_owned(), 2), ("b/n2".to_owned(), 4)], None)
    );
    let next = answer.next.expect("it ends");
    assert!(next.summary.contains("SameClique"), "{}", next.summary);
    for limit in 1..=6 {
        let limited = count(&state, &asked, limit);
        assert_eq!(
            (limited.total, limited.limited_by),
            (limit, Some(CapacityBound::Limit))
        );
    }
}

#[test]
fn a_clique_that_loses_room_while_others_are_tried_is_counted_as_it_is_then() {
    let (small, large) = (linked("n1", "q1", 1), linked("n2", "q1", 3));
    // The small node is the tightest, so its clique is tried first.
    let mut state = fleet(&[
        ("a", vec![small.clone(), large]),
        ("b", vec![linked("n1", "q1", 3)]),
    ]);
    let asked = request(json!({"compute": {"gpu": {"count": 1, "sameClique": true}}}));
    let mut turns = CapacityCount::up_to(100);
    while turns.clone().answer().total < 4 {
        assert!(!turn(&mut turns, &state, &asked, 0));
    }
    assert!(!turn(&mut turns, &state, &asked, 0), "nothing more fits into it");
    report(&mut state, "a", vec![small]);
    while !turn(&mut turns, &state, &asked, 0) {}
    let answer = turns.answer();
    assert_eq!(by_node(&answer), [("b/n1".to_owned(), 3)]);
    assert_eq!(answer.snapshot, state.snapshot_id());
}
