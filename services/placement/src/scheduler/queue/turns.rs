//! Waiting placements in the order of their turns.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Bound;

use hourglass_model::ids::PlacementUid;
use jiff::Timestamp;

use crate::records::PlacementRecord;

/// Place in the order: the higher priority first, then the longer wait.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn {
    priority: Reverse<i32>,
    since: Timestamp,
    uid: PlacementUid,
}

impl Turn {
    /// Of a placement that waits, be it for others to leave the place that it was promised; none of another.
    #[must_use]
    pub fn of(record: &PlacementRecord) -> Option<Self> {
        record.takes_turns().then(|| {
            let promised = record.behind_others().map(|(_, of)| of.decide_time).min();
            let since = record.waiting_since.or(promised);
            Self::from(record, since.unwrap_or(record.create_time))
        })
    }

    /// As if the placement had begun to wait at this moment.
    #[must_use]
    pub fn from(record: &PlacementRecord, since: Timestamp) -> Self {
        Self {
            priority: Reverse(record.spec.priority.unwrap_or(0)),
            since,
            uid: record.uid.clone(),
        }
    }

    /// It has the higher priority.
    #[must_use]
    pub fn goes_before(&self, other: &Self) -> bool {
        self.priority < other.priority
    }

    /// It has a higher priority than this.
    #[must_use]
    pub fn is_above(&self, priority: i32) -> bool {
        self.priority.0 > priority
    }

    /// It has a lower priority than this.
    #[must_use]
    pub fn is_below(&self, priority: i32) -> bool {
        self.priority.0 < priority
    }

    /// Whose turn it is.
    #[must_use]
    pub fn uid(&self) -> &PlacementUid {
        &self.uid
    }
}

/// All turns.
#[derive(Debug, Default)]
pub struct Turns {
    order: BTreeSet<Turn>,
    of: HashMap<PlacementUid, Turn>,
}

impl Turns {
    /// From now on this is a placement's turn, or it has none.
    pub fn set(&mut self, uid: &PlacementUid, turn: Option<Turn>) {
        if self.of.get(uid) == turn.as_ref() {
            return;
        }
        if let Some(before) = self.of.remove(uid) {
            self.order.remove(&before);
        }
        if let Some(turn) = turn {
            self.of.insert(uid.clone(), turn.clone());
            self.order.insert(turn);
        }
    }

    /// The turn of a placement that waits.
    #[must_use]
    pub fn of(&self, uid: &PlacementUid) -> Option<&Turn> {
        self.of.get(uid)
    }

    /// Those behind `turn`, or all, in order.
    pub fn behind(&self, turn: Option<&Turn>) -> impl Iterator<Item = &Turn> {
        let from = turn.map_or(Bound::Unbounded, Bound::Excluded);
        self.order.range((from, Bound::Unbounded))
    }

    /// Positions of these in the order, from 1; those that do not wait have none. One pass over the order for all.
    #[must_use]
    pub fn positions(&self, of: &HashSet<PlacementUid>) -> HashMap<PlacementUid, usize> {
        let wanted = of.iter().filter(|uid| self.of.contains_key(uid)).count();
        self.order
            .iter()
            .zip(1..)
            .filter(|(turn, _)| of.contains(&turn.uid))
            .map(|(turn, position)| (turn.uid.clone(), position))
            .take(wanted)
            .collect()
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Nobody waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(priority: i32, second: i64, uid: &str) -> Turn {
        Turn {
            priority: Reverse(priority),
            since: Timestamp::from_second(second).unwrap(),
            uid: PlacementUid::new(uid).unwrap(),
        }
    }

    fn turns(all: &[Turn]) -> Turns {
        let mut turns = Turns::default();
        for turn in all {
            turns.set(&turn.uid, Some(turn.clone()));
        }
        turns
    }

    #[test]
    fn higher_priority_goes_first_and_of_equals_the_one_that_waits_longer() {
        let turns = turns(&[
            turn(0, 1, "old"),
            turn(0, 2, "new"),
            turn(5, 9, "high"),
            turn(-1, 0, "low"),
        ]);
        let order: Vec<_> = turns.behind(None).map(|turn| turn.uid.as_str()).collect();
        assert_eq!(order, ["high", "old", "new", "low"]);
        let rest: Vec<_> = turns
            .behind(Some(&turn(0, 1, "old")))
            .map(|turn| turn.uid.as_str())
            .collect();
        assert_eq!(rest, ["new", "low"]);
    }

    #[test]
    fn positions_count_from_one_and_follow_every_change() {
        let mut turns = turns(&[turn(0, 1, "a"), turn(0, 2, "b"), turn(0, 3, "c")]);
        let all: HashSet<PlacementUid> = ["a", "c", "gone"]
            .map(|uid| PlacementUid::new(uid).unwrap())
            .into();
        let position = |turns: &Turns, uid: &str| {
            turns
                .positions(&all)
                .get(&PlacementUid::new(uid).unwrap())
                .copied()
        };
        assert_eq!((position(&turns, "a"), position(&turns, "c")), (Some(1), Some(3)));
        assert_eq!(position(&turns, "gone"), None);
        turns.set(&PlacementUid::new("a").unwrap(), None);
        assert_eq!(position(&turns, "c"), Some(2));
        turns.set(&PlacementUid::new("c").unwrap(), Some(turn(9, 3, "c")));
        assert_eq!(position(&turns, "c"), Some(1));
        assert_eq!(turns.len(), 2);
    }
}
