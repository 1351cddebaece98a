//! The histories of updates with images of which nothing ever starts: given up, corrected, taken back, or left as they are, while
//! nodes are emptied, replicas evicted and performers lost.
//!
//! What must hold beside the rules of every history of updates: what has served goes on serving as long as a node can take it,
//! as what it was; and once the world is quiet, every placement says truly how it is.

use hourglass_model::ids::{Generation, Slot};
use hourglass_model::placement::UpdateStrategy;
use rand::Rng;

use super::agents::{BAD, is_good};
use super::histories::covers;
use super::rollout_histories::Rolling;
use super::*;
use crate::records::SlotRecord;
use crate::records::placement::{ConditionKind, ConditionStatus};

/// The first wish of a placement: with a deadline for its starts that passes now and then in a history.
pub(super) fn first_of_bad_history(rng: &mut impl Rng, mut wish: PlacementSpec) -> PlacementSpec {
    wish.start_deadline = Some(Duration::from_secs(rng.random_range(4..=10)));
    if rng.random_bool(0.1) {
        wish.performer.image = format!("{BAD}:0");
    }
    wish
}

/// What came up in a history, and what has served in it.
#[derive(Default)]
struct Seen {
    /// Replicas of which the server knows that they have served, with the epoch of the last place that did and the generation
    /// that was wanted then.
    served: BTreeMap<(PlacementUid, Slot), (Epoch, Generation)>,
    /// Replicas of which an update was given up, while what was there before served.
    given_up: BTreeSet<(PlacementUid, Slot)>,
    /// Replicas that came up somewhere else as what they were, beside an update that gets nowhere.
    moved: BTreeSet<(SlotKey, Epoch)>,
    /// Replicas that served as what is wanted after an update was given up.
    corrected: BTreeSet<(PlacementUid, Slot)>,
}

impl Seen {
    fn look(&mut self, world: &World) {
        for record in world.core.placements() {
            for slot in &record.slots {
                let key = (record.uid.clone(), slot.slot);
                let served = self.served.get(&key).copied();
                let Some(assignment) = slot.assignment.as_ref() else {
                    if served.is_some_and(|(_, wanted)| wanted != record.generation) {
                        // It had no place any more when something else was wanted.
                        self.served.remove(&key);
                    }
                    continue;
                };
                if assignment.observed.started {
                    self.served.insert(key.clone(), (slot.epoch, record.generation));
                } else if served.is_some_and(|(epoch, _)| epoch == slot.epoch) {
                    // A crash has made it forget.
                    self.served.remove(&key);
                }
                let is_current = record.is_current(assignment);
                if slot.is_given_up() && slot.serves() && !is_current {
                    self.given_up.insert(key.clone());
                    if slot.earlier.is_some() {
                        self.moved
                            .insert((SlotKey::of(&record.uid, slot.slot), slot.epoch));
                    }
                }
                if is_current && slot.serves() && self.given_up.contains(&key) {
                    self.corrected.insert(key);
                }
            }
        }
    }

    fn check_settled(&self, world: &World) {
        for record in world.core.placements() {
            let lacks: Vec<&SlotRecord> = record.slots.iter().filter(|slot| !slot.serves()).collect();
            let all_serve = lacks.is_empty();
            let told = |kind: ConditionKind| {
                let condition = record.condition(kind);
                condition.map(|condition| (condition.status, condition.reason))
            };
            let name = record.name();
            let lacks_room = record.roll.as_ref().is_some_and(|roll| roll.no_room);
            if is_good(&record.spec.performer.image) && all_serve && !lacks_room {
                assert_eq!(record.state, PlacementState::Ready, "{name}: {record:#?}");
                continue;
            }
            if !is_good(&record.spec.performer.image) {
                assert_ne!(record.state, PlacementState::Ready, "{name}");
                let outdated = record.assigned().any(|(_, at)| !record.is_current(at));
                let (status, reason) =
                    told(ConditionKind::Updated).unwrap_or((ConditionStatus::True, Reason::UpToDate));
                let stands = [Reason::UpdateBlocked, Reason::ProgressDeadlineExceeded].contains(&reason);
                assert!(
                    !outdated || (status == ConditionStatus::False && stands),
                    "{name}: {record:#?}"
                );
            }
            // What waits is looked at by the rules of every history: nothing that waits could have a place.
            for slot in lacks {
                let given_up = slot.is_tried_no_more() || (record.spec.gang && record.gang_is_given_up());
                assert!(
                    given_up || record.waits(),
                    "{name}: replica {} neither serves, nor waits, nor is given up: {record:#?}",
                    slot.slot
                );
                if given_up {
                    let exhausted = Some((ConditionStatus::False, Reason::AttemptsExhausted));
                    assert_eq!(told(ConditionKind::Scheduled), exhausted, "{name}: {record:#?}");
                    let expected = [PlacementState::Failed, PlacementState::Degraded];
                    assert!(expected.contains(&record.state), "{name}: {record:#?}");
                }
                self.check_what_served(world, record, slot);
            }
        }
    }

    /// What has served and does not serve any more was to begin with a gap, or finds no room as what it was.
    fn check_what_served(&self, world: &World, record: &PlacementRecord, slot: &SlotRecord) {
        let update = record.spec.update.as_ref();
        let recreates = update.is_some_and(|update| update.strategy == Some(UpdateStrategy::Recreate));
        let has_served = self.served.contains_key(&(record.uid.clone(), slot.slot));
        if recreates || record.spec.gang || !has_served {
            return;
        }
        assert!(
            !slot.is_tried_no_more(),
            "{}: replica {} has served, and is given up: {record:#?}",
            record.name(),
            slot.slot
        );
        assert!(
            world.scheduled(record.id.as_str()) != Reason::Decided,
            "{}: replica {} has served, and waits for nothing: {record:#?}",
            record.name(),
            slot.slot
        );
    }
}

/// Agents that are connected carry out what is ordered, and say what there is.
fn carry_out_once(world: &mut World) {
    for index in 0..CLUSTERS {
        while world.obey(index, false) {}
        world.report_all(index, false);
    }
}

/// For a while: 25 times some seconds are long enough to give up.
fn nobody_asks_for_anything(world: &mut World, times: usize) {
    for index in 0..CLUSTERS {
        if world.members[index].session.is_none() {
            world.connect(index);
        }
        world.send_inventory(index);
    }
    for _ in 0..times {
        carry_out_once(world);
        world.time_passes();
    }
}

/// Nothing is tried any more.
fn is_at_rest(world: &World) -> bool {
    let serves = |slot: &SlotRecord| slot.serves() || slot.assignment.is_none();
    let mut slots = world.core.placements().flat_map(|record| &record.slots);
    slots.all(|slot| slot.successor.is_none() && serves(slot))
}

fn history(seed: u64) -> Seen {
    let mut rolling = Rolling::new(90_000 + seed);
    rolling.bad_images = true;
    // Good ones start at once: what is given up here is bad.
    rolling.world.slow_starts = false;
    let mut seen = Seen::default();
    for _ in 0..150 {
        match rolling.world.rng.random_range(0..100) {
            0..30 => rolling.world.time_passes(),
            30..32 => rolling.world.refuse_one(),
            32..42 => carry_out_once(&mut rolling.world),
            42..44 => {
                rolling.update_to_bad();
                nobody_asks_for_anything(&mut rolling.world, 25);
                rolling.check();
                rolling.cordon();
                for _ in 0..4 {
                    nobody_asks_for_anything(&mut rolling.world, 1);
                    rolling.check();
                    seen.look(&rolling.world);
                }
                if rolling.world.rng.random_bool(0.5) {
                    rolling.rollback();
                }
            }
            _ => rolling.step(),
        }
        rolling.world.check();
        rolling.check();
        seen.look(&rolling.world);
    }
    // What a crash makes the server forget here it did not know.
    rolling.world.commit();
    seen.look(&rolling.world);
    for _ in 0..4 {
        rolling.settle();
        // What was told last is carried out.
        carry_out_once(&mut rolling.world);
        if is_at_rest(&rolling.world) {
            break;
        }
    }
    rolling.check_settled();
    seen.look(&rolling.world);
    seen.check_settled(&rolling.world);
    seen
}

#[test]
fn no_history_of_updates_to_what_never_starts_takes_away_what_serves() {
    let all = histories(40, history);
    covers(&all, 2, "an update is given up beside what serves", |seen| {
        seen.given_up.len()
    });
    covers(&all, 5, "something moves as what it was", |seen| seen.moved.len());
    covers(&all, 5, "an update that was given up is corrected", |seen| {
        seen.corrected.len()
    });
}
