//! The ResourceQuotas of the namespace must admit one more replica: leave room for it, beside our claims there that the
//! cluster does not count yet, and bound nothing that its pod has to state and does not. Only where the agent reports them.

use std::collections::BTreeSet;

use hourglass_model::gpu::covers;
use hourglass_model::ids::{ClusterName, Namespace, TenantId};
use hourglass_model::pod::ContainerDefaults;
use hourglass_model::render::{claim_limits, claim_vector, has_request};
use hourglass_model::request::{CanonicalRequest, GpuAmount};
use hourglass_model::resources::{CPU, MEMORY, ResourceName, ResourceVector};

use super::{ClusterContext, ClusterRule};
use crate::filter::Variant;
use crate::filter::node::{QuotaExceeded, quota_exceeded};
use crate::state::class::NodeKind;
use crate::state::{ClusterState, FleetState, NamespaceFacts, QuotaHeadroom, QuotaUse};

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
    let known = facts.inside(tenant, wanted);
    let Some(known) = known.filter(|known| !known.quota.is_empty()) else {
        return Vec::new();
    };
    let mut unseen = QuotaUse::default();
    let theirs = state.ledger.in_cluster(name);
    for record in theirs.filter(|record| record.is_live()) {
        let claim = &record.claim;
        if claim.namespace.as_ref() == namespace && cluster.observed(&claim.id).next().is_none() {
            unseen.requests.add_saturating(&claim.vector);
            unseen.limits.add_saturating(&claim.limits);
        }
    }
    let left = |quota: &QuotaHeadroom| quota.less(&unseen.requests, &unseen.limits);
    known.quota.iter().map(left).collect()
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

/// Entry by entry the least of what is in all of these.
fn least(mut vectors: impl Iterator<Item = ResourceVector>) -> ResourceVector {
    let first = vectors.next().unwrap_or_default();
    vectors.fold(first, |least, other| {
        least
            .iter()
            .filter(|(resource, _)| other.contains(resource))
            .map(|(resource, amount)| (resource.clone(), amount.min(other.get(resource))))
            .collect()
    })
}

/// What one replica takes here at least, on whatever node: the least over the variants, and of GPUs what the request names
/// itself, because the rest depends on the node.
fn demand(
    state: &FleetState,
    request: &CanonicalRequest,
    cluster: &ClusterState,
    defaults: &ContainerDefaults,
) -> QuotaUse {
    let variants = Variant::all(request, cluster.facts(), &[], defaults);
    let vector = |variant: &Variant<'_>| claim_vector(request, &variant.offer(request), defaults);
    let mut requests = least(variants.iter().map(vector));
    if let Some(gpu) = &request.gpu
        && let (Some(resource), GpuAmount::Whole(count)) = (&gpu.resource, gpu.amount)
        && !shows_devices_of(state, cluster, resource)
    {
        requests.set(resource.clone(), i64::from(count));
    }
    QuotaUse {
        requests,
        limits: least(variants.into_iter().map(|variant| variant.limits)),
    }
}

/// Quotas of the namespace as one request meets them.
struct Met {
    left: Vec<QuotaHeadroom>,
    demand: QuotaUse,
    /// Of cpu and memory: what has no request once the pod is admitted. Empty where that is not known.
    no_request: Vec<&'static ResourceName>,
    /// The same of limits.
    no_limit: Vec<&'static ResourceName>,
}

impl Met {
    /// None where no quota is known.
    fn by(context: &ClusterContext<'_>) -> Option<Self> {
        let (request, cluster) = (context.request, context.cluster);
        let wanted = request.namespace.as_ref();
        let left = headroom(context.state, context.name, cluster, context.tenant, wanted);
        if left.is_empty() {
            return None;
        }
        let inside = cluster.facts().inside(context.tenant, wanted);
        let known = inside.and_then(NamespaceFacts::container_defaults);
        let defaults = known.clone().unwrap_or_default();
        // Of these Kubernetes wants a figure wherever a quota bounds them, and of nothing else.
        let must: [&'static ResourceName; 2] = [&CPU, &MEMORY];
        let must = || must.into_iter().filter(|_| known.is_some());
        let limits = claim_limits(request, &ResourceVector::new(), &defaults);
        Some(Self {
            left,
            demand: demand(context.state, request, cluster, &defaults),
            no_request: must()
                .filter(|resource| !has_request(request, &defaults, resource))
                .collect(),
            no_limit: must().filter(|resource| !limits.contains(resource)).collect(),
        })
    }

    /// Keys of a quota whose resource the pod would have to state.
    fn unstated(&self, quota: &QuotaHeadroom) -> Vec<String> {
        let keys = |of: &str, without: &[&ResourceName], left: &ResourceVector| -> Vec<String> {
            let bounded = without.iter().filter(|resource| left.contains(resource));
            bounded.map(|resource| format!("{of}.{resource}")).collect()
        };
        let mut all = keys("requests", &self.no_request, &quota.headroom);
        all.extend(keys("limits", &self.no_limit, &quota.limits));
        all
    }

    fn exceeded<'q>(&self, quota: &'q QuotaHeadroom) -> Option<QuotaExceeded<'q>> {
        let QuotaUse { requests, limits } = &self.demand;
        quota_exceeded(std::slice::from_ref(quota), requests, limits)
    }

    /// Whether nothing is left of something that the pod would have to state.
    fn is_used_up(&self, quota: &QuotaHeadroom) -> bool {
        let none = |without: &[&ResourceName], left: &ResourceVector| {
            let mut bounded = without.iter().filter(|resource| left.contains(resource));
            bounded.any(|resource| left.get(resource) <= 0)
        };
        none(&self.no_request, &quota.headroom) || none(&self.no_limit, &quota.limits)
    }

    fn refusing(&self) -> impl Iterator<Item = &QuotaHeadroom> {
        let refuses =
            |quota: &&QuotaHeadroom| self.exceeded(quota).is_some() || !self.unstated(quota).is_empty();
        self.left.iter().filter(refuses)
    }
}

/// Names of all quotas that refuse the pod.
pub(crate) fn refusing(context: &ClusterContext<'_>) -> Vec<String> {
    let met = Met::by(context);
    let refusing = met.iter().flat_map(Met::refusing);
    refusing.map(|quota| quota.name.clone()).collect()
}

/// The ResourceQuotas of the namespace must admit one more replica.
pub(super) struct NamespaceQuota;

impl ClusterRule for NamespaceQuota {
    fn name(&self) -> &'static str {
        "NamespaceQuota"
    }

    fn can_end(&self) -> bool {
        true
    }

    fn passes(&self, context: &ClusterContext<'_>) -> bool {
        Met::by(context).is_none_or(|met| met.refusing().next().is_none())
    }

    fn lasts(&self) -> bool {
        false
    }

    fn reason(&self, context: &ClusterContext<'_>) -> String {
        let met = Met::by(context);
        let first = met.as_ref().and_then(|met| Some((met, met.refusing().next()?)));
        let Some((met, quota)) = first else {
            return String::new();
        };
        let (name, unstated) = (&quota.name, met.unstated(quota));
        if !unstated.is_empty() {
            let keys = unstated.join(" and ");
            return format!(
                "ResourceQuota {name} of its namespace bounds {keys}, which the performer does not state and no LimitRange of \
                 the namespace defaults"
            );
        }
        met.exceeded(quota).map_or_else(String::new, |exceeded| {
            format!("ResourceQuota {name} of its namespace is too small: {exceeded}")
        })
    }

    fn remedy(&self, context: &ClusterContext<'_>) -> String {
        let Some(met) = Met::by(context) else {
            return String::new();
        };
        let cluster = context.name;
        let mut parts = Vec::new();
        let unstated: BTreeSet<String> = met.left.iter().flat_map(|quota| met.unstated(quota)).collect();
        if !unstated.is_empty() {
            let them = if unstated.len() == 1 { "it" } else { "them" };
            let keys = Vec::from_iter(unstated).join(" and ");
            parts.push(format!(
                "the performer states {keys}, or a LimitRange of its namespace in cluster {cluster} defaults {them}"
            ));
        }
        let small = met.left.iter();
        let small = small.filter(|quota| met.exceeded(quota).is_some() || met.is_used_up(quota));
        let small: Vec<&str> = small.map(|quota| quota.name.as_str()).collect();
        if !small.is_empty() {
            let names = small.join(" and ");
            parts.push(format!(
                "ResourceQuota {names} of cluster {cluster} leaves room for it"
            ));
        }
        parts.join(", and ")
    }
}
