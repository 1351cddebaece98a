//! Random requests.

use hourglass_model::labels::Labels;
use hourglass_model::placement::PlacementSpec;
use hourglass_model::request::{CanonicalRequest, canonicalise};
use serde_json::{Value, json};

use crate::rng::Rng;
use crate::world::{cluster_name, node_name};

/// A request; none when its parts happen to contradict each other.
pub fn request(rng: &mut Rng) -> Option<CanonicalRequest> {
    let mut spec = json!({
        "performer": {"avsAddress": format!("0x{}", "0".repeat(40)), "image": "performer"},
        "compute": {"requests": {}},
    });
    compute(&mut spec["compute"], rng);
    let mut nodes = json!({});
    node_rules(&mut nodes, rng);
    if nodes != json!({}) {
        spec["nodeRules"] = nodes;
    }
    let mut clusters = json!({});
    cluster_rules(&mut clusters, rng);
    if clusters != json!({}) {
        spec["clusterRules"] = clusters;
    }
    if rng.one_in(3) {
        spec["replicas"] = json!(1 + rng.below(6));
        spec["gang"] = json!(rng.one_in(2));
    }
    if rng.one_in(3) {
        others(&mut spec, rng);
    }
    if rng.one_in(5) {
        spec["strategy"] = json!("SPREAD");
    }
    spec["priority"] = json!(rng.below(3));
    let spec: PlacementSpec = serde_json::from_value(spec).expect("wire form");
    let labels: Labels = [("app".to_owned(), rng.of(&["a", "b"]).to_owned())].into();
    canonicalise(&spec, &labels).ok()
}

fn topology(rng: &mut Rng) -> Value {
    json!(rng.of(&["CLUSTER", "REGION", "ZONE", "NODE"]))
}

fn selector(rng: &mut Rng) -> Value {
    json!({"matchLabels": {"app": rng.of(&["a", "b"])}})
}

/// Rules and wishes about other placements, and an order of clusters.
fn others(spec: &mut Value, rng: &mut Rng) {
    for list in ["affinity", "antiAffinity"] {
        if rng.one_in(3) {
            let mut term = json!({"selector": selector(rng), "topology": topology(rng)});
            if rng.one_in(2) {
                term["weight"] = json!(1 + rng.below(3));
            }
            spec[list] = json!([term]);
        }
    }
    if rng.one_in(2) {
        let mut one = json!({"maxSkew": 1 + rng.below(2), "topology": topology(rng)});
        if rng.one_in(2) {
            one["whenUnsatisfiable"] = json!("SCHEDULE_ANYWAY");
        }
        if rng.one_in(2) {
            one["selector"] = selector(rng);
        }
        if rng.one_in(4) {
            one["minDomains"] = json!(1 + rng.below(3));
        }
        spec["spread"] = json!([one]);
    }
    if rng.one_in(3) {
        spec["clusterPreferences"] = json!([
            {"clusters": [cluster_name(rng.below(4))]},
            {"selector": {"matchLabels": {"tier": "gold"}}},
        ]);
    }
}

fn compute(compute: &mut Value, rng: &mut Rng) {
    if !rng.one_in(4) {
        compute["requests"]["cpu"] = json!(format!("{}m", (1 + rng.below(8)) * 500));
    }
    if !rng.one_in(4) {
        compute["requests"]["memory"] = json!(format!("{}Gi", 1 + rng.below(9)));
    }
    if rng.one_in(12) {
        compute["requests"]["example.com/nic"] = json!("1");
    }
    if rng.one_in(2) {
        let mut gpu = json!({});
        if rng.one_in(3) {
            gpu["shareMilli"] = json!(rng.of(&[100, 250, 500, 900]));
        } else {
            gpu["count"] = json!(1 + rng.below(4));
        }
        if rng.one_in(3) {
            let one = rng.of(&["A100", "T4", "B200"]);
            gpu["products"] = if rng.one_in(3) {
                json!([one, "T4"])
            } else {
                json!([one])
            };
        }
        if gpu.get("count").is_some() && rng.one_in(4) {
            gpu["sameClique"] = json!(true);
        }
        if gpu.get("count").is_some() && rng.one_in(5) {
            gpu["migProfile"] = json!(rng.of(&["1g.10gb", "3g.40gb"]));
        }
        if rng.one_in(5) {
            gpu["minMemoryMib"] = json!(20_000);
        }
        if rng.one_in(6) {
            gpu["confidential"] = json!(true);
        }
        compute["gpu"] = gpu;
    }
    if rng.one_in(4) {
        let kinds = ["tdx", "sgx", "sev-snp"];
        let mut tee = json!({});
        if !rng.one_in(3) {
            let first = rng.below(3);
            tee["kinds"] = if rng.one_in(2) {
                json!([kinds[first]])
            } else {
                json!([kinds[first], kinds[(first + 1) % 3]])
            };
        }
        if rng.one_in(2) {
            tee["slots"] = json!(1 + rng.below(3));
        }
        compute["tee"] = tee;
    }
}

fn requirement(rng: &mut Rng) -> Value {
    let keys = [
        "pool",
        "topology.kubernetes.io/zone",
        "kubernetes.io/hostname",
        "generation",
    ];
    let key = keys[rng.below(keys.len())];
    let value = |rng: &mut Rng| match key {
        "pool" => format!("p{}", rng.below(4)),
        "kubernetes.io/hostname" => node_name(rng.below(8)),
        "generation" => rng.below(3).to_string(),
        _ => format!("z{}", rng.below(3)),
    };
    match rng.below(7) {
        0 => json!({"key": key, "operator": "Exists"}),
        1 => json!({"key": key, "operator": "DoesNotExist"}),
        2 => json!({"key": key, "operator": "NotIn", "values": [value(rng)]}),
        3 if matches!(key, "generation" | "kubernetes.io/hostname") => {
            json!({"key": key, "operator": rng.of(&["Gt", "Lt"]), "values": ["1"]})
        }
        _ => json!({"key": key, "operator": "In", "values": [value(rng), value(rng)]}),
    }
}

fn term(rng: &mut Rng) -> Value {
    if rng.one_in(5) {
        let operator = rng.of(&["In", "In", "NotIn"]);
        return json!({"matchFields": [
            {"key": "metadata.name", "operator": operator, "values": [node_name(rng.below(8))]}]});
    }
    let count = 1 + rng.below(2);
    json!({"matchExpressions": (0..count).map(|_| requirement(rng)).collect::<Vec<_>>()})
}

fn node_rules(rules: &mut Value, rng: &mut Rng) {
    if rng.one_in(6) {
        let selectors = [
            json!({"pool": "p1"}),
            json!({"topology.kubernetes.io/zone": "z0"}),
            json!({"kubernetes.io/hostname": node_name(rng.below(8))}),
        ];
        rules["nodeSelector"] = selectors[rng.below(3)].clone();
    }
    if rng.one_in(5) {
        let count = 1 + rng.below(2);
        rules["requiredNodeAffinity"] =
            json!({"nodeSelectorTerms": (0..count).map(|_| term(rng)).collect::<Vec<_>>()});
    }
    if rng.one_in(4) {
        let count = 1 + rng.below(2);
        let wish = |rng: &mut Rng| json!({"weight": rng.of(&[1, 5, 5, 50]), "preference": term(rng)});
        rules["preferredNodeAffinity"] = (0..count).map(|_| wish(rng)).collect();
    }
    if rng.one_in(3) {
        rules["tolerations"] = json!([{"key": rng.of(&["dedicated", "gpu"]), "operator": "Exists"}]);
    }
    if rng.one_in(10) {
        let count = 1 + rng.below(3);
        rules["hostnames"] = (0..count).map(|_| json!(node_name(rng.below(8)))).collect();
    }
}

fn cluster_rules(rules: &mut Value, rng: &mut Rng) {
    if rng.one_in(6) {
        rules["regions"] = json!([rng.of(&["eu", "us"])]);
    }
    if rng.one_in(8) {
        rules["selector"] = json!({"matchLabels": {"tier": "gold"}});
    }
    if rng.one_in(8) {
        rules["include"] = json!([cluster_name(rng.below(4)), cluster_name(rng.below(20))]);
    }
    if rng.one_in(8) {
        rules["exclude"] = json!([cluster_name(rng.below(4))]);
    }
    if rng.one_in(4) {
        rules["tolerations"] = json!([{"key": "test", "operator": "Exists"}]);
    }
}
