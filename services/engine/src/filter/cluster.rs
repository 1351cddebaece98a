//! Rules over clusters.

mod avoided;
mod cordoned;
mod freshness;
mod health;
mod name;
mod namespace;
mod prerequisites;
mod provider;
mod quota;
mod region;
mod selector;
mod taints;
mod zone;

use hourglass_model::ids::{ClusterName, TenantId};
use hourglass_model::request::CanonicalRequest;

use crate::decide::{Avoid, DecideInput};
use crate::state::{ClusterState, FleetState};

/// What a rule over clusters sees.
#[derive(Debug, Clone, Copy)]
pub struct ClusterContext<'a> {
    /// The request.
    pub request: &'a CanonicalRequest,
    /// Whose it is.
    pub tenant: &'a TenantId,
    /// What the request is kept away from.
    pub avoid: &'a Avoid,
    /// The fleet.
    pub state: &'a FleetState,
    /// The cluster's name.
    pub name: &'a ClusterName,
    /// The cluster.
    pub cluster: &'a ClusterState,
}

impl<'a> ClusterContext<'a> {
    /// A cluster as a request sees it.
    pub(crate) fn of(
        state: &'a FleetState,
        request: &'a CanonicalRequest,
        input: &DecideInput<'a>,
        (name, cluster): (&'a ClusterName, &'a ClusterState),
    ) -> Self {
        Self {
            request,
            tenant: input.tenant,
            avoid: input.avoid,
            state,
            name,
            cluster,
        }
    }
}

/// One rule over clusters.
pub trait ClusterRule: Sync {
    /// Its name, in answers.
    fn name(&self) -> &'static str;
    /// Whether the cluster may take the request.
    fn passes(&self, context: &ClusterContext<'_>) -> bool;
    /// Why not, for people.
    fn reason(&self, context: &ClusterContext<'_>) -> String;
    /// What would lift the rule, to follow "would fit if".
    fn remedy(&self, context: &ClusterContext<'_>) -> String;
    /// Whether its verdict changes only with what is set or reported about the cluster.
    fn lasts(&self) -> bool {
        true
    }
    /// Whether it can come to pass while the request, and the labels and taints of the cluster, stay as they are.
    fn can_end(&self) -> bool {
        false
    }
    /// Whether it is lifted by the inventory that the cluster's agent is about to send.
    fn waits_for_inventory(&self, _context: &ClusterContext<'_>) -> bool {
        false
    }
}

/// All rules over clusters, in their order: what the client chose, what people set, what the sessions found.
pub static RULES: [&dyn ClusterRule; 13] = [
    &selector::ClusterSelector,
    &name::ClusterNames,
    &region::ClusterRegion,
    &zone::ClusterZone,
    &provider::ClusterProvider,
    &taints::ClusterTaints,
    &cordoned::ClusterCordoned,
    &health::ClusterHealth,
    &freshness::InventoryFreshness,
    &namespace::TenantNamespace,
    &prerequisites::MissingPrerequisite,
    &quota::NamespaceQuota,
    &avoided::ClusterAvoided,
];

pub(crate) use quota::headroom as quota_headroom;
pub(crate) use quota::refusing as quotas_refusing;
pub(crate) use taints::untolerated as untolerated_taints;

/// Every rule that turns the cluster away.
pub fn failing<'a>(context: &'a ClusterContext<'a>) -> impl Iterator<Item = &'static dyn ClusterRule> + 'a {
    RULES.iter().copied().filter(move |rule| !rule.passes(context))
}
