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
        if let Some(shape) = self.shape_of(&key.placement_uid) {
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
        if let Some(generation) = self.placements.by_uid(uid).map(|record| record.generation) {
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
        let record = self.placements.by_uid(uid);
        // What is wanted now may well do there.
        if record.is_some_and(|record| record.generation == generation) {
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
        self.avoided
            .of(shape, Some((&record.uid, record.generation)), now)
    }

    /// It avoids something that others who ask for the same do not.
    pub(in crate::scheduler) fn avoids_alone(&self, record: &PlacementRecord, now: Instant) -> bool {
        let of_one = self.avoided.of_one((&record.uid, record.generation), now);
        !of_one.is_empty()
    }
}
