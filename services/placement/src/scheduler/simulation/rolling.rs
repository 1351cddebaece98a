//! What plots about updates are told in: changes, worlds in which all serves, orders carried out.

use hourglass_model::placement::{Disruption, UpdatePolicy};

use super::asking::id;
use super::*;
use crate::records::placement::{ConditionKind, ConditionStatus, Reason};
use crate::scheduler::merge::{FieldPath, Wish};
use crate::scheduler::port::UpdatePlacement;

/// A change of these fields to what `given` has.
pub(super) fn change(of: &PlacementId, given: PlacementSpec, fields: &[&str]) -> UpdatePlacement {
    UpdatePlacement {
        tenant: tenant(),
        id: of.clone(),
        fields: fields
            .iter()
            .map(|path| FieldPath::new(path.split('.').map(str::to_owned).collect()))
            .collect(),
        given: Wish {
            spec: given,
            ..Wish::default()
        },
        etag: None,
        request_id: None,
        allow_missing: false,
        validate_only: false,
        traceparent: None,
    }
}

/// The same spec with another image.
pub(super) fn with_image(mut spec: PlacementSpec, number: u32) -> PlacementSpec {
    spec.performer.image = format!("example.org/performer:{number}");
    spec
}

pub(super) fn rolling_spec(
    gpus: i64,
    replicas: i32,
    update: UpdatePolicy,
    min_available: Option<&str>,
) -> PlacementSpec {
    PlacementSpec {
        update: Some(update),
        disruption: min_available.map(|least| Disruption {
            min_available: Some(least.to_owned()),
        }),
        ..spec(gpus, replicas, false)
    }
}

/// A world with one placement `p`, everything of which serves.
pub(super) fn serving(spec: PlacementSpec) -> World {
    serving_in(World::new(7), spec)
}

/// The same in a world of which nobody has heard yet.
pub(super) fn serving_in(mut world: World, spec: PlacementSpec) -> World {
    world.connect_all();
    world.create_one(spec);
    carry_out(&mut world);
    world.slow_starts = true;
    world
}

/// Orders and reports arrive, until there is nothing more to say.
pub(super) fn carry_out(world: &mut World) {
    for _ in 0..3 {
        for index in 0..CLUSTERS {
            while world.obey(index, false) {}
            world.send_inventory(index);
            world.report_all(index, false);
        }
    }
}

pub(super) fn ripen_all(world: &mut World) {
    for member in &mut world.members {
        for (key, performer) in &mut member.performers {
            if performer.ripen() {
                world.ever_ready.insert(key.clone());
            }
        }
    }
    carry_out(world);
}

pub(super) fn the_one(world: &World) -> PlacementRecord {
    world.core.placement(&tenant(), &id("p")).unwrap().clone()
}

pub(super) fn update(world: &mut World, input: &UpdatePlacement) -> PlacementRecord {
    let answer = world.round(false, |core, round| core.update_placement(input, None, round));
    answer.unwrap().unwrap().placement.record
}

pub(super) fn new_image(world: &World, number: u32) -> UpdatePlacement {
    let record = the_one(world);
    change(
        &record.id,
        with_image(record.spec, number),
        &["spec.performer.image"],
    )
}

pub(super) fn condition(record: &PlacementRecord) -> (ConditionStatus, Reason) {
    let updated = record.condition(ConditionKind::Updated).unwrap();
    (updated.status, updated.reason)
}

/// How often the story of a placement has this event.
pub(super) fn told(record: &PlacementRecord, reason: &str) -> usize {
    let events = record.events.iter();
    events.filter(|event| event.reason == reason).count()
}
