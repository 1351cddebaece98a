//! What ResourceQuotas of a namespace leave is never promised twice, computed from facts and claims alone.

use std::collections::BTreeMap;

use hourglass_model::ids::{ClaimId, ClusterName, Namespace};
use hourglass_model::request::CanonicalRequest;
use hourglass_model::resources::{CPU, MEMORY, ResourceVector};

use super::Breach;
use crate::decide::Decision;
use crate::state::{ClusterState, FleetState, LimitRange, QuotaHeadroom};

/// What claims in force there take that no pod shows yet: a quota does not count it.
fn unseen(state: &FleetState, (name, cluster): (&ClusterName, &ClusterState), namespace: &Namespace) -> Pods {
    let is_seen = |id: &ClaimId| {
        let mut nodes = cluster.nodes();
        nodes.any(|node| node.claims().iter().any(|seen| seen.claim == *id))
    };
    let mut sum = Pods::default();
    for record in state.claims().filter(|record| record.is_live()) {
        let claim = &record.claim;
        if claim.cluster == *name && claim.namespace.as_ref() == Some(namespace) && !is_seen(&claim.id) {
            sum.add(&claim.vector, &claim.limits);
        }
    }
    sum
}

/// Requests and limits of pods.
#[derive(Default)]
struct Pods {
    requests: ResourceVector,
    limits: ResourceVector,
}

impl Pods {
    fn add(&mut self, requests: &ResourceVector, limits: &ResourceVector) {
        self.requests.add_saturating(requests);
        self.limits.add_saturating(limits);
    }
}

/// Keys of a quota that the pod would have to state and does not, LimitRanges and all.
fn unstated(quota: &QuotaHeadroom, ranges: &[LimitRange], request: &CanonicalRequest) -> Vec<String> {
    let stated = request.performer.resources.clone().unwrap_or_default();
    let mut missing = Vec::new();
    for resource in [&*CPU, &*MEMORY] {
        let name = resource.as_str();
        let limited = stated.limits.contains_key(name);
        let given = |of: fn(&LimitRange) -> &ResourceVector| {
            let mut ranges = ranges.iter();
            ranges.any(|range| of(range).contains(resource))
        };
        let requested =
            limited || stated.requests.contains_key(name) || given(|range| &range.defaults.requests);
        if quota.headroom.contains(resource) && !requested {
            missing.push(format!("requests.{name}"));
        }
        if quota.limits.contains(resource) && !limited && !given(|range| &range.defaults.limits) {
            missing.push(format!("limits.{name}"));
        }
    }
    missing
}

/// Checks everything that a decision adds to a namespace against each quota there. What victims give back is theirs until
/// their pods are gone.
pub(super) fn check(state: &FleetState, request: &CanonicalRequest, decision: &Decision) -> Vec<Breach> {
    let mut added: BTreeMap<(&ClusterName, &Namespace), Pods> = BTreeMap::new();
    for slot in &decision.placed {
        let pods = added.entry((&slot.cluster, &slot.namespace)).or_default();
        pods.add(&slot.vector, &slot.limits);
    }
    let mut breaches = Vec::new();
    for ((name, namespace), more) in added {
        let Some(cluster) = state.cluster(name) else {
            continue;
        };
        let Some(known) = cluster.facts().namespaces.get(namespace) else {
            continue;
        };
        let before = unseen(state, (name, cluster), namespace);
        for quota in &known.quota {
            let at = || format!("{namespace}/{}", quota.name);
            let ranges = known.limit_ranges.iter();
            let missing = ranges.flat_map(|ranges| unstated(quota, ranges, request));
            breaches.extend(missing.map(|key| Breach::Unstated {
                cluster: name.clone(),
                quota: at(),
                key,
            }));
            let parts = [
                (&quota.headroom, &before.requests, &more.requests),
                (&quota.limits, &before.limits, &more.limits),
            ];
            for (headroom, before, more) in parts {
                let bounded = headroom.iter().filter(|(resource, _)| more.get(resource) > 0);
                for (resource, left) in bounded {
                    let total = before.get(resource).saturating_add(more.get(resource));
                    if total > left {
                        breaches.push(Breach::OverQuota {
                            cluster: name.clone(),
                            quota: at(),
                            resource: resource.clone(),
                            total,
                            left,
                        });
                    }
                }
            }
        }
    }
    breaches
}
