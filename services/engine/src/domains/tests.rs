use hourglass_model::ids::ClaimId;
use serde_json::{Value, json};

use super::DomainView;
use crate::fixture::*;
use crate::index::cluster_set::ClusterSet;
use crate::{Avoid, ClusterSettings, DecideInput, Decision, Dispatch, FleetDump, FleetState, NoFitReason};

fn zoned(name: &str, zone: &str) -> hourglass_model::node::NodeFacts {
    node(name, &[("topology.kubernetes.io/zone", zone)], &[])
}

/// Clusters a (region eu) and b (region us); a has two zones with two nodes each and one node without a zone.
fn world() -> FleetState {
    let mut state = fleet(&[
        (
            "a",
            vec![
                zoned("n1", "z1"),
                zoned("n2", "z1"),
                zoned("n3", "z2"),
                zoned("n4", "z2"),
                node("n5", &[], &[]),
            ],
        ),
        ("b", vec![zoned("n6", "z3")]),
    ]);
    for (name, region) in [("a", "eu"), ("b", "us")] {
        let labels = [("topology.kubernetes.io/region".to_owned(), region.to_owned())].into();
        let settings = ClusterSettings {
            labels,
            ..ClusterSettings::default()
        };
        state.put_cluster(cluster(name), settings);
    }
    state
}

fn app(name: &str, extra: Value) -> hourglass_model::request::CanonicalRequest {
    labelled(&[("app", name)], extra)
}

fn selects(name: &str) -> Value {
    json!({"matchLabels": {"app": name}})
}

fn on(node: &str) -> Value {
    json!({"nodeRules": {"hostnames": [node]}})
}

/// Places app `name` on a node.
fn put(state: &mut FleetState, uid: &str, name: &str, node: &str) {
    assert_eq!(
        place(state, uid, &app(name, on(node))).len(),
        1,
        "{uid} on {node}"
    );
}

fn rejected(decision: &Decision) -> Vec<(String, usize, String)> {
    let explanation = decision
        .no_fit
        .as_ref()
        .and_then(|no_fit| no_fit.explanation.as_ref());
    let clusters = explanation.iter().flat_map(|explanation| &explanation.clusters);
    clusters
        .flat_map(|cluster| &cluster.rejections)
        .map(|rejection| {
            let sample = rejection.samples.first().map(|sample| sample.shortfall.clone());
            (
                rejection.rule.clone(),
                rejection.nodes,
                sample.unwrap_or_default(),
            )
        })
        .collect()
}

fn release(state: &mut FleetState, uid: &str, dispatch: Dispatch) -> ClaimId {
    let found = state
        .claims()
        .find(|record| record.claim.id.placement == uid_of(uid));
    let id = found.map(|record| record.claim.id.clone()).expect("placed");
    state.release(&id, dispatch).expect("in force");
    id
}

#[test]
fn required_affinity_goes_where_a_live_match_is() {
    let mut state = world();
    put(&mut state, "db", "db", "n3");
    let near = |topology: &str| {
        app(
            "web",
            json!({"affinity": [{"selector": selects("db"), "topology": topology}]}),
        )
    };
    assert_eq!(nodes(&decide(&state, &near("NODE"))), ["a/n3"]);
    let zone = nodes(&decide(&state, &near("ZONE")));
    assert!(zone == ["a/n3"] || zone == ["a/n4"], "{zone:?}");
    assert!(nodes(&decide(&state, &near("REGION")))[0].starts_with("a/"));
    release(&mut state, "db", Dispatch::Perhaps);
    let decision = decide(&state, &near("ZONE"));
    let found = rejected(&decision);
    assert_eq!(
        found[0],
        (
            "Affinity".to_owned(),
            5,
            "no placement with app=db is in zone z1".to_owned()
        ),
        "a released claim draws nobody: {found:?}"
    );
    assert_eq!(
        decision.no_fit.map(|no_fit| no_fit.reason),
        Some(NoFitReason::PlacementRules)
    );
}

#[test]
fn the_first_that_selects_itself_may_go_anywhere_and_the_rest_follow() {
    let state = world();
    let group = app(
        "web",
        json!({"replicas": 4, "affinity": [{"selector": selects("web"), "topology": "ZONE"}]}),
    );
    let decision = decide(&state, &group);
    assert!(decision.is_complete());
    let z2 = ["a/n3", "a/n4"];
    let zones: std::collections::BTreeSet<bool> = nodes(&decision)
        .iter()
        .map(|node| z2.contains(&node.as_str()))
        .collect();
    assert_eq!(zones.len(), 1, "all in one zone: {:?}", nodes(&decision));
    let stranger = app(
        "web",
        json!({"affinity": [{"selector": selects("db"), "topology": "ZONE"}]}),
    );
    assert!(
        !decide(&state, &stranger).is_complete(),
        "it does not select itself"
    );
}

#[test]
fn those_of_a_group_that_stand_in_no_domain_leave_the_next_one_the_first() {
    let mut state = world();
    put(&mut state, "w0", "web", "n5");
    let group = |extra: Value| {
        let mut fields = json!({"affinity": [{"selector": selects("web"), "topology": "ZONE"}]});
        for (key, value) in extra.as_object().expect("an object") {
            fields[key] = value.clone();
        }
        app("web", fields)
    };
    assert_eq!(
        nodes(&decide(&state, &group(on("n3")))),
        ["a/n3"],
        "n5 has no zone"
    );
    assert!(
        !decide(&state, &group(on("n5"))).is_complete(),
        "n5 has no zone to be near in"
    );
    put(&mut state, "w1", "web", "n3");
    assert!(
        !decide(&state, &group(on("n1"))).is_complete(),
        "the group is in zone z2"
    );
    assert_eq!(nodes(&decide(&state, &group(on("n4")))), ["a/n4"]);
}

#[test]
fn anti_affinity_holds_in_both_directions_until_the_other_has_ended() {
    let mut state = world();
    let lonely = app(
        "db",
        json!({"antiAffinity": [{"selector": selects("web"), "topology": "CLUSTER"}]}),
    );
    assert_eq!(place(&mut state, "db", &lonely).len(), 1);
    let in_a = state.claims().all(|record| record.claim.cluster == cluster("a"));
    assert!(in_a);
    let web = app("web", json!({}));
    assert_eq!(
        nodes(&decide(&state, &web)),
        ["b/n6"],
        "kept away by the other's term"
    );
    let decision = decide(&state, &app("web", on("n1")));
    let found = rejected(&decision);
    assert_eq!(
        found[0],
        ("NodeName".to_owned(), 4, found[0].2.clone()),
        "rules over facts come first"
    );
    assert_eq!(
        found[1],
        (
            "AntiAffinity".to_owned(),
            1,
            "a placement in cluster a keeps away those with app=web".to_owned()
        )
    );
    let hint = decision
        .no_fit
        .and_then(|no_fit| no_fit.explanation?.would_fit_if);
    assert_eq!(
        hint.as_deref(),
        Some("no placement is left in cluster a that keeps away those with app=web")
    );
    let id = release(&mut state, "db", Dispatch::Perhaps);
    assert!(
        !decide(&state, &app("web", on("n1"))).is_complete(),
        "its pod may still be there"
    );
    assert_eq!(state.removal_acknowledged(&id, sequence(1)), Ok(true));
    assert!(decide(&state, &app("web", on("n1"))).is_complete());
    // The other way round: the one that has the term comes second.
    put(&mut state, "web", "web", "n1");
    assert_eq!(nodes(&decide(&state, &lonely)), ["b/n6"]);
}

#[test]
fn self_anti_affinity_puts_one_replica_in_each_domain() {
    let state = world();
    let apart = |topology: &str, replicas: u32| {
        app(
            "web",
            json!({"replicas": replicas, "gang": true,
                "antiAffinity": [{"selector": selects("web"), "topology": topology}]}),
        )
    };
    let spread: std::collections::BTreeSet<String> =
        nodes(&decide(&state, &apart("NODE", 6))).into_iter().collect();
    assert_eq!(spread.len(), 6);
    assert!(!decide(&state, &apart("NODE", 7)).is_complete());
    // Three zones, and the node without a zone is in nobody's way.
    assert!(decide(&state, &apart("ZONE", 3)).is_complete());
    assert!(
        decide(&state, &apart("ZONE", 4)).is_complete(),
        "one more without a zone"
    );
    assert!(!decide(&state, &apart("CLUSTER", 3)).is_complete());
}

#[test]
fn tenants_do_not_see_each_other() {
    let mut state = world();
    put(&mut state, "db", "db", "n3");
    let request = app(
        "web",
        json!({"nodeRules": {"hostnames": ["n1"]}, "antiAffinity": [{"selector": selects("db"), "topology": "REGION"}]}),
    );
    assert!(!decide(&state, &request).is_complete());
    let mut theirs = state.claims().next().expect("one").claim.owner.as_ref().clone();
    theirs.tenant = hourglass_model::ids::TenantId::new("other").expect("valid");
    state.set_owner(&std::sync::Arc::new(theirs));
    assert_eq!(nodes(&decide(&state, &request)), ["a/n1"]);
}

#[test]
fn spread_keeps_domains_even_and_a_node_without_one_takes_nothing() {
    let state = world();
    let even = |replicas: u32, extra: Value| {
        let mut spread = json!({"maxSkew": 1, "topology": "ZONE"});
        for (key, value) in extra.as_object().expect("an object") {
            spread[key] = value.clone();
        }
        app(
            "web",
            json!({"replicas": replicas, "spread": [spread], "compute": {"requests": {"cpu": "8"}}}),
        )
    };
    let decision = decide(&state, &even(7, json!({})));
    let mut by_zone = std::collections::BTreeMap::new();
    for node in nodes(&decision) {
        let zone = match node.as_str() {
            "a/n1" | "a/n2" => "z1",
            "a/n3" | "a/n4" => "z2",
            "b/n6" => "z3",
            other => panic!("no zone: {other}"),
        };
        *by_zone.entry(zone).or_insert(0) += 1;
    }
    let counts: Vec<i32> = by_zone.into_values().collect();
    assert!(
        counts.iter().max().expect("three") - counts.iter().min().expect("three") <= 1,
        "{counts:?}"
    );
    assert_eq!(counts.len(), 3);
    // b/n6 holds four; then nothing more fits evenly.
    let decision = decide(&state, &even(14, json!({})));
    assert_eq!(decision.placed.len(), 14);
    let decision = decide(&state, &even(15, json!({})));
    assert_eq!(
        decision.placed.len(),
        14,
        "z3 is full at 4, so z1 and z2 stop at 5"
    );
    // While there are too few domains the least count is 0.
    let few = decide(&state, &even(4, json!({"minDomains": 4})));
    assert_eq!(few.placed.len(), 3, "one in each zone");
    let text = few.no_fit.expect("one waits").explanation.expect("asked for");
    assert_eq!(
        text.contradictions,
        [
            "spread[0].minDomains is 4, and the nodes that it selects stand in 3 zones only, so each takes 1 at most (maxSkew)"
        ]
    );
    assert!(text.summary.contains("minDomains is 4"), "{}", text.summary);
}

#[test]
fn spread_counts_live_claims_and_tells_what_stands_in_the_way() {
    let mut state = world();
    put(&mut state, "w1", "web", "n1");
    put(&mut state, "w2", "web", "n3");
    put(&mut state, "w3", "web", "n6");
    put(&mut state, "w4", "web", "n1");
    let request = |extra: Value| {
        let mut spec = on("n2");
        spec["spread"] = json!([extra]);
        app("web", spec)
    };
    let hard = json!({"maxSkew": 1, "topology": "ZONE", "selector": selects("web")});
    // Only n2's zone is eligible, because the node rules leave only n2.
    assert!(decide(&state, &request(hard.clone())).is_complete());
    let mut spec = json!({"nodeRules": {"hostnames": ["n2", "n4"]}, "compute": {"requests": {"cpu": "20"}}});
    spec["spread"] = json!([hard]);
    let open = app("web", spec);
    put(&mut state, "full", "other", "n4");
    let mut filled = app("other", on("n4"));
    filled.base = vector(&[("cpu", 30_000)]);
    place(&mut state, "filled", &filled);
    let decision = decide(&state, &open);
    let found = rejected(&decision);
    assert!(
        found.contains(&(
            "Spread".to_owned(),
            1,
            "zone z1 holds 2, the zone with fewest 1, and maxSkew is 1".to_owned()
        )),
        "{found:?}"
    );
    let hint = decision
        .no_fit
        .and_then(|no_fit| no_fit.explanation?.would_fit_if);
    assert_eq!(hint.as_deref(), Some("spread[0].maxSkew is 2"));
    release(&mut state, "w4", Dispatch::Perhaps);
    assert_eq!(
        nodes(&decide(&state, &open)),
        ["a/n2"],
        "a released one counts no more"
    );
}

#[test]
fn a_soft_spread_and_wishes_are_scores() {
    let mut state = world();
    put(&mut state, "w1", "web", "n1");
    put(&mut state, "w2", "web", "n6");
    let soft = app(
        "web",
        json!({"spread": [{"maxSkew": 1, "topology": "ZONE", "selector": selects("web"),
            "whenUnsatisfiable": "SCHEDULE_ANYWAY"}]}),
    );
    let decision = decide(&state, &soft);
    let node = nodes(&decision);
    assert!(node == ["a/n3"] || node == ["a/n4"], "{node:?}");
    let near = app(
        "api",
        json!({"affinity": [{"selector": selects("web"), "topology": "NODE", "weight": 10}],
            "antiAffinity": [{"selector": selects("web"), "topology": "CLUSTER", "weight": 3}]}),
    );
    let decision = decide(&state, &near);
    let score = |decision: &Decision, name: &str| {
        let slot = decision.placed.first().expect("fits");
        slot.scores
            .iter()
            .find(|score| score.name == name)
            .map(|score| score.value)
    };
    assert_eq!(score(&decision, "preference_missed"), Some(3));
    assert!(["a/n1", "b/n6"].contains(&nodes(&decision)[0].as_str()));
}

#[test]
fn preferences_of_clusters_come_first_and_overflow() {
    let mut state = world();
    let request = app(
        "web",
        json!({"clusterPreferences": [{"clusters": ["b"]}, {"selector": {"matchLabels":
            {"topology.kubernetes.io/region": "eu"}}}], "compute": {"requests": {"cpu": "20"}}}),
    );
    assert_eq!(place(&mut state, "p1", &request), ["b/n6"]);
    assert!(
        place(&mut state, "p2", &request)[0].starts_with("a/"),
        "the rest overflows"
    );
}

#[test]
fn the_strategy_spread_keeps_replicas_apart_and_takes_the_idle_node() {
    let mut state = world();
    put(&mut state, "noise", "noise", "n1");
    let request = app(
        "web",
        json!({"strategy": "SPREAD", "replicas": 4, "compute": {"requests": {"cpu": "1"}}}),
    );
    let placed = nodes(&decide(&state, &request));
    let in_b = placed.iter().filter(|node| node.starts_with("b/")).count();
    assert_eq!(in_b, 2, "clusters first: {placed:?}");
    let in_a: std::collections::BTreeSet<&String> =
        placed.iter().filter(|node| node.starts_with("a/")).collect();
    assert_eq!(in_a.len(), 2, "then nodes: {placed:?}");
    let decision = decide(&state, &request);
    let names: Vec<&str> = decision.placed[0]
        .scores
        .iter()
        .map(|score| score.name.as_str())
        .collect();
    assert_eq!(
        names[5..],
        [
            "own_slots_in_cluster",
            "own_slots_on_node",
            "node_load",
            "cluster_claims"
        ]
    );
}

#[test]
fn replicas_of_one_clique_find_the_clique_that_holds_all() {
    let clique = |name: &str, clique: &str, gpus: i64| {
        let mut node = a100(name, gpus);
        node.labels = node.labels.with("nvidia.com/gpu.clique", clique);
        node
    };
    let state = fleet(&[(
        "a",
        vec![
            clique("n1", "x.1", 4),
            clique("n2", "x.1", 8),
            clique("n3", "x.2", 8),
            clique("n4", "x.2", 8),
            a100("n5", 4),
        ],
    )]);
    let gang = |replicas: u32, gpus: u32| {
        request(
            json!({"compute": {"gpu": {"count": gpus, "sameClique": true}}, "replicas": replicas, "gang": true}),
        )
    };
    assert_eq!(nodes(&decide(&state, &gang(3, 4))), ["a/n1", "a/n2", "a/n2"]);
    let four = nodes(&decide(&state, &gang(4, 4)));
    assert_eq!(
        four,
        ["a/n3", "a/n3", "a/n4", "a/n4"],
        "the first clique holds three"
    );
    assert!(decide(&state, &gang(5, 4)).placed.is_empty());
    let alone = request(json!({"compute": {"gpu": {"count": 4, "sameClique": true}}}));
    assert_eq!(nodes(&decide(&state, &alone)), ["a/n1"], "n5 is in no clique");
}

#[test]
fn counters_follow_labels_of_nodes_clusters_and_placements() {
    let mut state = world();
    put(&mut state, "db", "db", "n3");
    let near = app(
        "web",
        json!({"affinity": [{"selector": selects("db"), "topology": "ZONE"}]}),
    );
    // A claim that counts by the selector keeps a counter; what it says must stay true.
    assert_eq!(place(&mut state, "web", &near).len(), 1);
    let in_zone = |state: &FleetState| nodes(&decide(state, &near));
    let before = in_zone(&state);
    assert!(before == ["a/n3"] || before == ["a/n4"]);
    report(
        &mut state,
        "a",
        vec![
            zoned("n1", "z1"),
            zoned("n2", "z1"),
            zoned("n3", "z1"),
            zoned("n4", "z2"),
        ],
    );
    let after = in_zone(&state);
    assert!(["a/n1", "a/n2", "a/n3"].contains(&after[0].as_str()), "{after:?}");
    let copy = FleetState::from_dump(
        serde_json::from_str::<FleetDump>(&serde_json::to_string(&state.dump()).expect("json"))
            .expect("back"),
    );
    assert_eq!(in_zone(&copy), after);
    assert_eq!(decide(&copy, &near), decide(&state, &near));
    let region = app(
        "web",
        json!({"affinity": [{"selector": selects("db"), "topology": "REGION"}], "nodeRules": {"hostnames": ["n6"]}}),
    );
    assert_eq!(place(&mut state, "web-2", &region).len(), 0);
    let settings = ClusterSettings {
        labels: [("topology.kubernetes.io/region".to_owned(), "eu".to_owned())].into(),
        ..ClusterSettings::default()
    };
    state.put_cluster(cluster("b"), settings);
    assert_eq!(nodes(&decide(&state, &region)), ["b/n6"]);
    let mut renamed = owner("db", &app("db", json!({}))).as_ref().clone();
    renamed.labels.insert("app".to_owned(), "cache".to_owned());
    state.set_owner(&std::sync::Arc::new(renamed));
    assert!(!decide(&state, &near).is_complete());
}

#[test]
fn what_no_fleet_can_fulfil_is_told() {
    let no_zones = fleet(&[("a", vec![node("n", &[], &[])])]);
    let request = app("web", json!({"spread": [{"maxSkew": 1, "topology": "ZONE"}]}));
    let no_fit = decide(&no_zones, &request).no_fit.expect("waits");
    assert_eq!(
        no_fit.explanation.expect("asked for").contradictions,
        [
            "spread[0] is over zones, and no node that could take it has a zone (label topology.kubernetes.io/zone)"
        ]
    );
    let gang = app(
        "web",
        json!({"replicas": 5, "gang": true, "compute": {"requests": {"cpu": "20"}}}),
    );
    let no_fit = decide(&no_zones, &gang).no_fit.expect("waits");
    assert_eq!(
        no_fit.explanation.expect("asked for").contradictions,
        ["the gang has 5 replicas, and the nodes that could take them hold 1 even when empty"]
    );
}

#[test]
fn claims_whose_owner_begins_to_count_them_are_counted_once() {
    let mut state = world();
    assert_eq!(
        place(&mut state, "web", &app("web", json!({"replicas": 3}))).len(),
        3
    );
    let rule = json!({"maxSkew": 1, "topology": "ZONE", "selector": selects("web")});
    state.set_owner(&owner(
        "web",
        &app("web", json!({"replicas": 3, "spread": [rule]})),
    ));
    assert_eq!(crate::invariants::check(&state), []);
}

#[test]
fn clusters_from_which_as_many_are_thought_away_are_told_apart_by_who_is_left() {
    let mut state = world();
    for (uid, name, replicas) in [("one", "a", 1), ("two", "b", 2)] {
        let there = json!({"replicas": replicas, "clusterRules": {"include": [name]}});
        assert_eq!(place(&mut state, uid, &app("web", there)).len(), replicas);
    }
    let near = app(
        "near",
        json!({"affinity": [{"selector": {"matchLabels": {"app": "web"}}, "topology": "CLUSTER"}]}),
    );
    let (tenant, avoid) = (tenant(), Avoid::new());
    let input = DecideInput {
        tenant: &tenant,
        placement: None,
        slots: &[],
        avoid: &avoid,
        preempt: false,
        explain: false,
    };
    let mut view = DomainView::new(&state, &near, input);
    let mut all = ClusterSet::default();
    for (_, cluster) in state.clusters() {
        all.insert(cluster.ix());
    }
    for uid in ["one", "two"] {
        let uid = uid_of(uid);
        let mut claims = state.ledger.of_placement(&uid);
        let record = claims.next().expect("has claims");
        let site = state.ledger.site(&record.claim);
        view.shift_other(&record.claim, &site, record.presence().negated());
    }
    let [a, b] = ["a", "b"].map(|name| state.cluster(&cluster(name)).expect("known").ix());
    let sets = view.alike(&all);
    assert!(
        !sets.iter().any(|set| set.contains(a) && set.contains(b)),
        "nobody is left in a: {sets:?}"
    );
}
