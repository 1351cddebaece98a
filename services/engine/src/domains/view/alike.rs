//! Sorting clusters by what the rules of a request count in them, a set at a time.

use super::DomainView;
use crate::domains::counts::Counts;
use crate::domains::spread::Spread;
use crate::index::cluster_set::ClusterSet;

impl DomainView<'_> {
    /// These clusters in sets, of all of each of which the same is true by rules over clusters: the same is counted in them, as
    /// far as it matters.
    pub(crate) fn alike(&self, clusters: &ClusterSet) -> Vec<ClusterSet> {
        let mut sets = vec![clusters.clone()];
        if self.only_placed {
            // As many placed makes the same difference where the same was counted before.
            for drift in self.drifts() {
                split(&mut sets, drift.by_cluster().by_live().map(|(_, level)| level));
            }
        } else {
            // What the decision has changed is added to what was there; there it has changed little.
            for cluster in self.drifted().among(clusters).iter() {
                let mut one = ClusterSet::default();
                one.insert(cluster);
                split(&mut sets, [&one]);
            }
        }
        for term in self.affinity.iter().chain(&self.wished_affinity) {
            split(&mut sets, [&term.counts.by_cluster().live()]);
        }
        let away = self.anti_affinity.iter().chain(&self.wished_anti_affinity);
        let away = away.map(|term| &*term.counts);
        for counts in away.chain(self.keepers.iter().map(|keeper| keeper.counts)) {
            split(&mut sets, [counts.by_cluster().counted()]);
        }
        for spread in self.spreads() {
            let [counts, _] = spread.counted();
            split(&mut sets, counts.by_cluster().by_live().map(|(_, level)| level));
        }
        sets
    }

    /// What the decision has changed of each counter.
    fn drifts(&self) -> impl Iterator<Item = &Counts> {
        let terms = self.affinity.iter().chain(&self.wished_affinity);
        let terms = terms.chain(&self.anti_affinity).chain(&self.wished_anti_affinity);
        let terms = terms.map(|term| &term.drift);
        let keepers = self.keepers.iter().map(|keeper| &keeper.drift);
        let spreads = self.spreads().map(Spread::counted).map(|[_, drift]| drift);
        terms.chain(keepers).chain(spreads)
    }

    /// Clusters in which the decision has changed what is counted.
    fn drifted(&self) -> ClusterSet {
        let mut all = ClusterSet::default();
        for drift in self.drifts().map(Counts::by_cluster) {
            all.add(drift.counted());
        }
        all
    }
}

/// Cuts each of the sets by others, no two of which have a cluster in common.
fn split<'s>(sets: &mut Vec<ClusterSet>, others: impl IntoIterator<Item = &'s ClusterSet>) {
    let whole = sets.len();
    for other in others {
        for at in 0..whole {
            let Some(set) = sets.get_mut(at).filter(|set| set.meets(other)) else {
                continue;
            };
            let inside = set.among(other);
            set.take_out(other);
            sets.push(inside);
        }
    }
    sets.retain(|set| !set.is_empty());
}
