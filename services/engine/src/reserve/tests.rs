use hourglass_model::ids::{PlacementId, TenantId};
use serde_json::json;

use crate::fixture::*;
use crate::{Avoid, DecideInput, FleetDump, FleetState, Holder, NoFitReason};

fn reserve(
    state: &mut FleetState,
    uid: &str,
    request: &hourglass_model::request::CanonicalRequest,
) -> Vec<String> {
    let slots = slots(request);
    let input = DecideInput {
        tenant: &tenant(),
        placement: None,
        slots: &slots,
        avoid: &Avoid::new(),
        preempt: false,
        explain: true,
    };
    let kept = state.reserve(&uid_of(uid), request, &input);
    kept.iter()
        .map(|(cluster, node)| format!("{cluster}/{node}"))
        .collect()
}

fn busy(name: &str, gpus: i64, used: i64) -> hourglass_model::node::NodeFacts {
    let mut node = a100(name, gpus);
    node.used = vector(&[("nvidia.com/gpu", used), ("pods", 1)]);
    node
}

#[test]
fn the_nodes_that_lack_least_are_kept_from_others_until_given_back() {
    let mut state = fleet(&[(
        "a",
        vec![
            busy("n1", 8, 6),
            busy("n2", 8, 1),
            busy("n3", 8, 4),
            busy("n4", 4, 0),
        ],
    )]);
    let gang = request(json!({"compute": {"gpu": {"count": 8}}, "replicas": 2, "gang": true}));
    assert_eq!(
        reserve(&mut state, "gang", &gang),
        ["a/n2", "a/n3"],
        "n4 is too small even when empty"
    );
    let small = |priority: i32| request(json!({"compute": {"gpu": {"count": 4}}, "priority": priority}));
    assert_eq!(nodes(&decide(&state, &small(0))), ["a/n4"]);
    assert_eq!(place(&mut state, "s1", &small(0)), ["a/n4"]);
    let decision = decide(&state, &small(0));
    let no_fit = decision.no_fit.expect("kept");
    assert_eq!(no_fit.reason, NoFitReason::Reserved);
    let explanation = no_fit.explanation.expect("asked for");
    let reserved = explanation.clusters[0]
        .rejections
        .iter()
        .find(|r| r.rule == "Reserved");
    let reserved = reserved.expect("told");
    assert_eq!(reserved.nodes, 2);
    assert_eq!(
        reserved.samples[0].shortfall,
        "it is reserved for placement gang, which has waited longer"
    );
    for (holder, told) in [
        (tenant(), "tenants/default/placements/large"),
        (
            TenantId::new("other").expect("valid"),
            "a placement of another tenant",
        ),
    ] {
        let holder = Holder {
            tenant: holder,
            id: PlacementId::new("large").expect("valid"),
        };
        state.name_reservation(&uid_of("gang"), holder);
        let explanation = decide(&state, &small(0))
            .no_fit
            .and_then(|no_fit| no_fit.explanation);
        let rejections = &explanation.expect("asked for").clusters[0].rejections;
        let reserved = rejections.iter().find(|r| r.rule == "Reserved").expect("told");
        assert_eq!(
            reserved.samples[0].shortfall,
            format!("it is reserved for {told}, which has waited longer")
        );
    }
    assert_eq!(
        nodes(&decide(&state, &small(1))),
        ["a/n3"],
        "a higher priority still gets it"
    );
    let copy = FleetState::from_dump(
        serde_json::from_str::<FleetDump>(&serde_json::to_string(&state.dump()).expect("json"))
            .expect("back"),
    );
    assert!(!decide(&copy, &small(0)).is_complete());
    assert_eq!(
        copy.fingerprint().expect("json"),
        state.fingerprint().expect("json")
    );
    report(
        &mut state,
        "a",
        vec![busy("n1", 8, 6), busy("n2", 8, 0), busy("n3", 8, 0)],
    );
    assert!(decide_as(&state, "gang", &gang).is_complete(), "its own");
    assert!(state.unreserve(&uid_of("gang")));
    assert!(decide(&state, &small(0)).is_complete());
    assert!(!state.unreserve(&uid_of("gang")));
}

#[test]
fn a_node_that_the_placement_fills_itself_is_not_kept_for_it() {
    let mut state = fleet(&[("a", vec![a100("n1", 8), a100("n2", 8), a100("n3", 8)])]);
    let request = request(json!({"compute": {"gpu": {"count": 8}}, "replicas": 3}));
    let own = json!({"compute": {"gpu": {"count": 8}}, "nodeRules": {"hostnames": ["n1"]}});
    assert_eq!(place(&mut state, "low", &self::request(own)), ["a/n1"]);
    let others = json!({"compute": {"gpu": {"count": 8}}, "replicas": 2});
    assert_eq!(
        place(&mut state, "others", &self::request(others)),
        ["a/n2", "a/n3"]
    );
    assert_eq!(reserve(&mut state, "low", &request), ["a/n2", "a/n3"]);
    assert_eq!(
        reserve(&mut state, "somebody", &request),
        ["a/n1"],
        "others may leave it"
    );
}

#[test]
fn two_reservations_do_not_take_each_others_nodes() {
    let mut state = fleet(&[("a", vec![busy("n1", 8, 4), busy("n2", 8, 5)])]);
    let one = request(json!({"compute": {"gpu": {"count": 8}}}));
    assert_eq!(reserve(&mut state, "p1", &one), ["a/n1"]);
    assert_eq!(reserve(&mut state, "p2", &one), ["a/n2"]);
    assert_eq!(reserve(&mut state, "p3", &one), Vec::<String>::new());
    let higher = request(json!({"compute": {"gpu": {"count": 8}}, "priority": 5}));
    assert_eq!(reserve(&mut state, "p4", &higher), ["a/n1"]);
    let kept: Vec<(String, usize)> = state
        .reservations()
        .map(|kept| (kept.placement.to_string(), kept.nodes.len()))
        .collect();
    assert_eq!(
        kept,
        [("p1".to_owned(), 0), ("p2".to_owned(), 1), ("p4".to_owned(), 1)]
    );
}

#[test]
fn replicas_share_a_node_as_long_as_it_could_hold_them_and_say_how_much_of_it_they_take() {
    let state = fleet(&[("a", vec![busy("n1", 8, 8), busy("n2", 8, 2), busy("n3", 2, 0)])]);
    let gang = |replicas: i32, extra: serde_json::Value| {
        let mut wish = json!({"compute": {"gpu": {"count": 4}}, "replicas": replicas, "gang": true});
        wish.as_object_mut()
            .expect("a map")
            .extend(extra.as_object().expect("a map").clone());
        labelled(&[("app", "web")], wish)
    };
    let near = |request: &hourglass_model::request::CanonicalRequest| -> Vec<(String, i64)> {
        let slots = slots(request);
        let input = DecideInput {
            tenant: &tenant(),
            placement: None,
            slots: &slots,
            avoid: &Avoid::new(),
            preempt: false,
            explain: true,
        };
        let near = state.nearest(&uid_of("gang"), request, &input).into_iter();
        near.map(|near| (near.node.to_string(), near.share_milli))
            .collect()
    };
    let at = |node: &str| (node.to_owned(), 500);
    assert_eq!(near(&gang(2, json!({}))), [at("n2"), at("n2")]);
    assert_eq!(near(&gang(3, json!({}))), [at("n2"), at("n2"), at("n1")]);
    assert_eq!(near(&gang(5, json!({}))).len(), 4, "more than the nodes hold");
    let apart = json!({"antiAffinity": [{"selector": {"matchLabels": {"app": "web"}}, "topology": "NODE"}]});
    assert_eq!(near(&gang(2, apart)), [at("n2"), at("n1")]);
    assert_eq!(near(&gang(2, json!({"strategy": "SPREAD"}))).len(), 2);
}
