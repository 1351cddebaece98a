//! A fleet with one thing changed, to see whether that would be enough.

use hourglass_model::ids::{ClusterName, NodeName};
use hourglass_model::labels::Taint;
use hourglass_model::resources::{ResourceName, ResourceVector};

use crate::domains::DomainChange;
use crate::filter::cluster::{ClusterContext, quotas_refusing, untolerated_taints as cluster_taints};
use crate::filter::node::{NodeContext, untolerated_taints as node_taints};
use crate::state::NodeState;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Relaxation {
    /// A cluster passes a rule.
    Cluster {
        cluster: ClusterName,
        rule: &'static str,
    },
    /// A node passes a rule.
    Node {
        cluster: ClusterName,
        node: NodeName,
        rule: &'static str,
    },
    /// The request tolerates these taints of nodes too, wherever they are.
    NodeTolerations { taints: Vec<Taint> },
    /// The request tolerates these taints of clusters too, wherever they are.
    ClusterTolerations { taints: Vec<Taint> },
    /// These ResourceQuotas of a cluster admit whatever comes.
    Quotas {
        cluster: ClusterName,
        names: Vec<String>,
    },
    /// What a rule over domains counts changes, as seen from a node.
    Domain {
        cluster: ClusterName,
        node: NodeName,
        change: DomainChange,
    },
    /// What is there is replaced there: it is in the way of nobody for whom the node is kept, and what it gives back of a
    /// quota is counted apart.
    InPlace { cluster: ClusterName, node: NodeName },
    /// What claims that go give back of quotas is counted apart, wherever they are.
    QuotaApart,
    /// More of a resource is free on a node.
    Room {
        cluster: ClusterName,
        node: NodeName,
        resource: ResourceName,
        more: i64,
    },
}

impl Relaxation {
    pub(crate) fn lifts_cluster_rule(&self, context: &ClusterContext<'_>, rule_name: &str) -> bool {
        match self {
            Self::Cluster { cluster, rule } => {
                // One that is READY again has sent its inventory: most likely what was last heard of.
                let again = *rule == "ClusterHealth" && rule_name == "InventoryFreshness";
                let known = context.cluster.has_inventory();
                cluster == context.name && (*rule == rule_name || again && known)
            }
            Self::QuotaApart => rule_name == "NamespaceQuota",
            Self::InPlace { cluster, .. } => cluster == context.name && rule_name == "NamespaceQuota",
            Self::ClusterTolerations { taints } => {
                rule_name == "ClusterTaints" && cluster_taints(context).all(|taint| taints.contains(taint))
            }
            Self::Quotas { cluster, names } => {
                let all = || quotas_refusing(context).iter().all(|name| names.contains(name));
                cluster == context.name && rule_name == "NamespaceQuota" && all()
            }
            Self::Node { .. } | Self::NodeTolerations { .. } | Self::Domain { .. } | Self::Room { .. } => {
                false
            }
        }
    }

    /// Whether it lifts a rule that only facts of a node decide.
    pub(crate) fn lifts_fact(&self, context: &NodeContext<'_>, rule_name: &str) -> bool {
        match self {
            Self::NodeTolerations { taints } => {
                rule_name == "NodeTaints" && node_taints(context).all(|taint| taints.contains(taint))
            }
            _ => self.lifts_node_rule(context.cluster, context.node.name(), rule_name),
        }
    }

    pub(crate) fn lifts_node_rule(&self, name: &ClusterName, at: &NodeName, rule_name: &str) -> bool {
        match self {
            Self::Node { cluster, node, rule } => cluster == name && node == at && *rule == rule_name,
            Self::InPlace { cluster, node } => cluster == name && node == at && rule_name == "Reserved",
            _ => false,
        }
    }

    /// Whether a quota of a cluster admits whatever comes.
    pub(crate) fn lifts_quota(&self, name: &ClusterName, quota: &str) -> bool {
        match self {
            Self::Quotas { cluster, names } => cluster == name && names.iter().any(|other| other == quota),
            _ => false,
        }
    }

    /// What changes in the counts of domains, as seen from which node.
    pub(crate) fn domain_change(&self) -> Option<(&ClusterName, &NodeName, DomainChange)> {
        match self {
            Self::Domain {
                cluster,
                node,
                change,
            } => Some((cluster, node, *change)),
            _ => None,
        }
    }

    /// The node with more room.
    pub(crate) fn roomier(&self) -> Option<(&ClusterName, &NodeName)> {
        match self {
            Self::Room { cluster, node, .. } => Some((cluster, node)),
            _ => None,
        }
    }

    /// What would be free on the node, if the change makes a difference there.
    pub(crate) fn more_free(&self, name: &ClusterName, at: &NodeState) -> Option<ResourceVector> {
        match self {
            Self::Room {
                cluster,
                node,
                resource,
                more,
            } if cluster == name && node == at.name() => {
                let mut free = at.free();
                free.set(resource.clone(), free.get(resource).saturating_add(*more));
                Some(free)
            }
            _ => None,
        }
    }
}
