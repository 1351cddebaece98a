//! Amounts of a node's resources in few bytes: numbers in the order of the node's allocatable, names only where a node
//! uses something that it does not offer.

use hourglass_model::resources::{ResourceName, ResourceVector};

/// Stands for a resource that is not named, which is not the same as 0 of it.
const ABSENT: i64 = i64::MIN;

/// Resources that a node offers, mostly.
const FEW: usize = 8;

/// Amounts in the order of a layout; where it has few entries, there are more amounts than entries.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Known {
    Few([i64; FEW]),
    Many(Box<[i64]>),
}

impl Known {
    fn absent(count: usize) -> Self {
        if count <= FEW {
            Self::Few([ABSENT; FEW])
        } else {
            Self::Many(vec![ABSENT; count].into_boxed_slice())
        }
    }

    fn all(&self) -> &[i64] {
        match self {
            Self::Few(all) => all,
            Self::Many(all) => all,
        }
    }

    fn all_mut(&mut self) -> &mut [i64] {
        match self {
            Self::Few(all) => all,
            Self::Many(all) => all,
        }
    }
}

/// A resource vector whose names are, nearly always, those of a layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Amounts {
    known: Known,
    others: Option<Box<ResourceVector>>,
}

impl Amounts {
    /// Takes `vector` apart by the names of `layout`.
    pub(super) fn of(vector: &ResourceVector, layout: &ResourceVector) -> Self {
        let mut known = Known::absent(layout.len());
        let mut others = ResourceVector::new();
        // Both are sorted by name.
        let mut places = layout.iter().zip(known.all_mut()).peekable();
        for (name, amount) in vector.iter() {
            while places.next_if(|((other, _), _)| *other < name).is_some() {}
            match places.next_if(|((other, _), _)| *other == name) {
                Some((_, place)) => *place = amount.max(ABSENT + 1),
                None => others.set(name.clone(), amount),
            }
        }
        let others = (!others.is_empty()).then(|| Box::new(others));
        Self { known, others }
    }

    /// Adds entry by entry, staying at the end of the range.
    pub(super) fn add(&mut self, vector: &ResourceVector, layout: &ResourceVector) {
        let mut places = layout.iter().zip(self.known.all_mut()).peekable();
        for (name, amount) in vector.iter() {
            while places.next_if(|((other, _), _)| *other < name).is_some() {}
            match places.next_if(|((other, _), _)| *other == name) {
                Some((_, place)) => {
                    let before = if *place == ABSENT { 0 } else { *place };
                    *place = before.saturating_add(amount).max(ABSENT + 1);
                }
                None => {
                    let others = self.others.get_or_insert_default();
                    others.set(name.clone(), others.get(name).saturating_add(amount));
                }
            }
        }
    }

    /// Something of it, for [`crate::near`].
    pub(super) fn glance(&self) -> u64 {
        self.known
            .all()
            .first()
            .map_or(0, |amount| amount.cast_unsigned())
    }

    /// Whether everything in it is named by the layout.
    pub(super) fn is_regular(&self) -> bool {
        self.others.is_none()
    }

    /// Whether there is any of something that the layout does not name.
    pub(super) fn takes_others(&self) -> bool {
        let mut others = self.others.iter().flat_map(|others| others.iter());
        others.any(|(_, amount)| amount > 0)
    }

    /// The vector again; `layout` is the one that it was taken apart by.
    pub(super) fn vector(&self, layout: &ResourceVector) -> ResourceVector {
        let named = layout
            .iter()
            .zip(self.known.all())
            .filter(|(_, amount)| **amount != ABSENT);
        let mut vector: ResourceVector = named.map(|((name, _), amount)| (name.clone(), *amount)).collect();
        for (name, amount) in self.others.iter().flat_map(|others| others.iter()) {
            vector.set(name.clone(), amount);
        }
        vector
    }

    /// What is left of `layout`'s own amounts; may go below zero.
    pub(super) fn left_of(&self, layout: &ResourceVector) -> ResourceVector {
        let left = layout.iter().zip(self.known.all()).map(|((name, all), amount)| {
            let taken = if *amount == ABSENT { 0 } else { *amount };
            (name.clone(), all.saturating_sub(taken))
        });
        let mut left: ResourceVector = left.collect();
        for (name, amount) in self.others.iter().flat_map(|others| others.iter()) {
            left.set(name.clone(), 0i64.saturating_sub(amount));
        }
        left
    }

    /// The amount of the layout's entry at `at`, 0 when absent.
    pub(super) fn at(&self, at: usize) -> i64 {
        self.known
            .all()
            .get(at)
            .copied()
            .filter(|amount| *amount != ABSENT)
            .unwrap_or(0)
    }

    /// The amount of a resource that the layout does not name.
    pub(super) fn of_other(&self, name: &ResourceName) -> i64 {
        self.others.as_ref().map_or(0, |others| others.get(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::vector;

    #[test]
    fn a_vector_comes_back_as_it_was() {
        let few = vector(&[("cpu", 8), ("memory", 100), ("nvidia.com/gpu", 2)]);
        let others: Vec<String> = (0..FEW).map(|other| format!("example.com/r{other}")).collect();
        let many: Vec<(&str, i64)> = others.iter().map(|other| (other.as_str(), 5)).collect();
        let many = few.saturating_add(&vector(&many));
        for layout in [few, many] {
            for entries in [
                &[][..],
                &[("cpu", 0)],
                &[("cpu", -3), ("memory", 7)],
                &[("example.com/odd", 4), ("nvidia.com/gpu", 1)],
                &[("example.com/r7", 4), ("nvidia.com/gpu", 1)],
            ] {
                let one = vector(entries);
                let amounts = Amounts::of(&one, &layout);
                assert_eq!(amounts.vector(&layout), one);
                assert_eq!(amounts.left_of(&layout), layout.saturating_sub(&one));
            }
        }
    }

    #[test]
    fn sums_are_those_of_the_vectors() {
        let layout = vector(&[("cpu", 8), ("memory", 100), ("nvidia.com/gpu", 2)]);
        let all = [
            vector(&[]),
            vector(&[("cpu", 3)]),
            vector(&[("a.b/c", 1), ("cpu", -4), ("memory", i64::MAX), ("z.b/c", 2)]),
            vector(&[("cpu", 0), ("nvidia.com/gpu", 1)]),
        ];
        for one in &all {
            for other in &all {
                let mut sum = Amounts::of(one, &layout);
                sum.add(other, &layout);
                assert_eq!(
                    sum.vector(&layout),
                    one.saturating_add(other),
                    "{one:?} and {other:?}"
                );
            }
        }
    }
}
