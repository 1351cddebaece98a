//! Clusters by their region.

use crate::hash::TextMap;

use super::ClusterIx;
use super::cluster_set::ClusterSet;

/// Clusters by region; under `None` those that name none. They are few, and change seldom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Regions(TextMap<Option<Box<str>>, ClusterSet>);

impl Regions {
    /// A cluster has come, or has another region.
    pub(super) fn put(&mut self, cluster: ClusterIx, region: Option<&str>) {
        self.remove(cluster);
        self.0.entry(region.map(Into::into)).or_default().insert(cluster);
    }

    /// A cluster has gone.
    pub(super) fn remove(&mut self, cluster: ClusterIx) {
        self.0.retain(|_, clusters| {
            clusters.remove(cluster);
            !clusters.is_empty()
        });
    }

    /// Whether it is the same as made anew of these.
    pub(crate) fn are_true<'c>(&self, all: impl Iterator<Item = (ClusterIx, Option<&'c str>)>) -> bool {
        let mut anew = Self::default();
        for (cluster, region) in all {
            anew.put(cluster, region);
        }
        *self == anew
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Option<&str>, &ClusterSet)> {
        self.0
            .iter()
            .map(|(region, clusters)| (region.as_deref(), clusters))
    }
}
