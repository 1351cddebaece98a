//! All claims, by id and by the node that they are charged to.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_model::ids::{ClaimId, ClusterName, NodeName};

use super::ClaimRecord;

/// The claims and their index.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ledger {
    records: BTreeMap<ClaimId, ClaimRecord>,
    by_node: BTreeMap<ClusterName, BTreeMap<NodeName, BTreeSet<ClaimId>>>,
    in_clusters: BTreeMap<ClusterName, usize>,
}

impl Ledger {
    pub(crate) fn get(&self, id: &ClaimId) -> Option<&ClaimRecord> {
        self.records.get(id)
    }

    pub(super) fn get_mut(&mut self, id: &ClaimId) -> Option<&mut ClaimRecord> {
        self.records.get_mut(id)
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &ClaimRecord> {
        self.records.values()
    }

    pub(crate) fn insert(&mut self, record: ClaimRecord) {
        let claim = &record.claim;
        *self.in_clusters.entry(claim.cluster.clone()).or_default() += 1;
        self.by_node
            .entry(claim.cluster.clone())
            .or_default()
            .entry(claim.node.clone())
            .or_default()
            .insert(claim.id.clone());
        self.records.insert(claim.id.clone(), record);
    }

    pub(super) fn remove(&mut self, id: &ClaimId) -> Option<ClaimRecord> {
        let record = self.records.remove(id)?;
        if let Some(count) = self.in_clusters.get_mut(&record.claim.cluster) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.in_clusters.remove(&record.claim.cluster);
            }
        }
        if let Some(nodes) = self.by_node.get_mut(&record.claim.cluster) {
            if let Some(ids) = nodes.get_mut(&record.claim.node) {
                ids.remove(id);
                if ids.is_empty() {
                    nodes.remove(&record.claim.node);
                }
            }
            if nodes.is_empty() {
                self.by_node.remove(&record.claim.cluster);
            }
        }
        Some(record)
    }

    /// Claims charged to a node.
    pub(crate) fn on_node<'a>(
        &'a self,
        cluster: &ClusterName,
        node: &NodeName,
    ) -> impl Iterator<Item = &'a ClaimRecord> {
        let ids = self.by_node.get(cluster).and_then(|nodes| nodes.get(node));
        ids.into_iter().flatten().filter_map(|id| self.records.get(id))
    }

    /// Nodes of a cluster that any claim is charged to.
    pub(crate) fn charged_nodes(&self, cluster: &ClusterName) -> Vec<NodeName> {
        self.by_node
            .get(cluster)
            .map(|nodes| nodes.keys().cloned().collect())
            .unwrap_or_default()
    }

    /// Number of claims charged to nodes of a cluster.
    pub(crate) fn count_in_cluster(&self, cluster: &ClusterName) -> usize {
        self.in_clusters.get(cluster).copied().unwrap_or_default()
    }

    /// Claims charged to any node of a cluster.
    pub(crate) fn in_cluster<'a>(&'a self, cluster: &ClusterName) -> impl Iterator<Item = &'a ClaimRecord> {
        let nodes = self.by_node.get(cluster).into_iter().flatten();
        nodes
            .flat_map(|(_, ids)| ids)
            .filter_map(|id| self.records.get(id))
    }
}
