use serde_json::json;

use super::*;

fn full() -> serde_json::Value {
    json!({
        "avsAddress": "0x0000000000000000000000000000000000000001",
        "image": "registry.example/performer:1",
        "imagePullPolicy": "Always",
        "version": "1",
        "imagePullSecrets": [{"name": "regcred"}],
        "resources": {"limits": {"memory": "1Gi"}, "requests": {"cpu": "500m"}},
        "config": {
            "grpcPort": 9000,
            "environment": {"A": "b"},
            "environmentFrom": [{"name": "K", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k", "optional": true}}}],
            "args": ["--x"], "command": ["/bin/p"], "serviceAccountName": "sa"
        },
        "scheduling": {
            "nodeSelector": {"a": "b"},
            "tolerations": [{"key": "k", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 30}],
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
                        {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}],
                         "matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n"]}]}]},
                    "preferredDuringSchedulingIgnoredDuringExecution": [
                        {"weight": 1, "preference": {"matchExpressions": [{"key": "x", "operator": "Exists"}]}}]
                },
                "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [
                    {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "x"}}}]}
            },
            "runtimeClass": "kata", "priorityClassName": "high"
        },
        "hardwareRequirements": {"gpuType": "nvidia-a100", "gpuCount": 2, "teeRequired": true, "teeType": "tdx",
            "customLabels": {"rack": "1"}},
        "replicas": 2,
        "update": {"strategy": "Surge", "progressDeadlineSeconds": 60, "staged": true},
        "securityContext": {"pod": {"runAsUser": 1000}, "container": {"privileged": false}},
        "probes": {"kind": "tcp", "liveness": {"initialDelaySeconds": 1, "periodSeconds": 2, "timeoutSeconds": 3,
            "failureThreshold": 4}, "readiness": {"periodSeconds": 5}},
        "networkPolicy": {"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}
    })
}

#[test]
fn every_field_survives_the_way_through_the_types() {
    let spec: PerformerSpec = serde_json::from_value(full()).expect("known fields only");
    assert_eq!(serde_json::to_value(&spec).expect("json"), full());
}

#[test]
fn what_is_absent_stays_absent() {
    let small = json!({"avsAddress": "0x", "image": "i"});
    let spec: PerformerSpec = serde_json::from_value(small.clone()).expect("valid");
    assert_eq!(serde_json::to_value(&spec).expect("json"), small);
    assert_eq!(spec.grpc_port(), 9090);
}

#[test]
fn unknown_fields_are_refused_at_any_depth() {
    for (path, bad) in [
        ("nodeSelectors", json!({"scheduling": {"nodeSelectors": {}}})),
        ("gpus", json!({"hardwareRequirements": {"gpus": 1}})),
        ("foo", json!({"foo": 1})),
    ] {
        let error = serde_json::from_value::<PerformerSpec>(bad).expect_err("unknown field");
        assert!(error.to_string().contains(path), "{error}");
    }
}

#[test]
fn protobuf_json_numbers_become_what_kubernetes_takes() {
    let spec: PerformerSpec = serde_json::from_value(json!({
        "scheduling": {"tolerations": [{"operator": "Exists", "tolerationSeconds": "300"}]},
        "securityContext": {"pod": {"runAsUser": 1000.0, "list": [1.5, -2.0, 1e300]}}
    }))
    .expect("valid");
    let back = serde_json::to_string(&spec).expect("json");
    assert!(back.contains("\"tolerationSeconds\":300"), "{back}");
    assert!(back.contains("\"runAsUser\":1000,"), "{back}");
    assert!(
        back.contains("[1.5,-2,1e300]") || back.contains("[1.5,-2,1e+300]"),
        "{back}"
    );
    assert!(
        serde_json::from_value::<PerformerSpec>(
            json!({"scheduling": {"tolerations": [{"tolerationSeconds": "soon"}]}})
        )
        .is_err()
    );
}

#[test]
fn debug_output_shows_no_environment_values() {
    let spec: PerformerSpec = serde_json::from_value(
        json!({"config": {"environment": {"TOKEN": "s3cret"}, "args": ["--key=s3cret"]}}),
    )
    .expect("valid");
    let shown = format!("{spec:?}");
    assert!(shown.contains("TOKEN") && !shown.contains("s3cret"), "{shown}");
}
