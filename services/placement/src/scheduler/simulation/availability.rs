//! `disruption.minAvailable`, held from outside the loop after every step of a history: whatever rolls, is evicted or moves,
//! of replicas that serve, and of which the server has heard so, none is taken away that others need.

use hourglass_model::ids::Slot;
use hourglass_model::request::canonicalise;

use super::*;
use crate::records::AssignmentRecord;
use crate::scheduler::rollout::Limits;

/// What served after the last step.
#[derive(Default)]
pub(super) struct Availability {
    before: BTreeMap<PlacementUid, Held>,
    /// Steps in which something was being replaced and not one more could have been taken away.
    pub(super) tight: usize,
}

/// What is known of one placement.
struct Held {
    spec: PlacementSpec,
    /// As many as must serve.
    least: usize,
    /// Slots that serve.
    serving: usize,
    /// Slots that the server thinks of as serving.
    believed: usize,
    /// Places that ended for other reasons than these: for a higher priority, because they were refused, or not ready.
    ended_by_others: BTreeSet<(Slot, Epoch)>,
}

impl Availability {
    /// Looks at all placements. `excused`: those that have lost a replica in this step by nobody's decision.
    pub(super) fn check(&mut self, world: &World, excused: &BTreeSet<PlacementUid>) {
        let live = world.core.placements();
        let live: Vec<_> = live.filter(|record| record.delete_time.is_none()).collect();
        let mut now = BTreeMap::new();
        for record in live {
            let held = Held::of(world, record);
            let before = self.before.get(&record.uid);
            let before = before.filter(|before| !excused.contains(&record.uid) && before.binds(&held));
            if let Some(before) = before {
                assert!(
                    held.serving >= before.serving.min(before.least),
                    "{}: {} of its replicas served, {} do now, and {} must",
                    record.name(),
                    before.serving,
                    held.serving,
                    before.least
                );
                let replaced =
                    record.roll.is_some() || record.slots.iter().any(|slot| slot.successor.is_some());
                self.tight += usize::from(replaced && held.least > 0 && held.serving == held.least);
            }
            now.insert(record.uid.clone(), held);
        }
        self.before = now;
    }
}

impl Held {
    fn of(world: &World, record: &PlacementRecord) -> Self {
        let request = canonicalise(&record.spec, &record.labels).unwrap();
        let of_us = [Reason::Superseded, Reason::Evicted, Reason::Drained];
        let serves = |slot: Slot, (epoch, assignment): (Epoch, &AssignmentRecord)| {
            assignment.observed.ready && runs(world, record, (slot, epoch), assignment)
        };
        let slots = record.slots.iter();
        Self {
            spec: record.spec.clone(),
            least: Limits::of(&request).min_available,
            serving: slots
                .clone()
                .filter(|slot| slot.places().any(|place| serves(slot.slot, place)))
                .count(),
            believed: slots.clone().filter(|slot| slot.serves()).count(),
            ended_by_others: slots
                .flat_map(|slot| slot.attempts.iter().map(move |attempt| (slot.slot, attempt)))
                .filter(|(_, attempt)| !of_us.contains(&attempt.reason))
                .map(|(slot, attempt)| (slot, attempt.epoch))
                .collect(),
        }
    }

    /// What the server did since then, it did knowing what there was, and for the same wish.
    fn binds(&self, now: &Self) -> bool {
        self.spec == now.spec
            && self.believed <= self.serving
            && now.ended_by_others.is_subset(&self.ended_by_others)
    }
}

/// The performer of a place is really there, and serves.
fn runs(
    world: &World,
    record: &PlacementRecord,
    (slot, epoch): (Slot, Epoch),
    assignment: &AssignmentRecord,
) -> bool {
    let key = SlotKey {
        placement_uid: record.uid.clone(),
        slot,
    };
    let mut members = world.members.iter();
    let member = members.find(|member| member.name == assignment.cluster);
    member
        .and_then(|member| member.performers.get(&(key, epoch)))
        .is_some_and(|performer| performer.ready && performer.gate != PodGate::Closed)
}
