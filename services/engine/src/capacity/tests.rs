use serde_json::json;

use crate::fixture::*;
use crate::{Avoid, CapacityAnswer, DecideInput, FleetState, capacity};

fn count(
    state: &FleetState,
    request: &hourglass_model::request::CanonicalRequest,
    limit: usize,
) -> CapacityAnswer {
    let input = DecideInput {
        tenant: &tenant(),
        placement: None,
        slots: &[],
        avoid: &Avoid::new(),
        preempt: false,
        explain: true,
    };
    capacity(state, request, &input, limit, &mut || true)
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
    assert_eq!((answer.total, answer.limited), (4, false));
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
    assert_eq!((limited.total, limited.limited, limited.next), (2, true, None));
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
        let input = DecideInput {
            tenant: &tenant(),
            placement: None,
            slots: &[],
            avoid: &Avoid::new(),
            preempt: false,
            explain: true,
        };
        let prepared = crate::scan::prepare(&state, &asked, &input, None);
        let scanned = super::by_cluster(&crate::decide::place(&prepared, 100, None).places);
        let answer = count(&state, &asked, 100);
        assert_eq!(answer.clusters, scanned, "{wish}");
        assert!(answer.total > 0 && answer.next.is_some(), "{wish}");
    }
}

#[test]
fn counting_ends_when_it_is_told_to_however_it_counts() {
    let state = fleet(&[("a", vec![a100("n1", 8), a100("n2", 8)])]);
    for strategy in ["PACK", "SPREAD"] {
        let asked = request(json!({"compute": {"gpu": {"count": 1}}, "strategy": strategy}));
        let input = DecideInput {
            tenant: &tenant(),
            placement: None,
            slots: &[],
            avoid: &Avoid::new(),
            preempt: false,
            explain: true,
        };
        let mut turns = 0;
        let answer = capacity(&state, &asked, &input, 100, &mut || {
            turns += 1;
            turns <= 5
        });
        assert_eq!(
            (answer.total, answer.limited, answer.next),
            (5, true, None),
            "{strategy}"
        );
    }
}
