//! What a call brings about belongs to the trace of that call.

use hourglass_model::ids::{Generation, Slot};

use super::asking::id;
use super::rolling::{carry_out, new_image, ripen_all, serving, the_one};
use super::*;
use crate::scheduler::port::{CallError, EvictReplica, RollbackPlacement, UpdatePlacement};

/// A context in a trace of its own.
fn context(number: u8) -> String {
    format!("00-{:032x}-{:016x}-01", 0xa0 + u128::from(number), 1)
}

fn trace(context: &str) -> &str {
    context.split('-').nth(1).unwrap()
}

impl World {
    /// What was sent to the agents and not carried out yet, by intent, with its trace. It is sent again.
    fn on_the_way(&mut self) -> Vec<(&'static str, String)> {
        let mut sent = Vec::new();
        for index in 0..CLUSTERS {
            let session = self.members[index].session.as_mut().unwrap();
            while let Ok(order) = session.orders.try_recv() {
                let intent = match order.content {
                    OrderContent::Apply(_) => "apply",
                    OrderContent::Adopt { .. } => "adopt",
                    OrderContent::LiftGate => "lift",
                    OrderContent::Remove { .. } => "remove",
                };
                sent.push((intent, order.traceparent.unwrap_or_default()));
            }
            self.disconnect(index);
            self.connect(index);
        }
        sent
    }

    fn evict_within(&mut self, slot: u32, traceparent: &str) -> Result<PlacementRecord, CallError> {
        let slot = Slot(slot);
        let input = EvictReplica {
            tenant: tenant(),
            id: id("p"),
            slot,
            epoch: the_one(self).slot(slot).unwrap().epoch,
            reason: String::new(),
            request_id: None,
            traceparent: Some(traceparent.to_owned()),
        };
        let answer = self.round(false, |core, round| core.evict_replica(&input, None, round));
        answer.unwrap().map(|answer| answer.record)
    }
}

/// A placement `p` that was created in a trace, and serves.
fn created(spec: PlacementSpec) -> World {
    let mut world = World::new(7);
    world.connect_all();
    let input = CreatePlacement {
        traceparent: Some(context(0)),
        ..creation(id("p"), spec)
    };
    world
        .round(false, |core, round| core.create_placement(&input, None, round))
        .unwrap()
        .unwrap();
    assert_eq!(world.on_the_way()[0], ("apply", context(0)));
    carry_out(&mut world);
    ripen_all(&mut world);
    world.slow_starts = true;
    world
}

fn in_trace(record: &PlacementRecord, reason: &str) -> String {
    let mut events = record.events.iter().rev();
    let event = events.find(|event| event.reason == reason);
    event.unwrap_or_else(|| panic!("no {reason}")).trace_id.clone()
}

#[test]
fn an_update_a_rollback_and_an_eviction_are_followed_in_their_own_traces() {
    let mut world = created(spec(1, 1, false));
    let update = UpdatePlacement {
        traceparent: Some(context(1)),
        ..new_image(&world, 2)
    };
    let rehearsal = UpdatePlacement {
        validate_only: true,
        traceparent: Some(context(9)),
        ..update.clone()
    };
    for input in [rehearsal, update] {
        world
            .round(false, |core, round| core.update_placement(&input, None, round))
            .unwrap()
            .unwrap();
    }
    assert_eq!(world.on_the_way(), [("apply", context(1))]);
    world.restart();
    world.connect_all();
    let sent = world.on_the_way();
    assert!(sent.contains(&("apply", context(1))), "it is durable: {sent:?}");
    let record = the_one(&world);
    assert_eq!(
        record.traceparent,
        Some(context(0)),
        "who created it is told still"
    );
    for reason in ["CHANGED", "SURGING"] {
        assert_eq!(in_trace(&record, reason), trace(&context(1)), "{reason}");
    }
    carry_out(&mut world);
    for member in &mut world.members {
        for performer in member.performers.values_mut() {
            performer.ready = true;
        }
    }
    for index in 0..CLUSTERS {
        world.report_all(index, false);
    }
    let sent = world.on_the_way();
    assert!(
        sent.contains(&("remove", context(1))),
        "the earlier one goes by it: {sent:?}"
    );
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);

    let rollback = RollbackPlacement {
        tenant: tenant(),
        id: id("p"),
        revision: Generation(1),
        etag: None,
        request_id: None,
        validate_only: false,
        traceparent: Some(context(2)),
    };
    world
        .round(false, |core, round| {
            core.rollback_placement(&rollback, None, round)
        })
        .unwrap()
        .unwrap();
    assert_eq!(world.on_the_way(), [("apply", context(2))]);
    carry_out(&mut world);
    ripen_all(&mut world);

    let moving = world.evict_within(0, &context(3)).unwrap();
    assert_eq!(in_trace(&moving, "EVICTED"), trace(&context(3)));
    assert_eq!(world.on_the_way(), [("apply", context(3))]);
}

#[test]
fn a_call_that_is_refused_is_followed_by_nothing() {
    let mut world = created(spec(GPUS, 4, true));
    world.settle();
    let before = the_one(&world);
    let refused = world.evict_within(3, &context(1));
    assert!(matches!(refused, Err(CallError::Precondition(_))), "{refused:?}");
    assert_eq!(the_one(&world), before);
}

#[test]
fn a_call_without_a_trace_leaves_the_last_one() {
    let mut world = serving(spec(1, 1, false));
    let update = UpdatePlacement {
        traceparent: Some(context(1)),
        ..new_image(&world, 2)
    };
    for input in [update, new_image(&world, 3)] {
        world
            .round(false, |core, round| core.update_placement(&input, None, round))
            .unwrap()
            .unwrap();
    }
    assert_eq!(the_one(&world).cause(), Some(context(1).as_str()));
}
