//! Clusters by what is counted in them, kept with the counts: whoever asks about all clusters asks about few sets of them.

use std::collections::BTreeMap;

use super::counts::Presence;
use crate::index::ClusterIx;
use crate::index::cluster_set::ClusterSet;

/// Clusters of the fleet by what is counted in them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ByCluster {
    /// In which anything is counted.
    counted: ClusterSet,
    /// By the number of live claims, where that is not 0.
    by_live: BTreeMap<i64, ClusterSet>,
}

impl ByCluster {
    /// What is counted in a cluster has changed.
    pub(super) fn shift(&mut self, cluster: ClusterIx, before: Presence, now: Presence) {
        if now.is_zero() {
            self.counted.remove(cluster);
        } else {
            self.counted.insert(cluster);
        }
        if before.live == now.live {
            return;
        }
        if let Some(level) = self.by_live.get_mut(&before.live) {
            level.remove(cluster);
            if level.is_empty() {
                self.by_live.remove(&before.live);
            }
        }
        if now.live != 0 {
            self.by_live.entry(now.live).or_default().insert(cluster);
        }
    }

    /// Clusters in which anything is counted.
    pub(crate) fn counted(&self) -> &ClusterSet {
        &self.counted
    }

    /// Clusters with live claims, by how many.
    pub(crate) fn by_live(&self) -> impl Iterator<Item = (i64, &ClusterSet)> {
        self.by_live.iter().map(|(live, clusters)| (*live, clusters))
    }

    /// Clusters with live claims.
    pub(crate) fn live(&self) -> ClusterSet {
        let mut all = ClusterSet::default();
        for clusters in self.by_live.values() {
            all.add(clusters);
        }
        all
    }
}
