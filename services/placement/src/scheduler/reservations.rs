//! Who has nodes kept, and who is next: of those that have waited long for more room than ever is free at once.
//!
//! ```text
//!  it has waited for so long (timer) ──┐
//!  its turn ended for want of room ────┴─▶ candidates, in the order of turns ──▶ held: the engine keeps nodes
//!                                               ▲                                  │ placed, deleted, changed, timed out,
//!                                               └── still waits ◀──────────────────┘ a node of it is lost, or its time is over
//! ```
//! Nodes are kept idle in the hope that more comes free. Where nothing does, the hope was in vain: then the nodes go back to
//! everybody, and whoever had the fewest such turns is next. The pause before one gets nodes again doubles with each turn
//! that was in vain, so what cannot be placed keeps nodes idle for less and less of the time.
//!
//! In memory only: what is kept follows from who waits and since when, so a start takes all of it anew.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

use hourglass_model::ids::{ClusterName, Generation, NodeName, PlacementUid};
use hourglass_model::request::ShapeId;
use jiff::Timestamp;

use super::queue::Turn;
use super::timers::after;

/// Shapes that are remembered as too small; over that all are forgotten.
const MOST_SMALL: usize = 10_000;

/// The pause after a turn in vain is twice as long as what was kept, and doubles so many times at most.
const MOST_DOUBLINGS: u32 = 6;
/// Turns in vain that are remembered; over that all are forgotten.
const MOST_IN_VAIN: usize = 10_000;

/// What the operator chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReservationPolicy {
    /// A placement that has waited for so long gets nodes kept.
    pub after: Duration,
    /// For so many placements at a time; 0 for none.
    pub most: usize,
    /// Given back when nothing more has come free on them for so long.
    pub hold: Duration,
}

impl Default for ReservationPolicy {
    fn default() -> Self {
        Self {
            after: Duration::from_secs(300),
            most: 2,
            hold: Duration::from_secs(900),
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
    /// The most that was ever free on them, in thousandths of what they have.
    pub free_milli: i64,
    /// Since when it was no more than that.
    pub since: Timestamp,
}

/// Turns that ended with nothing more coming free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct InVain {
    turns: u32,
    /// Before then it gets no nodes again.
    until: Timestamp,
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
    /// Those with the fewest turns in vain first.
    candidates: BTreeSet<(u32, Turn)>,
    in_vain: HashMap<PlacementUid, InVain>,
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
            self.candidates.insert((self.turns_in_vain(turn.uid()), turn));
        }
    }

    fn turns_in_vain(&self, uid: &PlacementUid) -> u32 {
        self.in_vain.get(uid).map_or(0, |in_vain| in_vain.turns)
    }

    /// The next one to get some: there is room for one more, or one of lower priority gives way. Whoever is given out is no
    /// candidate any more.
    pub fn next_in_turn(&mut self, now: Timestamp) -> Option<Turn> {
        let may = |(_, turn): &&(u32, Turn)| {
            let in_vain = self.in_vain.get(turn.uid());
            in_vain.is_none_or(|in_vain| in_vain.until <= now)
        };
        let first = self.candidates.iter().find(may)?.clone();
        let room = self.held.len() < self.policy.most;
        if !room && self.in_the_way_of(&first.1).is_none() {
            return None;
        }
        self.candidates.remove(&first);
        Some(first.1)
    }

    /// Whoever has to give way to `turn`: nobody while there is room.
    #[must_use]
    pub fn in_the_way_of(&self, turn: &Turn) -> Option<PlacementUid> {
        if self.held.len() < self.policy.most {
            return None;
        }
        let last = self
            .held
            .values()
            .max_by(|one, other| one.turn.cmp(&other.turn))?;
        // Nor does one give way to another who has hoped in vain more often.
        let rotates = self.turns_in_vain(turn.uid()) <= self.turns_in_vain(last.turn.uid());
        (rotates && turn.goes_before(&last.turn)).then(|| last.turn.uid().clone())
    }

    /// Nodes are kept for a placement from now on.
    pub fn hold(&mut self, held: Held) {
        let uid = held.turn.uid().clone();
        self.candidates.retain(|(_, turn)| *turn.uid() != uid);
        self.held.insert(uid, held);
    }

    /// So much is free on the nodes of a placement now: true when they have been kept for long enough with nothing more
    /// coming free.
    pub fn hopes_in_vain(&mut self, uid: &PlacementUid, free_milli: i64, now: Timestamp) -> bool {
        let hold = self.policy.hold;
        let Some(held) = self.held.get_mut(uid) else {
            return false;
        };
        if free_milli > held.free_milli {
            held.free_milli = free_milli;
            held.since = now;
            self.in_vain.remove(uid);
            return false;
        }
        if after(held.since, hold) > now {
            return false;
        }
        if self.in_vain.len() >= MOST_IN_VAIN {
            self.in_vain.clear();
        }
        let turns = self.turns_in_vain(uid).saturating_add(1);
        let pause = hold.saturating_mul(1 << turns.min(MOST_DOUBLINGS));
        let until = after(now, pause);
        self.in_vain.insert(uid.clone(), InVain { turns, until });
        true
    }

    /// It waits no more.
    pub fn forget(&mut self, uid: &PlacementUid) {
        self.in_vain.remove(uid);
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
            waiting_since: Some(Timestamp::from_second(second).unwrap()),
            ..record("default", uid, uid)
        };
        record.spec.priority = Some(priority);
        record.slots = vec![crate::edge::testing::waiting_slot(0)];
        Turn::of(&record).unwrap()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn held(turn: Turn) -> Held {
        Held {
            turn,
            generation: Generation(1),
            replicas: 1,
            nodes: BTreeSet::new(),
            free_milli: 0,
            since: at(0),
        }
    }

    fn names(reservations: &Reservations) -> Vec<&str> {
        reservations.held().map(|(uid, _)| uid.as_str()).collect()
    }

    /// Gives out all that can be given out, as the loop does.
    fn settle(reservations: &mut Reservations) {
        settle_at(reservations, 0);
    }

    fn settle_at(reservations: &mut Reservations, second: i64) {
        while let Some(turn) = reservations.next_in_turn(at(second)) {
            if let Some(other) = reservations.in_the_way_of(&turn) {
                let other = reservations.drop(&other).unwrap();
                reservations.want(other.turn);
            }
            reservations.hold(Held {
                since: at(second),
                ..held(turn)
            });
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
        assert!(reservations.next_in_turn(at(0)).is_none() && !reservations.has_candidates());
    }

    /// Ends the turns of those for whom nothing has come free, and gives out new ones, as the loop does.
    fn rotate(reservations: &mut Reservations, second: i64) {
        let all: Vec<Held> = reservations.held().map(|(_, held)| held.clone()).collect();
        for held in all {
            if reservations.hopes_in_vain(held.turn.uid(), 0, at(second)) {
                reservations.drop(held.turn.uid());
                reservations.want(held.turn);
            }
        }
        settle_at(reservations, second);
    }

    #[test]
    fn who_hopes_in_vain_leaves_its_turn_to_the_next_and_comes_back_ever_more_rarely() {
        let mut reservations = Reservations::new(ReservationPolicy {
            most: 1,
            hold: Duration::from_secs(10),
            ..ReservationPolicy::default()
        });
        for (uid, priority) in [("first", 5), ("second", 0)] {
            reservations.want(waiting(uid, priority, 10));
        }
        rotate(&mut reservations, 0);
        rotate(&mut reservations, 9);
        assert_eq!(names(&reservations), ["first"]);
        rotate(&mut reservations, 10);
        assert_eq!(names(&reservations), ["second"], "whatever its priority");
        rotate(&mut reservations, 19);
        assert_eq!(names(&reservations), ["second"], "the other one has had its turn");
        rotate(&mut reservations, 20);
        assert_eq!(names(&reservations), [""; 0], "both pause");
        let mut last = BTreeMap::from([("first", 10), ("second", 20)]);
        let mut pauses: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        for second in 21..400 {
            rotate(&mut reservations, second);
            for uid in ["first", "second"] {
                if names(&reservations).contains(&uid) {
                    let before = last.insert(uid, second).unwrap_or(second);
                    if second - before > 1 {
                        pauses.entry(uid).or_default().push(second - before);
                    }
                }
            }
        }
        for (uid, pauses) in pauses {
            assert!(pauses.len() >= 2, "{uid} comes back: {pauses:?}");
            assert!(
                pauses.is_sorted_by(|one, next| *next >= *one + 10),
                "{uid}: {pauses:?}"
            );
        }
    }

    #[test]
    fn as_long_as_more_comes_free_it_goes_on() {
        let mut reservations = Reservations::new(ReservationPolicy {
            most: 1,
            hold: Duration::from_secs(10),
            ..ReservationPolicy::default()
        });
        reservations.want(waiting("gang", 0, 10));
        settle_at(&mut reservations, 0);
        let gang = PlacementUid::new("gang").unwrap();
        assert!(!reservations.hopes_in_vain(&gang, 100, at(9)));
        assert!(!reservations.hopes_in_vain(&gang, 200, at(18)));
        assert!(
            !reservations.hopes_in_vain(&gang, 150, at(27)),
            "less is no progress"
        );
        assert!(reservations.hopes_in_vain(&gang, 200, at(28)));
    }
}
