mod adding_up;
mod left_out;
mod offered;

use hourglass_model::ids::NodeName;
use serde_json::json;

use crate::fixture::*;
use crate::{Avoid, DecideInput, Explanation, NamespaceFacts, NoFitReason, QuotaHeadroom, why_not_on};

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
fn samples_are_the_nodes_that_lack_least_and_the_line_names_the_nearest_of_all_clusters() {
    let busy = |name: &str, used: i64| {
        let mut node = a100(name, 8);
        node.used = vector(&[("nvidia.com/gpu", used)]);
        node
    };
    let a = [7, 5, 8, 6, 5].into_iter().enumerate();
    let a = a.map(|(at, used)| busy(&format!("a{at}"), used)).collect();
    let state = fleet(&[("a", a), ("b", vec![busy("b0", 8), busy("b1", 2)])]);
    let explanation = explain(&state, &request(json!({"compute": {"gpu": {"count": 8}}})));
    let samples = |cluster: usize| -> Vec<(&str, &str)> {
        let rejections = &explanation.clusters[cluster].rejections;
        let samples = rejections.iter().flat_map(|rejection| &rejection.samples);
        samples
            .map(|sample| (sample.node.as_str(), sample.shortfall.as_str()))
            .collect()
    };
    assert_eq!(
        samples(0),
        [
            ("a1", "needs 8 nvidia.com/gpu, 3 free"),
            ("a4", "needs 8 nvidia.com/gpu, 3 free"),
            ("a3", "needs 8 nvidia.com/gpu, 2 free"),
        ]
    );
    assert_eq!(samples(1)[0], ("b1", "needs 8 nvidia.com/gpu, 6 free"));
    assert_eq!(
        explanation.summary,
        "no node has room: 7 nodes by GpuCount (for example b1 of b: needs 8 nvidia.com/gpu, 6 free)"
    );
}

#[test]
fn of_nodes_that_facts_turn_away_those_say_more_that_have_something_of_the_kind() {
    let first = |nodes: Vec<hourglass_model::node::NodeFacts>, extra: serde_json::Value| {
        let explanation = explain(&fleet(&[("a", nodes)]), &request(extra));
        let sample = explanation.clusters[0].rejections.first().map(|rejection| {
            let sample = &rejection.samples[0];
            format!("{} by {}: {}", sample.node, rejection.rule, sample.shortfall)
        });
        sample.expect("turned away")
    };
    let memory = |name: &str, mib: &str| {
        let mut node = a100(name, 1);
        node.labels = node.labels.with("nvidia.com/gpu.memory", mib);
        node
    };
    assert_eq!(
        first(
            vec![
                memory("n1", "16384"),
                memory("n2", "81920"),
                memory("n3", "40960")
            ],
            json!({"compute": {"gpu": {"count": 1, "minMemoryMib": 100_000}}})
        ),
        "n2 by GpuMemory: its GPUs have 81920 MiB"
    );
    assert_eq!(
        first(
            vec![node("n1", &[], &[]), a100("n2", 1)],
            json!({"compute": {"gpu": {"count": 1, "products": ["H100"]}}})
        )
        .split(':')
        .next(),
        Some("n2 by GpuProduct")
    );
    let profiled = node(
        "n2",
        &[("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-80GB")],
        &[("nvidia.com/mig-1g.10gb", 2)],
    );
    assert_eq!(
        first(
            vec![a100("n1", 1), profiled],
            json!({"compute": {"gpu": {"count": 1, "migProfile": "3g.40gb"}}})
        ),
        "n2 by MigProfile: offers MIG devices of 1g.10gb"
    );
    assert_eq!(
        first(
            vec![
                node("n1", &[], &[]),
                node("n2", &[("disk", "hdd")], &[]),
                node("n3", &[("disk", "hdd"), ("rack", "r1")], &[])
            ],
            json!({"nodeRules": {"nodeSelector": {"disk": "ssd", "rack": "r1"}}})
        ),
        "n3 by NodeSelector: has disk=hdd, wanted ssd"
    );
}

#[test]
fn memory_is_that_of_the_mig_devices_where_such_are_wanted() {
    let mixed = node(
        "n1",
        &[
            ("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-80GB"),
            ("nvidia.com/gpu.memory", "81920"),
            ("nvidia.com/mig-1g.10gb.memory", "9728"),
        ],
        &[("nvidia.com/gpu", 1), ("nvidia.com/mig-1g.10gb", 2)],
    );
    let asks = |mib: u32| {
        let gpu = json!({"count": 1, "migProfile": "1g.10gb", "minMemoryMib": mib});
        explain(
            &fleet(&[("a", vec![mixed.clone()])]),
            &request(json!({"compute": {"gpu": gpu}})),
        )
    };
    assert_eq!(asks(9_728).reason, None);
    assert_eq!(
        asks(9_729).summary,
        "rules turn away every node: 1 node by GpuMemory (its GPUs have 9728 MiB)"
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
        hint(vec![a100("n", 4)], json!({"compute": {"gpu": {"count": 8}}})).as_deref(),
        Some("compute.gpu.count is at most 4 (n of a)"),
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

fn zoned(name: &str, zone: &str, cores: i64) -> hourglass_model::node::NodeFacts {
    node(
        name,
        &[("topology.kubernetes.io/zone", zone)],
        &[("cpu", cores * 1000)],
    )
}

/// The explanation of a decision that does not place all, which must say the same word.
fn why_not(state: &crate::FleetState, request: &hourglass_model::request::CanonicalRequest) -> Explanation {
    let no_fit = decide(state, request).no_fit.expect("does not fit");
    let explanation = no_fit.explanation.expect("asked for");
    assert_eq!(explanation.reason, Some(no_fit.reason));
    explanation
}

#[test]
fn what_stops_the_next_replica_is_told_and_not_a_lack_of_room() {
    let lonely = |replicas: u32, gang: bool, topology: &str| {
        labelled(
            &[("app", "lonely")],
            json!({"replicas": replicas, "gang": gang, "compute": {"requests": {"cpu": "1"}},
                "antiAffinity": [{"selector": {"matchLabels": {"app": "lonely"}}, "topology": topology}]}),
        )
    };
    let state = fleet(&[("a", vec![node("n1", &[], &[]), node("n2", &[], &[])])]);
    let explanation = why_not(&state, &lonely(4, false, "NODE"));
    assert_eq!(
        (explanation.fit, explanation.reason),
        (2, Some(NoFitReason::PlacementRules))
    );
    assert_eq!(
        explanation.summary,
        "2 of 4 replicas fit: rules turn away every node for the next one: 2 nodes by AntiAffinity (for example n1 of a: 1 \
         replica with app=lonely in node n1 of cluster a); antiAffinity[0] keeps each of 4 replicas in a node of its own, and only 2 \
         nodes could take them"
    );
    assert_eq!(
        explanation.would_fit_if.as_deref(),
        Some("2 more nodes like n1 join cluster a")
    );
    assert!(explanation.retry_events.contains(&"PLACEMENT_CHANGED".to_owned()));
    // More nodes in the same cluster would not help.
    let explanation = why_not(&state, &lonely(2, false, "CLUSTER"));
    assert_eq!(explanation.would_fit_if, None);
    // A gang is a gang, and is told the same.
    let explanation = why_not(&state, &lonely(3, true, "NODE"));
    assert_eq!(explanation.reason, Some(NoFitReason::GangDoesNotFit));
    assert!(
        explanation.summary.starts_with(
            "2 of 3 replicas would fit, and all are wanted together: rules turn away every node for the next one: 2 nodes \
             by AntiAffinity"
        ),
        "{}",
        explanation.summary
    );
}

#[test]
fn a_spread_that_stops_the_next_replica_is_told_beside_the_room_that_is_missing() {
    let state = fleet(&[("a", vec![zoned("n1", "x", 32), zoned("n2", "y", 3)])]);
    let spread = |replicas: u32, cpu: &str| {
        labelled(
            &[],
            json!({"replicas": replicas, "compute": {"requests": {"cpu": cpu}},
                "spread": [{"maxSkew": 1, "topology": "ZONE"}]}),
        )
    };
    let explanation = why_not(&state, &spread(5, "2"));
    assert_eq!(
        (explanation.fit, explanation.reason),
        (3, Some(NoFitReason::NoCapacity))
    );
    assert!(
        explanation.summary.starts_with(
            "3 of 5 replicas fit: no node that may take it has room for the next one: 1 node by NodeResources (needs 2 cpu"
        ),
        "{}",
        explanation.summary
    );
    assert!(
        explanation
            .summary
            .contains("1 node by Spread (zone x holds 2, the zone with fewest 1, and maxSkew is 1)"),
        "{}",
        explanation.summary
    );
    // What the clusters say is for the first replica, which would go to either node.
    assert_eq!(explanation.clusters[0].nodes_feasible, 2);
}

#[test]
fn a_gang_of_which_nothing_fits_lacks_room_and_not_only_its_other_half() {
    let state = fleet(&[("a", vec![node("n1", &[], &[])])]);
    let gang = request(json!({"compute": {"requests": {"cpu": "40"}}, "replicas": 2, "gang": true}));
    let explanation = why_not(&state, &gang);
    assert_eq!(
        (explanation.fit, explanation.reason),
        (0, Some(NoFitReason::NoCapacity))
    );
    assert_eq!(
        explanation.contradictions,
        ["the gang has 2 replicas, and the nodes that could take them hold 0 even when empty"]
    );
}

#[test]
fn the_rules_that_matter_are_told_before_those_that_turn_away_most() {
    let mut nodes: Vec<_> = (0..4).map(|at| node(&format!("plain-{at}"), &[], &[])).collect();
    nodes.extend((0..3).map(|at| tdx(&format!("tdx-{at}"), 1)));
    let mut tainted = a100("tainted", 8);
    tainted.taints = vec![taint("dedicated")];
    let mut cordoned = a100("cordoned", 8);
    cordoned.unschedulable = true;
    let mut full = a100("full", 8);
    full.used = vector(&[("nvidia.com/gpu", 8)]);
    nodes.extend([tainted, cordoned, full]);
    let state = fleet(&[("a", nodes)]);
    let explanation = why_not(&state, &request(json!({"compute": {"gpu": {"count": 1}}})));
    assert!(
        explanation.summary.starts_with(
            "no node that may take it has room: 1 node by GpuCount (needs 1 nvidia.com/gpu, 0 free); 7 nodes"
        ),
        "{}",
        explanation.summary
    );
}

#[test]
fn a_missing_prerequisite_and_a_small_quota_are_reasons_of_their_own() {
    let with = |namespace: NamespaceFacts| {
        let mut state = fleet(&[("a", vec![node("n1", &[], &[])])]);
        let mut facts = facts();
        let name = hourglass_model::ids::Namespace::new("performers").expect("valid");
        facts.namespaces.insert(name, namespace);
        let delta = crate::Delta {
            sequence: sequence(2),
            nodes: Vec::new(),
            removed: Vec::new(),
            facts: Some(facts),
        };
        state.apply_delta(&cluster("a"), delta).expect("in order");
        state
    };
    let account = request(json!({"performer": {"config": {"serviceAccountName": "runner"}}}));
    let explanation = why_not(&with(NamespaceFacts::default()), &account);
    assert_eq!(explanation.reason, Some(NoFitReason::MissingPrerequisite));
    assert_eq!(
        explanation.summary,
        "what it needs is missing wherever it could go: a: it lacks ServiceAccount runner (namespace performers)"
    );
    let quota = |cpu: i64, gpus: i64| NamespaceFacts {
        quota: vec![QuotaHeadroom {
            name: "team".to_owned(),
            headroom: vector(&[("cpu", cpu), ("nvidia.com/gpu", gpus)]),
            ..QuotaHeadroom::default()
        }],
        ..NamespaceFacts::default()
    };
    // For the whole cluster.
    let small = request(json!({"compute": {"requests": {"cpu": "4"}}}));
    let explanation = why_not(&with(quota(1_000, 0)), &small);
    assert_eq!(explanation.reason, Some(NoFitReason::NamespaceQuota));
    assert!(
        explanation
            .summary
            .starts_with("a quota does not admit it: a: ResourceQuota team of its namespace is too small"),
        "{}",
        explanation.summary
    );
    // On the node that has room, once the first replica is there.
    let two = request(json!({"compute": {"requests": {"cpu": "4"}}, "replicas": 2}));
    let explanation = why_not(&with(quota(6_000, 0)), &two);
    assert_eq!(
        (explanation.fit, explanation.reason),
        (1, Some(NoFitReason::NamespaceQuota))
    );
    assert!(
        explanation
            .summary
            .starts_with("1 of 2 replicas fit: a quota does not admit it: a: ResourceQuota team"),
        "{}",
        explanation.summary
    );
}

#[test]
fn what_no_fleet_like_this_can_hold_is_told_of_devices_and_cliques_too() {
    let pair = |name: &str| device_node(name, vec![device("d0"), device("d1")]);
    let state = fleet(&[("a", vec![pair("n1"), pair("n2")])]);
    let gang = |count: u32, replicas: u32| {
        request(json!({"compute": {"gpu": {"count": count}}, "replicas": replicas, "gang": true}))
    };
    assert_eq!(
        why_not(&state, &gang(2, 3)).contradictions,
        ["the gang has 3 replicas, and the nodes that could take them hold 2 even when empty"]
    );
    // Devices that are in use now may become free.
    let mut busy = pair("n1");
    busy.devices[0].used_milli = 1000;
    let state = fleet(&[("a", vec![busy, pair("n2")])]);
    assert!(why_not(&state, &gang(2, 2)).contradictions.is_empty());
    let clique = |name: &str, clique: &str| {
        let mut node = a100(name, 4);
        node.labels = node.labels.with("nvidia.com/gpu.clique", clique);
        node
    };
    let state = fleet(&[("a", vec![clique("n1", "x"), clique("n2", "x"), clique("n3", "y")])]);
    let together = request(json!({"compute": {"gpu": {"count": 4, "sameClique": true}}, "replicas": 3}));
    let explanation = why_not(&state, &together);
    assert_eq!(
        explanation.contradictions,
        ["all 3 replicas are wanted in one NVLink clique, and none holds more than 2 even when empty"]
    );
    assert!(
        explanation
            .summary
            .starts_with("2 of 3 replicas would fit, and all are wanted together: "),
        "{}",
        explanation.summary
    );
}

#[test]
fn rules_over_places_that_no_node_is_in_are_told_at_once() {
    let state = fleet(&[("a", vec![node("n1", &[], &[]), node("n2", &[], &[])])]);
    let told = |extra: serde_json::Value| {
        let reason = if extra.get("nodeRules").is_some() {
            NoFitReason::RulesExcludeAllNodes
        } else {
            NoFitReason::PlacementRules
        };
        let explanation = why_not(&state, &labelled(&[("app", "web")], extra));
        assert_eq!(explanation.reason, Some(reason));
        for contradiction in &explanation.contradictions {
            assert!(
                explanation.summary.contains(contradiction),
                "{}",
                explanation.summary
            );
        }
        explanation.contradictions
    };
    for (topology, word, label) in [
        ("ZONE", "zone", "topology.kubernetes.io/zone"),
        ("REGION", "region", "topology.kubernetes.io/region"),
    ] {
        let rest = format!("is over {word}s, and no node that could take it has a {word} (label {label})");
        assert_eq!(
            told(json!({"spread": [{"maxSkew": 1, "topology": topology}]})),
            [format!("spread[0] {rest}")]
        );
        // Also for the first that selects itself, which may go to any of them.
        for app in ["web", "db"] {
            let near = json!([{"selector": {"matchLabels": {"app": app}}, "topology": topology}]);
            assert_eq!(told(json!({"affinity": near})), [format!("affinity[0] {rest}")]);
        }
    }
    // Whoever wants to be near what has not come yet waits for that.
    let near = json!([{"selector": {"matchLabels": {"app": "db"}}, "topology": "CLUSTER"}]);
    assert!(told(json!({"affinity": near})).is_empty());
    // No node could take it anyway: then its places do not matter.
    let nowhere = json!({"spread": [{"maxSkew": 1, "topology": "ZONE"}],
        "nodeRules": {"nodeSelector": {"disk": "ssd"}}});
    assert!(told(nowhere).is_empty());
}

#[test]
fn more_places_than_the_fleet_has_are_told_when_replicas_are_left_over() {
    let state = fleet(&[("a", vec![zoned("n1", "x", 32), zoned("n2", "y", 32)])]);
    let spread = |replicas: u32, app: &str, gang: bool| {
        labelled(
            &[("app", "web")],
            json!({"replicas": replicas, "gang": gang, "compute": {"requests": {"cpu": "1"}},
                "spread": [{"maxSkew": 1, "topology": "ZONE", "minDomains": 3,
                    "selector": {"matchLabels": {"app": app}}}]}),
        )
    };
    assert!(
        explain(&state, &spread(2, "web", false))
            .contradictions
            .is_empty()
    );
    let told = [
        "spread[0].minDomains is 3, and the nodes that it selects stand in 2 zones only, so each takes 1 at most (maxSkew)",
    ];
    assert_eq!(why_not(&state, &spread(3, "web", false)).contradictions, told);
    assert_eq!(why_not(&state, &spread(3, "web", true)).contradictions[..1], told);
    // Others that are counted bound nothing by themselves: any number fits.
    assert_eq!(explain(&state, &spread(9, "db", false)).reason, None);
}

#[test]
fn what_is_said_of_one_node_is_what_the_explanation_says_of_it() {
    let mut busy = a100("busy", 8);
    busy.used = vector(&[("nvidia.com/gpu", 6)]);
    let nodes = vec![a100("free", 8), busy, a100("taken", 8), node("plain", &[], &[])];
    let mut state = fleet(&[("a", nodes)]);
    let apart = json!({
        "compute": {"gpu": {"count": 4}},
        "antiAffinity": [{"selector": {"matchLabels": {"app": "x"}}, "topology": "NODE"}],
    });
    let there = json!({"nodeRules": {"hostnames": ["taken"]}});
    place(&mut state, "first", &labelled(&[("app", "x")], there));
    let request = labelled(&[("app", "x")], apart);
    let explanation = explain(&state, &request);
    let a = explanation.clusters.first().expect("one cluster");
    let (tenant, avoid) = (tenant(), Avoid::new());
    let slots = slots(&request);
    let input = DecideInput {
        tenant: &tenant,
        placement: None,
        slots: &slots,
        avoid: &avoid,
        preempt: false,
        explain: true,
    };
    let on = |name: &str| {
        let node = NodeName::new(name).expect("valid");
        why_not_on(&state, &request, &input, (&a.cluster, &node))
    };
    assert_eq!(on("free"), None);
    assert_eq!(on("unknown"), None);
    assert_eq!(a.rejections.len(), 3, "each rule keeps one node off");
    for rejection in &a.rejections {
        let sample = rejection.samples.first().expect("a sample");
        assert_eq!(on(sample.node.as_str()).as_ref(), Some(rejection));
    }
}
