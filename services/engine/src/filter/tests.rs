use hourglass_model::pod::ContainerDefaults;
use serde_json::json;

use crate::fixture::*;
use crate::{ClusterSettings, FleetState, Health, NoFitReason};

#[test]
fn each_rule_over_nodes_can_turn_away() {
    let mut tainted = node("n", &[], &[]);
    tainted.taints = vec![taint("dedicated")];
    let mut cordoned = node("n", &[], &[]);
    cordoned.unschedulable = true;
    let mut not_ready = node("n", &[], &[]);
    not_ready.ready = false;
    let plain = || node("n", &[("zone", "a")], &[]);
    let cases = [
        ("NodeReady", not_ready, json!({})),
        ("NodeUnschedulable", cordoned, json!({})),
        (
            "NodeName",
            plain(),
            json!({"nodeRules": {"hostnames": ["other"]}}),
        ),
        (
            "NodeSelector",
            plain(),
            json!({"nodeRules": {"nodeSelector": {"zone": "b"}}}),
        ),
        (
            "NodeAffinity",
            plain(),
            json!({"nodeRules": {"requiredNodeAffinity": {"nodeSelectorTerms": [
                {"matchExpressions": [{"key": "zone", "operator": "NotIn", "values": ["a"]}]}]}}}),
        ),
        ("NodeTaints", tainted, json!({})),
        ("GpuProduct", plain(), json!({"compute": {"gpu": {"count": 1}}})),
        (
            "GpuMemory",
            a100("n", 8),
            json!({"compute": {"gpu": {"count": 1, "minMemoryMib": 90_000}}}),
        ),
        (
            "GpuComputeCapability",
            a100("n", 8),
            json!({"compute": {"gpu": {"count": 1, "minComputeCapability": "9.0"}}}),
        ),
        (
            "GpuConfidential",
            a100("n", 8),
            json!({"compute": {"gpu": {"count": 1, "confidential": true}}}),
        ),
        (
            "GpuSharing",
            a100("n", 8),
            json!({"compute": {"gpu": {"shareMilli": 100}}}),
        ),
        (
            "TeeKindOnNode",
            plain(),
            json!({"compute": {"tee": {"kinds": ["tdx"]}}}),
        ),
        (
            "RuntimeClass",
            plain(),
            json!({"performer": {"scheduling": {"runtimeClass": "gvisor"}}}),
        ),
        (
            "GpuCount",
            a100("n", 4),
            json!({"compute": {"gpu": {"count": 8}}}),
        ),
        (
            "TeeSlots",
            tdx("n", 1),
            json!({"compute": {"tee": {"kinds": ["tdx"], "slots": 2}}}),
        ),
        (
            "NodeResources",
            plain(),
            json!({"compute": {"requests": {"cpu": "33"}}}),
        ),
    ];
    for (rule, node, extra) in cases {
        let state = fleet(&[("a", vec![node])]);
        let explanation = explain(&state, &request(extra));
        let rejections: Vec<&str> = explanation
            .clusters
            .iter()
            .flat_map(|c| &c.rejections)
            .map(|r| r.rule.as_str())
            .collect();
        assert_eq!(rejections, [rule], "{}", explanation.summary);
        let samples: Vec<&str> = explanation
            .clusters
            .iter()
            .flat_map(|c| &c.rejections)
            .flat_map(|r| &r.samples)
            .map(|sample| sample.shortfall.as_str())
            .collect();
        assert!(
            samples.iter().all(|sample| !sample.is_empty()),
            "{rule}: {samples:?}"
        );
    }
}

#[test]
fn each_rule_over_clusters_can_turn_away() {
    type Change = fn(&mut FleetState);
    let nothing: Change = |_| {};
    let cases: [(&str, serde_json::Value, Change); 9] = [
        (
            "ClusterSelector",
            json!({"clusterRules": {"selector": {"matchLabels": {"tier": "gold"}}}}),
            nothing,
        ),
        (
            "ClusterNames",
            json!({"clusterRules": {"exclude": ["a"]}}),
            nothing,
        ),
        (
            "ClusterNames",
            json!({"clusterRules": {"include": ["b"]}}),
            nothing,
        ),
        (
            "ClusterRegion",
            json!({"clusterRules": {"regions": ["eu"]}}),
            nothing,
        ),
        ("ClusterTaints", json!({}), |state| {
            state.put_cluster(
                cluster("a"),
                ClusterSettings {
                    taints: vec![taint("spot")],
                    ..ClusterSettings::default()
                },
            );
        }),
        ("ClusterCordoned", json!({}), |state| {
            state.put_cluster(
                cluster("a"),
                ClusterSettings {
                    cordoned: true,
                    ..ClusterSettings::default()
                },
            );
        }),
        ("ClusterHealth", json!({}), |state| {
            state.set_health(&cluster("a"), Health::Suspect).expect("known");
        }),
        ("InventoryFreshness", json!({}), |state| {
            state.begin_session(&cluster("a")).expect("known");
        }),
        ("TenantNamespace", json!({"namespace": "kube-system"}), nothing),
    ];
    for (rule, extra, change) in cases {
        let mut state = fleet(&[("a", vec![node("n", &[], &[])])]);
        change(&mut state);
        let explanation = explain(&state, &request(extra));
        let excluded: Vec<Option<&str>> = explanation
            .clusters
            .iter()
            .map(|cluster| cluster.excluded_by.as_deref())
            .collect();
        assert_eq!(excluded, [Some(rule)]);
        let expected = if rule == "InventoryFreshness" {
            NoFitReason::WaitingForInventory
        } else {
            NoFitReason::NoEligibleCluster
        };
        assert_eq!(explanation.reason, Some(expected), "{rule}");
        assert!(
            explanation.would_fit_if.is_some(),
            "{rule} is the only thing in the way"
        );
    }
    assert_eq!(
        explain(&FleetState::new(), &request(json!({}))).reason,
        Some(NoFitReason::NoEligibleCluster)
    );
}

#[test]
fn tolerations_selectors_and_regions_let_in() {
    let mut state = fleet(&[("a", vec![node("n", &[], &[])])]);
    state.put_cluster(
        cluster("a"),
        ClusterSettings {
            labels: [
                ("tier".to_owned(), "gold".to_owned()),
                ("topology.kubernetes.io/region".to_owned(), "eu".to_owned()),
            ]
            .into(),
            taints: vec![taint("spot")],
            cordoned: false,
        },
    );
    let rules = json!({"clusterRules": {"selector": {"matchLabels": {"tier": "gold"}}, "include": ["a"],
        "regions": ["us", "eu"], "tolerations": [{"key": "spot", "operator": "Exists"}]}});
    assert!(decide(&state, &request(rules)).is_complete());
}

fn with_namespace(known: crate::NamespaceFacts) -> crate::ClusterFacts {
    let namespace = hourglass_model::ids::Namespace::new("performers").expect("valid");
    crate::ClusterFacts {
        namespaces: [(namespace, known)].into(),
        priority_classes: ["system-node-critical".to_owned(), "high".to_owned()].into(),
        ..facts()
    }
}

fn tell(state: &mut FleetState, facts: crate::ClusterFacts) {
    let name = cluster("a");
    let sequence = state
        .cluster(&name)
        .and_then(crate::ClusterState::sequence)
        .expect("reported");
    let delta = crate::Delta {
        sequence: sequence.next(),
        nodes: Vec::new(),
        removed: Vec::new(),
        facts: Some(facts),
    };
    state.apply_delta(&name, delta).expect("the next one");
}

fn excluded(
    state: &FleetState,
    request: &hourglass_model::request::CanonicalRequest,
) -> Option<(String, String)> {
    let explanation = explain(state, request);
    let cluster = explanation.clusters.first().expect("one");
    Some((cluster.excluded_by.clone()?, cluster.message.clone()))
}

#[test]
fn what_a_namespace_lacks_is_told_and_what_is_not_known_passes() {
    let mut state = fleet(&[("a", vec![node("n", &[], &[])])]);
    let needs = request(json!({"performer": {"imagePullSecrets": [{"name": "hub"}],
        "scheduling": {"priorityClassName": "low"}, "config": {"serviceAccountName": "solver"}}}));
    assert_eq!(
        excluded(&state, &needs),
        None,
        "nothing is known of the namespace"
    );
    let declared = crate::NamespaceFacts {
        secrets: Some([].into()),
        ..crate::NamespaceFacts::default()
    };
    tell(&mut state, with_namespace(declared));
    assert_eq!(
        excluded(&state, &needs),
        Some((
            "MissingPrerequisite".to_owned(),
            "it lacks ServiceAccount solver, Secret hub (namespace performers), PriorityClass low".to_owned()
        ))
    );
    let mut there = with_namespace(crate::NamespaceFacts {
        service_accounts: ["solver".to_owned()].into(),
        secrets: Some(["hub".to_owned()].into()),
        ..crate::NamespaceFacts::default()
    });
    there.priority_classes.insert("low".to_owned());
    tell(&mut state, there);
    assert_eq!(excluded(&state, &needs), None);
}

#[test]
fn in_clusters_of_an_override_its_pull_secrets_are_needed_instead_and_it_takes_the_same() {
    let mut state = fleet(&[("a", vec![node("n", &[], &[])])]);
    let declared = crate::NamespaceFacts {
        secrets: Some(["hub".to_owned()].into()),
        ..crate::NamespaceFacts::default()
    };
    tell(&mut state, with_namespace(declared));
    let hub = json!({"imagePullSecrets": [{"name": "hub"}]});
    let plain = request(json!({ "performer": hub }));
    let needs = request(json!({"performer": hub, "clusterOverrides": [{
        "selector": {"matchLabels": {"region": "eu"}}, "imageRegistry": "mirror.example",
        "environment": {"REGION": "eu"}, "imagePullSecrets": [{"name": "mirror"}]}]}));
    assert_eq!(excluded(&state, &needs), None);
    let vector = |request| {
        decide(&state, request)
            .placed
            .first()
            .map(|slot| slot.vector.clone())
    };
    assert_eq!(vector(&needs), vector(&plain));
    let eu = ClusterSettings {
        labels: [("region".to_owned(), "eu".to_owned())].into(),
        ..ClusterSettings::default()
    };
    state.put_cluster(cluster("a"), eu);
    let lacking = "it lacks Secret mirror (namespace performers)".to_owned();
    assert_eq!(
        excluded(&state, &needs),
        Some(("MissingPrerequisite".to_owned(), lacking))
    );
    assert_eq!(excluded(&state, &plain), None);
}

#[test]
fn a_namespace_quota_bounds_replicas_and_counts_claims_that_are_not_seen_yet() {
    let mut state = fleet(&[("a", vec![a100("n", 8)])]);
    let quota = |gpus: i64| {
        with_namespace(crate::NamespaceFacts {
            quota: vec![crate::QuotaHeadroom {
                name: "gpus".to_owned(),
                headroom: vector(&[("nvidia.com/gpu", gpus), ("pods", 10)]),
                ..crate::QuotaHeadroom::default()
            }],
            ..crate::NamespaceFacts::default()
        })
    };
    tell(&mut state, quota(5));
    let two = request(json!({"compute": {"gpu": {"count": 2}}, "replicas": 4}));
    let decision = decide(&state, &two);
    assert_eq!(decision.placed.len(), 2, "the quota leaves room for two");
    let one = request(json!({"compute": {"requests": {"nvidia.com/gpu": "2"}}}));
    place(&mut state, "p1", &one);
    place(&mut state, "p2", &one);
    assert_eq!(
        excluded(&state, &one),
        Some((
            "NamespaceQuota".to_owned(),
            "ResourceQuota gpus of its namespace is too small: needs 2 nvidia.com/gpu, 1 free".to_owned()
        ))
    );
    let any = request(json!({"compute": {"gpu": {"count": 2}}}));
    let explanation = explain(&state, &any);
    let rejected = &explanation.clusters.first().expect("one").rejections;
    assert_eq!(
        rejected.first().map(|rejection| rejection.rule.as_str()),
        Some("NamespaceQuota")
    );
    tell(&mut state, quota(6));
    assert!(decide(&state, &any).is_complete());
}

#[test]
fn a_quota_keeps_out_what_states_nothing_of_what_it_bounds_unless_a_limit_range_gives_it() {
    let mut state = fleet(&[("a", vec![node("n", &[], &[])])]);
    let namespace = |ranges: Option<Vec<crate::LimitRange>>| {
        with_namespace(crate::NamespaceFacts {
            quota: vec![crate::QuotaHeadroom {
                name: "team".to_owned(),
                headroom: vector(&[("ephemeral-storage", 1), ("memory", 4 << 30)]),
                limits: vector(&[("cpu", 3_000)]),
            }],
            limit_ranges: ranges,
            ..crate::NamespaceFacts::default()
        })
    };
    let range = |requests: &[(&str, i64)], limits: &[(&str, i64)]| crate::LimitRange {
        name: "r".to_owned(),
        defaults: ContainerDefaults::new(vector(requests), vector(limits)),
    };
    let bare = request(json!({"compute": {"requests": {"cpu": "0"}}}));
    tell(&mut state, namespace(None));
    assert_eq!(excluded(&state, &bare), None, "no LimitRanges are told");

    tell(&mut state, namespace(Some(Vec::new())));
    let (rule, message) = excluded(&state, &bare).expect("excluded");
    assert_eq!(rule, "NamespaceQuota");
    assert_eq!(
        message,
        "ResourceQuota team of its namespace bounds requests.memory and limits.cpu, which the performer does not state and \
         no LimitRange of the namespace defaults",
        "ephemeral storage may be bounded without being stated"
    );
    let stating = request(json!({"performer": {"resources": {"limits": {"cpu": "2", "memory": "0"}}}}));
    assert_eq!(excluded(&state, &stating), None);
    let slot = decide(&state, &stating).placed.pop().expect("fits");
    assert_eq!(slot.limits, vector(&[("cpu", 2_000), ("memory", 0)]));

    let given = [range(&[("memory", 3 << 30)], &[]), range(&[], &[("cpu", 1_000)])];
    tell(&mut state, namespace(Some(given.to_vec())));
    assert_eq!(excluded(&state, &bare), None);
    let slot = decide(&state, &bare).placed.pop().expect("fits");
    assert_eq!(
        slot.vector.without_zeros(),
        vector(&[("memory", 3 << 30), ("pods", 1)]),
        "a request of 0 is stated"
    );
    assert_eq!(slot.limits, vector(&[("cpu", 1_000)]));
    place(&mut state, "p1", &bare);
    let (_, message) = excluded(&state, &bare).expect("excluded");
    assert_eq!(
        message,
        "ResourceQuota team of its namespace is too small: needs 3Gi memory, 1Gi free"
    );
    let small = request(json!({"performer": {"resources": {"limits": {"memory": "1Gi", "cpu": "2500m"}}}}));
    let (_, message) = excluded(&state, &small).expect("excluded");
    assert_eq!(
        message,
        "ResourceQuota team of its namespace is too small: needs 2.5 limits.cpu, 2 free"
    );
}

#[test]
fn zones_and_providers_of_clusters_are_rules_too() {
    let mut state = fleet(&[("a", vec![node("n", &[], &[])])]);
    let zone = request(json!({"clusterRules": {"zones": ["eu-1a"]}}));
    let provider = request(json!({"clusterRules": {"providers": ["metal"]}}));
    assert_eq!(
        excluded(&state, &zone).map(|(rule, _)| rule),
        Some("ClusterZone".to_owned())
    );
    assert_eq!(
        excluded(&state, &provider),
        Some((
            "ClusterProvider".to_owned(),
            "it has no label hourglass.eigenlayer.io/provider, and clusterRules.providers is given"
                .to_owned()
        ))
    );
    let labels = [
        ("topology.kubernetes.io/zone", "eu-1a"),
        ("hourglass.eigenlayer.io/provider", "metal"),
    ];
    let settings = ClusterSettings {
        labels: labels
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        ..ClusterSettings::default()
    };
    state.put_cluster(cluster("a"), settings);
    assert_eq!(
        (excluded(&state, &zone), excluded(&state, &provider)),
        (None, None)
    );
}
