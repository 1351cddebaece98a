//! What is known now of the replicas of a placement, by what their agents have said in the sessions that they have now. Pure.
//!
//! What was stored is what an earlier session said: after a start of the server, or a silence, a replica may have failed or
//! begun to serve unheard. Until its agent has spoken of it again it counts neither as one that serves, so that another one
//! could be spared, nor as one that does not, so that it could be replaced. And which earlier specs are kept, so that a replica can
//! move as what it is.

use std::collections::BTreeSet;

use hourglass_model::ids::{Epoch, Generation, Slot};

use crate::records::{AssignmentRecord, PlacementRecord, SlotRecord};

/// The places of one placement of which something is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    places: BTreeSet<(Slot, Epoch)>,
    specs: BTreeSet<Generation>,
}

impl Known {
    /// Those places of `record` of which `is_known` says so. What is said of a silent cluster is not known.
    #[must_use]
    pub fn of(record: &PlacementRecord, is_known: impl Fn(Slot, Epoch, &AssignmentRecord) -> bool) -> Self {
        let places = record.places();
        let known = places
            .filter(|(slot, epoch, at)| !at.observed.silent && is_known(*slot, *epoch, at))
            .map(|(slot, epoch, _)| (slot, epoch));
        Self {
            places: known.collect(),
            specs: BTreeSet::new(),
        }
    }

    /// The same, where the specs of these generations are kept.
    #[must_use]
    pub fn with_specs(self, specs: impl Iterator<Item = Generation>) -> Self {
        Self {
            specs: specs.collect(),
            ..self
        }
    }

    /// A replica of an earlier generation that has to move does so as what it is, and what that was is kept.
    #[must_use]
    pub fn moves_as_it_is(&self, record: &PlacementRecord, slot: &SlotRecord) -> bool {
        let of = slot.assignment.as_ref();
        of.is_some_and(|of| self.specs.contains(&of.generation)) && record.moves_as_it_is(slot)
    }

    /// The successor of a slot is in nobody's way: the update is stuck, and what it is to follow can move as what it is.
    #[must_use]
    pub fn follows_in_vain(&self, record: &PlacementRecord, slot: &SlotRecord) -> bool {
        record.follows_in_vain(slot) && self.moves_as_it_is(record, slot)
    }

    /// How the place of a slot is, not that of its successor, is known.
    #[must_use]
    pub fn has(&self, slot: &SlotRecord) -> bool {
        self.places.contains(&(slot.slot, slot.epoch))
    }

    /// It serves, for sure.
    #[must_use]
    pub fn serves(&self, slot: &SlotRecord) -> bool {
        slot.serves() && self.has(slot)
    }

    /// It serves, or may: it has served, or nobody knows.
    #[must_use]
    pub fn may_serve(&self, slot: &SlotRecord) -> bool {
        let assignment = slot.assignment.as_ref();
        assignment.is_some_and(|assignment| assignment.observed.has_served() || !self.has(slot))
    }

    /// How many serve, for sure.
    #[must_use]
    pub fn serving(&self, record: &PlacementRecord) -> usize {
        record.slots.iter().filter(|slot| self.serves(slot)).count()
    }
}
