//! What one replica needs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

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
    /// MIG devices of this profile instead of GPUs, for example `1g.10gb`; `count` counts them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mig_profile: Option<String>,
    /// The GPUs of all replicas in one NVLink clique (`nvidia.com/gpu.clique`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub same_clique: bool,
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

fn is_zero(number: &i32) -> bool {
    *number == 0
}

fn is_zero_64(number: &i64) -> bool {
    *number == 0
}
