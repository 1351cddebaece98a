//! Amounts by resource.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::name::ResourceName;
use super::shortage::Shortage;

/// A sum or difference that does not fit in 64 bits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the amount of {0} does not fit in 64 bits")]
pub struct ResourceOverflow(pub ResourceName);

/// Amounts by resource, sorted by name. A resource that is absent counts as 0, but absence is kept apart from 0:
/// a node that reports 0 of a resource is not one that never heard of it.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct ResourceVector(Vec<(ResourceName, i64)>);

impl ResourceVector {
    /// No resources.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn find(&self, name: &ResourceName) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.cmp(name))
    }

    /// The amount, 0 when absent.
    #[must_use]
    pub fn get(&self, name: &ResourceName) -> i64 {
        self.find(name)
            .ok()
            .and_then(|at| self.0.get(at))
            .map_or(0, |(_, amount)| *amount)
    }

    /// Whether the resource is named at all, be it with 0.
    #[must_use]
    pub fn contains(&self, name: &ResourceName) -> bool {
        self.find(name).is_ok()
    }

    /// Sets an amount.
    pub fn set(&mut self, name: ResourceName, amount: i64) {
        match self.find(&name) {
            Ok(at) => {
                if let Some(entry) = self.0.get_mut(at) {
                    entry.1 = amount;
                }
            }
            Err(at) => self.0.insert(at, (name, amount)),
        }
    }

    /// Takes a resource out and returns what was there.
    pub fn remove(&mut self, name: &ResourceName) -> Option<i64> {
        self.find(name).ok().map(|at| self.0.remove(at).1)
    }

    /// The entries, by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&ResourceName, i64)> + Clone {
        self.0.iter().map(|(name, amount)| (name, *amount))
    }

    /// The place of a resource among the entries.
    #[must_use]
    pub fn position(&self, name: &ResourceName) -> Option<usize> {
        self.find(name).ok()
    }

    /// The entry at a place.
    #[must_use]
    pub fn at(&self, place: usize) -> Option<(&ResourceName, i64)> {
        self.0.get(place).map(|(name, amount)| (name, *amount))
    }

    /// Number of resources named.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no resource is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn merge(
        &self,
        other: &Self,
        combine: impl Fn(i64, i64) -> Option<i64>,
    ) -> Result<Self, ResourceOverflow> {
        let mut result = self.clone();
        for (name, amount) in other.iter() {
            let sum = combine(result.get(name), amount).ok_or_else(|| ResourceOverflow(name.clone()))?;
            result.set(name.clone(), sum);
        }
        Ok(result)
    }

    /// Entry by entry sum.
    ///
    /// # Errors
    /// When a sum does not fit in 64 bits.
    pub fn checked_add(&self, other: &Self) -> Result<Self, ResourceOverflow> {
        self.merge(other, i64::checked_add)
    }

    /// Entry by entry difference; may go below zero.
    ///
    /// # Errors
    /// When a difference does not fit in 64 bits.
    pub fn checked_sub(&self, other: &Self) -> Result<Self, ResourceOverflow> {
        self.merge(other, i64::checked_sub)
    }

    /// Entry by entry sum that stays at the end of the range instead of leaving it.
    #[must_use]
    pub fn saturating_add(&self, other: &Self) -> Self {
        let mut result = self.clone();
        result.add_saturating(other);
        result
    }

    /// Adds `other` in place, staying at the end of the range.
    pub fn add_saturating(&mut self, other: &Self) {
        for (name, amount) in other.iter() {
            self.change(name, |before| before.saturating_add(amount));
        }
    }

    /// Takes `other` away in place, staying at the end of the range; may go below zero.
    pub fn sub_saturating(&mut self, other: &Self) {
        for (name, amount) in other.iter() {
            self.change(name, |before| before.saturating_sub(amount));
        }
    }

    /// Changes an amount, from 0 when absent.
    fn change(&mut self, name: &ResourceName, change: impl FnOnce(i64) -> i64) {
        match self.find(name) {
            Ok(at) => {
                if let Some(entry) = self.0.get_mut(at) {
                    entry.1 = change(entry.1);
                }
            }
            Err(at) => self.0.insert(at, (name.clone(), change(0))),
        }
    }

    /// Entry by entry difference that stays at the end of the range; may go below zero.
    #[must_use]
    pub fn saturating_sub(&self, other: &Self) -> Self {
        let mut result = self.clone();
        result.sub_saturating(other);
        result
    }

    /// Entry by entry maximum; an absent entry counts as absent, not as 0, so that negative amounts survive.
    #[must_use]
    pub fn max(&self, other: &Self) -> Self {
        let mut result = self.clone();
        for (name, amount) in other.iter() {
            let higher = if result.contains(name) {
                result.get(name).max(amount)
            } else {
                amount
            };
            result.set(name.clone(), higher);
        }
        result
    }

    /// Every entry at least 0.
    #[must_use]
    pub fn clamp_zero(&self) -> Self {
        Self(
            self.0
                .iter()
                .map(|(name, amount)| (name.clone(), (*amount).max(0)))
                .collect(),
        )
    }

    /// Without the entries that are 0.
    #[must_use]
    pub fn without_zeros(&self) -> Self {
        Self(
            self.0
                .iter()
                .filter(|(_, amount)| *amount != 0)
                .cloned()
                .collect(),
        )
    }

    /// The first resource, in order of name, of which `self` asks more than `available` has. Resources of which
    /// nothing is asked never fail, as in Kubernetes.
    #[must_use]
    pub fn first_shortage(&self, available: &Self) -> Option<Shortage> {
        self.shortages(available).next()
    }

    /// Every resource of which `self` asks more than `available` has.
    pub fn shortages<'a>(&'a self, available: &'a Self) -> impl Iterator<Item = Shortage> + 'a {
        // Both sides are sorted, so one walk over each is enough.
        let mut rest = available.0.as_slice();
        self.iter().filter_map(move |(name, wanted)| {
            if wanted <= 0 {
                return None;
            }
            while let Some(((other, _), tail)) = rest.split_first() {
                if other < name {
                    rest = tail;
                } else {
                    break;
                }
            }
            let available = rest
                .first()
                .filter(|(other, _)| other == name)
                .map_or(0, |(_, amount)| *amount);
            (wanted > available).then(|| Shortage {
                resource: name.clone(),
                wanted,
                available,
            })
        })
    }

    /// Whether `available` has everything that `self` asks.
    #[must_use]
    pub fn fits_in(&self, available: &Self) -> bool {
        self.first_shortage(available).is_none()
    }
}

impl FromIterator<(ResourceName, i64)> for ResourceVector {
    /// A resource named twice keeps the later amount.
    fn from_iter<I: IntoIterator<Item = (ResourceName, i64)>>(entries: I) -> Self {
        let entries: Vec<(ResourceName, i64)> = entries.into_iter().collect();
        if entries.is_sorted_by(|(left, _), (right, _)| left < right) {
            return Self(entries);
        }
        let sorted: BTreeMap<ResourceName, i64> = entries.into_iter().collect();
        Self(sorted.into_iter().collect())
    }
}

impl fmt::Debug for ResourceVector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for ResourceVector {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for ResourceVector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(BTreeMap::<ResourceName, i64>::deserialize(deserializer)?
            .into_iter()
            .collect())
    }
}
