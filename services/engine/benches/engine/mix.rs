//! What is asked of a fleet: a mix of requests as tenants send them.

use hourglass_model::labels::Labels;
use hourglass_model::placement::PlacementSpec;
use hourglass_model::request::{CanonicalRequest, canonicalise};
use serde_json::{Value, json};

use crate::rng::Rng;

/// A request, and what it is an example of.
pub struct Sample {
    pub what: &'static str,
    pub request: CanonicalRequest,
}

pub fn sample(what: &'static str, parts: Value) -> Sample {
    let mut spec =
        json!({"performer": {"avsAddress": format!("0x{}", "0".repeat(40)), "image": "performer"}});
    if let (Value::Object(spec), Value::Object(parts)) = (&mut spec, parts) {
        spec.extend(parts);
    }
    let labels: Labels = [("app".to_owned(), what.replace(' ', "-"))].into();
    let spec: PlacementSpec = serde_json::from_value(spec).expect("wire form");
    let request = canonicalise(&spec, &labels).expect("a valid request");
    Sample { what, request }
}

fn cpu(rng: &mut Rng) -> String {
    rng.of(&["500m", "1", "1500m", "2", "4", "6", "8", "12"])
        .to_owned()
}

fn memory(rng: &mut Rng) -> String {
    rng.of(&["1Gi", "2Gi", "4Gi", "8Gi", "12Gi", "24Gi", "48Gi"])
        .to_owned()
}

const TOLERATION: &str = r#"[{"key": "nvidia.com/gpu", "operator": "Exists"}]"#;

fn gpu(rng: &mut Rng, gpu: &Value) -> Value {
    let tolerations: Value = serde_json::from_str(TOLERATION).expect("json");
    json!({
        "compute": {"gpu": gpu, "requests": {"cpu": cpu(rng), "memory": memory(rng)}},
        "nodeRules": {"tolerations": tolerations},
    })
}

/// One replica, or some, with rules about where other placements are.
fn among_others(rng: &mut Rng, rules: Value) -> Value {
    let mut parts = json!({"compute": {"requests": {"cpu": cpu(rng), "memory": memory(rng)}}});
    if let (Value::Object(parts), Value::Object(rules)) = (&mut parts, rules) {
        parts.extend(rules);
    }
    parts
}

fn app(name: &str) -> Value {
    json!({"matchLabels": {"app": name}})
}

/// Requests with rules about where other placements are.
fn draw_among_others(at: usize, rng: &mut Rng) -> Sample {
    match at {
        0..30 => {
            let term = json!({"selector": app("apart"), "topology": "NODE"});
            sample(
                "apart",
                among_others(rng, json!({"replicas": 3, "antiAffinity": [term]})),
            )
        }
        30..55 => {
            let term = json!({"selector": app("cpu"), "topology": "ZONE"});
            sample("near", among_others(rng, json!({"affinity": [term]})))
        }
        55..80 => {
            let term = json!({"selector": app("gpu-share"), "topology": "CLUSTER", "weight": 10});
            sample("rather away", among_others(rng, json!({"antiAffinity": [term]})))
        }
        80..105 => {
            let rule = json!({"maxSkew": 1, "topology": "CLUSTER", "selector": app("over-clusters")});
            sample(
                "over clusters",
                among_others(rng, json!({"replicas": 3, "spread": [rule]})),
            )
        }
        105..120 => {
            let rule = json!({"maxSkew": 1, "topology": "ZONE", "selector": app("rather-over-zones"),
                "whenUnsatisfiable": "SCHEDULE_ANYWAY"});
            sample("rather over zones", among_others(rng, json!({"spread": [rule]})))
        }
        _ => {
            let rule = json!({"maxSkew": 1, "topology": "NODE", "selector": app("over-nodes")});
            sample(
                "over nodes",
                among_others(rng, json!({"replicas": 3, "spread": [rule]})),
            )
        }
    }
}

/// One request of the mix.
pub fn draw(rng: &mut Rng) -> Sample {
    match rng.below(1000) {
        0..240 => sample(
            "cpu",
            json!({"compute": {"requests": {"cpu": cpu(rng), "memory": memory(rng)}}}),
        ),
        240..400 => {
            let products = rng.of(&["A100", "H100", "L4", "T4"]);
            let count = rng.of(&[1, 1, 1, 2, 4]);
            sample("gpu", gpu(rng, &json!({"count": count, "products": [products]})))
        }
        400..450 => {
            let count = rng.of(&[1, 2, 8]);
            sample(
                "gpu any of",
                gpu(
                    rng,
                    &json!({"count": count, "products": ["A100", "H100"], "minMemoryMib": 70_000}),
                ),
            )
        }
        450..540 => {
            let share = rng.of(&[100, 200, 500]);
            sample("gpu share", gpu(rng, &json!({"shareMilli": share})))
        }
        540..590 => {
            let kinds = rng.of(&[
                json!(["tdx"]),
                json!(["sev-snp"]),
                json!(["tdx", "sev-snp"]),
                json!([]),
            ]);
            sample(
                "tee",
                json!({"compute": {"tee": {"kinds": kinds}, "requests": {"cpu": cpu(rng), "memory": memory(rng)}}}),
            )
        }
        590..610 => {
            let mut parts = gpu(rng, &json!({"count": 1, "confidential": true}));
            parts["compute"]["tee"] = json!({"kinds": ["tdx"]});
            sample("confidential gpu", parts)
        }
        610..660 => {
            let zone = format!("region-{}-{}", rng.below(10), rng.below(3));
            sample(
                "zone",
                json!({
                    "compute": {"requests": {"cpu": cpu(rng), "memory": memory(rng)}},
                    "nodeRules": {"requiredNodeAffinity": {"nodeSelectorTerms": [{"matchExpressions": [
                        {"key": "topology.kubernetes.io/zone", "operator": "In", "values": [zone]}]}]}},
                }),
            )
        }
        660..690 => sample(
            "preferred type",
            json!({
                "compute": {"requests": {"cpu": cpu(rng), "memory": memory(rng)}},
                "nodeRules": {"preferredNodeAffinity": [{"weight": 10, "preference": {"matchExpressions": [
                    {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["m7-32", "m7-64"]}]}}]},
            }),
        ),
        690..730 => sample(
            "region",
            json!({
                "compute": {"requests": {"cpu": cpu(rng), "memory": memory(rng)}},
                "clusterRules": {"regions": [format!("region-{}", rng.below(10))]},
            }),
        ),
        730..750 => sample(
            "one cluster",
            json!({
                "compute": {"requests": {"cpu": cpu(rng), "memory": memory(rng)}},
                "clusterRules": {"include": [format!("cluster-{:04}", rng.below(10))]},
            }),
        ),
        750..830 => sample(
            "replicas",
            json!({
                "compute": {"requests": {"cpu": cpu(rng), "memory": memory(rng)}}, "replicas": 3,
            }),
        ),
        at @ 830..960 => draw_among_others(at - 830, rng),
        960..990 => {
            let mut parts = gpu(rng, &json!({"count": 1, "products": ["A100", "H100"]}));
            parts["replicas"] = json!(8);
            parts["gang"] = json!(true);
            sample("gang of 8", parts)
        }
        _ => {
            let mut parts = gpu(
                rng,
                &json!({"count": 1, "products": ["A100", "H100", "L4", "T4"]}),
            );
            parts["replicas"] = json!(64);
            parts["gang"] = json!(true);
            sample("gang of 64", parts)
        }
    }
}
