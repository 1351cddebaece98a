//! What an agent says about one namespace of its cluster.

use std::collections::BTreeSet;

use hourglass_model::pod::ContainerDefaults;
use hourglass_model::resources::{ResourceName, ResourceVector};
use serde::{Deserialize, Serialize};

/// What an agent says about one namespace.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NamespaceFacts {
    /// ServiceAccounts, by name.
    pub service_accounts: BTreeSet<String>,
    /// Secrets that the cluster's owner declared to the agent, by name; `None` where nothing was declared, so that
    /// nothing is known.
    pub secrets: Option<BTreeSet<String>>,
    /// ConfigMaps that the cluster's owner declared to the agent, by name; `None` as above.
    pub config_maps: Option<BTreeSet<String>>,
    /// ResourceQuotas that count every performer's pod; one that by its scopes may not count some is left out.
    pub quota: Vec<QuotaHeadroom>,
    /// LimitRanges; `None` where the agent does not tell them, so that nothing is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_ranges: Option<Vec<LimitRange>>,
}

/// What one LimitRange gives each container that does not state it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LimitRange {
    /// Its name.
    pub name: String,
    /// Default requests and limits of cpu, memory and ephemeral storage.
    pub defaults: ContainerDefaults,
}

/// What one ResourceQuota leaves.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct QuotaHeadroom {
    /// Name of the ResourceQuota.
    pub name: String,
    /// `hard` less `used` of what a pod requests, under the resource's own name: `requests.cpu` and `cpu` are `cpu`,
    /// `requests.nvidia.com/gpu` is `nvidia.com/gpu`, `pods` and `count/pods` are `pods`. What is absent is not bounded.
    pub headroom: ResourceVector,
    /// The same of limits: `limits.cpu` is `cpu`.
    #[serde(skip_serializing_if = "ResourceVector::is_empty")]
    pub limits: ResourceVector,
}

/// What quotas count of pods.
#[derive(Debug, Default)]
pub(crate) struct QuotaUse {
    pub(crate) requests: ResourceVector,
    pub(crate) limits: ResourceVector,
}

impl NamespaceFacts {
    /// What containers there are given that do not state it; none where that is not known.
    #[must_use]
    pub fn container_defaults(&self) -> Option<ContainerDefaults> {
        let ranges = self.limit_ranges.as_ref()?.iter();
        Some(ranges.fold(ContainerDefaults::default(), |all, range| {
            all.or_more(&range.defaults)
        }))
    }
}

impl QuotaHeadroom {
    /// What is left when this much less is counted.
    #[must_use]
    pub(crate) fn more(&self, given_back: &QuotaUse) -> Self {
        self.changed(&given_back.requests, &given_back.limits, i64::saturating_add)
    }

    /// What is left when this much more is counted.
    #[must_use]
    pub(crate) fn less(&self, requests: &ResourceVector, limits: &ResourceVector) -> Self {
        self.changed(requests, limits, i64::saturating_sub)
    }

    fn changed(
        &self,
        requests: &ResourceVector,
        limits: &ResourceVector,
        change: fn(i64, i64) -> i64,
    ) -> Self {
        let of = |left: &ResourceVector, by: &ResourceVector| {
            let entry =
                |(resource, left): (&ResourceName, i64)| (resource.clone(), change(left, by.get(resource)));
            left.iter().map(entry).collect()
        };
        Self {
            name: self.name.clone(),
            headroom: of(&self.headroom, requests),
            limits: of(&self.limits, limits),
        }
    }
}
