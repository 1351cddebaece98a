//! A set of clusters, by their numbers in the index.

use crate::index::ClusterIx;

/// Some of the clusters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ClusterSet {
    bits: Vec<u64>,
    list: Vec<ClusterIx>,
}

impl ClusterSet {
    pub(super) fn insert(&mut self, cluster: ClusterIx) {
        let (word, bit) = place(cluster);
        if self.bits.len() <= word {
            self.bits.resize(word + 1, 0);
        }
        if let Some(word) = self.bits.get_mut(word)
            && *word & bit == 0
        {
            *word |= bit;
            self.list.push(cluster);
        }
    }

    pub(super) fn contains(&self, cluster: ClusterIx) -> bool {
        let (word, bit) = place(cluster);
        self.bits.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Those that are in both.
    pub(super) fn among(&self, others: &Self) -> Self {
        let mut both = Self::default();
        for cluster in self.iter().filter(|cluster| others.contains(*cluster)) {
            both.insert(cluster);
        }
        both
    }

    /// Those that are not in the other one.
    pub(super) fn without(&self, others: &Self) -> Self {
        let mut rest = Self::default();
        for cluster in self.iter().filter(|cluster| !others.contains(*cluster)) {
            rest.insert(cluster);
        }
        rest
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = ClusterIx> + '_ {
        self.list.iter().copied()
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }
}

fn place(cluster: ClusterIx) -> (usize, u64) {
    let at = usize::try_from(cluster.0).unwrap_or(usize::MAX);
    (at / 64, 1 << (at % 64))
}
