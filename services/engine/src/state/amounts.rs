//! Amounts of a node's resources in few bytes: numbers in the order of the node's allocatable, names only where a node
//! uses something that it does not offer.

use hourglass_model::resources::{ResourceName, ResourceVector};

/// Stands for a resource that is not named, which is not the same as 0 of it.
const ABSENT: i64 = i64::MIN;

/// A resource vector whose names are, nearly always, those of a layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Amounts {
    known: Box<[i64]>,
    others: Option<Box<ResourceVector>>,
}

impl Amounts {
    /// Takes `vector` apart by the names of `layout`.
    pub(super) fn of(vector: &ResourceVector, layout: &ResourceVector) -> Self {
        let mut known = vec![ABSENT; layout.len()].into_boxed_slice();
        let mut others = ResourceVector::new();
        for (name, amount) in vector.iter() {
            match layout.position(name).and_then(|at| known.get_mut(at)) {
                Some(place) => *place = amount.max(ABSENT + 1),
                None => others.set(name.clone(), amount),
            }
        }
        let others = (!others.is_empty()).then(|| Box::new(others));
        Self { known, others }
    }

    /// The vector again; `layout` is the one that it was taken apart by.
    pub(super) fn vector(&self, layout: &ResourceVector) -> ResourceVector {
        let named = layout
            .iter()
            .zip(&self.known)
            .filter(|(_, amount)| **amount != ABSENT);
        let mut vector: ResourceVector = named.map(|((name, _), amount)| (name.clone(), *amount)).collect();
        for (name, amount) in self.others.iter().flat_map(|others| others.iter()) {
            vector.set(name.clone(), amount);
        }
        vector
    }

    /// What is left of `layout`'s own amounts; may go below zero.
    pub(super) fn left_of(&self, layout: &ResourceVector) -> ResourceVector {
        let left = layout.iter().zip(&self.known).map(|((name, all), amount)| {
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
        let layout = vector(&[("cpu", 8), ("memory", 100), ("nvidia.com/gpu", 2)]);
        for entries in [
            &[][..],
            &[("cpu", 0)],
            &[("cpu", -3), ("memory", 7)],
            &[("example.com/odd", 4), ("nvidia.com/gpu", 1)],
        ] {
            let one = vector(entries);
            let amounts = Amounts::of(&one, &layout);
            assert_eq!(amounts.vector(&layout), one);
            assert_eq!(amounts.left_of(&layout), layout.saturating_sub(&one));
        }
    }
}
