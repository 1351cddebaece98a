//! What happens to a placement after the decision: updates, disruptions, failures, deadlines' companions.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{LabelSelector, duration};
use crate::performer::LocalObjectReference;

/// How a change of the spec reaches running replicas.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct UpdatePolicy {
    /// `SURGE` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<UpdateStrategy>,
    /// Replicas that change at the same time, at most; absent means 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_parallel: Option<i32>,
    /// A replica that takes longer fails the update; absent means 10 minutes.
    #[serde(skip_serializing_if = "Option::is_none", with = "duration")]
    pub progress_deadline: Option<Duration>,
}

/// Whether old and new run side by side for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UpdateStrategy {
    /// The new one serves before the old one goes; needs room for both.
    #[default]
    Surge,
    /// The old one goes first: a gap, and no room needed.
    Recreate,
}

/// Bounds what updates, drains, preemption and failover may take away at the same time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Disruption {
    /// Replicas that go on serving: a number (`2`) or a share of all (`50%`, rounded up).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_available: Option<String>,
}

/// What happens to replicas of a cluster that fell silent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Failover {
    /// `RESCHEDULE` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<FailoverMode>,
    /// How long the cluster may be silent before; absent means 5 minutes.
    #[serde(skip_serializing_if = "Option::is_none", with = "duration")]
    pub toleration: Option<Duration>,
    /// `NONE` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fencing: Option<Fencing>,
}

/// Whether a replica moves away from a silent cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FailoverMode {
    /// It moves.
    #[default]
    Reschedule,
    /// It waits for its cluster.
    Never,
}

/// Whether two of a replica may run at the same time because nothing is heard of the cluster of the first. Where it is heard of,
/// [`UpdateStrategy`] alone says whether old and new serve side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Fencing {
    /// They may, for the time that the old cluster is cut off.
    #[default]
    None,
    /// Never: the new one starts only when the old one is heard of, or has certainly stopped. That binds updates and evictions
    /// as well, so it has its meaning also with [`FailoverMode::Never`].
    Strict,
}

/// What differs in some clusters. All entries that match a cluster apply, in their order. Its `Debug` form hides the
/// values of the environment: they may be secrets.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ClusterOverride {
    /// Over labels of the cluster; empty means every one. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<LabelSelector>,
    /// Takes the place of the registry host of the image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_registry: Option<String>,
    /// Added to the environment, in the place of variables of the same name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// In the place of those of the performer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub image_pull_secrets: Vec<LocalObjectReference>,
}

impl fmt::Debug for ClusterOverride {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterOverride")
            .field("selector", &self.selector)
            .field("image_registry", &self.image_registry)
            .field("environment", &self.environment.keys().collect::<Vec<_>>())
            .field("image_pull_secrets", &self.image_pull_secrets)
            .finish()
    }
}
