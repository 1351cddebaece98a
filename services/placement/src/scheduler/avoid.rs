//! Places that a shape of request is kept away from, because the cluster's own scheduler refused it there.
//!
//! An entry ends when two things hold: the node **has changed** since the refusal, and the **backoff** is over, which
//! doubles with each refusal, so that a node that changes all the time is not asked all the time. Time alone ends none:
//! what refused a request refuses it again as long as it is as it was.
//!
//! What goes wrong with many replicas at one place is one event: while the place is avoided already the backoff is what it
//! is, and grows only with what goes wrong there once it was tried again.
//!
//! A change is any difference in what the cluster's inventory says of the node (capacity, use, labels, taints, readiness,
//! its coming and going). A new session with the same facts is none. For a request that is pinned to no node the whole
//! cluster is avoided, and a change of any node of it counts.
//!
//! A cluster that did not admit a replica of a gang says so by its quota or its admission, which no node shows: there the
//! backoff alone counts. So it does for a node on which a replica did not become ready in time, or from which one was
//! moved by hand.
//!
//! The way out for a person who knows better: cordon the cluster and uncordon it. That forgets all refusals there, and the
//! backoff with them. Entries are in memory: a server that starts has none, so each place may refuse once more.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use hourglass_engine::Avoid;
use hourglass_model::ids::{ClusterName, NodeName};
use hourglass_model::request::ShapeId;
use jiff::{SignedDuration, Timestamp};

const FIRST: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(300);
/// An entry is forgotten so long after its backoff, and the count of refusals with it: long enough for what takes hours to be
/// found out again, as that a replica does not start.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);
/// Refusals kept at most; over that, the one whose backoff ends first is forgotten.
const MOST: usize = 10_000;

/// A node, or without one the whole cluster.
type Place = (ClusterName, Option<NodeName>);

/// What went wrong at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The cluster's scheduler found no room for it there.
    Refused,
    /// The cluster did not admit a replica that had to start together with others.
    NotAdmitted,
    /// It was not ready there in time.
    Late,
    /// A person moved it away.
    Evicted,
}

impl Trouble {
    /// No inventory shows when it is over: the backoff alone counts.
    fn is_timed(self) -> bool {
        !matches!(self, Self::Refused)
    }

    /// The same, said of the place.
    fn told(self) -> &'static str {
        match self {
            Self::Refused | Self::NotAdmitted => "refused it",
            Self::Late => "it was not ready in time there",
            Self::Evicted => "it was moved away from there",
        }
    }
}

#[derive(Clone, Debug)]
struct Entry {
    /// What went wrong last.
    trouble: Trouble,
    /// When the backoff began.
    since: Timestamp,
    /// What was said of it.
    message: String,
    /// End of the backoff.
    until: Instant,
    /// How often it went wrong once the place was tried again.
    refusals: u32,
    /// The node is not as it was at the last refusal.
    changed: bool,
    /// Its end was told: those that wait were tried again.
    end_told: bool,
}

impl Entry {
    fn holds(&self, now: Instant) -> bool {
        !(self.changed || self.trouble.is_timed()) || now < self.until
    }

    fn backoff(&self) -> Duration {
        let doublings = self.refusals.saturating_sub(1).min(8);
        FIRST.saturating_mul(1 << doublings).min(LONGEST)
    }

    /// Why and since when, and what ends it.
    fn note(&self) -> String {
        let since = self.since;
        let backoff = SignedDuration::try_from(self.backoff()).unwrap_or_default();
        let not_before = since.checked_add(backoff).unwrap_or(since);
        let message = if self.message.is_empty() {
            "it gave no reason"
        } else {
            &self.message
        };
        let ends = if self.trouble.is_timed() {
            format!("it is tried again at {not_before:.0}")
        } else if self.changed {
            format!("it has changed and is tried again at {not_before:.0}")
        } else {
            format!("avoided until it changes, at least until {not_before:.0}")
        };
        let told = self.trouble.told();
        format!("{told} at {since:.0} ({message}); {ends}")
    }
}

/// What is avoided, by shape of the request.
#[derive(Debug, Default)]
pub struct Avoided {
    shapes: HashMap<ShapeId, BTreeMap<Place, Entry>>,
}

impl Avoided {
    /// Something went wrong with a request of this shape at the node, or in the whole cluster where the pin was no node: what,
    /// and what was said of it.
    pub fn avoid(
        &mut self,
        shape: ShapeId,
        place: Place,
        (trouble, message): (Trouble, &str),
        now: Instant,
        wall: Timestamp,
    ) {
        if self.shapes.values().map(BTreeMap::len).sum::<usize>() >= MOST {
            self.forget_oldest();
        }
        let places = self.shapes.entry(shape).or_default();
        let entry = places.entry(place).or_insert_with(|| Entry {
            trouble,
            since: wall,
            message: String::new(),
            until: now,
            refusals: 0,
            changed: true,
            end_told: false,
        });
        // Others of the same shape may have been there: what went wrong with them is what was known already.
        if !entry.holds(now) {
            entry.refusals = entry.refusals.saturating_add(1);
        }
        if entry.until <= now {
            entry.since = wall;
            entry.until = now + entry.backoff();
        }
        message.clone_into(&mut entry.message);
        entry.trouble = trouble;
        entry.changed = false;
        entry.end_told = false;
    }

    /// These nodes are not as they were.
    pub fn nodes_changed(&mut self, cluster: &ClusterName, nodes: &[NodeName]) {
        if nodes.is_empty() {
            return;
        }
        for places in self.shapes.values_mut() {
            let whole = std::iter::once(None);
            for node in whole.chain(nodes.iter().cloned().map(Some)) {
                if let Some(entry) = places.get_mut(&(cluster.clone(), node)) {
                    entry.changed = true;
                }
            }
        }
    }

    /// A person says that the cluster is to be tried again.
    pub fn forget_cluster(&mut self, cluster: &ClusterName) {
        for places in self.shapes.values_mut() {
            places.retain(|(at, _), _| at != cluster);
        }
        self.shapes.retain(|_, places| !places.is_empty());
    }

    /// What a request of this shape avoids now.
    #[must_use]
    pub fn for_shape(&self, shape: ShapeId, now: Instant) -> Avoid {
        let places = self.shapes.get(&shape).into_iter().flatten();
        places
            .filter(|(_, entry)| entry.holds(now))
            .map(|(place, entry)| (place.clone(), entry.note()))
            .collect()
    }

    /// True once for each entry that has ended: something that waited may fit now. Entries that have been over for long
    /// are forgotten, and with them the count of refusals.
    pub fn expire(&mut self, now: Instant) -> bool {
        let mut ended = false;
        for places in self.shapes.values_mut() {
            for entry in places.values_mut() {
                if !entry.end_told && !entry.holds(now) {
                    entry.end_told = true;
                    ended = true;
                }
            }
            places.retain(|_, entry| entry.holds(now) || now < entry.until + REMEMBERED);
        }
        self.shapes.retain(|_, places| !places.is_empty());
        ended
    }

    fn forget_oldest(&mut self) {
        let all = self.shapes.iter().flat_map(|(shape, places)| {
            let entries = places.iter();
            entries.map(move |(place, entry)| (entry.until, *shape, place.clone()))
        });
        if let Some((_, shape, place)) = all.min()
            && let Some(places) = self.shapes.get_mut(&shape)
        {
            places.remove(&place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: ShapeId = ShapeId(7);

    fn wall() -> Timestamp {
        "2026-01-01T12:00:00.5Z".parse().unwrap()
    }

    fn cluster() -> ClusterName {
        ClusterName::new("a").unwrap()
    }

    fn node(name: &str) -> NodeName {
        NodeName::new(name).unwrap()
    }

    fn n1() -> Place {
        (cluster(), Some(node("n1")))
    }

    /// Refused by node n1 for the last time `now`, and so often before whenever it was tried again.
    fn refused(times: u32, now: Instant) -> Avoided {
        let mut avoided = Avoided::default();
        for time in (0..times).rev() {
            let then = now.checked_sub(LONGEST * time).unwrap();
            avoided.nodes_changed(&cluster(), &[node("n1")]);
            let why = "0/3 nodes are available";
            avoided.avoid(SHAPE, n1(), (Trouble::Refused, why), then, wall());
        }
        avoided
    }

    fn avoids(avoided: &Avoided, now: Instant) -> bool {
        !avoided.for_shape(SHAPE, now).is_empty()
    }

    #[test]
    fn an_unchanged_node_is_avoided_for_ever() {
        let now = Instant::now();
        let mut avoided = refused(1, now);
        for days in [0, 1, 30] {
            let later = now + Duration::from_secs(days * 86_400);
            assert!(!avoided.expire(later), "{days} days");
            avoided.nodes_changed(&cluster(), &[node("n2")]);
            avoided.nodes_changed(&ClusterName::new("b").unwrap(), &[node("n1")]);
            assert!(avoids(&avoided, later), "{days} days");
        }
        assert!(
            avoided.for_shape(ShapeId(8), now).is_empty(),
            "another shape is not concerned"
        );
    }

    #[test]
    fn a_changed_node_is_tried_again_after_its_backoff_and_not_before() {
        let now = Instant::now();
        let mut avoided = refused(1, now);
        avoided.nodes_changed(&cluster(), &[node("n1")]);
        assert!(avoids(&avoided, now + FIRST / 2));
        assert!(!avoids(&avoided, now + FIRST));
        // However late it changes, that is enough by then.
        let mut late = refused(1, now);
        let then = now + 100 * LONGEST;
        assert!(avoids(&late, then));
        late.nodes_changed(&cluster(), &[node("n1")]);
        assert!(!avoids(&late, then));
    }

    #[test]
    fn each_refusal_doubles_the_backoff_up_to_a_limit() {
        let now = Instant::now();
        for (times, seconds) in [(1, 10), (2, 20), (3, 40), (5, 160), (6, 300), (60, 300)] {
            let mut avoided = refused(times, now);
            avoided.nodes_changed(&cluster(), &[node("n1")]);
            let end = now + Duration::from_secs(seconds);
            assert!(avoids(&avoided, end - Duration::from_secs(1)), "{times} refusals");
            assert!(!avoids(&avoided, end), "{times} refusals");
        }
    }

    #[test]
    fn a_node_that_flaps_waits_longer_after_every_refusal() {
        let mut now = Instant::now();
        let mut avoided = Avoided::default();
        let mut waits = Vec::new();
        for _ in 0..4 {
            avoided.avoid(SHAPE, n1(), (Trouble::Refused, ""), now, wall());
            let refused_at = now;
            while avoids(&avoided, now) {
                avoided.nodes_changed(&cluster(), &[node("n1")]);
                now += Duration::from_secs(1);
                avoided.expire(now);
            }
            waits.push((now - refused_at).as_secs());
        }
        assert_eq!(waits, [10, 20, 40, 80]);
    }

    #[test]
    fn a_cluster_that_refused_as_a_whole_ends_with_a_change_of_any_node() {
        let now = Instant::now();
        let mut avoided = Avoided::default();
        avoided.avoid(SHAPE, (cluster(), None), (Trouble::Refused, ""), now, wall());
        assert!(avoids(&avoided, now + LONGEST));
        avoided.nodes_changed(&cluster(), &[]);
        assert!(avoids(&avoided, now + LONGEST), "nothing changed");
        avoided.nodes_changed(&cluster(), &[node("n9")]);
        assert!(!avoids(&avoided, now + LONGEST));
    }

    #[test]
    fn the_end_of_an_entry_is_told_once() {
        let now = Instant::now();
        let mut avoided = refused(1, now);
        avoided.nodes_changed(&cluster(), &[node("n1")]);
        assert!(!avoided.expire(now));
        assert!(avoided.expire(now + FIRST));
        assert!(!avoided.expire(now + FIRST));
    }

    #[test]
    fn a_person_ends_all_refusals_of_a_cluster_at_once() {
        let now = Instant::now();
        let mut avoided = refused(5, now);
        avoided.forget_cluster(&ClusterName::new("b").unwrap());
        assert!(avoids(&avoided, now));
        avoided.forget_cluster(&cluster());
        assert!(!avoids(&avoided, now));
        avoided.avoid(SHAPE, n1(), (Trouble::Refused, ""), now, wall());
        avoided.nodes_changed(&cluster(), &[node("n1")]);
        assert!(!avoids(&avoided, now + FIRST), "the backoff begins anew");
    }

    #[test]
    fn the_note_says_why_since_when_and_what_ends_it() {
        let now = Instant::now();
        let mut avoided = refused(2, now);
        let note = |avoided: &Avoided| avoided.for_shape(SHAPE, now).into_values().next().unwrap();
        assert_eq!(
            note(&avoided),
            "refused it at 2026-01-01T12:00:00Z (0/3 nodes are available); avoided until it changes, at least until \
             2026-01-01T12:00:20Z"
        );
        avoided.nodes_changed(&cluster(), &[node("n1")]);
        assert!(note(&avoided).ends_with("it has changed and is tried again at 2026-01-01T12:00:20Z"));
    }

    #[test]
    fn what_goes_wrong_again_after_a_start_deadline_is_avoided_for_longer() {
        let mut avoided = Avoided::default();
        let mut now = Instant::now();
        let mut waits = Vec::new();
        for _ in 0..4 {
            avoided.avoid(SHAPE, n1(), (Trouble::Late, "not ready within 600s"), now, wall());
            let ends = (0..1000).find(|seconds| !avoids(&avoided, now + Duration::from_secs(*seconds)));
            waits.push(ends.unwrap());
            now += Duration::from_secs(900);
            avoided.expire(now);
        }
        assert_eq!(waits, [10, 20, 40, 80]);
        avoided.expire(now + 2 * REMEMBERED);
        assert!(avoided.shapes.is_empty(), "but not for ever");
    }

    #[test]
    fn refusals_are_bounded() {
        let now = Instant::now();
        let mut avoided = Avoided::default();
        for number in 0..MOST + 5 {
            let place = (cluster(), Some(node(&format!("n{number}"))));
            let later = now + Duration::from_secs(number as u64);
            avoided.avoid(SHAPE, place, (Trouble::Refused, ""), later, wall());
        }
        let kept = avoided.for_shape(SHAPE, now);
        assert_eq!(kept.len(), MOST);
        assert!(kept.keys().all(|(_, name)| *name != Some(node("n0"))));
    }

    #[test]
    fn what_shows_no_change_is_avoided_for_its_backoff_alone() {
        let mut avoided = Avoided::default();
        let now = Instant::now();
        let place = (cluster(), None);
        let why = "exceeded quota";
        avoided.avoid(SHAPE, place.clone(), (Trouble::NotAdmitted, why), now, wall());
        let note = avoided.for_shape(SHAPE, now)[&place].clone();
        assert!(
            note.contains("exceeded quota") && note.contains("tried again at"),
            "{note}"
        );
        assert!(avoided.for_shape(SHAPE, now + FIRST).is_empty());
        assert!(avoided.expire(now + FIRST));
    }

    #[test]
    fn what_goes_wrong_with_many_replicas_at_once_is_one_event() {
        let now = Instant::now();
        for trouble in [Trouble::Late, Trouble::Refused] {
            let mut avoided = Avoided::default();
            for millis in 0..10 {
                let then = now + Duration::from_millis(millis);
                avoided.avoid(SHAPE, n1(), (trouble, "slow"), then, wall());
            }
            avoided.nodes_changed(&cluster(), &[node("n1")]);
            assert!(avoids(&avoided, now + FIRST - Duration::from_secs(1)));
            assert!(!avoids(&avoided, now + FIRST), "{trouble:?}");
            // It was tried again, and went wrong again.
            avoided.avoid(SHAPE, n1(), (trouble, "slow"), now + FIRST, wall());
            avoided.nodes_changed(&cluster(), &[node("n1")]);
            assert!(avoids(&avoided, now + 3 * FIRST - Duration::from_secs(1)));
            assert!(!avoids(&avoided, now + 3 * FIRST), "{trouble:?}");
        }
    }

    #[test]
    fn a_refusal_of_what_was_placed_before_does_not_end_the_wait_for_a_change() {
        let now = Instant::now();
        let mut avoided = refused(1, now);
        avoided.nodes_changed(&cluster(), &[node("n1")]);
        let later = now + FIRST / 2;
        avoided.avoid(SHAPE, n1(), (Trouble::Refused, ""), later, wall());
        assert!(
            avoids(&avoided, now + LONGEST),
            "as it is now it refuses: that it changed before says nothing"
        );
        // The backoff begins anew where it was over, and is not longer for it.
        let much_later = now + LONGEST;
        avoided.avoid(SHAPE, n1(), (Trouble::Refused, ""), much_later, wall());
        avoided.nodes_changed(&cluster(), &[node("n1")]);
        assert!(avoids(&avoided, much_later + FIRST - Duration::from_secs(1)));
        assert!(!avoids(&avoided, much_later + FIRST));
    }

    #[test]
    fn the_note_tells_lateness_from_a_refusal() {
        let now = Instant::now();
        let note = |trouble| {
            let mut avoided = Avoided::default();
            avoided.avoid(SHAPE, n1(), (trouble, "not ready within 20s"), now, wall());
            avoided.for_shape(SHAPE, now).into_values().next().unwrap()
        };
        assert_eq!(
            note(Trouble::Late),
            "it was not ready in time there at 2026-01-01T12:00:00Z (not ready within 20s); it is tried again at \
             2026-01-01T12:00:10Z"
        );
        assert!(note(Trouble::Evicted).starts_with("it was moved away from there at"));
        assert!(note(Trouble::NotAdmitted).starts_with("refused it at"));
    }
}
