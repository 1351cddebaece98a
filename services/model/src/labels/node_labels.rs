//! Labels as they travel with a node: in one piece. Every report of a node carries all of its labels, and reading, comparing
//! and dropping some dozens of texts each time would cost whoever applies the report more than the rest of it.

use std::fmt;
use std::hash::Hasher;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{LabelSource, Labels};

/// Labels that are read and never changed, by key.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct NodeLabels {
    /// Keys and values, each value after its key.
    text: Box<str>,
    /// Where in the text each key ends, and its value.
    ends: Box<[(u32, u32)]>,
}

impl NodeLabels {
    /// The labels, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut from = 0;
        self.ends.iter().map(move |ends| {
            let pair = self.pair(from, *ends);
            from = ends.1;
            pair
        })
    }

    /// Number of labels.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The value of a label, `None` without it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        let found = |at: usize| self.at(at).unwrap_or_default();
        let (mut low, mut high) = (0, self.ends.len());
        while low < high {
            let middle = low.midpoint(high);
            let (other, value) = found(middle);
            match other.cmp(key) {
                std::cmp::Ordering::Equal => return Some(value),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The value at a place among the labels, by key.
    #[must_use]
    pub fn value_at(&self, place: usize) -> Option<&str> {
        self.at(place).map(|(_, value)| value)
    }

    fn at(&self, place: usize) -> Option<(&str, &str)> {
        let ends = self.ends.get(place)?;
        let before = place.checked_sub(1).and_then(|before| self.ends.get(before));
        Some(self.pair(before.map_or(0, |(_, end)| *end), *ends))
    }

    fn pair(&self, from: u32, (key, value): (u32, u32)) -> (&str, &str) {
        (self.part(from, key), self.part(key, value))
    }

    fn part(&self, from: u32, to: u32) -> &str {
        let at = |end: u32| usize::try_from(end).unwrap_or(usize::MAX);
        self.text.get(at(from)..at(to)).unwrap_or_default()
    }

    /// Hashes keys and values, without the values of those keys that are left out, and without telling apart where one ends
    /// and the next begins: labels with other hashes differ.
    pub fn hash_without(&self, is_left_out: impl Fn(&str) -> bool, state: &mut impl Hasher) {
        let (mut from, mut key_from) = (0, 0);
        for (key_end, end) in &self.ends {
            if is_left_out(self.part(key_from, *key_end)) {
                state.write(self.part(from, *key_end).as_bytes());
                from = *end;
            }
            key_from = *end;
        }
        state.write(self.part(from, key_from).as_bytes());
        state.write_usize(self.ends.len());
    }

    /// Whether both have the same keys, and the same values but for the labels at these places, which rise.
    #[must_use]
    pub fn same_but_at(&self, other: &Self, places: &[usize]) -> bool {
        if self.len() != other.len() {
            return false;
        }
        let mut places = places.iter().peekable();
        // Texts are compared in pieces from one such value to the next; before that, where keys and values end.
        let (mut piece, mut end) = ((0, 0), (0, 0));
        for (at, (own, others)) in self.ends.iter().zip(&other.ends).enumerate() {
            let differs = places.next_if_eq(&&at).is_some();
            let same_key = own.0 - end.0 == others.0 - end.1;
            let same_value = differs || own.1 - own.0 == others.1 - others.0;
            if !(same_key && same_value) {
                return false;
            }
            if differs {
                if self.part(piece.0, own.0) != other.part(piece.1, others.0) {
                    return false;
                }
                piece = (own.1, others.1);
            }
            end = (own.1, others.1);
        }
        self.part(piece.0, end.0) == other.part(piece.1, end.1)
    }

    /// The same with this value of a label.
    #[must_use]
    pub fn with(&self, key: &str, value: &str) -> Self {
        let mut labels = self.to_map();
        labels.insert(key.to_owned(), value.to_owned());
        Self::from(labels)
    }

    /// The same as a map, to be changed.
    #[must_use]
    pub fn to_map(&self) -> Labels {
        let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        self.iter().map(owned).collect()
    }
}

impl From<&Labels> for NodeLabels {
    fn from(labels: &Labels) -> Self {
        let length = |(key, value): (&String, &String)| key.len() + value.len();
        let mut text = String::with_capacity(labels.iter().map(length).sum());
        // A message is far smaller than what 32 bits count.
        let end = |text: &str| u32::try_from(text.len()).unwrap_or(u32::MAX);
        let ends = labels.iter().map(|(key, value)| {
            text.push_str(key);
            let key_end = end(&text);
            text.push_str(value);
            (key_end, end(&text))
        });
        let ends = ends.collect();
        Self {
            text: text.into_boxed_str(),
            ends,
        }
    }
}

impl From<Labels> for NodeLabels {
    fn from(labels: Labels) -> Self {
        Self::from(&labels)
    }
}

impl<const N: usize> From<[(String, String); N]> for NodeLabels {
    fn from(labels: [(String, String); N]) -> Self {
        Self::from(Labels::from(labels))
    }
}

impl LabelSource for NodeLabels {
    fn label(&self, key: &str) -> Option<&str> {
        self.get(key)
    }
}

impl fmt::Debug for NodeLabels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for NodeLabels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for NodeLabels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Labels::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn they_say_what_the_map_says(
            map in proptest::collection::btree_map("[a-c/ä]{0,3}", "[a-c]{0,3}", 0..12), key in "[a-c/ä]{0,3}",
        ) {
            let labels = NodeLabels::from(&map);
            prop_assert_eq!(labels.get(&key), map.get(&key).map(String::as_str));
            for (key, value) in &map {
                prop_assert_eq!(labels.get(key), Some(value.as_str()));
            }
            prop_assert_eq!(labels.to_map(), map.clone());
            let json = serde_json::to_value(&labels).unwrap();
            prop_assert_eq!(&json, &serde_json::to_value(&map).unwrap());
            prop_assert_eq!(serde_json::from_value::<NodeLabels>(json).unwrap(), labels);
        }
    }

    #[test]
    fn hashes_say_nothing_of_values_that_are_left_out() {
        let hash = |labels: [(&str, &str); 3]| {
            let owned = labels.map(|(key, value)| (key.to_owned(), value.to_owned()));
            let mut state = std::hash::DefaultHasher::new();
            NodeLabels::from(owned).hash_without(|key| key == "b", &mut state);
            state.finish()
        };
        let one = hash([("a", "1"), ("b", "2"), ("c", "3")]);
        assert_eq!(one, hash([("a", "1"), ("b", "other"), ("c", "3")]));
        assert_ne!(one, hash([("a", "1"), ("b", "2"), ("c", "4")]));
        assert_ne!(one, hash([("a", "4"), ("b", "2"), ("c", "3")]));
        assert_ne!(one, hash([("a", "1"), ("bb", "2"), ("c", "3")]));
    }

    proptest! {
        #[test]
        fn they_are_the_same_but_at_some_places_when_the_maps_are(
            one in proptest::collection::btree_map("[ab]{1,2}", "[ab]{0,2}", 0..4),
            other in proptest::collection::btree_map("[ab]{1,2}", "[ab]{0,2}", 0..4),
            apart in proptest::collection::btree_set(0..4usize, 0..3),
        ) {
            let places: Vec<usize> = apart.iter().copied().collect();
            for other in [&one, &other] {
                let mut pairs = one.iter().zip(other).enumerate();
                let same = one.len() == other.len()
                    && pairs.all(|(at, (one, other))| one.0 == other.0 && (one.1 == other.1 || apart.contains(&at)));
                let labels = (NodeLabels::from(&one), NodeLabels::from(other));
                prop_assert_eq!(labels.0.same_but_at(&labels.1, &places), same);
            }
            let mut changed = one.clone();
            let keys: Vec<String> = one.keys().cloned().collect();
            for key in places.iter().filter_map(|at| keys.get(*at)) {
                changed.insert(key.clone(), "other".to_owned());
            }
            prop_assert!(NodeLabels::from(&one).same_but_at(&NodeLabels::from(&changed), &places));
        }
    }

    #[test]
    fn texts_that_meet_are_not_mixed_up() {
        let one = |key: &str, value: &str| NodeLabels::from([(key.to_owned(), value.to_owned())]);
        assert_ne!(one("ab", "c"), one("a", "bc"));
    }
}
