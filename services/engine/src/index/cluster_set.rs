//! A set of clusters, by their numbers in the index. What is done with whole sets costs a step for 64 clusters.

use super::ClusterIx;

/// Some of the clusters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ClusterSet {
    /// Ends with a word that is not 0, so that equal sets are equal.
    words: Vec<u64>,
}

impl ClusterSet {
    pub(crate) fn insert(&mut self, cluster: ClusterIx) {
        let (word, bit) = place(cluster);
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        if let Some(word) = self.words.get_mut(word) {
            *word |= bit;
        }
    }

    pub(crate) fn remove(&mut self, cluster: ClusterIx) {
        let (word, bit) = place(cluster);
        if let Some(word) = self.words.get_mut(word) {
            *word &= !bit;
        }
        self.trim();
    }

    pub(crate) fn contains(&self, cluster: ClusterIx) -> bool {
        let (word, bit) = place(cluster);
        self.words.get(word).is_some_and(|word| word & bit != 0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Those that are in both.
    pub(crate) fn among(&self, others: &Self) -> Self {
        let words = self.words.iter().zip(&others.words);
        let mut both = Self {
            words: words.map(|(one, other)| one & other).collect(),
        };
        both.trim();
        both
    }

    /// How many are in both.
    pub(crate) fn count_among(&self, others: &Self) -> usize {
        let words = self.words.iter().zip(&others.words);
        words.map(|(one, other)| ones(one & other)).sum()
    }

    /// Whether any is in both.
    pub(crate) fn meets(&self, others: &Self) -> bool {
        let mut words = self.words.iter().zip(&others.words);
        words.any(|(one, other)| one & other != 0)
    }

    /// Those of the other set come in.
    pub(crate) fn add(&mut self, others: &Self) {
        if self.words.len() < others.words.len() {
            self.words.resize(others.words.len(), 0);
        }
        for (word, other) in self.words.iter_mut().zip(&others.words) {
            *word |= other;
        }
    }

    /// Those of the other set go.
    pub(crate) fn take_out(&mut self, others: &Self) {
        for (word, other) in self.words.iter_mut().zip(&others.words) {
            *word &= !other;
        }
        self.trim();
    }

    /// In the order of their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = ClusterIx> + '_ {
        let words = (0..).step_by(64).zip(&self.words);
        words.flat_map(|(from, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros())?;
                rest &= rest - 1;
                Some(ClusterIx(from + bit))
            })
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.words.iter().map(|word| ones(*word)).sum()
    }

    fn trim(&mut self) {
        while self.words.last() == Some(&0) {
            self.words.pop();
        }
    }
}

fn ones(word: u64) -> usize {
    usize::try_from(word.count_ones()).unwrap_or_default()
}

fn place(cluster: ClusterIx) -> (usize, u64) {
    let at = usize::try_from(cluster.0).unwrap_or(usize::MAX);
    (at / 64, 1 << (at % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(numbers: &[u32]) -> ClusterSet {
        let mut set = ClusterSet::default();
        for number in numbers {
            set.insert(ClusterIx(*number));
        }
        set
    }

    #[test]
    fn sets_meet_join_and_part() {
        let (one, other) = (set(&[3, 64, 200]), set(&[64, 65]));
        assert_eq!(one.iter().map(|ix| ix.0).collect::<Vec<_>>(), [3, 64, 200]);
        assert_eq!(one.among(&other), set(&[64]), "and no words of the longer one");
        assert_eq!(
            (one.len(), one.count_among(&other), one.meets(&other)),
            (3, 1, true)
        );
        assert!(!one.meets(&set(&[65])) && !one.contains(ClusterIx(65)));
        let mut joined = other.clone();
        joined.add(&one);
        assert_eq!(joined, set(&[3, 64, 65, 200]));
        joined.take_out(&one);
        assert_eq!(joined, set(&[65]));
        joined.remove(ClusterIx(65));
        assert!(joined.is_empty() && joined == ClusterSet::default());
    }
}
