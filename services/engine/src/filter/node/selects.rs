//! Which nodes a request means at all, whatever is in the way there: their domains count where it is spread.
//!
//! Kubernetes counts a domain of a topology spread constraint when it has a node that the pod's node selector and required
//! node affinity match, and does not look at taints (`nodeAffinityPolicy: Honor`, `nodeTaintsPolicy: Ignore`, its defaults:
//! <https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/>), nor at what is free. Here as well:
//! a zone whose nodes are all tainted, cordoned, not Ready or full holds none, and keeps the others down until replicas can
//! go there again. What a request says of GPUs and TEEs in words of its own is node affinity too where a pod would say it by
//! a label of the node: products, memory, compute capability, confidential mode, NVLink clique, TEE kind, nodes that the
//! RuntimeClass selects. What a pod would ask for as a resource is not: GPUs at all, shares of them, MIG devices, slots.

use super::gpu::describes;
use super::{NodeContext, NodeRule, affinity, name, runtime_class, selector, tee_kind};

/// Rules that say which nodes are meant.
static RULES: [&dyn NodeRule; 5] = [
    &name::NodeName,
    &selector::NodeSelector,
    &affinity::NodeAffinity,
    &tee_kind::TeeKindOnNode,
    &runtime_class::RuntimeClass,
];

/// Whether the request means nodes like this one. A rule that is `lifted` counts as passed.
pub(crate) fn selects(context: &NodeContext<'_>, lifted: impl Fn(&str) -> bool) -> bool {
    RULES
        .iter()
        .all(|rule| rule.passes(context) || lifted(rule.name()))
        && describes(context)
}
