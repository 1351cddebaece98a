//! How replicas stand to each other and to other placements: spread, together, apart.

use serde::{Deserialize, Serialize};

use super::LabelSelector;

/// What counts as one place. A node without the label that its topology needs has no place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Topology {
    /// A member cluster.
    Cluster,
    /// The clusters with the same label `topology.kubernetes.io/region`.
    Region,
    /// The nodes with the same label `topology.kubernetes.io/zone`.
    Zone,
    /// A node.
    Node,
}

impl Topology {
    /// As the API writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cluster => "CLUSTER",
            Self::Region => "REGION",
            Self::Zone => "ZONE",
            Self::Node => "NODE",
        }
    }
}

/// What to do where a spread constraint cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WhenUnsatisfiable {
    /// Wait.
    #[default]
    DoNotSchedule,
    /// Take the place that breaks it least.
    ScheduleAnyway,
}

/// Kubernetes' topology spread constraint, over placements instead of pods.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SpreadConstraint {
    /// Most by which the count of one place may be above the least count of all; at least 1. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_skew: Option<i32>,
    /// While there are fewer eligible places than this, the least count is 0; only with `DO_NOT_SCHEDULE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_domains: Option<i32>,
    /// What counts as one place. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topology: Option<Topology>,
    /// `DO_NOT_SCHEDULE` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when_unsatisfiable: Option<WhenUnsatisfiable>,
    /// Which placements of the tenant are counted, by their labels; absent means the replicas of this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<LabelSelector>,
}

/// Other placements of the same tenant, and how near.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PlacementTerm {
    /// Over labels of placements; empty means every one. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<LabelSelector>,
    /// What counts as near. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topology: Option<Topology>,
    /// 1 to 100 makes it a wish; absent means that it must hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<i32>,
}
