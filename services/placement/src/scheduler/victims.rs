//! Who makes room for a placement, as callers are told.

use std::collections::BTreeSet;

use hourglass_engine::Decision;
use hourglass_model::ids::{ClaimId, ClusterName, Epoch, NodeName, PlacementUid, Slot, TenantId};
use hourglass_model::resource_name::PlacementName;

use super::core::Core;
use crate::records::PlacementRecord;

/// A replica that makes room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VictimNote {
    /// Full name of its placement; none where that is of another tenant than the placement at hand.
    pub placement: Option<String>,
    /// Its slot.
    pub slot: Slot,
    /// Its epoch.
    pub epoch: Epoch,
    /// Its cluster.
    pub cluster: ClusterName,
    /// The node that it leaves.
    pub node: NodeName,
    /// Its priority.
    pub priority: i32,
    /// The slot that gets the room.
    pub for_slot: Slot,
}

impl Core {
    /// Replicas that a decision for a placement of this tenant would move.
    #[must_use]
    pub fn victims_of(&self, tenant: &TenantId, decision: &Decision) -> Vec<VictimNote> {
        let note = |victim: &hourglass_engine::Victim| VictimNote {
            placement: self.name_for(tenant, &victim.claim.placement),
            slot: victim.claim.slot,
            epoch: victim.claim.epoch,
            cluster: victim.cluster.clone(),
            node: victim.node.clone(),
            priority: victim.priority,
            for_slot: victim.for_slot,
        };
        decision.victims.iter().map(note).collect()
    }

    /// Replicas that a placement waits for, as far as they have not left yet: each once, for the first slot that waits for it.
    #[must_use]
    pub fn victims_on_their_way(&self, record: &PlacementRecord) -> Vec<VictimNote> {
        let note = |id: &ClaimId, for_slot: Slot| {
            let claim = &self.fleet().claim_record(id)?.claim;
            Some(VictimNote {
                placement: self.name_for(&record.tenant, &id.placement),
                slot: id.slot,
                epoch: id.epoch,
                cluster: claim.cluster.clone(),
                node: claim.node.clone(),
                priority: claim.owner.priority,
                for_slot,
            })
        };
        let mut named = BTreeSet::new();
        let waits = record.behind_victims().flat_map(|(slot, assignment)| {
            let waits = assignment.waits_for.iter();
            waits.map(move |id| (id, slot.slot))
        });
        let others = waits.filter(|(id, _)| id.placement != record.uid && named.insert(*id));
        others.filter_map(|(id, slot)| note(id, slot)).collect()
    }

    /// The name of a placement for who asks about one of this tenant, also of one that is gone but for its removal.
    fn name_for(&self, tenant: &TenantId, uid: &PlacementUid) -> Option<String> {
        let name = PlacementName::parse(&self.placement_name(uid)?).ok()?;
        (name.tenant == *tenant).then(|| name.to_string())
    }

    /// The full name of a placement of any tenant, also of one that is gone but for its removal.
    #[must_use]
    pub fn placement_name(&self, uid: &PlacementUid) -> Option<String> {
        let known = self.placements.by_uid(uid).map(PlacementRecord::name);
        known.or_else(|| self.tombstones.placement_name(uid).map(str::to_owned))
    }
}
