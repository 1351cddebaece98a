//! Who has nodes kept, and who is next: of those that have waited long for more room than ever is free at once.
//!
//! ```text
//!  it has waited for so long (timer) ──┐
//!  its turn ended for want of room ────┴─▶ candidates, in the order of turns ──▶ held: the engine keeps nodes
//!                                               ▲                                  │ placed, deleted, changed, timed out,
//!                                               └── still waits ◀──────────────────┘ or a node of it is lost
//! ```
//! In memory only: what is kept follows from who waits and since when, so a start takes all of it anew.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Duration;

use hourglass_model::ids::{ClusterName, Generation, NodeName, PlacementUid};
use hourglass_model::request::ShapeId;

use super::queue::Turn;

/// Shapes that are remembered as too small; over that all are forgotten.
const MOST_SMALL: usize = 10_000;

/// What the operator chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReservationPolicy {
    /// A placement that has waited for so long gets nodes kept.
    pub after: Duration,
    /// For so many placements at a time; 0 for none.
    pub most: usize,
}

impl Default for ReservationPolicy {
    fn default() -> Self {
        Self {
            after: Duration::from_secs(300),
            most: 2,
        }
    }
}

/// Nodes kept for a placement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its turn when it got them.
    pub turn: Turn,
    /// The generation that they were chosen for.
    pub generation: Generation,
    /// Replicas that they were chosen for.
    pub replicas: usize,
    /// The nodes.
    pub nodes: BTreeSet<(ClusterName, NodeName)>,
}

impl Held {
    /// The nodes, for people; not more than three by name.
    #[must_use]
    pub fn note(&self) -> String {
        let names = self.nodes.iter().take(3);
        let names: Vec<String> = names.map(|(cluster, node)| format!("{cluster}/{node}")).collect();
        let more = self.nodes.len().saturating_sub(names.len());
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        format!(
            "kept free for it since it waits so long: {}{more}",
            names.join(", ")
        )
    }
}

/// All reservations, and those who want one.
#[derive(Debug, Default)]
pub struct Reservations {
    policy: ReservationPolicy,
    candidates: BTreeSet<Turn>,
    held: BTreeMap<PlacementUid, Held>,
    /// Of one replica, and so small that it gets its place as soon as anything comes free: its turn is enough.
    small: HashSet<ShapeId>,
}

impl Reservations {
    /// None yet.
    #[must_use]
    pub fn new(policy: ReservationPolicy) -> Self {
        Self {
            policy,
            ..Self::default()
        }
    }

    /// What the operator has chosen.
    #[must_use]
    pub fn policy(&self) -> ReservationPolicy {
        self.policy
    }

    /// A placement wants nodes kept.
    pub fn want(&mut self, turn: Turn) {
        if self.policy.most > 0 && !self.held.contains_key(turn.uid()) {
            self.candidates.insert(turn);
        }
    }

    /// The next one to get some, in the order of turns: there is room for one more, or one of lower priority gives way.
    /// Whoever is given out is no candidate any more.
    pub fn next_in_turn(&mut self) -> Option<Turn> {
        let first = self.candidates.first()?;
        let room = self.held.len() < self.policy.most;
        if !room && !self.held.values().any(|held| first.goes_before(&held.turn)) {
            return None;
        }
        self.candidates.pop_first()
    }

    /// Those that have to give way to `turn`: none while there is room.
    #[must_use]
    pub fn in_the_way_of(&self, turn: &Turn) -> Option<PlacementUid> {
        if self.held.len() < self.policy.most {
            return None;
        }
        let last = self
            .held
            .values()
            .max_by(|one, other| one.turn.cmp(&other.turn))?;
        turn.goes_before(&last.turn).then(|| last.turn.uid().clone())
    }

    /// Nodes are kept for a placement from now on.
    pub fn hold(&mut self, held: Held) {
        self.candidates.remove(&held.turn);
        self.held.insert(held.turn.uid().clone(), held);
    }

    /// They are not any more; what was kept.
    pub fn drop(&mut self, uid: &PlacementUid) -> Option<Held> {
        self.held.remove(uid)
    }

    /// What is kept for a placement.
    #[must_use]
    pub fn of(&self, uid: &PlacementUid) -> Option<&Held> {
        self.held.get(uid)
    }

    /// All that is kept.
    pub fn held(&self) -> impl ExactSizeIterator<Item = (&PlacementUid, &Held)> {
        self.held.iter()
    }

    /// Some want nodes kept that have none.
    #[must_use]
    pub fn has_candidates(&self) -> bool {
        !self.candidates.is_empty()
    }

    /// Requests of this shape need no reservation.
    pub fn is_small(&mut self, shape: ShapeId) {
        if self.small.len() >= MOST_SMALL {
            self.small.clear();
        }
        self.small.insert(shape);
    }

    /// Whether requests of this shape were found to need none.
    #[must_use]
    pub fn knows_as_small(&self, shape: ShapeId) -> bool {
        self.small.contains(&shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::testing::record;
    use crate::records::PlacementRecord;

    fn waiting(uid: &str, priority: i32, second: i64) -> Turn {
        let mut record = PlacementRecord {
            waiting_since: Some(jiff::Timestamp::from_second(second).unwrap()),
            ..record("default", uid, uid)
        };
        record.spec.priority = Some(priority);
        record.slots = vec![crate::edge::testing::waiting_slot(0)];
        Turn::of(&record).unwrap()
    }

    fn held(turn: Turn) -> Held {
        Held {
            turn,
            generation: Generation(1),
            replicas: 1,
            nodes: BTreeSet::new(),
        }
    }

    fn names(reservations: &Reservations) -> Vec<&str> {
        reservations.held().map(|(uid, _)| uid.as_str()).collect()
    }

    /// Gives out all that can be given out, as the loop does.
    fn settle(reservations: &mut Reservations) {
        while let Some(turn) = reservations.next_in_turn() {
            if let Some(other) = reservations.in_the_way_of(&turn) {
                let other = reservations.drop(&other).unwrap();
                reservations.want(other.turn);
            }
            reservations.hold(held(turn));
        }
    }

    #[test]
    fn they_go_in_the_order_of_turns_and_no_more_than_so_many_have_any() {
        let mut reservations = Reservations::new(ReservationPolicy {
            most: 2,
            ..ReservationPolicy::default()
        });
        for (uid, second) in [("young", 30), ("oldest", 10), ("old", 20)] {
            reservations.want(waiting(uid, 0, second));
        }
        settle(&mut reservations);
        assert_eq!(names(&reservations), ["old", "oldest"]);
        reservations.drop(&PlacementUid::new("oldest").unwrap());
        settle(&mut reservations);
        assert_eq!(names(&reservations), ["old", "young"]);
        assert!(!reservations.has_candidates());
    }

    #[test]
    fn only_a_lower_priority_gives_way() {
        let mut reservations = Reservations::new(ReservationPolicy {
            most: 1,
            ..ReservationPolicy::default()
        });
        reservations.want(waiting("low", 0, 20));
        settle(&mut reservations);
        reservations.want(waiting("older", 0, 10));
        settle(&mut reservations);
        assert_eq!(names(&reservations), ["low"], "it has them already");
        reservations.want(waiting("high", 5, 30));
        settle(&mut reservations);
        assert_eq!(names(&reservations), ["high"]);
        assert!(reservations.has_candidates(), "the other ones want theirs");
    }

    #[test]
    fn none_are_given_where_the_operator_wants_none() {
        let mut reservations = Reservations::new(ReservationPolicy {
            most: 0,
            ..ReservationPolicy::default()
        });
        reservations.want(waiting("gang", 0, 10));
        assert!(reservations.next_in_turn().is_none() && !reservations.has_candidates());
    }
}
