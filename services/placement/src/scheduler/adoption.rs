//! Whether a performer that the store does not know may become a placement's again. Pure.
//!
//! A store that was lost, or restored from a backup, knows less than the clusters run. Only then, that is after the
//! incarnation was raised and until a person says that the recovery is over, is an unknown performer taken over, and only
//! by what this server itself sealed into it. Everything else is an orphan: counted as usage, listed, never touched.

use hourglass_model::request::{MAX_REPLICAS, canonicalise};

use super::command::RunningPerformer;
use crate::pki::placement_seal::PlacementSeal;
use crate::records::SealedPlacement;
use crate::records::sealed::{Listed, SEALED_FORMAT};

/// Why a performer is not taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAdopted {
    /// The store is neither new nor restored, or the performer was made since: its placement is really gone.
    #[error("no placement owns it")]
    Unowned,
    /// It goes anyway.
    #[error("no placement owns it, and it is being deleted")]
    Terminating,
    /// No seal, or one that another key made, or one that was changed.
    #[error("no placement owns it, and its seal does not verify")]
    SealBroken,
    /// A seal of another release.
    #[error("no placement owns it, and this release cannot read what its seal covers")]
    SealUnreadable,
    /// A good seal of another object.
    #[error("no placement owns it, and its seal is of another performer")]
    SealOfAnother,
    /// The placement's own rules have become stricter.
    #[error("no placement owns it, and its request no longer passes the rules")]
    RequestInvalid,
    /// Meanwhile somebody made another placement of that name.
    #[error("its placement's name was given to another placement")]
    NameTaken,
    /// Too many placements.
    #[error("no placement owns it, and there is no room for more placements")]
    Full,
}

/// A performer whose seal was verified.
#[derive(Clone, Debug)]
pub struct Verified {
    /// What was sealed.
    pub sealed: SealedPlacement,
    /// Replicas of the placement.
    pub replicas: u32,
}

/// Opens the seal of `performer` and compares it with what the cluster says.
///
/// # Errors
/// [`NotAdopted`]: it stays an orphan.
pub fn verify(
    seal: &PlacementSeal,
    performer: &RunningPerformer,
    listed: Listed<'_>,
) -> Result<Verified, NotAdopted> {
    if performer.terminating {
        return Err(NotAdopted::Terminating);
    }
    let content = seal
        .open(&performer.signed_placement)
        .ok_or(NotAdopted::SealBroken)?;
    let sealed: SealedPlacement = serde_json::from_slice(content).map_err(|_| NotAdopted::SealUnreadable)?;
    if sealed.format != SEALED_FORMAT {
        return Err(NotAdopted::SealUnreadable);
    }
    if !sealed.is_of(listed) {
        return Err(NotAdopted::SealOfAnother);
    }
    let request = canonicalise(&sealed.spec, &sealed.labels).map_err(|_| NotAdopted::RequestInvalid)?;
    // More than are wanted by now may be on their way out; none was ever beyond the limit.
    if i64::from(sealed.slot.0) >= i64::from(MAX_REPLICAS) {
        return Err(NotAdopted::SealOfAnother);
    }
    Ok(Verified {
        sealed,
        replicas: request.replicas,
    })
}

#[cfg(test)]
mod tests {
    use hourglass_model::ids::{ClusterName, ClusterUid, Epoch, PlacementUid, Slot};

    use super::*;
    use crate::dispatch::SlotKey;
    use crate::edge::testing::{record, slot};
    use crate::records::PlacementRecord;
    use crate::records::placement::Observed;

    struct Case {
        seal: PlacementSeal,
        performer: RunningPerformer,
        cluster: ClusterName,
        cluster_uid: ClusterUid,
        _keys: tempfile::TempDir,
    }

    fn placement() -> PlacementRecord {
        let spec = serde_json::json!({
            "performer": {"avsAddress": "0x1111111111111111111111111111111111111111", "image": "a/b:1"},
        });
        PlacementRecord {
            spec: serde_json::from_value(spec).unwrap(),
            ..record("default", "web", "uid-1")
        }
    }

    impl Case {
        fn new() -> Self {
            let keys = tempfile::tempdir().unwrap();
            let seal = PlacementSeal::load_or_create(keys.path()).unwrap();
            let record = placement();
            let slot = slot(0, "west", "node-1", Observed::default());
            let assignment = slot.assignment.as_ref().unwrap();
            let cluster_uid = ClusterUid::new("uid-west").unwrap();
            let sealed = SealedPlacement::of(&record, slot.slot, slot.epoch, assignment, cluster_uid.clone());
            let performer = RunningPerformer {
                key: SlotKey::of(&record.uid, slot.slot),
                epoch: slot.epoch,
                content_hash: assignment.content_hash.clone(),
                performer: assignment.performer(),
                terminating: false,
                signed_placement: seal.seal(&serde_json::to_vec(&sealed).unwrap()),
                incarnation: 1,
            };
            Self {
                seal,
                performer,
                cluster: ClusterName::new("west").unwrap(),
                cluster_uid,
                _keys: keys,
            }
        }

        fn verify(&self) -> Result<Verified, NotAdopted> {
            let listed = Listed {
                cluster: &self.cluster,
                cluster_uid: &self.cluster_uid,
                placement_uid: &self.performer.key.placement_uid,
                slot: self.performer.key.slot,
                epoch: self.performer.epoch,
                performer: &self.performer.performer,
                content_hash: &self.performer.content_hash,
            };
            verify(&self.seal, &self.performer, listed)
        }
    }

    #[test]
    fn what_was_sealed_for_this_performer_comes_back_whole() {
        let case = Case::new();
        let verified = case.verify().unwrap();
        assert_eq!(verified.replicas, 1);
        let before = placement();
        let placement = verified.sealed.placement(verified.replicas);
        assert_eq!(
            (placement.name(), placement.uid, placement.spec, placement.etag),
            (before.name(), before.uid, before.spec, before.etag)
        );
        assert_eq!(placement.slots.len(), 1);
        assert!(placement.slots[0].assignment.is_none(), "found slot by slot");
    }

    #[test]
    fn a_changed_missing_or_foreign_seal_proves_nothing() {
        let mut case = Case::new();
        *case.performer.signed_placement.last_mut().unwrap() ^= 1;
        assert_eq!(case.verify().unwrap_err(), NotAdopted::SealBroken);
        case.performer.signed_placement.clear();
        assert_eq!(case.verify().unwrap_err(), NotAdopted::SealBroken);

        let mut lost_key = Case::new();
        let keys = tempfile::tempdir().unwrap();
        lost_key.seal = PlacementSeal::load_or_create(keys.path()).unwrap();
        assert_eq!(lost_key.verify().unwrap_err(), NotAdopted::SealBroken);

        let mut other = Case::new();
        other.performer.signed_placement = other.seal.seal(b"{\"format\": 2}");
        assert_eq!(other.verify().unwrap_err(), NotAdopted::SealUnreadable);
    }

    #[test]
    fn a_seal_counts_only_on_the_very_performer_that_it_was_made_for() {
        let changes: [fn(&mut Case); 7] = [
            |case| case.cluster = ClusterName::new("east").unwrap(),
            |case| case.cluster_uid = ClusterUid::new("uid-other").unwrap(),
            |case| case.performer.key.placement_uid = PlacementUid::new("uid-2").unwrap(),
            |case| case.performer.key.slot = Slot(1),
            |case| case.performer.epoch = Epoch(4),
            |case| case.performer.performer = "avs/copy".to_owned(),
            |case| case.performer.content_hash = "c2".to_owned(),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut case = Case::new();
            change(&mut case);
            assert_eq!(
                case.verify().unwrap_err(),
                NotAdopted::SealOfAnother,
                "change {number}"
            );
        }
    }

    #[test]
    fn what_is_being_deleted_is_let_go() {
        let mut case = Case::new();
        case.performer.terminating = true;
        assert_eq!(case.verify().unwrap_err(), NotAdopted::Terminating);
    }
}
