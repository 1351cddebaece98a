//! What a client may ask for, as it is kept durably. Field for field the `spec` of `hourglass.fleet.v1.Placement`.
//!
//! Like [`crate::performer`] these types hold what was written; [`crate::request::canonicalise`] judges it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::performer::{NodeSelector, NodeSelectorRequirement, PerformerSpec, Toleration};

/// One wish: these performers, under these rules.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PlacementSpec {
    /// What runs.
    pub performer: PerformerSpec,
    /// What one replica needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compute: Option<Compute>,
    /// Which nodes may take it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_rules: Option<NodeRules>,
    /// Which clusters may take it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster_rules: Option<ClusterRules>,
    /// How many; absent means 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<i32>,
    /// All replicas or none.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub gang: bool,
    /// Namespace in the member cluster; absent means the tenant's default there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

/// What one replica needs, beyond or instead of `performer.resources` and `performer.hardwareRequirements`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Compute {
    /// Resource name to Kubernetes quantity.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub requests: BTreeMap<String, String>,
    /// GPUs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpu: Option<Gpu>,
    /// Trusted execution environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tee: Option<Tee>,
}

/// GPUs of one replica. Give `count` or `share_milli`, not both; neither means one GPU.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Gpu {
    /// Whole GPUs; 0 is absent.
    #[serde(skip_serializing_if = "is_zero")]
    pub count: i32,
    /// A share of one GPU in thousandths, 1..999; 0 is absent.
    #[serde(skip_serializing_if = "is_zero")]
    pub share_milli: i32,
    /// Any of these products; none means any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<String>,
    /// Memory of one GPU in MiB; 0 is absent.
    #[serde(skip_serializing_if = "is_zero_64")]
    pub min_memory_mib: i64,
    /// For example `8.0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_compute_capability: Option<String>,
    /// Only GPUs in confidential computing mode.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub confidential: bool,
}

/// Trusted execution environment of one replica.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Tee {
    /// Any of these kinds; none means any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// Slots that it takes; absent means 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slots: Option<i32>,
}

/// Node rules with exactly Kubernetes' meaning.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NodeRules {
    /// Labels that the node must carry.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub node_selector: BTreeMap<String, String>,
    /// As core/v1 NodeSelector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_node_affinity: Option<NodeSelector>,
    /// Taints of nodes that it bears.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tolerations: Vec<Toleration>,
    /// Only these nodes, by name; none means all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hostnames: Vec<String>,
}

/// Cluster rules.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ClusterRules {
    /// Over labels of the cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<LabelSelector>,
    /// Only these clusters; none means all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// Not these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// Taints of clusters that it bears.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tolerations: Vec<Toleration>,
    /// Any of these values of the cluster's label `topology.kubernetes.io/region`; none means all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
}

/// Kubernetes metav1 LabelSelector; empty matches everything.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct LabelSelector {
    /// Labels with these values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub match_labels: BTreeMap<String, String>,
    /// `In`, `NotIn`, `Exists`, `DoesNotExist`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub match_expressions: Vec<NodeSelectorRequirement>,
}

fn is_zero(number: &i32) -> bool {
    *number == 0
}

fn is_zero_64(number: &i64) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_field_survives_json() {
        let full = json!({
            "performer": {"avsAddress": "0x1", "image": "i"},
            "compute": {"requests": {"cpu": "1"},
                "gpu": {"count": 1, "shareMilli": 2, "products": ["A100"], "minMemoryMib": 4,
                    "minComputeCapability": "8.0", "confidential": true},
                "tee": {"kinds": ["tdx"], "slots": 1}},
            "nodeRules": {"nodeSelector": {"a": "b"}, "requiredNodeAffinity": {"nodeSelectorTerms": []},
                "tolerations": [{"operator": "Exists"}], "hostnames": ["n"]},
            "clusterRules": {"selector": {"matchLabels": {"a": "b"}}, "include": ["c"], "exclude": ["d"],
                "tolerations": [{"operator": "Exists"}], "regions": ["eu"]},
            "replicas": 2, "gang": true, "namespace": "ns"
        });
        let spec: PlacementSpec = serde_json::from_value(full.clone()).expect("valid");
        assert_eq!(serde_json::to_value(&spec).expect("json"), full);
        assert!(serde_json::from_value::<PlacementSpec>(json!({"replica": 1})).is_err());
    }
}
