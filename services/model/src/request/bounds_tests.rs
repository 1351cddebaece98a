//! Rules over other placements, preferences, lifecycle: what is read, and what is refused with which path.

use serde_json::{Value, json};

use super::*;
use crate::Violation;
use crate::labels::Labels;
use crate::placement::PlacementSpec;

fn canonical(mut extra: Value, labels: &[(&str, &str)]) -> Result<CanonicalRequest, Vec<Violation>> {
    extra["performer"] = json!({
        "avsAddress": "0x00000000000000000000000000000000000000aa", "image": "registry.example/performer:1"});
    let spec: PlacementSpec = serde_json::from_value(extra).expect("wire form");
    let labels: Labels = labels
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    canonicalise(&spec, &labels)
}

fn good(extra: Value) -> CanonicalRequest {
    canonical(extra, &[("app", "x")]).unwrap_or_else(|violations| panic!("{violations:?}"))
}

/// Paths of the violations of a placement labelled `app: x`.
fn bad(extra: Value) -> Vec<String> {
    let shown = extra.to_string();
    match canonical(extra, &[("app", "x")]) {
        Ok(_) => panic!("accepted: {shown}"),
        Err(violations) => violations.into_iter().map(|violation| violation.path).collect(),
    }
}

/// Each request is refused for exactly one thing, under that path.
fn refused(cases: &[(Value, &str)]) {
    for (extra, path) in cases {
        assert_eq!(bad(extra.clone()), [*path], "{extra}");
    }
}

fn own() -> Value {
    json!({"matchLabels": {"app": "x"}})
}

fn other() -> Value {
    json!({"matchLabels": {"app": "y"}})
}

#[test]
fn absent_fields_have_their_documented_meaning() {
    let request = good(json!({}));
    assert_eq!(
        (
            request.priority,
            request.preemption,
            request.strategy,
            request.pin
        ),
        (0, Preemption::LowerPriority, Strategy::Pack, PinScope::Node)
    );
    assert_eq!(request.update.strategy, UpdateStrategy::Surge);
    assert_eq!(request.update.max_parallel, 1);
    assert_eq!(request.start_deadline.as_secs(), 600);
    assert_eq!(
        (request.queue_timeout, request.expire_time, request.disruption),
        (None, None, None)
    );
    assert_eq!(request.failover.mode, FailoverMode::Reschedule);
    assert!(request.prerequisites.is_empty());
}

#[test]
fn fencing_has_a_meaning_also_where_nothing_fails_over() {
    for (fencing, read) in [("STRICT", Fencing::Strict), ("NONE", Fencing::None)] {
        let request = good(json!({"failover": {"mode": "NEVER", "fencing": fencing}}));
        assert_eq!(request.failover.mode, FailoverMode::Never);
        assert_eq!(request.failover.fencing, read);
    }
}

#[test]
fn every_new_field_is_read() {
    let request = good(json!({
        "compute": {"gpu": {"count": 2, "migProfile": "3g.40gb"}},
        "nodeRules": {"preferredNodeAffinity": [{"weight": 7, "preference": {"matchExpressions": [
            {"key": "disk", "operator": "In", "values": ["ssd"]}]}}]},
        "clusterRules": {"zones": ["eu-1a"], "providers": ["own"]},
        "spread": [{"maxSkew": 2, "minDomains": 3, "topology": "REGION"}],
        "affinity": [{"selector": other(), "topology": "CLUSTER"}],
        "antiAffinity": [{"selector": own(), "topology": "NODE", "weight": 50}],
        "clusterPreferences": [{"clusters": ["home"]}, {"selector": {}}],
        "priority": -1_000_000_000, "preemption": "NEVER", "strategy": "SPREAD", "pin": "CLUSTER",
        "replicas": 4, "disruption": {"minAvailable": "75%"}, "update": {"maxParallel": 2},
        "queueTimeout": "60s", "clusterOverrides": [{"selector": {}, "environment": {"A": "b"}}]
    }));
    let gpu = request.gpu.expect("a GPU request");
    assert_eq!(
        gpu.mig_profile.as_ref().map(crate::gpu::MigProfile::as_str),
        Some("3g.40gb")
    );
    assert_eq!(request.nodes.preferred.len(), 1);
    assert_eq!(
        (request.spread[0].max_skew, request.spread[0].min_domains),
        (2, Some(3))
    );
    assert!(request.affinity[0].is_required() && request.anti_affinity[0].weight == Some(50));
    assert_eq!(request.disruption.map(|least| least.of(4)), Some(3));
    assert_eq!(request.pin, PinScope::Cluster);
    let affinity = request
        .performer
        .scheduling
        .and_then(|scheduling| scheduling.affinity);
    let wishes = affinity
        .and_then(|affinity| affinity.node_affinity)
        .map(|nodes| nodes.preferred_during_scheduling_ignored_during_execution.len());
    assert_eq!(wishes, Some(1), "the cluster's scheduler likes the same nodes");
}

#[test]
fn spread_constraints_out_of_bounds_are_refused() {
    let with = |extra: Value| {
        let mut one = json!({"maxSkew": 1, "topology": "ZONE"});
        for (key, value) in extra.as_object().into_iter().flatten() {
            one[key] = value.clone();
        }
        json!({"spread": [one]})
    };
    refused(&[
        (with(json!({"maxSkew": 0})), "spec.spread[0].maxSkew"),
        (with(json!({"maxSkew": -1})), "spec.spread[0].maxSkew"),
        (with(json!({"maxSkew": 1_000_001})), "spec.spread[0].maxSkew"),
        (with(json!({"maxSkew": null})), "spec.spread[0].maxSkew"),
        (with(json!({"minDomains": 0})), "spec.spread[0].minDomains"),
        (with(json!({"topology": null})), "spec.spread[0].topology"),
        (
            with(json!({"minDomains": 2, "whenUnsatisfiable": "SCHEDULE_ANYWAY"})),
            "spec.spread[0].minDomains",
        ),
        (
            with(
                json!({"selector": {"matchExpressions": [{"key": "k", "operator": "Gt", "values": ["1"]}]}}),
            ),
            "spec.spread[0].selector.matchExpressions[0].operator",
        ),
        (
            json!({"spread": [{"maxSkew": 1, "topology": "ZONE"}, {"maxSkew": 2, "topology": "ZONE"}]}),
            "spec.spread[1]",
        ),
        (
            json!({"spread": vec![json!({"maxSkew": 1, "topology": "ZONE", "selector": own()}); 17]
            .into_iter().enumerate().map(|(index, mut one)| {
                one["selector"]["matchLabels"]["n"] = json!(index.to_string()); one }).collect::<Vec<_>>()}),
            "spec.spread",
        ),
    ]);
    good(json!({"spread": [
        {"maxSkew": 1, "topology": "ZONE"}, {"maxSkew": 1, "topology": "ZONE", "selector": own()},
        {"maxSkew": 1, "topology": "NODE"}]}));
}

#[test]
fn terms_over_placements_out_of_bounds_are_refused() {
    for field in ["affinity", "antiAffinity"] {
        let path = |rest: &str| format!("spec.{field}[0]{rest}");
        let one = |term: Value| json!({field: [term]});
        refused(&[
            (
                one(json!({"selector": other(), "topology": "ZONE", "weight": 0})),
                &path(".weight"),
            ),
            (
                one(json!({"selector": other(), "topology": "ZONE", "weight": 101})),
                &path(".weight"),
            ),
            (one(json!({"selector": other()})), &path(".topology")),
            (one(json!({"topology": "ZONE"})), &path(".selector")),
        ]);
        let term = json!({"selector": other(), "topology": "ZONE"});
        assert_eq!(bad(json!({field: [term, term]})), [format!("spec.{field}[1]")]);
        assert_eq!(
            bad(json!({field: [{}]})).len(),
            2,
            "selector and topology are both missing"
        );
    }
}

#[test]
fn preferences_out_of_bounds_are_refused() {
    let wish = |weight: i32, preference: Value| {
        json!({"nodeRules": {"preferredNodeAffinity": [
        {"weight": weight, "preference": preference}]}})
    };
    let ssd = json!({"matchExpressions": [{"key": "disk", "operator": "Exists"}]});
    refused(&[
        (json!({"clusterPreferences": [{}]}), "spec.clusterPreferences[0]"),
        (
            json!({"clusterPreferences": [{"clusters": ["No"]}]}),
            "spec.clusterPreferences[0].clusters[0]",
        ),
        (
            json!({"clusterPreferences": [{"clusters": ["a"]}, {"clusters": ["b", "a"]}]}),
            "spec.clusterPreferences[1].clusters[1]",
        ),
        (
            json!({"clusterPreferences": vec![json!({"selector": {}}); 33]}),
            "spec.clusterPreferences",
        ),
        (
            wish(0, ssd.clone()),
            "spec.nodeRules.preferredNodeAffinity[0].weight",
        ),
        (wish(101, ssd), "spec.nodeRules.preferredNodeAffinity[0].weight"),
        (
            wish(1, json!({})),
            "spec.nodeRules.preferredNodeAffinity[0].preference",
        ),
        (
            json!({"clusterRules": {"zones": [""]}}),
            "spec.clusterRules.zones[0]",
        ),
        (
            json!({"clusterRules": {"providers": ["a b"]}}),
            "spec.clusterRules.providers[0]",
        ),
        (
            json!({"clusterRules": {"regions": vec!["r"; 257]}}),
            "spec.clusterRules.regions",
        ),
        (json!({"priority": 1_000_000_001}), "spec.priority"),
        (json!({"priority": -1_000_000_001}), "spec.priority"),
    ]);
}

#[test]
fn gpus_that_cannot_be_are_refused() {
    let gpu = |gpu: Value| json!({"compute": {"gpu": gpu}});
    for profile in ["1g", "10gb", "1G.10GB", "mig-1g.10gb", "0g.5gb"] {
        assert_eq!(
            bad(gpu(json!({"migProfile": profile}))),
            ["spec.compute.gpu.migProfile"],
            "{profile}"
        );
    }
    refused(&[
        (
            gpu(json!({"migProfile": "1g.10gb", "shareMilli": 500})),
            "spec.compute.gpu.migProfile",
        ),
        (
            gpu(json!({"migProfile": "1g.10gb", "sameClique": true})),
            "spec.compute.gpu.sameClique",
        ),
        (
            gpu(json!({"migProfile": "1g.10gb", "products": ["NVIDIA-A100-SXM4-40GB-MIG-1g.5gb"]})),
            "spec.compute.gpu.products[0]",
        ),
        (
            json!({"compute": {"gpu": {"migProfile": "1g.10gb"}, "requests": {"amd.com/gpu": "1"}}}),
            "spec.compute.gpu.migProfile",
        ),
        (
            json!({"compute": {"gpu": {"migProfile": "1g.10gb"}, "requests": {"nvidia.com/mig-3g.40gb": "1"}}}),
            "spec.compute.requests[nvidia.com/mig-3g.40gb]",
        ),
        (
            json!({"compute": {"gpu": {"migProfile": "1g.10gb", "count": 2},
                "requests": {"nvidia.com/mig-1g.10gb": "1"}}}),
            "spec.compute.requests[nvidia.com/mig-1g.10gb]",
        ),
        (gpu(json!({"sameClique": true})), "spec.compute.gpu.sameClique"),
        (
            gpu(json!({"count": 2, "shareMilli": 500})),
            "spec.compute.gpu.shareMilli",
        ),
    ]);
    let folded = good(json!({"compute": {"gpu": {"migProfile": "1g.10gb", "count": 2},
        "requests": {"nvidia.com/mig-1g.10gb": "2"}}}));
    assert!(
        folded.base.is_empty(),
        "the same devices twice are the same devices"
    );
    good(gpu(
        json!({"migProfile": "1g.5gb", "products": ["NVIDIA-A100-SXM4-40GB-MIG-1g.5gb"]}),
    ));
    good(gpu(json!({"count": 4, "sameClique": true})));
}

#[test]
fn policies_and_times_out_of_bounds_are_refused() {
    let secret =
        |name: &str| json!({"clusterOverrides": [{"selector": {}, "imagePullSecrets": [{"name": name}]}]});
    let registry = |text: &str| json!({"clusterOverrides": [{"selector": {}, "imageRegistry": text}]});
    refused(&[
        (json!({"update": {"maxParallel": 0}}), "spec.update.maxParallel"),
        (json!({"update": {"maxParallel": 129}}), "spec.update.maxParallel"),
        (
            json!({"update": {"progressDeadline": "0s"}}),
            "spec.update.progressDeadline",
        ),
        (
            json!({"update": {"progressDeadline": "86401s"}}),
            "spec.update.progressDeadline",
        ),
        (json!({"startDeadline": "0.5s"}), "spec.startDeadline"),
        (json!({"startDeadline": "86401s"}), "spec.startDeadline"),
        (json!({"queueTimeout": "0s"}), "spec.queueTimeout"),
        (json!({"queueTimeout": "99999999999s"}), "spec.queueTimeout"),
        (
            json!({"failover": {"toleration": "99999999999s"}}),
            "spec.failover.toleration",
        ),
        (
            json!({"failover": {"mode": "NEVER", "toleration": "5s"}}),
            "spec.failover.toleration",
        ),
        (json!({"disruption": {}}), "spec.disruption.minAvailable"),
        (
            json!({"disruption": {"minAvailable": "half"}}),
            "spec.disruption.minAvailable",
        ),
        (
            json!({"disruption": {"minAvailable": "101%"}}),
            "spec.disruption.minAvailable",
        ),
        (
            json!({"disruption": {"minAvailable": "-1"}}),
            "spec.disruption.minAvailable",
        ),
        (
            json!({"clusterOverrides": [{"environment": {"A": "b"}}]}),
            "spec.clusterOverrides[0].selector",
        ),
        (
            json!({"clusterOverrides": [{"selector": {}}]}),
            "spec.clusterOverrides[0]",
        ),
        (
            json!({"clusterOverrides": [{"selector": {"matchLabels": {"bad key": "v"}}, "environment": {"A": "b"}}]}),
            "spec.clusterOverrides[0].selector.matchLabels[bad key]",
        ),
        (
            json!({"clusterOverrides": [{"selector": {}, "environment": {"1A": "b"}}]}),
            "spec.clusterOverrides[0].environment[1A]",
        ),
        (secret(""), "spec.clusterOverrides[0].imagePullSecrets[0].name"),
        (
            secret("No Name"),
            "spec.clusterOverrides[0].imagePullSecrets[0].name",
        ),
        (
            registry("https://mirror.example"),
            "spec.clusterOverrides[0].imageRegistry",
        ),
        (
            registry(&format!("mirror.example/{}", "x".repeat(250))),
            "spec.clusterOverrides[0].imageRegistry",
        ),
    ]);
}

/// One contradiction, whose path and message name both fields.
fn contradicts(extra: &Value, path: &str, other: &str) {
    let violations = canonical(extra.clone(), &[("app", "x")]).expect_err("never satisfiable");
    assert_eq!(violations.len(), 1, "{extra}: {violations:?}");
    assert_eq!(violations[0].path, path, "{extra}");
    assert!(violations[0].message.contains(other), "{extra}: {violations:?}");
}

#[test]
fn rules_that_never_hold_together_name_both_fields() {
    let both = |selector: Value, near: &str, away: &str, replicas: i32| {
        json!({"affinity": [{"selector": selector, "topology": near}],
            "antiAffinity": [{"selector": selector, "topology": away}], "replicas": replicas})
    };
    let (near, away) = ("spec.affinity[0]", "spec.antiAffinity[0]");
    for (selector, inner, outer, replicas) in [
        (other(), "ZONE", "ZONE", 1),
        (other(), "CLUSTER", "CLUSTER", 1),
        (other(), "NODE", "CLUSTER", 1),
        (own(), "NODE", "NODE", 2),
    ] {
        contradicts(&both(selector, inner, outer, replicas), near, away);
    }
    contradicts(
        &json!({"antiAffinity": [{"selector": own(), "topology": "CLUSTER"}], "replicas": 3,
            "clusterRules": {"include": ["a", "b"]}}),
        away,
        "spec.clusterRules.include",
    );
    contradicts(
        &json!({"antiAffinity": [{"selector": own(), "topology": "REGION"}], "replicas": 2, "gang": true,
            "clusterRules": {"regions": ["eu"]}}),
        away,
        "spec.clusterRules.regions",
    );
    contradicts(
        &json!({"spread": [{"maxSkew": 1, "minDomains": 3, "topology": "CLUSTER"}], "replicas": 3,
            "clusterRules": {"include": ["a", "b"]}}),
        "spec.spread[0].minDomains",
        "spec.clusterRules.include",
    );
    // One NVLink clique is in one cluster, and that is in one region.
    let clique = json!({"gpu": {"count": 8, "sameClique": true}});
    for topology in ["CLUSTER", "REGION"] {
        contradicts(
            &json!({"compute": clique, "replicas": 2,
                "antiAffinity": [{"selector": own(), "topology": topology}]}),
            away,
            "spec.compute.gpu.sameClique",
        );
        contradicts(
            &json!({"compute": clique, "replicas": 2,
                "spread": [{"maxSkew": 1, "minDomains": 2, "topology": topology}]}),
            "spec.spread[0].minDomains",
            "spec.compute.gpu.sameClique",
        );
    }
    contradicts(
        &json!({"clusterPreferences": [{"clusters": ["a"]}], "clusterRules": {"exclude": ["a"]}}),
        "spec.clusterPreferences[0].clusters",
        "spec.clusterRules.exclude",
    );
    contradicts(
        &json!({"replicas": 2, "disruption": {"minAvailable": "3"}}),
        "spec.disruption.minAvailable",
        "spec.replicas",
    );
    contradicts(
        &json!({"replicas": 2, "disruption": {"minAvailable": "51%"}, "update": {"strategy": "RECREATE"}}),
        "spec.disruption.minAvailable",
        "spec.update.strategy",
    );
    for (replicas, told) in [
        (1, "with the only replica (spec"),
        (3, "with all 3 replicas (spec"),
    ] {
        let held = json!({"performer": {"avsAddress": "0x00000000000000000000000000000000000000aa", "image": "i"},
            "replicas": replicas, "disruption": {"minAvailable": "100%"}, "update": {"strategy": "RECREATE"}});
        let spec: PlacementSpec = serde_json::from_value(held).expect("wire form");
        let violations = canonicalise(&spec, &Labels::new()).expect_err("refused");
        assert!(violations[0].message.contains(told), "{}", violations[0].message);
    }
    let mut pinned = json!({"pin": "NODE"});
    pinned["performer"] = json!({"avsAddress": "0x00000000000000000000000000000000000000aa", "image": "i",
        "scheduling": {"affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{}]}}}});
    let spec: PlacementSpec = serde_json::from_value(pinned).expect("wire form");
    let violations = canonicalise(&spec, &Labels::new()).expect_err("refused");
    assert_eq!(violations[0].path, "spec.pin");
    assert!(
        violations[0]
            .message
            .contains("spec.performer.scheduling.affinity.podAffinity")
    );
}

#[test]
fn what_only_the_fleet_can_tell_is_accepted() {
    // The first replica that selects itself passes both; a wish contradicts nothing; nodes may lack zone labels.
    good(json!({"affinity": [{"selector": own(), "topology": "NODE"}],
        "antiAffinity": [{"selector": own(), "topology": "NODE"}]}));
    good(
        json!({"affinity": [{"selector": other(), "topology": "NODE", "weight": 1}],
        "antiAffinity": [{"selector": other(), "topology": "NODE"}]}),
    );
    good(json!({"affinity": [{"selector": other(), "topology": "NODE"}],
        "antiAffinity": [{"selector": other(), "topology": "ZONE"}]}));
    good(json!({"affinity": [{"selector": other(), "topology": "CLUSTER"}],
        "antiAffinity": [{"selector": other(), "topology": "NODE"}]}));
    // As many clusters as the fleet may have.
    good(
        json!({"antiAffinity": [{"selector": own(), "topology": "CLUSTER"}], "replicas": 128, "gang": true}),
    );
    good(json!({"spread": [{"maxSkew": 1, "minDomains": 100, "topology": "CLUSTER"}], "replicas": 128}));
    good(
        json!({"spread": [{"maxSkew": 2, "minDomains": 3, "topology": "CLUSTER"}], "replicas": 4,
        "clusterRules": {"include": ["a", "b"]}}),
    );
    // One clique may reach over zones and nodes, and one replica is always in one.
    let clique = |replicas: i32, topology: &str| {
        json!({"compute": {"gpu": {"count": 8, "sameClique": true}}, "replicas": replicas,
            "antiAffinity": [{"selector": own(), "topology": topology}]})
    };
    for extra in [clique(2, "NODE"), clique(2, "ZONE"), clique(1, "CLUSTER")] {
        good(extra);
    }
    // A gang of one is no more than a placement, and all may have to stay when updates surge.
    good(json!({"gang": true, "replicas": 1, "disruption": {"minAvailable": "100%"}}));
}

#[test]
fn labels_are_part_of_the_shape_only_where_own_rules_select_by_them() {
    let shape = |extra: Value, app: &str| canonical(extra, &[("app", app)]).expect("valid").shape;
    assert_eq!(shape(json!({}), "x"), shape(json!({}), "y"));
    let spread =
        |selector: Value| json!({"spread": [{"maxSkew": 1, "topology": "NODE", "selector": selector}]});
    assert_eq!(shape(spread(Value::Null), "x"), shape(spread(Value::Null), "y"));
    assert_ne!(shape(spread(own()), "x"), shape(spread(own()), "y"));
    let apart = json!({"antiAffinity": [{"selector": own(), "topology": "NODE"}]});
    assert_ne!(shape(apart.clone(), "x"), shape(apart, "y"));
    for (one, two) in [
        (json!({"priority": 1}), json!({})),
        (json!({"strategy": "SPREAD"}), json!({"strategy": "PACK"})),
        (json!({"clusterPreferences": [{"clusters": ["a"]}]}), json!({})),
    ] {
        assert_ne!(shape(one, "x"), shape(two, "x"));
    }
    assert_eq!(
        shape(json!({"startDeadline": "60s", "replicas": 3}), "x"),
        shape(json!({"queueTimeout": "60s"}), "x"),
        "what no decision reads is no part of it"
    );
}

#[test]
fn overrides_apply_in_order_to_the_clusters_they_select() {
    let request = good(json!({"clusterOverrides": [
        {"selector": {}, "environment": {"A": "1", "B": "1"}},
        {"selector": {"matchLabels": {"region": "eu"}}, "imageRegistry": "mirror.example", "environment": {"A": "2"},
            "imagePullSecrets": [{"name": "mirror"}]}]}));
    let at = |region: &str| {
        let labels: Labels = [("region".to_owned(), region.to_owned())].into();
        in_cluster(&request.performer, &request.cluster_overrides, &labels)
    };
    let (eu, us) = (at("eu"), at("us"));
    assert_eq!(
        (eu.image.as_str(), us.image.as_str()),
        ("mirror.example/performer:1", "registry.example/performer:1")
    );
    let environment = |spec: &crate::performer::PerformerSpec, name: &str| {
        spec.config
            .as_ref()
            .and_then(|config| config.environment.get(name).cloned())
    };
    assert_eq!(environment(&eu, "A").as_deref(), Some("2"));
    assert_eq!(environment(&eu, "B").as_deref(), Some("1"));
    assert_eq!(environment(&us, "A").as_deref(), Some("1"));
    assert_eq!(eu.image_pull_secrets.len(), 1);
    assert!(us.image_pull_secrets.is_empty());
}

#[test]
fn overrides_that_were_found_to_apply_go_on_applying_whatever_the_labels_become() {
    let many: Vec<Value> = (0..MAX_OVERRIDES)
        .map(|number| {
            let labels = json!({"number": number.to_string()});
            json!({"selector": {"matchLabels": labels}, "environment": {"NUMBER": number.to_string()}})
        })
        .collect();
    let request = good(json!({ "clusterOverrides": many }));
    let overrides = &request.cluster_overrides;
    for number in [0, 7, MAX_OVERRIDES - 1] {
        let labels: Labels = [("number".to_owned(), number.to_string())].into();
        let applied = AppliedOverrides::of(overrides, &labels);
        assert!(!applied.is_none());
        let kept = serde_json::to_string(&applied).expect("a number");
        let kept: AppliedOverrides = serde_json::from_str(&kept).expect("the number");
        let spec = kept.applied_to(request.performer.clone(), overrides);
        assert_eq!(spec, in_cluster(&request.performer, overrides, &labels));
        let environment = spec.config.expect("has an environment").environment;
        assert_eq!(environment.get("NUMBER"), Some(&number.to_string()));
    }
    let none = AppliedOverrides::of(overrides, &Labels::new());
    assert!(none.is_none());
    assert_eq!(
        none.applied_to(request.performer.clone(), overrides),
        request.performer
    );
}

#[test]
fn a_spec_full_of_rules_is_still_bounded_as_a_whole() {
    let big = "x".repeat(60_000);
    let paths = bad(json!({"clusterOverrides": [
        {"selector": {}, "environment": {"A": big}}, {"selector": {}, "environment": {"B": "y".repeat(10_000)}}]}));
    assert_eq!(paths, ["spec"]);
}
