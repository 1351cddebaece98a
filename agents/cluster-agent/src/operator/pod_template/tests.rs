use serde_json::{Value, json};

use super::*;

fn performer(spec: Value) -> Performer {
    Performer::new("p", serde_json::from_value(spec).unwrap())
}

fn render(performer: &Performer) -> Value {
    let hash = SpecHash::from_label("0011aabb");
    let template = pod_template(performer, &performer.spec, &hash, &ProbeDefaults::default());
    serde_json::to_value(template).unwrap()
}

fn container_of(template: &Value) -> &Value {
    &template["spec"]["containers"][0]
}

#[test]
fn the_smallest_performer_becomes_a_pod_with_the_contracts_names_and_probes() {
    let template = render(&performer(
        json!({"avsAddress": "0xABC", "image": "registry/p:1"}),
    ));
    assert_eq!(
        template["metadata"]["labels"],
        json!({
            "app": "hourglass-performer",
            "hourglass.eigenlayer.io/avs": "0xabc",
            "hourglass.eigenlayer.io/performer": "p",
            "hourglass.eigenlayer.io/spec-hash": "0011aabb",
        })
    );
    assert_eq!(
        template["spec"],
        json!({
            "containers": [{
                "name": "performer",
                "image": "registry/p:1",
                "imagePullPolicy": "IfNotPresent",
                "ports": [{"name": "grpc", "containerPort": 9090, "protocol": "TCP"}],
                "livenessProbe": {
                    "grpc": {"port": 9090, "service": ""},
                    "initialDelaySeconds": 30, "periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 3,
                },
                "readinessProbe": {
                    "grpc": {"port": 9090, "service": ""},
                    "initialDelaySeconds": 1, "periodSeconds": 5, "timeoutSeconds": 1, "failureThreshold": 3,
                },
            }],
        })
    );
}

#[test]
fn every_field_of_the_spec_reaches_the_pod() {
    let affinity = json!({"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [
        {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"a": "b"}}},
    ]}});
    let template = render(&performer(json!({
        "avsAddress": "0xabc",
        "image": "registry/p:1",
        "imagePullPolicy": "Never",
        "imagePullSecrets": [{"name": "pull"}],
        "resources": {"limits": {"cpu": "2"}, "requests": {"memory": "1Gi"}},
        "config": {
            "grpcPort": 9191,
            "args": ["--a"],
            "command": ["/bin/p"],
            "serviceAccountName": "runner",
        },
        "scheduling": {
            "nodeSelector": {"disk": "ssd"},
            "tolerations": [{"key": "gpu", "operator": "Exists"}],
            "affinity": affinity,
            "runtimeClass": "kata",
            "priorityClassName": "high",
        },
        "securityContext": {"pod": {"runAsNonRoot": true}, "container": {"readOnlyRootFilesystem": true}},
    })));
    let pod = &template["spec"];
    let container = container_of(&template);
    assert_eq!(container["imagePullPolicy"], "Never");
    assert_eq!(
        container["resources"],
        json!({"limits": {"cpu": "2"}, "requests": {"memory": "1Gi"}})
    );
    assert_eq!(container["args"], json!(["--a"]));
    assert_eq!(container["command"], json!(["/bin/p"]));
    assert_eq!(container["ports"][0]["containerPort"], 9191);
    assert_eq!(container["livenessProbe"]["grpc"]["port"], 9191);
    assert_eq!(
        container["securityContext"],
        json!({"readOnlyRootFilesystem": true})
    );
    assert_eq!(pod["securityContext"], json!({"runAsNonRoot": true}));
    assert_eq!(pod["imagePullSecrets"], json!([{"name": "pull"}]));
    assert_eq!(pod["serviceAccountName"], "runner");
    assert_eq!(pod["nodeSelector"], json!({"disk": "ssd"}));
    assert_eq!(pod["tolerations"], json!([{"key": "gpu", "operator": "Exists"}]));
    assert_eq!(pod["affinity"], affinity);
    assert_eq!(pod["runtimeClassName"], "kata");
    assert_eq!(pod["priorityClassName"], "high");
}

#[test]
fn the_environment_is_in_the_order_of_names_and_keeps_its_sources() {
    let mut traced = performer(json!({
        "avsAddress": "0xabc",
        "image": "i",
        "config": {
            "environment": {"Z": "last", "A": "first"},
            "environmentFrom": [
                {"name": "SECRET", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k", "optional": true}}},
                {"name": "MAPPED", "valueFrom": {"configMapKeyRef": {"name": "m", "key": "k"}}},
            ],
        },
    }));
    traced.metadata.annotations = Some(BTreeMap::from([(
        names::TRACEPARENT_ANNOTATION.to_owned(),
        "00-trace-span-01".to_owned(),
    )]));
    assert_eq!(
        container_of(&render(&traced))["env"],
        json!([
            {"name": "A", "value": "first"},
            {"name": "MAPPED", "valueFrom": {"configMapKeyRef": {"name": "m", "key": "k"}}},
            {"name": "SECRET", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k", "optional": true}}},
            {"name": "TRACEPARENT", "value": "00-trace-span-01"},
            {"name": "Z", "value": "last"},
        ])
    );
}

#[test]
fn a_trace_context_that_the_spec_sets_itself_wins() {
    let mut traced = performer(json!({
        "avsAddress": "0xabc", "image": "i", "config": {"environment": {"TRACEPARENT": "own"}},
    }));
    traced.metadata.annotations = Some(BTreeMap::from([(
        names::TRACEPARENT_ANNOTATION.to_owned(),
        "annotated".to_owned(),
    )]));
    assert_eq!(
        container_of(&render(&traced))["env"],
        json!([{"name": "TRACEPARENT", "value": "own"}])
    );
}

#[test]
fn pods_carry_the_labels_of_their_placement() {
    let mut managed = performer(json!({"avsAddress": "0xabc", "image": "i"}));
    let labels = [
        (names::PLACEMENT_UID_LABEL, "uid"),
        (names::SLOT_LABEL, "3"),
        (names::EPOCH_LABEL, "7"),
        ("team", "not copied"),
    ];
    managed.metadata.labels = Some(
        labels
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
    );
    let template = render(&managed);
    let rendered = &template["metadata"]["labels"];
    assert_eq!(rendered[names::PLACEMENT_UID_LABEL], "uid");
    assert_eq!(rendered[names::SLOT_LABEL], "3");
    assert_eq!(rendered[names::EPOCH_LABEL], "7");
    assert!(rendered.get("team").is_none());
}

#[test]
fn probes_can_be_tcp_and_have_their_own_times() {
    let template = render(&performer(json!({
        "avsAddress": "0xabc", "image": "i",
        "probes": {"kind": "tcp", "readiness": {"periodSeconds": 2}, "liveness": {"initialDelaySeconds": 0}},
    })));
    let container = container_of(&template);
    assert_eq!(
        container["readinessProbe"],
        json!({
            "tcpSocket": {"port": 9090},
            "initialDelaySeconds": 1, "periodSeconds": 2, "timeoutSeconds": 1, "failureThreshold": 3,
        })
    );
    assert_eq!(container["livenessProbe"]["initialDelaySeconds"], 0);
}

#[test]
fn the_port_is_found_in_a_template() {
    let performer = performer(json!({"avsAddress": "0xabc", "image": "i", "config": {"grpcPort": 7}}));
    let hash = SpecHash::from_label("h");
    let template = pod_template(&performer, &performer.spec, &hash, &ProbeDefaults::default());
    assert_eq!(grpc_port(&template), Some(7));
    assert_eq!(grpc_port(&PodTemplateSpec::default()), None);
}
