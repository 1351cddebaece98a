//! What a node lacks for one more replica, and how much of it each unit would leave: from below, who has to go at least.
//!
//! Only resources count here that every way of meeting the request asks for. Rules over other placements, devices and what
//! has to go on serving may ask for more than that, never for less.

use hourglass_model::resources::ResourceVector;

use super::Unit;
use super::smallest::{self, EXACT};

/// The most that 0, 1, … units leave of a resource.
type Most = [i64; EXACT + 1];

/// What is missing, and what units leave of it.
#[derive(Debug)]
pub(super) struct Lack {
    /// Of each resource that is short, more than zero.
    missing: Vec<i64>,
    /// For each unit, of these resources.
    freed: Vec<Vec<i64>>,
    /// For each unit, of these resources: the most that this one and those behind it leave.
    most: Vec<Vec<Most>>,
}

/// The least that making room can cost, compared as costs are: claims, their highest priority, the sum of their priorities.
pub(crate) type Bound = (usize, i32, i64);

/// What it costs that nobody goes who would stay.
pub(super) const NOBODY: Bound = (0, i32::MIN, 0);

impl Lack {
    /// With so much free where so much is asked for, and units that would leave this.
    pub(super) fn new(free: &ResourceVector, demand: &ResourceVector, freed: &[ResourceVector]) -> Self {
        let short: Vec<_> = demand.shortages(free).collect();
        let missing = short
            .iter()
            .map(|shortage| shortage.wanted.saturating_sub(shortage.available))
            .collect();
        let freed: Vec<Vec<i64>> = freed
            .iter()
            .map(|freed| {
                let of =
                    |shortage: &hourglass_model::resources::Shortage| freed.get(&shortage.resource).max(0);
                short.iter().map(of).collect()
            })
            .collect();
        let mut lack = Self {
            missing,
            most: Vec::new(),
            freed,
        };
        lack.most = lack.most_by_place();
        lack
    }

    fn most_by_place(&self) -> Vec<Vec<Most>> {
        let mut largest = vec![[0_i64; EXACT]; self.missing.len()];
        let mut by_place: Vec<Vec<Most>> = Vec::with_capacity(self.freed.len());
        for freed in self.freed.iter().rev() {
            for (largest, freed) in largest.iter_mut().zip(freed) {
                keep_largest(largest, *freed);
            }
            by_place.push(largest.iter().map(summed).collect());
        }
        by_place.reverse();
        by_place
    }

    /// What is missing before anybody goes.
    pub(super) fn missing(&self) -> &[i64] {
        &self.missing
    }

    /// What is still missing when a unit goes as well.
    pub(super) fn without(&self, missing: &[i64], unit: usize) -> Vec<i64> {
        let freed = self.freed.get(unit).into_iter().flatten();
        let rest = missing.iter().zip(freed);
        rest.map(|(missing, freed)| missing.saturating_sub(*freed))
            .collect()
    }

    /// Whether `number` units, none of them before `from`, can leave what is missing; for up to [`EXACT`] of them.
    pub(super) fn may_do(&self, missing: &[i64], from: usize, number: usize) -> bool {
        let Some(most) = self.most.get(from) else {
            return missing.iter().all(|missing| *missing <= 0);
        };
        let mut both = missing.iter().zip(most);
        both.all(|(missing, most)| most.get(number).is_some_and(|most| missing <= most))
    }

    /// Of these units those are left that have to go when the last ones stay first, as far as the others leave what is missing.
    /// And for how many staying was thought of in vain or not, once all resources were enough.
    pub(super) fn reprieved(&self, all: Vec<usize>) -> (Vec<usize>, usize) {
        let mut missing = self.missing.clone();
        for unit in &all {
            missing = self.without(&missing, *unit);
        }
        let mut kept = all;
        let mut tries = 0;
        for index in (0..kept.len()).rev() {
            let freed = kept.get(index).and_then(|unit| self.freed.get(*unit));
            let with: Vec<i64> = missing
                .iter()
                .zip(freed.into_iter().flatten())
                .map(|(missing, freed)| missing.saturating_add(*freed))
                .collect();
            if with.iter().all(|missing| *missing <= 0) {
                tries += 1;
                missing = with;
                kept.remove(index);
            }
        }
        (kept, tries)
    }

    /// Whether these units leave what is missing.
    pub(super) fn is_met_by(&self, units: &[usize]) -> bool {
        let mut missing = self.missing.clone();
        for unit in units {
            missing = self.without(&missing, *unit);
        }
        missing.iter().all(|missing| *missing <= 0)
    }

    /// The least that it can cost that some of these units go, sorted by priority; none when all of them are not enough.
    pub(super) fn bound(&self, units: &[Unit<'_>]) -> Option<Bound> {
        let fewest = self.fewest()?.max(1);
        let mut sizes: Vec<usize> = units.iter().map(|unit| unit.claims.len()).collect();
        sizes.sort_unstable();
        let claims: usize = sizes.iter().take(fewest).sum();
        let highest = self.lowest_highest(units, claims)?;
        // One has the highest priority, the others no higher one.
        let mut rest = claims.saturating_sub(1);
        let cheapest = units.iter().map(|unit| {
            let size = unit.claims.len().min(rest);
            rest -= size;
            (size, unit.priority)
        });
        let sum = smallest::sum(cheapest.chain([(1, highest)]));
        Some((claims, highest, sum))
    }

    /// Fewer units than this are not enough, whichever they are; none when all are not.
    fn fewest(&self) -> Option<usize> {
        let mut fewest = 0;
        for (at, missing) in self.missing.iter().enumerate() {
            let mut freed: Vec<i64> = self
                .freed
                .iter()
                .filter_map(|freed| freed.get(at).copied())
                .collect();
            freed.sort_unstable_by(|one, other| other.cmp(one));
            let (mut missing, mut number) = (*missing, 0);
            for freed in freed {
                if missing <= 0 {
                    break;
                }
                missing = missing.saturating_sub(freed);
                number += 1;
            }
            if missing > 0 {
                return None;
            }
            fewest = fewest.max(number);
        }
        Some(fewest)
    }

    /// So many units of lower priority than this are not enough, whichever they are; none when none of any priority are.
    fn lowest_highest(&self, units: &[Unit<'_>], number: usize) -> Option<i32> {
        if number > EXACT {
            return self.lowest_highest_of_all(units);
        }
        let mut largest = vec![[0_i64; EXACT]; self.missing.len()];
        for (unit, freed) in units.iter().zip(&self.freed) {
            for (largest, freed) in largest.iter_mut().zip(freed) {
                keep_largest(largest, *freed);
            }
            let mut both = self.missing.iter().zip(&largest);
            if both.all(|(missing, largest)| summed(largest).get(number).is_some_and(|most| missing <= most))
            {
                return Some(unit.priority);
            }
        }
        // More of them have to go.
        self.lowest_highest_of_all(units)
    }

    /// Units of lower priority than this are not enough, all together.
    fn lowest_highest_of_all(&self, units: &[Unit<'_>]) -> Option<i32> {
        let mut missing = self.missing.clone();
        for (at, unit) in units.iter().enumerate() {
            missing = self.without(&missing, at);
            if missing.iter().all(|missing| *missing <= 0) {
                return Some(unit.priority);
            }
        }
        None
    }
}

/// Keeps an amount among the largest ones, if it is one of them.
fn keep_largest(largest: &mut [i64; EXACT], amount: i64) {
    let mut rest = amount;
    for slot in largest.iter_mut() {
        if rest > *slot {
            std::mem::swap(slot, &mut rest);
        }
    }
}

fn summed(largest: &[i64; EXACT]) -> Most {
    let mut most = [0; EXACT + 1];
    let mut sum: i64 = 0;
    for (most, one) in most.iter_mut().skip(1).zip(largest) {
        sum = sum.saturating_add(*one);
        *most = sum;
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::vector;

    #[test]
    fn what_some_units_can_leave_is_known_from_the_largest_of_them() {
        let freed = [
            vector(&[("cpu", 100), ("memory", 8)]),
            vector(&[("cpu", 400)]),
            vector(&[("cpu", 300), ("memory", 1)]),
        ];
        let lack = Lack::new(
            &vector(&[("cpu", 50), ("pods", 9)]),
            &vector(&[("cpu", 550), ("memory", 4), ("pods", 1)]),
            &freed,
        );
        assert_eq!(lack.missing(), [500, 4], "of pods enough is free");
        assert!(!lack.may_do(lack.missing(), 0, 1), "none has 500");
        assert!(lack.may_do(lack.missing(), 0, 2));
        assert!(
            !lack.may_do(lack.missing(), 1, 2),
            "the memory is the first one's"
        );
        assert_eq!(lack.without(lack.missing(), 0), [400, -4]);
        assert!(lack.is_met_by(&[0, 1]) && !lack.is_met_by(&[0, 2]) && !lack.is_met_by(&[1, 2]));
        assert_eq!(lack.fewest(), Some(2));
        let much = Lack::new(&vector(&[]), &vector(&[("cpu", 801)]), &freed);
        assert_eq!(much.fewest(), None);
    }
}
