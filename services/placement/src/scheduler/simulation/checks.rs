//! What must hold after every step, and once the world is quiet; looked at from outside the loop.

use super::*;
use crate::records::SlotRecord;

impl World {
    /// A gate goes only once every replica of the gang was made.
    pub(super) fn check_lifted(&self, key: &SlotKey, epoch: Epoch) {
        let Some(record) = self.core.placements.by_uid(&key.placement_uid) else {
            return;
        };
        let is_current = record
            .assigned()
            .any(|(slot, _)| slot.slot == key.slot && slot.epoch == epoch);
        if !is_current || !record.gang_is_starting() {
            // Taken back, or replaced, after the order had left.
            return;
        }
        for (slot, _) in record.assigned() {
            let key = SlotKey::of(&record.uid, slot.slot);
            // Somebody may have taken it away since.
            assert!(
                self.ever_made.contains(&(key, slot.epoch)),
                "{}: a gate is lifted before replica {} was made",
                record.name(),
                slot.slot
            );
        }
    }

    pub(super) fn check(&self) {
        for id in self.acknowledged.difference(&self.deleted) {
            assert!(
                self.core.placement(&tenant(), id).is_some(),
                "acknowledged placement {id} is lost"
            );
        }
        for member in &self.members {
            for index in 0..NODES {
                let node = NodeName::new(format!("n{index}")).unwrap();
                let taken: i64 = member
                    .performers
                    .values()
                    .filter(|performer| performer.node == node)
                    .map(|performer| performer.gpus)
                    .sum();
                assert!(
                    taken <= GPUS,
                    "{}/{node} is over-committed: {taken} of {GPUS} GPUs",
                    member.name
                );
            }
            for (key, epoch) in member.performers.keys() {
                self.check_started(key, *epoch);
                let known = self.core.placements.by_uid(&key.placement_uid).is_some()
                    || self.core.tombstones.record(&key.placement_uid).is_some();
                assert!(
                    known || self.core.recovers(),
                    "a performer of {key:?} epoch {epoch} runs and nobody knows of it"
                );
            }
        }
        assert_eq!(hourglass_engine::invariants::check(self.core.fleet()), vec![]);
        self.check_promised();
    }

    /// Nobody stays whose room is promised, but for a server that has just started, and within a round.
    fn check_promised(&self) {
        if self.open.is_some() || self.core.may_be_unfinished {
            return;
        }
        for record in self.core.placements() {
            let left = self.core.not_cleared_out(record);
            assert_eq!(
                left,
                BTreeMap::new(),
                "{} waits for those that stay",
                record.name()
            );
        }
    }

    /// What runs does not wait for others to leave.
    pub(super) fn check_started(&self, key: &SlotKey, epoch: Epoch) {
        let record = self.core.placements.by_uid(&key.placement_uid);
        let mut behind = record.into_iter().flat_map(PlacementRecord::behind_victims);
        assert!(
            !behind.any(|(slot, _)| slot.slot == key.slot && slot.epoch == epoch && !self.core.is_held(slot)),
            "{key:?} epoch {epoch} was started before those whose room it takes have left"
        );
    }

    pub(super) fn check_settled(&self) {
        self.check_settled_but(&BTreeSet::new());
        self.check_priorities();
    }

    /// `recovered`: placements of which a part was lost with the store; what is left of a gang is not taken down.
    pub(super) fn check_settled_but(&self, recovered: &BTreeSet<PlacementUid>) {
        let mut wanted = BTreeSet::new();
        for record in self.core.placements() {
            assert_ne!(
                record.state,
                PlacementState::Deleting,
                "{} is never gone",
                record.name()
            );
            for (slot, assignment) in record.assigned() {
                let key = SlotKey::of(&record.uid, slot.slot);
                wanted.insert((assignment.cluster.clone(), key, slot.epoch));
                assert!(
                    assignment.observed.ready,
                    "{} slot {} does not serve",
                    record.name(),
                    slot.slot
                );
            }
            assert!(
                record.behind_victims().next().is_none(),
                "{} waits for ever for others to leave",
                record.name()
            );
            if record.spec.gang && !recovered.contains(&record.uid) {
                let placed = record.assigned().count();
                // One that runs goes on with those that serve, while it waits for the others.
                let mut lacking = record.without_place();
                let goes_on =
                    record.serves() && (record.waits() || lacking.any(SlotRecord::is_tried_no_more));
                assert!(
                    placed == 0 || placed == record.slots.len() || goes_on,
                    "{}: half a gang, {:?}: {:#?}",
                    record.name(),
                    record.state,
                    record.slots
                );
                let phase = record.gang_start.map(|start| start.phase);
                assert!(
                    phase.is_none_or(|phase| phase == GangPhase::Lifted),
                    "{}: its start stands still in {phase:?}",
                    record.name()
                );
            }
        }
        let runs: BTreeSet<_> = self
            .members
            .iter()
            .flat_map(|member| {
                member
                    .performers
                    .keys()
                    .map(|(key, epoch)| (member.name.clone(), key.clone(), *epoch))
            })
            .collect();
        assert_eq!(runs, wanted, "what runs is not what was decided");
        let mut listing = Listing::default();
        let mut stored: Vec<PlacementRecord> = self
            .disk
            .iter()
            .filter(|(key, _)| key.starts_with("placements/"))
            .filter_map(|(key, value)| listing.push(key, value).unwrap())
            .map(without_wording)
            .collect();
        stored.sort_by(|left, right| left.id.cmp(&right.id));
        let memory: Vec<_> = self.core.placements().cloned().map(without_wording).collect();
        assert_eq!(stored, memory, "memory and disk differ");
        let buried: Vec<TombstonesRecord> = self
            .disk
            .iter()
            .filter(|(key, _)| key.starts_with("tombstones/"))
            .map(|(key, value)| decode(key, value).unwrap())
            .collect();
        assert_eq!(buried, vec![], "a tombstone is never confirmed");
    }
}

/// Every intent that a batch writes or deletes is followed by its status, in the same way.
pub(super) fn check_halves(batch: &hourglass_store::Batch) {
    let operations = batch.operations();
    for (at, operation) in operations.iter().enumerate() {
        let Some(folder) = operation.key.as_str().strip_suffix("/intent") else {
            continue;
        };
        let next = operations.get(at + 1).expect("a status follows");
        assert_eq!(next.key.as_str(), format!("{folder}/status"));
        assert_eq!(
            matches!(operation.action, hourglass_store::Action::Delete),
            matches!(next.action, hourglass_store::Action::Delete)
        );
    }
}

/// The placement without what is written only together with something else: how the reports are worded.
pub(super) fn without_wording(mut record: PlacementRecord) -> PlacementRecord {
    for assignment in record
        .slots
        .iter_mut()
        .filter_map(|slot| slot.assignment.as_mut())
    {
        assignment.observed.message.clear();
    }
    for condition in &mut record.conditions {
        condition.message.clear();
    }
    if let Some(blocked) = record.roll.as_mut().and_then(|roll| roll.blocked.as_mut()) {
        blocked.clear();
    }
    record
}
