//! `disruption.minAvailable`, held from outside the loop after every step of a history: whatever rolls, is evicted or moves,
//! of replicas that serve, and of which the server has heard so, none is taken away that others need. And what has served, and
//! is well, goes by our own doing only after its successor has served: never for an update that is blocked or given up.

use hourglass_model::ids::Slot;
use hourglass_model::placement::UpdateStrategy;
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
    /// Places that went after their successors had served.
    pub(super) followed: usize,
}

/// Reasons for which the server takes away what serves, of its own accord.
const OF_US: [Reason; 8] = [
    Reason::Superseded,
    Reason::Evicted,
    Reason::Drained,
    Reason::GangDoesNotFit,
    Reason::GangBackedOut,
    Reason::QueueTimeout,
    Reason::NodeRejected,
    Reason::StartDeadlineExceeded,
];

/// What is known of one placement.
struct Held {
    spec: PlacementSpec,
    /// As many as must serve.
    least: usize,
    /// Slots that serve, and of which the server has heard so.
    serving: usize,
    /// Slots that serve, whatever the server has heard, or has forgotten because it started anew.
    really: usize,
    /// Slots that the server thinks of as serving.
    believed: usize,
    /// Places of which the server has heard that they serve, or have, and that do.
    served: BTreeSet<(Slot, Epoch)>,
    /// Places that ended for other reasons than these: for a higher priority.
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
            let known = before.filter(|_| !excused.contains(&record.uid));
            for place in known.iter().flat_map(|before| &before.served) {
                self.followed += usize::from(is_followed(world, record, *place));
            }
            let before = before.filter(|before| !excused.contains(&record.uid) && before.binds(&held));
            if let Some(before) = before {
                assert!(
                    held.really >= before.serving.min(before.least),
                    "{}: {} of its replicas served, {} do now, and {} must",
                    record.name(),
                    before.serving,
                    held.really,
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
            really: slots
                .clone()
                .filter(|slot| {
                    let mut places = slot.places();
                    places.any(|(epoch, assignment)| runs(world, record, (slot.slot, epoch), assignment))
                })
                .count(),
            believed: slots.clone().filter(|slot| slot.serves()).count(),
            served: slots
                .clone()
                .flat_map(|slot| slot.places().map(move |place| (slot.slot, place)))
                .filter(|(slot, (epoch, assignment))| {
                    assignment.observed.started && runs(world, record, (*slot, *epoch), assignment)
                })
                .map(|(slot, (epoch, _))| (slot, epoch))
                .collect(),
            ended_by_others: slots
                .flat_map(|slot| slot.attempts.iter().map(move |attempt| (slot.slot, attempt)))
                .filter(|(_, attempt)| !OF_US.contains(&attempt.reason))
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

/// Whether a place that served was taken away since, by our own doing, after a later one of its slot had served; it is an
/// error when none had, unless a gap was asked for.
fn is_followed(world: &World, record: &PlacementRecord, (slot, epoch): (Slot, Epoch)) -> bool {
    // One that is not wanted any more goes by what must serve alone.
    let Some(held) = record.slot(slot) else {
        return false;
    };
    if held.places().any(|(of, _)| of == epoch) {
        return false;
    }
    let ended = held.attempts.iter().find(|attempt| attempt.epoch == epoch);
    let Some(ended) = ended.filter(|ended| OF_US.contains(&ended.reason)) else {
        return false;
    };
    let key = SlotKey::of(&record.uid, slot);
    let mut ready = world.ever_ready.iter();
    if ready.any(|(of, later)| *of == key && *later > epoch) {
        return true;
    }
    let update = record.spec.update.as_ref();
    let recreates = update.is_some_and(|update| update.strategy == Some(UpdateStrategy::Recreate));
    let asked_for = match ended.reason {
        Reason::Superseded => recreates && held.assignment.is_some(),
        Reason::Evicted => record.spec.disruption.is_some() && !record.spec.gang,
        _ => false,
    };
    assert!(
        asked_for,
        "{}: replica {slot} (epoch {epoch}) serves and was taken away before a successor served: {ended:?}",
        record.name()
    );
    false
}
