//! A fleet with one thing changed, to see whether that would be enough.

use hourglass_model::ids::{ClusterName, NodeName};
use hourglass_model::resources::{ResourceName, ResourceVector};

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
    /// A rule over nodes is lifted everywhere: the client changes its request.
    Everywhere { rule: &'static str },
    /// What is there is replaced there: it is in the way of nobody for whom the node is kept, and what it gives back of a
    /// quota is counted apart.
    InPlace { cluster: ClusterName, node: NodeName },
    /// More of a resource is free on a node.
    Room {
        cluster: ClusterName,
        node: NodeName,
        resource: ResourceName,
        more: i64,
    },
}

impl Relaxation {
    pub(crate) fn lifts_cluster_rule(&self, name: &ClusterName, rule_name: &str) -> bool {
        match self {
            Self::Cluster { cluster, rule } => cluster == name && *rule == rule_name,
            Self::InPlace { cluster, .. } => cluster == name && rule_name == "NamespaceQuota",
            Self::Node { .. } | Self::Everywhere { .. } | Self::Room { .. } => false,
        }
    }

    pub(crate) fn lifts_node_rule(&self, name: &ClusterName, at: &NodeName, rule_name: &str) -> bool {
        match self {
            Self::Node { cluster, node, rule } => cluster == name && node == at && *rule == rule_name,
            Self::Everywhere { rule } => *rule == rule_name,
            Self::InPlace { cluster, node } => cluster == name && node == at && rule_name == "Reserved",
            Self::Cluster { .. } | Self::Room { .. } => false,
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
