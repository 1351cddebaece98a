//! What requests ask of clusters and nodes by name, label and kind, and what they need in their namespace.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{NAMESPACES, PROVIDERS, REGIONS, ZONES, maybe, seldom};

/// Which clusters.
#[derive(Debug, Clone, Default)]
pub(super) struct ClusterWish {
    include: Option<Vec<usize>>,
    exclude: Option<usize>,
    region: Option<usize>,
    zone: Option<usize>,
    provider: Option<usize>,
    gold: bool,
    tolerates: bool,
}

/// Which nodes, beside what they are.
#[derive(Debug, Clone, Default)]
pub(super) struct NodeWish {
    selector_zone: Option<usize>,
    hostnames: Option<Vec<usize>>,
    affinity: Option<usize>,
    preferred_zone: Option<usize>,
    preferred_node: Option<usize>,
    tolerates: bool,
}

/// What must be there.
#[derive(Debug, Clone, Default)]
pub(super) struct Needs {
    namespace: Option<usize>,
    account: bool,
    priority_class: bool,
    secret: bool,
    config_map: bool,
    pull_secret: bool,
    heavy: bool,
}

/// Which TEE: kinds by their place in a list, and slots.
#[derive(Debug, Clone)]
pub(super) struct TeeWish {
    kinds: usize,
    slots: i64,
}

const KINDS: [&[&str]; 5] = [&["tdx"], &["tdx"], &["sgx"], &["sgx", "tdx"], &[]];

pub(super) fn clusters() -> impl Strategy<Value = ClusterWish> {
    (
        maybe(30, prop::collection::vec(0..3_usize, 1..3)),
        maybe(30, 0..3_usize),
        maybe(40, 0..REGIONS.len()),
        maybe(50, 0..ZONES.len()),
        maybe(50, 0..PROVIDERS.len()),
        seldom(40),
        any::<bool>(),
    )
        .prop_map(
            |(include, exclude, region, zone, provider, gold, tolerates)| ClusterWish {
                include,
                exclude,
                region,
                zone,
                provider,
                gold,
                tolerates,
            },
        )
}

pub(super) fn nodes() -> impl Strategy<Value = NodeWish> {
    (
        maybe(16, 0..ZONES.len()),
        maybe(25, prop::collection::vec(0..5_usize, 1..4)),
        maybe(16, 0..6_usize),
        maybe(4, 0..ZONES.len()),
        maybe(10, 0..5_usize),
        any::<bool>(),
    )
        .prop_map(
            |(selector_zone, hostnames, affinity, preferred_zone, preferred_node, tolerates)| NodeWish {
                selector_zone,
                hostnames,
                affinity,
                preferred_zone,
                preferred_node,
                tolerates,
            },
        )
}

pub(super) fn needs() -> impl Strategy<Value = Needs> {
    (
        maybe(4, 0..NAMESPACES.len()),
        seldom(25),
        seldom(25),
        seldom(30),
        seldom(30),
        seldom(30),
        seldom(25),
    )
        .prop_map(
            |(namespace, account, priority_class, secret, config_map, pull_secret, heavy)| Needs {
                namespace,
                account,
                priority_class,
                secret,
                config_map,
                pull_secret,
                heavy,
            },
        )
}

pub(super) fn tee() -> impl Strategy<Value = TeeWish> {
    (0..KINDS.len(), 1..=2_i64).prop_map(|(kinds, slots)| TeeWish { kinds, slots })
}

impl ClusterWish {
    /// As `clusterRules`.
    pub(super) fn json(&self) -> Value {
        let mut rules = json!({});
        let mut list = |field: &str, values: Vec<String>| {
            if !values.is_empty() {
                rules[field] = values.into();
            }
        };
        let one = |from: &[&str], at: Option<usize>| at.iter().map(|at| from[*at].to_owned()).collect();
        let include = self.include.iter().flatten();
        list("include", include.map(|at| format!("c{at}")).collect());
        list(
            "exclude",
            self.exclude.iter().map(|at| format!("c{at}")).collect(),
        );
        list("regions", one(&REGIONS, self.region));
        list("zones", one(&ZONES, self.zone));
        list("providers", one(&PROVIDERS, self.provider));
        if self.gold {
            rules["selector"] = json!({"matchLabels": {"tier": "gold"}});
        }
        if self.tolerates {
            rules["tolerations"] = json!([{"key": "special", "operator": "Exists"}]);
        }
        rules
    }
}

impl NodeWish {
    /// As `nodeRules`.
    pub(super) fn json(&self) -> Value {
        const ZONE: &str = "topology.kubernetes.io/zone";
        let mut rules = json!({});
        if let Some(zone) = self.selector_zone {
            rules["nodeSelector"] = json!({ZONE: ZONES[zone]});
        }
        if let Some(names) = &self.hostnames {
            rules["hostnames"] = names.iter().map(|at| format!("n{at}")).collect();
        }
        if let Some(which) = self.affinity {
            let terms = match which {
                0 => json!([{"matchExpressions": [{"key": ZONE, "operator": "NotIn", "values": ["a"]}]}]),
                1 => json!([{"matchExpressions": [{"key": ZONE, "operator": "Exists"}]}]),
                2 => json!([{"matchExpressions": [{"key": ZONE, "operator": "DoesNotExist"}]}]),
                3 => {
                    json!([{"matchFields": [{"key": "metadata.name", "operator": "NotIn", "values": ["n0"]}]}])
                }
                4 => json!([
                    {"matchExpressions": [{"key": ZONE, "operator": "In", "values": ["b"]}]},
                    {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n1"]}]}]),
                _ => {
                    json!([{"matchExpressions": [{"key": "nvidia.com/gpu.memory", "operator": "Gt", "values": ["20000"]}]}])
                }
            };
            rules["requiredNodeAffinity"] = json!({"nodeSelectorTerms": terms});
        }
        let mut wishes = Vec::new();
        if let Some(zone) = self.preferred_zone {
            let wish = json!({"key": ZONE, "operator": "In", "values": [ZONES[zone]]});
            wishes.push(json!({"weight": 10, "preference": {"matchExpressions": [wish]}}));
        }
        if let Some(node) = self.preferred_node {
            let wish =
                json!({"key": "kubernetes.io/hostname", "operator": "In", "values": [format!("n{node}")]});
            wishes.push(json!({"weight": 10, "preference": {"matchExpressions": [wish]}}));
        }
        if !wishes.is_empty() {
            rules["preferredNodeAffinity"] = wishes.into();
        }
        if self.tolerates {
            rules["tolerations"] = json!([{"key": "special", "operator": "Exists"}]);
        }
        rules
    }
}

impl Needs {
    /// Says so in the request.
    pub(super) fn put_in(&self, spec: &mut Value) {
        if let Some(namespace) = self.namespace {
            spec["namespace"] = NAMESPACES[namespace].into();
        }
        let performer = &mut spec["performer"];
        if self.account {
            performer["config"]["serviceAccountName"] = "solver".into();
        }
        if self.priority_class {
            performer["scheduling"]["priorityClassName"] = "high".into();
        }
        if self.heavy {
            performer["scheduling"]["runtimeClass"] = "heavy".into();
        }
        let mut sources = Vec::new();
        if self.secret {
            sources.push(json!({"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "key", "key": "k"}}}));
        }
        if self.config_map {
            sources.push(
                json!({"name": "TUNING", "valueFrom": {"configMapKeyRef": {"name": "tuning", "key": "k"}}}),
            );
        }
        if !sources.is_empty() {
            performer["config"]["environmentFrom"] = sources.into();
        }
        if self.pull_secret {
            performer["imagePullSecrets"] = json!([{"name": "key"}]);
        }
    }
}

impl TeeWish {
    /// As `compute.tee`.
    pub(super) fn json(&self) -> Value {
        json!({"kinds": KINDS[self.kinds], "slots": self.slots})
    }
}
