//! A change that replaces nothing reaches the objects that run all the same: each carries its whole placement, and that is what
//! a lost store is made again from.

use hourglass_model::ids::{ClusterName, Epoch, PlacementUid, Slot};

use crate::dispatch::{Intent, SlotKey, Work};
use crate::records::PlacementRecord;
use crate::scheduler::core::Core;
use crate::scheduler::round::Round;

impl Core {
    /// Those of a placement's objects that carry an earlier wish are told the one of now, one after the other.
    pub(in crate::scheduler) fn renew_seals(&mut self, uid: &PlacementUid, round: &mut Round) {
        let Some(record) = self.placements.by_uid(uid) else {
            return;
        };
        let places = record.places().filter(|(.., at)| at.old_seal);
        let due: Vec<(ClusterName, Slot)> = places
            .filter(|(slot, epoch, at)| self.epoch_to_seal(&at.cluster, record, *slot) == Some(*epoch))
            .map(|(slot, _, at)| (at.cluster.clone(), slot))
            .collect();
        for (cluster, slot) in due {
            self.enqueue(&cluster, SlotKey::of(uid, slot), Intent::Seal, round);
        }
    }

    /// The epoch of a slot whose object in a cluster is to be told the wish of now; none when there is none, or when it would not
    /// take that as things are: nothing was said of it in this session, or a later epoch stands beside it.
    pub(in crate::scheduler) fn epoch_to_seal(
        &self,
        cluster: &ClusterName,
        record: &PlacementRecord,
        slot: Slot,
    ) -> Option<Epoch> {
        let session = self.clusters.get(cluster)?.session.as_ref()?;
        let held = record.slot(slot).filter(|_| record.delete_time.is_none())?;
        let here = held.places().filter(|(_, at)| at.cluster == *cluster);
        let (epoch, assignment) = here.max_by_key(|(epoch, _)| *epoch)?;
        let place = (SlotKey::of(&record.uid, slot), epoch);
        let is_there = assignment.observed.phase.is_applied() && session.reported.contains(&place);
        (assignment.old_seal && is_there && assignment.waits_for.is_empty()).then_some(epoch)
    }

    /// The object of a place carries the wish that it was told; unless there is a later one by now.
    pub(in crate::scheduler) fn sealed(
        &mut self,
        cluster: &ClusterName,
        key: &SlotKey,
        epoch: Epoch,
        round: &mut Round,
    ) {
        let work = Work {
            key: key.clone(),
            intent: Intent::Seal,
        };
        // Each change of the wish queues it again.
        if self
            .clusters
            .get(cluster)
            .is_none_or(|cluster| cluster.queue.is_queued(&work))
        {
            return;
        }
        let changed = self.placements.update(&key.placement_uid, |record| {
            let assignment = record.place_mut(key.slot, epoch)?;
            std::mem::take(&mut assignment.old_seal).then_some(())
        });
        if changed.flatten().is_some() {
            round.touched.insert(key.placement_uid.clone());
        }
    }
}
