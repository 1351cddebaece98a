//! Those that leave a node anyway: released for whatever reason (they made room for others, were deleted, moved or replaced), and
//! not gone yet. Whoever could move others counts on their room first, because that costs nobody anything.
//!
//! What was promised of that room is charged to the node like any other claim, so what is free without them is what is left of
//! it for the next one. Who could move nobody does not count on it either, and waits for what is free. A placement does not count on what it leaves itself: its next place would have to end with the last
//! one.

use std::collections::BTreeMap;

use hourglass_model::ids::ClaimId;
use hourglass_model::resources::ResourceVector;

use super::reprieve::holds;
use crate::claims::ClaimRecord;
use crate::decide::{Draft, Place};
use crate::scan::{Demands, Prepared, Spot};
use crate::state::{DeviceHold, NodeState};

/// Those that leave a node, and what of it.
#[derive(Debug, Default)]
pub(super) struct Leavers<'a> {
    /// By id.
    records: Vec<&'a ClaimRecord>,
    /// What each leaves, and of devices.
    freed: Vec<(ResourceVector, Vec<DeviceHold>)>,
}

impl<'a> Leavers<'a> {
    /// Claims that are charged to the node or whose pods are there.
    pub(super) fn on(
        prepared: &Prepared<'a>,
        draft: &Draft<'a>,
        (cluster, node): (usize, &'a NodeState),
    ) -> Self {
        let Some(eligible) = prepared.eligible.get(cluster) else {
            return Self::default();
        };
        let ledger = &prepared.state.ledger;
        let charged = ledger.on_node(eligible.name, node.name());
        let seen = node.claims().iter().filter_map(|seen| ledger.get(&seen.claim));
        let leaves = |record: &&ClaimRecord| {
            record.claim.cluster == *eligible.name && is_counted_on(prepared, draft, record)
        };
        let there: BTreeMap<&ClaimId, &ClaimRecord> = charged
            .chain(seen)
            .filter(leaves)
            .map(|record| (&record.claim.id, record))
            .collect();
        let records: Vec<&ClaimRecord> = there.into_values().collect();
        let freed = records.iter().map(|record| {
            let devices = node
                .devices()
                .map(|_| eligible.state.devices_freed_by(&record.claim, node.name()));
            let freed = eligible.state.freed_on(&record.claim, node.name());
            (freed, devices.unwrap_or_default())
        });
        Self {
            freed: freed.collect(),
            records,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(super) fn records(&self) -> &[&'a ClaimRecord] {
        &self.records
    }

    /// A node as it is once they have gone.
    pub(super) fn leave<'s>(&self, spot: Spot<'s>) -> Spot<'s> {
        if self.is_empty() {
            return spot;
        }
        let (mut free, mut room) = (spot.free.into_owned(), spot.devices.into_owned());
        for (freed, devices) in &self.freed {
            free.add_saturating(freed);
            if let Some(known) = spot.node.devices() {
                known.give(&mut room, devices, freed);
            }
        }
        Spot {
            free: std::borrow::Cow::Owned(free),
            devices: std::borrow::Cow::Owned(room),
            ..spot
        }
    }
}

/// Whether the room of a claim counts as being left: it is on its way out, is not the placement's own, has not been thought away,
/// and whoever asks does not know that it stays.
pub(crate) fn is_counted_on(prepared: &Prepared<'_>, draft: &Draft<'_>, record: &ClaimRecord) -> bool {
    let id = &record.claim.id;
    !record.is_live()
        && prepared.input.placement != Some(&id.placement)
        && !draft.is_gone(id)
        && prepared.staying.is_none_or(|staying| !staying.contains(id))
}

/// Of these that leave the node of a place those without whom it does not hold: of several that would do the first ones stay. The
/// draft has nothing of the place, and none of those gone who leave.
pub(super) fn needed<'a>(
    prepared: &Prepared<'a>,
    draft: &Draft<'a>,
    leavers: &[&'a ClaimRecord],
    place: &Place<'a>,
) -> Vec<&'a ClaimRecord> {
    let mut going = leavers.to_vec();
    let mut demands = Demands::default();
    for record in leavers {
        let less = || {
            going
                .iter()
                .copied()
                .filter(|other| !std::ptr::eq(*other, *record))
        };
        let mut trial = draft.clone();
        for other in less() {
            trial.remove(prepared, other);
        }
        if holds(prepared, &trial, place, &mut demands) {
            going = less().collect();
        }
    }
    going
}

#[cfg(test)]
mod tests;
