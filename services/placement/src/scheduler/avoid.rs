//! Places that are avoided, because something has gone wrong there.
//!
//! **A refusal** of the cluster's own scheduler says what room there is for a request: all requests of the same shape avoid the
//! place, whosoever they are. It ends when two things hold: the node **has changed** since the refusal, and the **backoff** is
//! over, which doubles with each refusal, so that a node that changes all the time is not asked all the time. Time alone ends
//! none: what refused a request refuses it again as long as it is as it was. A change is any difference in what the cluster's
//! inventory says of the node (capacity, use, labels, taints, readiness, its coming and going). A new session with the same
//! facts is none. For a request that is pinned to no node the whole cluster is avoided, and a change of any node of it counts.
//!
//! **All other [trouble](Trouble)** is of one placement: its image, its namespace's quota, a policy against what it runs, or that
//! a person moved it. Only that placement avoids the place, and only while it is of the same generation: a changed one starts
//! afresh, and what somebody else runs badly keeps nobody away. No inventory shows when it is over, so the backoff alone counts.
//!
//! Where others had to leave for what then came to nothing by the cluster's doing, the backoff is the longest one at once: they
//! are not moved again and again.
//!
//! What goes wrong with many replicas at one place is one event: while the place is avoided already the backoff is what it
//! is, and grows only with what goes wrong there once it was tried again.
//!
//! The way out for a person who knows better: cordon the cluster and uncordon it. That forgets everything of it, and the
//! backoff too. Entries are in memory: a server that starts has none, so each place may be tried once more.

mod entry;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Instant;

use hourglass_engine::{Avoid, AvoidNote};
use hourglass_model::ids::{ClusterName, Generation, NodeName, PlacementUid};
use hourglass_model::request::ShapeId;
use jiff::Timestamp;

pub use entry::Trouble;
use entry::{Cause, Entry};

/// Places kept at most; over that, the one whose backoff ends first is forgotten, of what single placements avoid before what
/// all of a shape do: nobody's own trouble brings back what others were refused.
const MOST: usize = 10_000;

/// Places that one placement keeps at most by itself.
const MOST_OF_ONE: usize = 256;

/// A node, or without one the whole cluster.
pub type Place = (ClusterName, Option<NodeName>);

/// Who avoids a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    /// All requests of this shape.
    Shape(ShapeId),
    /// One placement, as long as it is of this generation.
    One(PlacementUid, Generation),
}

/// What is avoided, and by whom.
#[derive(Debug, Default)]
pub struct Avoided {
    by: BTreeMap<Who, BTreeMap<Place, Entry>>,
}

impl Avoided {
    /// The scheduler of its cluster refused a request of this shape at the node, or in the whole cluster where the pin was no node,
    /// and said this.
    pub fn refused(&mut self, shape: ShapeId, place: Place, message: &str, now: Instant, wall: Timestamp) {
        let entry = self.entry(Who::Shape(shape), place, Cause::Refused, now, wall);
        entry.went_wrong(Cause::Refused, message, now, wall);
    }

    /// This went wrong with a placement of this generation at the place, and this was said of it.
    pub fn went_wrong(
        &mut self,
        (uid, generation): (&PlacementUid, Generation),
        place: Place,
        (trouble, message): (Trouble, &str),
        now: Instant,
        wall: Timestamp,
    ) {
        let who = Who::One(uid.clone(), generation);
        let cause = Cause::Timed(trouble);
        let entry = self.entry(who, place, cause, now, wall);
        entry.went_wrong(cause, message, now, wall);
    }

    /// Others have just had to leave for what goes wrong at the place now, in vain: [`Self::went_wrong`] keeps the placement away
    /// from it for the longest backoff at once.
    pub fn was_costly(
        &mut self,
        (uid, generation): (&PlacementUid, Generation),
        place: Place,
        trouble: Trouble,
        now: Instant,
        wall: Timestamp,
    ) {
        let who = Who::One(uid.clone(), generation);
        let entry = self.entry(who, place, Cause::Timed(trouble), now, wall);
        entry.was_costly(now);
    }

    fn entry(&mut self, who: Who, place: Place, cause: Cause, now: Instant, wall: Timestamp) -> &mut Entry {
        let is_known = self
            .by
            .get(&who)
            .is_some_and(|places| places.contains_key(&place));
        if !is_known {
            self.make_room(&who);
        }
        let places = self.by.entry(who).or_default();
        places
            .entry(place)
            .or_insert_with(|| Entry::new(cause, now, wall))
    }

    /// These nodes are not as they were.
    pub fn nodes_changed(&mut self, cluster: &ClusterName, nodes: &[NodeName]) {
        if nodes.is_empty() {
            return;
        }
        for places in self.by.values_mut() {
            let whole = std::iter::once(None);
            for node in whole.chain(nodes.iter().cloned().map(Some)) {
                if let Some(entry) = places.get_mut(&(cluster.clone(), node)) {
                    entry.has_changed();
                }
            }
        }
    }

    /// A person says that the cluster is to be tried again.
    pub fn forget_cluster(&mut self, cluster: &ClusterName) {
        for places in self.by.values_mut() {
            places.retain(|(at, _), _| at != cluster);
        }
        self.by.retain(|_, places| !places.is_empty());
    }

    /// The placement is gone.
    pub fn forget_placement(&mut self, uid: &PlacementUid) {
        self.forget_before(uid, Generation(u64::MAX));
    }

    /// Nothing of a placement is of an earlier generation than this one any more, nor will be.
    pub fn forget_before(&mut self, uid: &PlacementUid, generation: Generation) {
        let earlier = Who::One(uid.clone(), Generation(0))..Who::One(uid.clone(), generation);
        let earlier: Vec<Who> = self.by.range(earlier).map(|(who, _)| who.clone()).collect();
        for who in &earlier {
            self.by.remove(who);
        }
    }

    /// What a request of this shape avoids now; of a placement that exists also what it avoids by itself.
    #[must_use]
    pub fn of(&self, shape: ShapeId, one: Option<(&PlacementUid, Generation)>, now: Instant) -> Avoid {
        let mut avoid = one.map_or_else(Avoid::new, |one| self.of_one(one, now));
        // A refusal lasts longer.
        avoid.extend(self.by(&Who::Shape(shape), now));
        avoid
    }

    /// What a placement of this generation avoids by itself now, and others that are alike do not.
    #[must_use]
    pub fn of_one(&self, (uid, generation): (&PlacementUid, Generation), now: Instant) -> Avoid {
        if self.by.is_empty() {
            return Avoid::new();
        }
        self.by(&Who::One(uid.clone(), generation), now).collect()
    }

    /// Nodes of a cluster where a placement of this generation was late, as far back as anything is remembered.
    pub fn late_nodes<'a>(
        &'a self,
        (uid, generation): (&PlacementUid, Generation),
        cluster: &'a ClusterName,
    ) -> impl Iterator<Item = &'a NodeName> {
        let who = Who::One(uid.clone(), generation);
        let places = self.by.get(&who).into_iter().flatten();
        let late = places.filter(move |((at, _), entry)| at == cluster && entry.was_late());
        late.filter_map(|((_, node), _)| node.as_ref())
    }

    fn by(&self, who: &Who, now: Instant) -> impl Iterator<Item = (Place, AvoidNote)> {
        let places = self.by.get(who).into_iter().flatten();
        places
            .filter(move |(_, entry)| entry.holds(now))
            .map(|(place, entry)| (place.clone(), entry.note(place)))
    }

    /// True once for each entry that has ended: something that waited may fit now. Entries that have been over for long
    /// are forgotten, and with them the count of refusals.
    pub fn expire(&mut self, now: Instant) -> bool {
        let mut ended = false;
        for places in self.by.values_mut() {
            for entry in places.values_mut() {
                ended |= entry.take_end(now);
            }
            places.retain(|_, entry| entry.is_remembered(now));
        }
        self.by.retain(|_, places| !places.is_empty());
        ended
    }

    /// One more place is to be kept.
    fn make_room(&mut self, who: &Who) {
        let of_one = self.by.get(who).map_or(0, BTreeMap::len);
        if matches!(who, Who::One(..)) && of_one >= MOST_OF_ONE {
            self.forget_oldest(|of| of == who);
        }
        if self.by.values().map(BTreeMap::len).sum::<usize>() >= MOST {
            let any_alone = self.by.keys().any(|who| matches!(who, Who::One(..)));
            self.forget_oldest(|who| !any_alone || matches!(who, Who::One(..)));
        }
    }

    /// Forgets the place whose backoff ends first among those that these avoid.
    fn forget_oldest(&mut self, of: impl Fn(&Who) -> bool) {
        let all = self
            .by
            .iter()
            .filter(|(who, _)| of(who))
            .flat_map(|(who, places)| {
                let entries = places.iter();
                entries.map(move |(place, entry)| (entry.until(), who, place))
            });
        let oldest = all.min().map(|(_, who, place)| (who.clone(), place.clone()));
        if let Some((who, place)) = oldest
            && let Some(places) = self.by.get_mut(&who)
        {
            places.remove(&place);
            if places.is_empty() {
                self.by.remove(&who);
            }
        }
    }
}
