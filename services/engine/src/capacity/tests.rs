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
    capacity(state, request, &input, limit)
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
    assert_eq!(crate::invariants::check_explanation(&next), []);
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
