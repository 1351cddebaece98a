//! What ResourceQuotas of a namespace leave is never promised twice, computed from facts and claims alone.

use std::collections::BTreeMap;

use hourglass_model::ids::{ClaimId, ClusterName, Namespace};
use hourglass_model::resources::ResourceVector;

use super::Breach;
use crate::decide::Decision;
use crate::state::{ClusterState, FleetState};

/// What claims in force there take that no pod shows yet: a quota does not count it.
fn unseen(
    state: &FleetState,
    (name, cluster): (&ClusterName, &ClusterState),
    namespace: &Namespace,
) -> ResourceVector {
    let is_seen = |id: &ClaimId| {
        let mut nodes = cluster.nodes();
        nodes.any(|node| node.claims().iter().any(|seen| seen.claim == *id))
    };
    let mut sum = ResourceVector::new();
    for record in state.claims().filter(|record| record.is_live()) {
        let claim = &record.claim;
        if claim.cluster == *name && claim.namespace.as_ref() == Some(namespace) && !is_seen(&claim.id) {
            sum.add_saturating(&claim.vector);
        }
    }
    sum
}

/// Checks everything that a decision adds to a namespace against each quota there. What victims give back is theirs until
/// their pods are gone.
pub(super) fn check(state: &FleetState, decision: &Decision) -> Vec<Breach> {
    let mut added: BTreeMap<(&ClusterName, &Namespace), ResourceVector> = BTreeMap::new();
    for slot in &decision.placed {
        added
            .entry((&slot.cluster, &slot.namespace))
            .or_default()
            .add_saturating(&slot.vector);
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
            let bounded = quota
                .headroom
                .iter()
                .filter(|(resource, _)| more.get(resource) > 0);
            for (resource, left) in bounded {
                let total = before.get(resource).saturating_add(more.get(resource));
                if total > left {
                    breaches.push(Breach::OverQuota {
                        cluster: name.clone(),
                        quota: format!("{namespace}/{}", quota.name),
                        resource: resource.clone(),
                        total,
                        left,
                    });
                }
            }
        }
    }
    breaches
}
