//! The ResourceQuotas of the namespace must leave room for one more replica, beside our claims there that the cluster does
//! not count yet. Only where the agent reports them.

use hourglass_model::gpu::covers;
use hourglass_model::ids::{ClusterName, Namespace, TenantId};
use hourglass_model::render::claim_vector;
use hourglass_model::request::{CanonicalRequest, GpuAmount};
use hourglass_model::resources::{ResourceName, ResourceVector, Shortage};

use super::{ClusterContext, ClusterRule};
use crate::filter::Variant;
use crate::filter::node::quota_exceeded;
use crate::state::class::NodeKind;
use crate::state::{ClusterState, FleetState, QuotaHeadroom};

/// What the quotas of the namespace leave beside claims of ours there of which no pod is seen yet.
pub(crate) fn headroom(
    state: &FleetState,
    name: &ClusterName,
    cluster: &ClusterState,
    tenant: &TenantId,
    wanted: Option<&Namespace>,
) -> Vec<QuotaHeadroom> {
    let facts = cluster.facts();
    let namespace = facts.namespace(tenant, wanted);
    let known = namespace.and_then(|namespace| facts.namespaces.get(namespace));
    let Some(known) = known.filter(|known| !known.quota.is_empty()) else {
        return Vec::new();
    };
    let mut unseen = ResourceVector::new();
    let theirs = state.ledger.in_cluster(name);
    for record in theirs.filter(|record| record.is_live()) {
        let claim = &record.claim;
        if claim.namespace.as_ref() == namespace && cluster.observed(&claim.id).next().is_none() {
            unseen.add_saturating(&claim.vector);
        }
    }
    known.quota.iter().map(|quota| quota.less(&unseen)).collect()
}

/// Whether any node here shows one by one what this resource counts: devices are not taken by its name.
fn shows_devices_of(state: &FleetState, cluster: &ClusterState, resource: &ResourceName) -> bool {
    let shows = |kind: &NodeKind| {
        let mut devices = kind.facts.derived.device_kinds.iter();
        devices.any(|device| covers(&device.driver, resource))
    };
    let mut kinds = state.index.kinds();
    kinds.any(|id| {
        state.classes.kind(id).is_some_and(|kind| shows(kind))
            && state.index.of_kind_in(cluster.ix(), id).next().is_some()
    })
}

/// What one replica takes here at least, on whatever node: the least over the variants, and of GPUs what the request names
/// itself, because the rest depends on the node.
fn demand(state: &FleetState, request: &CanonicalRequest, cluster: &ClusterState) -> ResourceVector {
    let variants = Variant::all(request, cluster.facts(), &[]);
    let mut vectors = variants
        .iter()
        .map(|variant| claim_vector(request, &variant.offer(request)));
    let first = vectors.next().unwrap_or_default();
    let mut demand = vectors.fold(first, |least, other| {
        least
            .iter()
            .filter(|(resource, _)| other.contains(resource))
            .map(|(resource, amount)| (resource.clone(), amount.min(other.get(resource))))
            .collect()
    });
    if let Some(gpu) = &request.gpu
        && let (Some(resource), GpuAmount::Whole(count)) = (&gpu.resource, gpu.amount)
        && !shows_devices_of(state, cluster, resource)
    {
        demand.set(resource.clone(), i64::from(count));
    }
    demand
}

/// Name of the first quota that is too small, and for what.
fn exceeded(context: &ClusterContext<'_>) -> Option<(String, Shortage)> {
    let (request, cluster) = (context.request, context.cluster);
    let wanted = request.namespace.as_ref();
    let left = headroom(context.state, context.name, cluster, context.tenant, wanted);
    if left.is_empty() {
        return None;
    }
    let (quota, shortage) = quota_exceeded(&left, &demand(context.state, request, cluster))?;
    Some((quota.name.clone(), shortage))
}

/// Names of all quotas that are too small.
pub(crate) fn too_small(context: &ClusterContext<'_>) -> Vec<String> {
    let (request, cluster) = (context.request, context.cluster);
    let wanted = request.namespace.as_ref();
    let left = headroom(context.state, context.name, cluster, context.tenant, wanted);
    let demand = demand(context.state, request, cluster);
    let mut short = left;
    short.retain(|quota| quota_exceeded(std::slice::from_ref(quota), &demand).is_some());
    short.into_iter().map(|quota| quota.name).collect()
}

/// The ResourceQuotas of the namespace must leave room for one more replica.
pub(super) struct NamespaceQuota;

impl ClusterRule for NamespaceQuota {
    fn name(&self) -> &'static str {
        "NamespaceQuota"
    }

    fn passes(&self, context: &ClusterContext<'_>) -> bool {
        exceeded(context).is_none()
    }

    fn lasts(&self) -> bool {
        false
    }

    fn reason(&self, context: &ClusterContext<'_>) -> String {
        exceeded(context).map_or_else(String::new, |(name, shortage)| {
            format!("ResourceQuota {name} of its namespace is too small: {shortage}")
        })
    }

    fn remedy(&self, context: &ClusterContext<'_>) -> String {
        let names = too_small(context).join(" and ");
        format!(
            "ResourceQuota {names} of cluster {} leaves room for it",
            context.name
        )
    }
}
