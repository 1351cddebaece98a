//! Every field of a specification, in and out again.

use hourglass_proto::fleet::v1 as proto;
use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FileDescriptorSet};
use serde_json::{Value, json};

use super::{spec_in, spec_out};
use crate::edge::violations::Violations;

fn full() -> Value {
    let toleration = json!({
        "key": "k", "operator": "Equal", "value": "v", "effect": "NoExecute", "tolerationSeconds": "30"
    });
    let requirement = json!({"key": "zone", "operator": "In", "values": ["a", "b"]});
    let term = json!({"matchExpressions": [requirement], "matchFields": [requirement]});
    let selector = json!({"nodeSelectorTerms": [term]});
    let labels = json!({"matchLabels": {"app": "x"}, "matchExpressions": [requirement]});
    let pod_term = json!({
        "labelSelector": labels, "namespaces": ["n"], "topologyKey": "zone", "namespaceSelector": labels,
        "matchLabelKeys": ["a"], "mismatchLabelKeys": ["b"]
    });
    let pod_affinity = json!({
        "requiredDuringSchedulingIgnoredDuringExecution": [pod_term],
        "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 7, "podAffinityTerm": pod_term}]
    });
    let key = json!({"name": "n", "key": "k", "optional": true});
    let times = json!({
        "initialDelaySeconds": 1, "periodSeconds": 2, "timeoutSeconds": 3, "failureThreshold": 4
    });
    json!({
        "performer": {
            "avsAddress": "0x1", "image": "i", "imagePullPolicy": "Always", "version": "1",
            "imagePullSecrets": [{"name": "s"}],
            "resources": {"limits": {"cpu": "2"}, "requests": {"cpu": "1"}},
            "config": {
                "grpcPort": 9091, "environment": {"A": "B"},
                "environmentFrom": [{"name": "C", "valueFrom": {"secretKeyRef": key, "configMapKeyRef": key}}],
                "args": ["a"], "command": ["c"], "serviceAccountName": "sa"
            },
            "scheduling": {
                "nodeSelector": {"a": "b"}, "tolerations": [toleration],
                "affinity": {
                    "nodeAffinity": {
                        "requiredDuringSchedulingIgnoredDuringExecution": selector,
                        "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 5, "preference": term}]
                    },
                    "podAffinity": pod_affinity, "podAntiAffinity": pod_affinity
                },
                "runtimeClass": "kata", "priorityClassName": "high"
            },
            "hardwareRequirements": {
                "gpuType": "nvidia-a100", "gpuCount": 8, "teeRequired": true, "teeType": "tdx",
                "customLabels": {"c": "d"}
            },
            "securityContext": {"pod": {"fsGroup": 5.0}, "container": {"runAsNonRoot": true}},
            "probes": {"kind": "tcp", "liveness": times, "readiness": times},
            "networkPolicy": {"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}
        },
        "compute": {
            "requests": {"cpu": "1"},
            "gpu": {
                "count": 1, "shareMilli": 2, "products": ["A100"], "minMemoryMib": "4",
                "minComputeCapability": "8.0", "confidential": true, "migProfile": "1g.10gb", "sameClique": true
            },
            "tee": {"kinds": ["tdx"], "slots": 2}
        },
        "nodeRules": {
            "nodeSelector": {"a": "b"}, "requiredNodeAffinity": selector, "tolerations": [toleration],
            "hostnames": ["n1"], "preferredNodeAffinity": [{"weight": 5, "preference": term}]
        },
        "clusterRules": {
            "selector": labels, "include": ["c"], "exclude": ["d"], "tolerations": [toleration], "regions": ["eu"],
            "zones": ["eu-1a"], "providers": ["own"]
        },
        "replicas": 3, "gang": true, "namespace": "ns",
        "spread": [{
            "maxSkew": 1, "minDomains": 2, "topology": "ZONE", "whenUnsatisfiable": "SCHEDULE_ANYWAY", "selector": labels
        }],
        "affinity": [{"selector": labels, "topology": "REGION", "weight": 5}],
        "antiAffinity": [{"selector": labels, "topology": "NODE", "weight": 6}],
        "clusterPreferences": [{"selector": labels, "clusters": ["c"]}],
        "priority": -5, "preemption": "NEVER", "strategy": "SPREAD", "pin": "CLUSTER",
        "failover": {"mode": "NEVER", "toleration": "30s", "fencing": "STRICT"},
        "update": {"strategy": "RECREATE", "maxParallel": 2, "progressDeadline": "60s"},
        "disruption": {"minAvailable": "50%"},
        "startDeadline": "600s", "queueTimeout": "1.500s", "expireTime": "2030-01-02T03:04:05+00:00",
        "clusterOverrides": [{
            "selector": labels, "imageRegistry": "mirror.example:5000", "environment": {"A": "B"},
            "imagePullSecrets": [{"name": "s"}]
        }]
    })
}

/// Fails for a field of the descriptor that the JSON leaves out.
fn assert_complete(message: &DescriptorProto, all: &[(String, DescriptorProto)], path: &str, value: &Value) {
    for field in &message.field {
        let path = format!("{path}.{}", field.json_name());
        let value = value
            .get(field.json_name())
            .unwrap_or_else(|| panic!("{path} is missing in the test's JSON"));
        let value = if field.label() == Label::Repeated && value.is_array() {
            &value[0]
        } else {
            value
        };
        if field.r#type() != Type::Message {
            continue;
        }
        // Map entries and well-known types are not in the list, and need no look inside.
        if let Some((_, inner)) = all.iter().find(|(name, _)| name == field.type_name()) {
            assert_complete(inner, all, &path, value);
        }
    }
}

#[test]
fn every_field_survives_in_and_out() {
    let set = FileDescriptorSet::decode(hourglass_proto::FILE_DESCRIPTOR_SET).unwrap();
    let all: Vec<(String, DescriptorProto)> = set
        .file
        .into_iter()
        .filter(|file| file.package() == "hourglass.fleet.v1")
        .flat_map(|file| file.message_type)
        .map(|message| (format!(".hourglass.fleet.v1.{}", message.name()), message))
        .collect();
    let (_, root) = all
        .iter()
        .find(|(name, _)| name.ends_with(".PlacementSpec"))
        .unwrap();
    assert_complete(root, &all, "spec", &full());

    let sent: proto::PlacementSpec = serde_json::from_value(full()).unwrap();
    let mut violations = Violations::new();
    let kept = spec_in("spec", sent.clone(), &mut violations);
    assert!(violations.is_empty());
    assert_eq!(spec_out(&kept), sent);
    assert_eq!(serde_json::to_value(spec_out(&kept)).unwrap(), full());

    // What the store keeps is JSON: the way through it loses nothing either.
    let stored = serde_json::to_vec(&kept).unwrap();
    let read: hourglass_model::placement::PlacementSpec = serde_json::from_slice(&stored).unwrap();
    assert_eq!(read, kept);
}

#[test]
fn an_empty_specification_stays_empty() {
    let mut violations = Violations::new();
    let sent = proto::PlacementSpec::default();
    let kept = spec_in("spec", sent, &mut violations);
    assert!(violations.is_empty());
    assert_eq!(kept, hourglass_model::placement::PlacementSpec::default());
}

#[test]
fn empty_messages_and_absent_ones_are_told_apart_where_kubernetes_does() {
    let sent: proto::PlacementSpec = serde_json::from_value(json!({
        "performer": {"scheduling": {"affinity": {"podAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "z", "namespaceSelector": {}}]
        }}}},
        "clusterRules": {"selector": {}}
    }))
    .unwrap();
    let mut violations = Violations::new();
    let kept = spec_in("spec", sent.clone(), &mut violations);
    assert_eq!(spec_out(&kept), sent);
}

#[test]
fn every_word_survives_and_unknown_ones_are_named() {
    let words = json!({
        "spread": [
            {"topology": "CLUSTER", "whenUnsatisfiable": "DO_NOT_SCHEDULE"}, {"topology": "REGION"}, {"topology": "NODE"}
        ],
        "preemption": "LOWER_PRIORITY", "strategy": "PACK", "pin": "NODE",
        "failover": {"mode": "RESCHEDULE", "fencing": "NONE"}, "update": {"strategy": "SURGE"}
    });
    let sent: proto::PlacementSpec = serde_json::from_value(words).unwrap();
    let mut violations = Violations::new();
    let kept = spec_in("spec", sent.clone(), &mut violations);
    assert!(violations.is_empty());
    let mut back = spec_out(&kept);
    back.performer = None;
    assert_eq!(back, sent);

    let term = proto::PlacementTerm {
        topology: 99,
        ..proto::PlacementTerm::default()
    };
    let spread = proto::SpreadConstraint {
        topology: 99,
        when_unsatisfiable: 99,
        ..proto::SpreadConstraint::default()
    };
    let length = |seconds, nanos| Some(pbjson_types::Duration { seconds, nanos });
    let sent = proto::PlacementSpec {
        spread: vec![spread],
        affinity: vec![term.clone()],
        anti_affinity: vec![term],
        preemption: 99,
        strategy: -1,
        pin: 99,
        failover: Some(proto::Failover {
            mode: 99,
            toleration: length(-1, 0),
            fencing: 99,
        }),
        update: Some(proto::UpdatePolicy {
            strategy: 99,
            max_parallel: None,
            progress_deadline: length(0, -1),
        }),
        start_deadline: length(-1, 0),
        queue_timeout: length(1, 1_000_000_000),
        expire_time: Some(pbjson_types::Timestamp {
            seconds: i64::MAX,
            nanos: 0,
        }),
        ..proto::PlacementSpec::default()
    };
    let mut violations = Violations::new();
    spec_in("spec", sent, &mut violations);
    let found = violations.finish(Some(())).unwrap_err();
    let found: Vec<_> = found.iter().map(|violation| violation.path.as_str()).collect();
    assert_eq!(
        found,
        [
            "spec.spread[0].topology",
            "spec.spread[0].whenUnsatisfiable",
            "spec.affinity[0].topology",
            "spec.antiAffinity[0].topology",
            "spec.preemption",
            "spec.strategy",
            "spec.pin",
            "spec.failover.mode",
            "spec.failover.fencing",
            "spec.failover.toleration",
            "spec.update.strategy",
            "spec.update.progressDeadline",
            "spec.startDeadline",
            "spec.queueTimeout",
            "spec.expireTime",
        ]
    );
}
