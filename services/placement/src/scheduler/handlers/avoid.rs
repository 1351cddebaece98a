//! What is avoided, and by whom: see [`avoid`](crate::scheduler::avoid).

use std::time::Instant;

use hourglass_engine::Avoid;
use hourglass_model::ids::{ClusterName, Generation, PlacementUid};
use hourglass_model::request::ShapeId;

use crate::dispatch::SlotKey;
use crate::records::PlacementRecord;
use crate::scheduler::avoid::{Place, Trouble};
use crate::scheduler::core::Core;
use crate::scheduler::round::Round;

impl Core {
    /// The scheduler of its cluster refused a slot's request: all that ask for the same keep away from there.
    pub(in crate::scheduler) fn avoid(&mut self, key: &SlotKey, place: Place, message: &str, round: &Round) {
        if let Some(shape) = self.shape_at(key, &place) {
            self.avoided
                .refused(shape, place, message, round.instant, round.now);
        }
    }

    /// A cluster did not admit a gang's replica: this gang keeps away from there for a while.
    pub(in crate::scheduler) fn avoid_for_a_while(
        &mut self,
        uid: &PlacementUid,
        cluster: ClusterName,
        message: &str,
        round: &Round,
    ) {
        let record = self.placements.by_uid(uid);
        let generation = record.map(|record| {
            let mut places = record.places().map(|(.., at)| at);
            let there = places.find(|at| at.cluster == cluster);
            there.map_or(record.generation, |at| at.generation)
        });
        if let Some(generation) = generation {
            let trouble = (Trouble::NotAdmitted, message);
            self.avoid_alone((uid, generation), (cluster, None), trouble, round);
        }
    }

    /// Something went wrong at a place with a replica of this generation of a placement: its replicas, and those of nobody else,
    /// keep away from there for a while.
    pub(in crate::scheduler) fn avoid_alone(
        &mut self,
        of: (&PlacementUid, Generation),
        place: Place,
        trouble: (Trouble, &str),
        round: &Round,
    ) {
        let (uid, generation) = of;
        let Some(record) = self.placements.by_uid(uid) else {
            return;
        };
        let mut back = record.slots.iter().filter_map(|slot| slot.earlier.as_ref());
        // What is wanted now may well do there, unless it goes back to what went wrong.
        if record.generation == generation || back.any(|earlier| earlier.generation == generation) {
            // What went wrong with generations that nothing goes back to says nothing of this one.
            self.avoided.forget_before(uid, record.oldest_tried());
            self.avoided
                .went_wrong(of, place, trouble, round.instant, round.now);
        }
    }

    /// What a placement avoids now, whose request has this shape.
    pub(in crate::scheduler) fn avoided_by(
        &self,
        record: &PlacementRecord,
        shape: ShapeId,
        now: Instant,
    ) -> Avoid {
        self.avoided_as(record, record.generation, shape, now)
    }

    /// What a placement avoids now for places of this generation, whose request has this shape.
    pub(in crate::scheduler) fn avoided_as(
        &self,
        record: &PlacementRecord,
        generation: Generation,
        shape: ShapeId,
        now: Instant,
    ) -> Avoid {
        self.avoided.of(shape, Some((&record.uid, generation)), now)
    }

    /// The shape of what a slot has at `place`: the one of the generation that it carries there.
    fn shape_at(&mut self, key: &SlotKey, place: &Place) -> Option<ShapeId> {
        let record = self.placements.by_uid(&key.placement_uid)?;
        let mut places = record.slot(key.slot)?.places().map(|(_, at)| at);
        let there = places.find(|at| at.cluster == place.0 && at.node == place.1);
        match there.filter(|at| !record.is_current(at)) {
            Some(at) => Some(self.request_of(record, at.generation).ok()?.shape),
            None => Some(record.request().ok()?.shape),
        }
    }

    /// It avoids something that others who ask for the same as its next places do not.
    pub(in crate::scheduler) fn avoids_alone(&self, record: &PlacementRecord, now: Instant) -> bool {
        let of_one = self.avoided.of_one((&record.uid, record.generation_tried()), now);
        !of_one.is_empty()
    }
}
