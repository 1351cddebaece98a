//! What serves, or has served and only blips, stays through updates that get nowhere.

use super::asking::id;
use super::rollout_rules::{
    carry_out, condition, new_image, ripen_all, serving, the_one, update,
};
use super::*;
use crate::records::SlotRecord;
use crate::records::placement::ConditionStatus;
use crate::records::rollout::MAX_FAILED_STARTS;

impl World {
    /// No performer serves for a moment, and their agents say so.
    pub(super) fn blip(&mut self) {
        for member in &mut self.members {
            for performer in member.performers.values_mut() {
                performer.ready = false;
            }
        }
        for index in 0..CLUSTERS {
            self.report_all(index, false);
        }
    }

    /// Nothing new has become ready by the start deadline.
    pub(super) fn start_deadlines_pass(&mut self) {
        self.later(Duration::from_secs(601));
        for member in &self.members {
            let cluster = self.core.clusters().get(&member.name).unwrap();
            if let Some(session) = cluster.session.as_ref() {
                session.last_seen.touch(self.clock);
            }
        }
        self.tick();
    }
}

/// Where the replicas are, with their epochs.
pub(super) fn places(record: &PlacementRecord) -> Vec<(Epoch, String)> {
    let assigned = record.assigned();
    assigned
        .map(|(slot, assignment)| (slot.epoch, assignment.place()))
        .collect()
}

#[test]
fn a_blip_while_an_update_is_blocked_takes_nothing_away() {
    let mut world = serving(spec(GPUS, 3, false));
    world.ask("other", spec(GPUS, 1, false));
    carry_out(&mut world);
    ripen_all(&mut world);
    let input = new_image(&world, 2);
    update(&mut world, &input);
    carry_out(&mut world);
    let before = the_one(&world);
    assert_eq!(condition(&before).1, Reason::UpdateBlocked);
    world.blip();
    assert!(!the_one(&world).serves());
    carry_out(&mut world);
    assert_eq!(places(&the_one(&world)), places(&before));
    ripen_all(&mut world);
    let after = the_one(&world);
    assert!(after.slots.iter().all(SlotRecord::serves));
    assert_eq!(places(&after), places(&before));
    assert_eq!(
        condition(&after),
        (ConditionStatus::False, Reason::UpdateBlocked)
    );
}

/// An update of `p` that was given up, with the earlier generation serving on.
pub(super) fn given_up() -> World {
    let mut world = serving(spec(1, 1, false));
    let input = new_image(&world, 2);
    update(&mut world, &input);
    for failed in 1..=MAX_FAILED_STARTS {
        carry_out(&mut world);
        assert!(the_one(&world).slots[0].successor.is_some(), "{failed}");
        world.start_deadlines_pass();
        assert_eq!(the_one(&world).slots[0].failed_starts, failed);
    }
    carry_out(&mut world);
    assert!(the_one(&world).slots[0].successor.is_none());
    world
}

#[test]
fn a_blip_after_an_update_was_given_up_takes_nothing_away() {
    let mut world = given_up();
    let before = the_one(&world);
    assert!(before.serves());
    for _ in 0..3 {
        world.blip();
        carry_out(&mut world);
        assert_eq!(places(&the_one(&world)), places(&before));
        world.restart();
        world.connect_all();
        carry_out(&mut world);
        ripen_all(&mut world);
        assert_eq!(places(&the_one(&world)), places(&before));
        assert!(the_one(&world).serves());
    }
}

#[test]
fn what_was_given_up_and_then_loses_its_place_is_tried_again() {
    let mut world = given_up();
    let before = the_one(&world);
    let (slot, assignment) = before.assigned().next().unwrap();
    let member = world
        .members
        .iter()
        .find(|member| member.name == assignment.cluster);
    let session = member.unwrap().session.as_ref().unwrap().id.clone();
    let report = PerformerReport {
        placement_uid: before.uid.clone(),
        slot: slot.slot,
        epoch: slot.epoch,
        phase: Phase::Starting,
        ready: false,
        node: String::new(),
        endpoint: String::new(),
        reason: String::new(),
        message: "its node was rebuilt, and a local pod was faster".into(),
        observe_time: None,
        rejected: true,
        disruption: String::new(),
        gate: Gate::Unknown,
    };
    world.round(false, |core, round| core.reported(&session, report, round));
    let after = the_one(&world);
    assert!(after.slots[0].assignment.is_some(), "{:?}", world.scheduled("p"));
    assert_eq!(after.slots[0].failed_starts, 0);
    carry_out(&mut world);
    ripen_all(&mut world);
    assert_eq!(world.core.placement(&tenant(), &id("p")).unwrap().state, PlacementState::Ready);
}
