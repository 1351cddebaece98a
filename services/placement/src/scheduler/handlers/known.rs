//! Which of the things that are stored of replicas are of now.

use hourglass_model::ids::{ClusterName, Epoch, Generation, PlacementUid, Slot};

use crate::dispatch::SlotKey;
use crate::records::placement::Phase;
use crate::records::{AssignmentRecord, PlacementRecord};
use crate::scheduler::command::SessionId;
use crate::scheduler::core::Core;
use crate::scheduler::rollout::Known;

impl Core {
    /// What is said of a place is of now: after a silence, or a start of this server, it may have become ready unheard.
    pub(in crate::scheduler) fn is_known(
        &self,
        uid: &PlacementUid,
        slot: Slot,
        epoch: Epoch,
        assignment: &AssignmentRecord,
    ) -> bool {
        let session = self
            .clusters
            .get(&assignment.cluster)
            .and_then(|cluster| cluster.session.as_ref())
            .filter(|session| session.running_complete);
        let place = (SlotKey::of(uid, slot), epoch);
        session.is_some_and(|session| {
            // The agent has said what it runs, and this is not there, or is not wanted there.
            let unheard = matches!(assignment.observed.phase, Phase::Dispatching | Phase::Refused);
            (unheard && !session.listed.contains(&place)) || session.reported.contains(&place)
        })
    }

    /// The agent has listed a place of which no answer has come yet: it is there, and nobody knows how it is.
    pub(in crate::scheduler) fn is_listed(&mut self, cluster: &ClusterName, key: &SlotKey, epoch: Epoch) {
        let cluster = self.clusters.get_mut(cluster);
        if let Some(session) = cluster.and_then(|cluster| cluster.session.as_mut()) {
            session.listed.insert((key.clone(), epoch));
        }
    }

    /// Those of a placement's replicas of which that is so.
    pub(in crate::scheduler) fn known(&self, record: &PlacementRecord) -> Known {
        let known = Known::of(record, |slot, epoch, assignment| {
            self.is_known(&record.uid, slot, epoch, assignment)
        });
        let kept = |generation: &Generation| self.spec_of(record, *generation).is_some();
        known.with_specs(record.generations().filter(kept))
    }

    /// The agent has spoken of a place; true when it had not before in this session.
    pub(in crate::scheduler) fn heard(&mut self, id: &SessionId, key: &SlotKey, epoch: Epoch) -> bool {
        let cluster = self.clusters.of_session_mut(id);
        let session = cluster.and_then(|cluster| cluster.session.as_mut());
        session.is_some_and(|session| session.reported.insert((key.clone(), epoch)))
    }

    /// What is known of a cluster has changed: the next steps of what is being replaced there are looked at.
    pub(in crate::scheduler) fn wake_rolls_in(&mut self, name: &ClusterName) {
        let there = |record: &&PlacementRecord| {
            let mut places = record.places();
            (record.is_rolling() || record.is_disturbed()) && places.any(|(.., at)| at.cluster == *name)
        };
        for record in self.placements.iter(None).filter(there) {
            self.rolls.moved(&record.uid);
        }
    }
}
