//! What the API server makes of a Performer before any operator sees it: fields kept, defaults filled in, nonsense
//! refused, and fleet-managed ones not scaled.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is the report of a failed test"
)]

mod operator_bed;

use std::collections::BTreeMap;

use hourglass_performer_api::crd::crd;
use hourglass_performer_api::{Performer, names};
use hourglass_testbed::wait_until;
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use kube::api::{ObjectMeta, Patch, PatchParams, PostParams};
use kube::{Api, ResourceExt};
use operator_bed::{Bed, LIMIT, object, performer, spec};
use serde_json::{Value, json};

/// Says every field that the spec has.
fn every_spec_field() -> Value {
    json!({
        "avsAddress": "0xAbC0000000000000000000000000000000000001",
        "image": "registry.example/performer@sha256:0000000000000000000000000000000000000000000000000000000000000000",
        "imagePullPolicy": "Always",
        "version": "v1.2.3",
        "imagePullSecrets": [{"name": "pull-one"}, {"name": "pull-two"}],
        "resources": {
            "limits": {"cpu": "2", "memory": "4Gi", "nvidia.com/gpu": 1},
            "requests": {"cpu": "500m", "memory": "1Gi"},
            "claims": [{"name": "device", "request": "gpu"}],
        },
        "config": {
            "grpcPort": 9191,
            "environment": {"A": "1", "B": ""},
            "environmentFrom": [
                {"name": "FROM_SECRET", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k", "optional": true}}},
                {"name": "FROM_MAP", "valueFrom": {"configMapKeyRef": {"name": "m", "key": "k", "optional": false}}},
            ],
            "args": ["--verbose"],
            "command": ["/bin/performer"],
            "serviceAccountName": "runner",
        },
        "scheduling": {
            "nodeSelector": {"disk": "ssd"},
            "tolerations": [{"key": "gpu", "operator": "Equal", "value": "yes", "effect": "NoExecute", "tolerationSeconds": 30}],
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{
                        "matchExpressions": [{"key": "zone", "operator": "In", "values": ["a", "b"]}],
                        "matchFields": [{"key": "metadata.name", "operator": "NotIn", "values": ["n"]}],
                    }]},
                    "preferredDuringSchedulingIgnoredDuringExecution": [
                        {"weight": 5, "preference": {"matchExpressions": [{"key": "fast", "operator": "Exists"}]}},
                    ],
                },
                "podAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [
                    {"weight": 1, "podAffinityTerm": {"topologyKey": "zone", "labelSelector": {"matchLabels": {"a": "b"}}}},
                ]},
                "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [
                    {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"a": "b"}}},
                ]},
            },
            "runtimeClass": "kata-qemu-tdx",
            "priorityClassName": "high",
        },
        "hardwareRequirements": {
            "gpuType": "nvidia-a100",
            "gpuCount": 2,
            "teeRequired": true,
            "teeType": "tdx",
            "customLabels": {"rack": "7"},
        },
        "replicas": 2,
        "update": {"strategy": "Recreate", "progressDeadlineSeconds": 60, "staged": true},
        "securityContext": {
            "pod": {"runAsNonRoot": true, "runAsUser": 1000, "fsGroup": 2000, "seccompProfile": {"type": "RuntimeDefault"}},
            "container": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}},
        },
        "networkPolicy": {"from": [
            {"namespaceSelector": {"matchLabels": {"team": "executors"}}, "podSelector": {}},
            {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}},
        ]},
        "probes": {
            "kind": "tcp",
            "liveness": {"initialDelaySeconds": 1, "periodSeconds": 2, "timeoutSeconds": 3, "failureThreshold": 4},
            "readiness": {"initialDelaySeconds": 5, "periodSeconds": 6, "timeoutSeconds": 7, "failureThreshold": 8},
        },
        "resourceClaims": [{
            "name": "gpu",
            "deviceClassName": "gpu.nvidia.com",
            "count": 1,
            "selectors": ["device.driver == 'gpu.nvidia.com'"],
            "capacity": {"memory": "10Gi"},
        }],
    })
}

fn every_status_field() -> Value {
    let condition = json!({
        "type": "Ready", "status": "True", "reason": "Serving", "message": "1 of 1", "observedGeneration": 3,
        "lastTransitionTime": "2026-01-02T03:04:05Z",
    });
    json!({
        "phase": "Running",
        "ready": true,
        "podName": "pod",
        "serviceName": "service",
        "grpcEndpoint": "performer-p.ns.svc.cluster.local:9090",
        "conditions": [condition],
        "lastUpgrade": "2026-01-02T03:04:05Z",
        "readyTime": "2026-01-02T03:04:06Z",
        "observedGeneration": 3,
        "replicas": 1,
        "selector": "a=b",
    })
}

/// Fields of the schema below `place` that `sample` does not say. Below types of Kubernetes itself it asks for something only.
fn unsaid(schema: &Value, sample: Option<&Value>, place: &str) -> Vec<String> {
    const OF_KUBERNETES: [&str; 9] = [
        ".resources",
        ".scheduling.tolerations[]",
        ".scheduling.affinity",
        ".securityContext.pod",
        ".securityContext.container",
        ".networkPolicy.from[]",
        ".valueFrom.secretKeyRef",
        ".valueFrom.configMapKeyRef",
        ".conditions[]",
    ];
    let Some(sample) = sample else {
        return vec![place.to_owned()];
    };
    if OF_KUBERNETES.iter().any(|kind| place.ends_with(kind)) {
        return Vec::new();
    }
    if let Some(items) = schema.get("items") {
        // Any of the items may say a field.
        let all = sample.as_array().unwrap();
        return unsaid(items, Some(&merged(all)), &format!("{place}[]"));
    }
    let fields = schema.get("properties").and_then(Value::as_object);
    fields
        .into_iter()
        .flatten()
        .flat_map(|(name, field)| unsaid(field, sample.get(name), &format!("{place}.{name}")))
        .collect()
}

fn merged(items: &[Value]) -> Value {
    let mut all = json!({});
    for item in items {
        match item {
            Value::Object(fields) => {
                for (key, value) in fields {
                    let both = [all[key].take(), value.clone()];
                    all[key] = if value.is_object() {
                        merged(&both)
                    } else {
                        value.clone()
                    };
                }
            }
            other => all = other.clone(),
        }
    }
    all
}

#[test]
fn the_samples_say_every_field_of_the_schema() {
    let definition = serde_json::to_value(crd().unwrap()).unwrap();
    let schema = definition
        .pointer("/spec/versions/0/schema/openAPIV3Schema/properties")
        .unwrap();
    assert_eq!(
        unsaid(&schema["spec"], Some(&every_spec_field()), ""),
        Vec::<String>::new()
    );
    assert_eq!(
        unsaid(&schema["status"], Some(&every_status_field()), ""),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn every_field_that_is_submitted_reads_back() {
    let bed = Bed::new("every-field").await;
    let api: Api<Performer> = bed.api();
    let stored = bed
        .post(&object(&json!({"name": "whole"}), &every_spec_field()), "Strict")
        .await
        .unwrap();
    assert_eq!(stored["spec"], every_spec_field());
    assert_eq!(bed.raw("whole").await["spec"], every_spec_field());

    // And the types read and write the same.
    let read = api.get("whole").await.unwrap();
    assert_eq!(
        serde_json::to_value(&read.spec).unwrap(),
        normalised(every_spec_field())
    );

    let patch = Patch::Merge(json!({"status": every_status_field()}));
    let answer: Performer = api
        .patch_status("whole", &PatchParams::default(), &patch)
        .await
        .unwrap();
    assert_eq!(serde_json::to_value(answer.status).unwrap(), every_status_field());
}

/// What Rust types write as another JSON of the same meaning: quantities are strings.
fn normalised(mut spec: Value) -> Value {
    spec["resources"]["limits"]["nvidia.com/gpu"] = json!("1");
    spec
}

#[tokio::test]
async fn what_is_not_given_has_the_documented_default() {
    let bed = Bed::new("defaults").await;
    let created = bed.create("plain", spec()).await;
    let raw: Value = serde_json::to_value(bed.get("plain").await.spec).unwrap();
    assert_eq!(created.spec.config.grpc_port, 9090);
    assert_eq!(raw["config"], json!({"grpcPort": 9090}));
    assert_eq!(raw["imagePullPolicy"], "IfNotPresent");
    assert_eq!(raw["replicas"], 1);

    let mut with_config = spec();
    with_config["config"] = json!({"args": ["-v"]});
    assert_eq!(
        bed.create("with-config", with_config).await.spec.config.grpc_port,
        9090
    );
}

#[tokio::test]
async fn unknown_fields_are_pruned_and_refused_where_the_client_is_strict() {
    let bed = Bed::new("unknown-fields").await;
    let mut unknown = spec();
    unknown["nonsense"] = json!(1);
    let unknown = object(&json!({"name": "p"}), &unknown);
    let error = bed.post(&unknown, "Strict").await.unwrap_err().to_string();
    assert!(error.contains("spec.nonsense"), "{error}");
    bed.post(&unknown, "Ignore").await.unwrap();
    assert!(bed.raw("p").await["spec"].get("nonsense").is_none());
}

/// The API server's words when it refuses this Performer.
async fn refused(bed: &Bed, name: &str, spec: Value) -> String {
    bed.post(&object(&json!({"name": name}), &spec), "Strict")
        .await
        .unwrap_err()
        .to_string()
}

#[tokio::test]
async fn names_whose_service_cannot_exist_are_refused_with_the_reason() {
    let bed = Bed::new("names").await;
    let long = "a".repeat(54);
    let error = refused(&bed, &long, spec()).await;
    assert!(
        error.contains("at most 53 characters") && error.contains("performer-<name>"),
        "{error}"
    );
    let error = refused(&bed, "with.dot", spec()).await;
    assert!(
        error.contains("no dots") && error.contains("performer-<name>"),
        "{error}"
    );

    let longest = "a".repeat(53);
    bed.create(&longest, spec()).await;
    bed.create("performer-1a2b3c-0011aabb", spec()).await;
    // An object that exists is not looked at again: it can always be changed and deleted.
    bed.change(&longest, json!({"version": "2"})).await;
}

#[tokio::test]
async fn nonsense_is_refused_and_the_answer_names_the_field() {
    let bed = Bed::new("nonsense").await;
    let secret = json!({"secretKeyRef": {"name": "s", "key": "k"}});
    let both =
        json!({"secretKeyRef": {"name": "s", "key": "k"}, "configMapKeyRef": {"name": "m", "key": "k"}});
    for (field, value, expected) in [
        ("image", json!(""), "spec.image"),
        ("avsAddress", json!(""), "spec.avsAddress"),
        ("imagePullPolicy", json!("Sometimes"), "spec.imagePullPolicy"),
        ("replicas", json!(-1), "spec.replicas"),
        ("config", json!({"grpcPort": 0}), "spec.config.grpcPort"),
        ("config", json!({"grpcPort": 65536}), "spec.config.grpcPort"),
        (
            "config",
            json!({"environmentFrom": [{"name": "A", "valueFrom": {}}]}),
            "exactly one of secretKeyRef",
        ),
        (
            "config",
            json!({"environmentFrom": [{"name": "A", "valueFrom": both}]}),
            "exactly one of secretKeyRef",
        ),
        (
            "config",
            json!({"environmentFrom": [{"name": "A", "valueFrom": secret}, {"name": "A", "valueFrom": secret}]}),
            "Duplicate value",
        ),
        (
            "config",
            json!({"environment": {"A": "1"}, "environmentFrom": [{"name": "A", "valueFrom": secret}]}),
            "not in both",
        ),
        (
            "resources",
            json!({"limits": {"cpu": "many"}}),
            "spec.resources.limits.cpu",
        ),
        (
            "hardwareRequirements",
            json!({"gpuCount": -1}),
            "spec.hardwareRequirements.gpuCount",
        ),
        ("update", json!({"strategy": "Sideways"}), "spec.update.strategy"),
        ("probes", json!({"kind": "http"}), "spec.probes.kind"),
        (
            "probes",
            json!({"liveness": {"periodSeconds": 0}}),
            "spec.probes.liveness.periodSeconds",
        ),
    ] {
        let mut asked = spec();
        asked[field] = value.clone();
        let error = refused(&bed, "bad", asked).await;
        assert!(error.contains(expected), "{field}: {value}: {error}");
    }
    let error = refused(&bed, "bad", json!({"image": "i"})).await;
    assert!(error.contains("spec.avsAddress"), "{error}");
}

/// A Performer as the fleet's session makes it.
async fn managed(bed: &Bed, name: &str) {
    bed.create_with(
        json!({"name": name, "labels": {names::MANAGED_BY_LABEL: names::MANAGED_BY_FLEET}}),
        spec(),
    )
    .await;
}

async fn scale(bed: &Bed, name: &str, replicas: i32) -> Result<(), String> {
    let patch = Patch::Merge(json!({"spec": {"replicas": replicas}}));
    let scaled = bed
        .api::<Performer>()
        .patch_scale(name, &PatchParams::default(), &patch)
        .await;
    scaled.map(drop).map_err(|error| error.to_string())
}

fn autoscaler(target: &str) -> HorizontalPodAutoscaler {
    serde_json::from_value(json!({
        "metadata": {"name": format!("for-{target}")},
        "spec": {"maxReplicas": 3, "scaleTargetRef": {
            "apiVersion": "hourglass.eigenlayer.io/v1alpha1", "kind": "Performer", "name": target,
        }},
    }))
    .unwrap()
}

#[tokio::test]
async fn a_fleet_managed_performer_cannot_be_scaled_and_a_standalone_one_can() {
    let bed = Bed::new("scale").await;
    managed(&bed, "managed").await;
    bed.create("standalone", spec()).await;
    // The API server learns of new policies and of their parameters by watches.
    let error = wait_until("scaling is refused", LIMIT, async || {
        match scale(&bed, "managed", 3).await {
            Err(error) => Ok(error),
            Ok(()) => Err("accepted".to_owned()),
        }
    })
    .await
    .unwrap();
    assert!(
        error.contains("managed by the fleet") && error.contains("its placement"),
        "{error}"
    );
    scale(&bed, "standalone", 3).await.unwrap();
    assert_eq!(bed.get("standalone").await.spec.replicas, 3);
}

#[tokio::test]
async fn the_replicas_of_a_fleet_managed_performer_cannot_be_edited_either() {
    let bed = Bed::new("replicas").await;
    managed(&bed, "managed").await;
    let api: Api<Performer> = bed.api();
    let error = wait_until("the edit is refused", LIMIT, async || {
        let patch = Patch::Merge(json!({"spec": {"replicas": 2}}));
        match api.patch("managed", &PatchParams::default(), &patch).await {
            Err(error) => Ok(error.to_string()),
            Ok(_) => Err("accepted".to_owned()),
        }
    })
    .await
    .unwrap();
    assert!(error.contains("one replica"), "{error}");
    let mut labelled = performer(json!({"name": "two"}), spec());
    labelled.spec.replicas = 2;
    labelled.metadata = ObjectMeta {
        labels: Some(BTreeMap::from([(
            names::MANAGED_BY_LABEL.to_owned(),
            names::MANAGED_BY_FLEET.to_owned(),
        )])),
        ..labelled.metadata
    };
    let error = api
        .create(&PostParams::default(), &labelled)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("one replica"), "{error}");
}

#[tokio::test]
async fn an_autoscaler_for_a_fleet_managed_performer_is_refused() {
    let bed = Bed::new("autoscaler").await;
    managed(&bed, "managed").await;
    bed.create("standalone", spec()).await;
    let api: Api<HorizontalPodAutoscaler> = bed.api();
    let refused = autoscaler("managed");
    let error = wait_until("the autoscaler is refused", LIMIT, async || {
        match api
            .create(
                &PostParams {
                    dry_run: true,
                    ..PostParams::default()
                },
                &refused,
            )
            .await
        {
            Err(error) => Ok(error.to_string()),
            Ok(_) => Err("accepted".to_owned()),
        }
    })
    .await
    .unwrap();
    assert!(
        error.contains("managed by the fleet") && error.contains("its placement"),
        "{error}"
    );
    let allowed = api
        .create(&PostParams::default(), &autoscaler("standalone"))
        .await
        .unwrap();
    assert_eq!(allowed.name_any(), "for-standalone");
}
