//! What a client may ask for, as it is kept durably. Field for field the `spec` of `hourglass.fleet.v1.Placement`, in
//! its JSON form.
//!
//! Like [`crate::performer`] these types hold what was written; [`crate::request::canonicalise`] judges it.

mod compute;
mod domains;
mod duration;
mod lifecycle;
mod rules;
mod scheduling;
#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::performer::PerformerSpec;

pub use compute::{Compute, Gpu, Tee};
pub use domains::{PlacementTerm, SpreadConstraint, Topology, WhenUnsatisfiable};
pub use lifecycle::{
    ClusterOverride, Disruption, Failover, FailoverMode, Fencing, UpdatePolicy, UpdateStrategy,
};
pub use rules::{ClusterPreference, ClusterRules, LabelSelector, NodeRules};
pub use scheduling::{PinScope, Preemption, Strategy};

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
    /// How evenly replicas are spread.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spread: Vec<SpreadConstraint>,
    /// Near which placements.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub affinity: Vec<PlacementTerm>,
    /// Away from which placements.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub anti_affinity: Vec<PlacementTerm>,
    /// Clusters from the best liked to the least; those that no entry takes in come last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cluster_preferences: Vec<ClusterPreference>,
    /// The higher, the earlier its turn; absent means 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
    /// `LOWER_PRIORITY` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preemption: Option<Preemption>,
    /// `PACK` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Strategy>,
    /// `NODE` when absent, unless the request holds rules that only the cluster's scheduler can evaluate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<PinScope>,
    /// What happens when a cluster falls silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failover: Option<Failover>,
    /// How changes are rolled out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update: Option<UpdatePolicy>,
    /// What must go on serving.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disruption: Option<Disruption>,
    /// From its decision a replica has this long to become ready, before it is decided again; absent means 10 minutes.
    #[serde(skip_serializing_if = "Option::is_none", with = "duration")]
    pub start_deadline: Option<Duration>,
    /// It fails when it has waited this long for a place; absent means that it waits for ever.
    #[serde(skip_serializing_if = "Option::is_none", with = "duration")]
    pub queue_timeout: Option<Duration>,
    /// It is deleted at this time, whatever its state; absent means never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_time: Option<Timestamp>,
    /// What differs in some clusters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cluster_overrides: Vec<ClusterOverride>,
}
