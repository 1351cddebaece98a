//! The smallest set of units that is enough: exact for few claims, by trying sets in the order of their size.

use hourglass_model::ids::ClaimId;

use super::lack::Lack;

/// Up to so many claims the smallest set is found exactly.
pub(super) const EXACT: usize = 4;

/// What a unit costs.
pub(super) struct Weight<'a> {
    /// Claims in it.
    pub(super) size: usize,
    pub(super) priority: i32,
    /// How many of the claims may serve.
    pub(super) serving: usize,
    pub(super) ids: Vec<&'a ClaimId>,
    /// An earlier unit of which it cannot matter whether it or this one goes, but for the id.
    pub(super) twin: Option<usize>,
}

/// Sum of the priorities of all claims.
pub(super) fn sum(units: impl Iterator<Item = (usize, i32)>) -> i64 {
    units.fold(0_i64, |sum, (size, priority)| {
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        sum.saturating_add(i64::from(priority).saturating_mul(size))
    })
}

/// Highest priority, sum of priorities, claims that may serve, ids: the smaller, the better to lose.
type Cost<'a> = (i32, i64, usize, Vec<&'a ClaimId>);

struct Search<'s, 'a, F> {
    weights: &'s [Weight<'a>],
    lack: &'s Lack,
    enough: F,
    tries: usize,
    best: Option<(Cost<'a>, Vec<usize>)>,
}

/// The smallest set, of at most `most` claims, that is `enough`; of equally small ones the one with the lowest highest
/// priority, then the lowest sum of priorities, then the fewest that may serve, then the first ids. Units are sorted by
/// priority. After `tries` steps it gives up with what it has found, which no smaller set can do. And how many steps it took.
pub(super) fn find<'a>(
    weights: &[Weight<'a>],
    lack: &Lack,
    (most, tries): (usize, usize),
    enough: impl FnMut(&[usize]) -> bool,
) -> (Option<Vec<usize>>, usize) {
    let mut search = Search {
        weights,
        lack,
        enough,
        tries,
        best: None,
    };
    for size in 1..=most {
        search.extend(&mut Vec::new(), lack.missing(), 0, size);
        if search.best.is_some() {
            break;
        }
    }
    let left = search.tries;
    (search.best.map(|(_, chosen)| chosen), tries.saturating_sub(left))
}

impl<'a, F: FnMut(&[usize]) -> bool> Search<'_, 'a, F> {
    fn extend(&mut self, chosen: &mut Vec<usize>, missing: &[i64], from: usize, left: usize) {
        if left == 0 {
            if missing.iter().all(|missing| *missing <= 0) {
                self.judge(chosen);
            }
            return;
        }
        for at in from..self.weights.len() {
            let Some(weight) = self.weights.get(at) else {
                return;
            };
            let beaten = self
                .best
                .as_ref()
                .is_some_and(|((highest, ..), _)| weight.priority > *highest);
            // Those behind leave even less.
            if beaten || self.tries == 0 || !self.lack.may_do(missing, at, left) {
                return;
            }
            let twin_stays = weight.twin.is_some_and(|twin| !chosen.contains(&twin));
            if weight.size > left || twin_stays {
                continue;
            }
            self.tries -= 1;
            let rest = self.lack.without(missing, at);
            chosen.push(at);
            self.extend(chosen, &rest, at + 1, left - weight.size);
            chosen.pop();
        }
    }

    fn judge(&mut self, chosen: &[usize]) {
        let weights = || chosen.iter().filter_map(|at| self.weights.get(*at));
        let mut ids: Vec<&'a ClaimId> = weights().flat_map(|weight| weight.ids.iter().copied()).collect();
        ids.sort();
        let highest = weights().map(|weight| weight.priority).max();
        let cost = (
            highest.unwrap_or(i32::MIN),
            sum(weights().map(|weight| (weight.size, weight.priority))),
            weights().map(|weight| weight.serving).sum(),
            ids,
        );
        let better = self.best.as_ref().is_none_or(|(best, _)| cost < *best);
        if better && (self.enough)(chosen) {
            self.best = Some((cost, chosen.to_vec()));
        }
    }
}

#[cfg(test)]
mod tests {
    use hourglass_model::ids::{Epoch, PlacementUid, Slot};
    use hourglass_model::resources::ResourceVector;

    use super::*;

    /// What is chosen of single claims, by priority, whether they may serve, and name; only these two sets are enough.
    fn chosen(units: &[(i32, usize, &str)], enough: [&[usize]; 2]) -> Option<Vec<usize>> {
        let id = |name: &str| ClaimId {
            placement: PlacementUid::new(name).expect("valid"),
            slot: Slot(0),
            epoch: Epoch(1),
        };
        let ids: Vec<ClaimId> = units.iter().map(|(_, _, name)| id(name)).collect();
        let weights: Vec<Weight<'_>> = units
            .iter()
            .zip(&ids)
            .map(|((priority, serving, _), id)| Weight {
                size: 1,
                priority: *priority,
                serving: *serving,
                ids: vec![id],
                twin: None,
            })
            .collect();
        find(&weights, &nothing(units.len()), (EXACT, 1_000), |chosen| {
            enough.contains(&chosen)
        })
        .0
    }

    /// Where nothing is short of which units leave anything.
    fn nothing(units: usize) -> Lack {
        Lack::new(
            &ResourceVector::new(),
            &ResourceVector::new(),
            &vec![ResourceVector::new(); units],
        )
    }

    #[test]
    fn the_lowest_highest_priority_decides_before_the_sum() {
        let units = [(0, 0, "a"), (2, 0, "b"), (2, 0, "c"), (3, 0, "d")];
        assert_eq!(chosen(&units, [&[0, 3], &[1, 2]]), Some(vec![1, 2]));
    }

    #[test]
    fn the_lowest_sum_decides_before_the_names() {
        let units = [(0, 0, "a"), (1, 0, "b"), (1, 0, "c"), (3, 0, "d"), (3, 0, "e")];
        assert_eq!(chosen(&units, [&[0, 3, 4], &[1, 2, 3]]), Some(vec![1, 2, 3]));
    }

    #[test]
    fn of_equal_sums_those_go_that_do_not_serve_then_the_first_names() {
        let units = [(0, 0, "a"), (0, 0, "b"), (1, 0, "c"), (1, 1, "d")];
        assert_eq!(chosen(&units, [&[0, 3], &[1, 2]]), Some(vec![1, 2]));
        let units = [(0, 0, "z"), (0, 1, "x"), (1, 0, "a"), (1, 1, "y")];
        assert_eq!(chosen(&units, [&[0, 3], &[1, 2]]), Some(vec![1, 2]));
    }

    #[test]
    fn fewer_claims_are_better_than_less_important_ones() {
        let units = [(0, 0, "a"), (0, 0, "b"), (9, 0, "c")];
        assert_eq!(chosen(&units, [&[0, 1], &[2]]), Some(vec![2]));
    }
}
