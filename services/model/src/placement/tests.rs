use serde_json::{Value, json};

use super::*;

fn full() -> Value {
    let selector = json!({"matchLabels": {"a": "b"},
        "matchExpressions": [{"key": "k", "operator": "In", "values": ["v"]}]});
    json!({
        "performer": {"avsAddress": "0x1", "image": "i"},
        "compute": {"requests": {"cpu": "1"},
            "gpu": {"count": 1, "shareMilli": 2, "products": ["A100"], "minMemoryMib": 4,
                "minComputeCapability": "8.0", "confidential": true, "migProfile": "1g.10gb", "sameClique": true},
            "tee": {"kinds": ["tdx"], "slots": 1}},
        "nodeRules": {"nodeSelector": {"a": "b"}, "requiredNodeAffinity": {"nodeSelectorTerms": []},
            "preferredNodeAffinity": [{"weight": 1, "preference": {}}],
            "tolerations": [{"operator": "Exists"}], "hostnames": ["n"]},
        "clusterRules": {"selector": selector, "include": ["c"], "exclude": ["d"],
            "tolerations": [{"operator": "Exists"}], "regions": ["eu"], "zones": ["eu-1a"], "providers": ["own"]},
        "replicas": 2, "gang": true, "namespace": "ns",
        "spread": [{"maxSkew": 1, "minDomains": 2, "topology": "ZONE", "whenUnsatisfiable": "SCHEDULE_ANYWAY",
            "selector": selector}],
        "affinity": [{"selector": selector, "topology": "REGION", "weight": 5}],
        "antiAffinity": [{"selector": {}, "topology": "NODE"}],
        "clusterPreferences": [{"selector": selector, "clusters": ["c"]}],
        "priority": -5, "preemption": "NEVER", "strategy": "SPREAD", "pin": "CLUSTER",
        "failover": {"mode": "NEVER", "toleration": "30s", "fencing": "STRICT"},
        "update": {"strategy": "RECREATE", "maxParallel": 2, "progressDeadline": "60s"},
        "disruption": {"minAvailable": "50%"},
        "startDeadline": "600s", "queueTimeout": "1.500s", "expireTime": "2030-01-02T03:04:05Z",
        "clusterOverrides": [{"selector": selector, "imageRegistry": "mirror.example:5000",
            "environment": {"A": "B"}, "imagePullSecrets": [{"name": "s"}]}]
    })
}

#[test]
fn every_field_survives_json() {
    let spec: PlacementSpec = serde_json::from_value(full()).expect("valid");
    assert_eq!(serde_json::to_value(&spec).expect("json"), full());
}

#[test]
fn what_no_field_is_called_is_refused_at_every_depth() {
    for bad in [
        json!({"replica": 1}),
        json!({"spread": [{"skew": 1}]}),
        json!({"antiAffinity": [{"topologyKey": "zone"}]}),
        json!({"update": {"maxSurge": 1}}),
        json!({"failover": {"tolerationSeconds": 1}}),
        json!({"clusterOverrides": [{"env": {}}]}),
    ] {
        assert!(
            serde_json::from_value::<PlacementSpec>(bad.clone()).is_err(),
            "{bad}"
        );
    }
}

#[test]
fn words_and_times_that_mean_nothing_are_refused() {
    for bad in [
        json!({"strategy": "pack"}),
        json!({"pin": "REGION"}),
        json!({"spread": [{"topology": "RACK"}]}),
        json!({"startDeadline": "10m"}),
        json!({"queueTimeout": "-1s"}),
        json!({"expireTime": "tomorrow"}),
    ] {
        assert!(
            serde_json::from_value::<PlacementSpec>(bad.clone()).is_err(),
            "{bad}"
        );
    }
}

#[test]
fn a_spec_without_the_newer_fields_is_still_read_and_stays_as_it_was() {
    let old = json!({"performer": {"avsAddress": "0x1", "image": "i"}, "replicas": 2});
    let spec: PlacementSpec = serde_json::from_value(old.clone()).expect("valid");
    assert_eq!(serde_json::to_value(&spec).expect("json"), old);
}

#[test]
fn debug_hides_the_environment_of_an_override() {
    let spec: PlacementSpec =
        serde_json::from_value(json!({"clusterOverrides": [{"environment": {"TOKEN": "hunter2"}}]}))
            .expect("valid");
    let debug = format!("{spec:?}");
    assert!(debug.contains("TOKEN") && !debug.contains("hunter2"), "{debug}");
}
