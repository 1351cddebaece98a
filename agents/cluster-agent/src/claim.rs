//! What a command, a Performer object and a pod are about: one slot of a placement, at one epoch, as their
//! labels and the wire say it.

use std::collections::BTreeMap;

use hourglass_model::ids::{ClaimId, Epoch, PlacementUid, Slot};
use hourglass_performer_api::names::{EPOCH_LABEL, PLACEMENT_UID_LABEL, SLOT_LABEL};

/// One slot of one placement, at whatever epoch. Commands for it are executed in the order they came.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SlotKey {
    /// The placement.
    pub placement: PlacementUid,
    /// The slot.
    pub slot: Slot,
}

impl SlotKey {
    /// The slot of a claim.
    pub fn of(claim: &ClaimId) -> Self {
        Self {
            placement: claim.placement.clone(),
            slot: claim.slot,
        }
    }

    /// Selects every object of the slot, at whatever epoch.
    pub fn label_selector(&self) -> String {
        format!(
            "{PLACEMENT_UID_LABEL}={},{SLOT_LABEL}={}",
            self.placement, self.slot
        )
    }
}

/// The claim that an object's labels name; `None` where they name none, or one that cannot be.
pub fn from_labels(labels: &BTreeMap<String, String>) -> Option<ClaimId> {
    Some(ClaimId {
        placement: PlacementUid::new(labels.get(PLACEMENT_UID_LABEL)?).ok()?,
        slot: Slot(labels.get(SLOT_LABEL)?.parse().ok()?),
        epoch: Epoch(labels.get(EPOCH_LABEL)?.parse().ok()?),
    })
}

/// The claim that a message names, or what is wrong with it.
pub fn from_wire(placement_uid: &str, slot: i32, epoch: i64) -> Result<ClaimId, String> {
    Ok(ClaimId {
        placement: PlacementUid::new(placement_uid).map_err(|error| error.to_string())?,
        slot: Slot(u32::try_from(slot).map_err(|_| format!("slot {slot} is negative"))?),
        epoch: Epoch(u64::try_from(epoch).map_err(|_| format!("epoch {epoch} is negative"))?),
    })
}

/// The slot as the wire has it.
pub fn wire_slot(slot: Slot) -> i32 {
    i32::try_from(slot.0).unwrap_or(i32::MAX)
}

/// The epoch as the wire has it.
pub fn wire_epoch(epoch: Epoch) -> i64 {
    i64::try_from(epoch.0).unwrap_or(i64::MAX)
}

/// What is to go of a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    /// Slot and epoch.
    pub claim: ClaimId,
    /// Only this very epoch: an earlier one of the slot serves on.
    pub exact: bool,
}

impl Tombstone {
    /// Of everything of the slot up to the epoch of `claim`.
    pub fn up_to(claim: ClaimId) -> Self {
        Self { claim, exact: false }
    }

    /// Whether it also buries `other`: the same slot, and no newer epoch.
    pub fn covers(&self, other: &ClaimId) -> bool {
        self.claim.placement == other.placement
            && self.claim.slot == other.slot
            && self.covers_epoch(other.epoch)
    }

    /// Whether it buries what is of its slot and at this epoch.
    pub fn covers_epoch(&self, epoch: Epoch) -> bool {
        if self.exact {
            epoch == self.claim.epoch
        } else {
            epoch <= self.claim.epoch
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(uid: &str, slot: &str, epoch: &str) -> BTreeMap<String, String> {
        [
            (PLACEMENT_UID_LABEL, uid),
            (SLOT_LABEL, slot),
            (EPOCH_LABEL, epoch),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
    }

    #[test]
    fn labels_name_a_claim_only_when_all_three_are_valid() {
        assert_eq!(from_labels(&labels("u", "2", "7")), from_wire("u", 2, 7).ok());
        for (uid, slot, epoch) in [("", "2", "7"), ("u", "-1", "7"), ("u", "x", "7"), ("u", "2", "")] {
            assert_eq!(
                from_labels(&labels(uid, slot, epoch)),
                None,
                "{uid}/{slot}@{epoch}"
            );
        }
        assert_eq!(from_labels(&BTreeMap::new()), None);
    }

    #[test]
    fn a_message_that_names_no_claim_says_why() {
        assert!(from_wire("", 0, 1).unwrap_err().contains("placement uid"));
        assert_eq!(from_wire("u", -1, 1).unwrap_err(), "slot -1 is negative");
        assert_eq!(from_wire("u", 1, -1).unwrap_err(), "epoch -1 is negative");
    }

    #[test]
    fn a_tombstone_covers_its_slot_up_to_its_epoch() {
        let claim = |uid, slot, epoch| from_wire(uid, slot, epoch).unwrap();
        let tombstone = Tombstone::up_to(claim("u", 2, 7));
        assert!(tombstone.covers(&claim("u", 2, 7)));
        assert!(tombstone.covers(&claim("u", 2, 1)));
        assert!(!tombstone.covers(&claim("u", 2, 8)));
        assert!(!tombstone.covers(&claim("u", 3, 7)));
        assert!(!tombstone.covers(&claim("v", 2, 7)));
        let exact = Tombstone {
            exact: true,
            ..tombstone
        };
        assert!(exact.covers(&claim("u", 2, 7)));
        assert!(!exact.covers(&claim("u", 2, 1)), "an earlier epoch serves on");
    }
}
