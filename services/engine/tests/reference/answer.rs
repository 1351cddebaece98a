//! What the reference decides for all replicas of a request.

use std::collections::BTreeSet;

use hourglass_engine::{Decision, NoFitReason, SlotDecision};
use hourglass_model::ids::{ClaimId, DeviceId};
use hourglass_model::placement::Preemption;
use hourglass_model::resources::ResourceVector;

use crate::slow::{self, World};
use crate::{preempting, reasons};

/// Where each slot goes, what it takes there and whom it waits for, who must go for it, and who is waited for that leaves anyway.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    pub placed: Vec<Spot>,
    pub victims: BTreeSet<ClaimId>,
    pub leavers: BTreeSet<ClaimId>,
}

/// Those that make room.
#[derive(Default)]
struct Going {
    victims: Vec<preempting::Unit>,
    /// They leave anyway.
    leavers: BTreeSet<ClaimId>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Spot {
    node: String,
    vector: ResourceVector,
    limits: ResourceVector,
    devices: Vec<(DeviceId, i64)>,
    /// Those who have to have ended before it starts.
    waits_for: BTreeSet<ClaimId>,
}

/// Slots one after the other, with or without moving others.
fn fill<'a>(start: &World<'a>, wanted: usize, preempt: bool) -> (World<'a>, Going) {
    let mut world = start.clone();
    let mut going = Going::default();
    while world.placed.len() < wanted {
        let placed = match world.best() {
            Some(placed) => placed,
            None if preempt => {
                let Some(room) = preempting::make_room(&world) else {
                    break;
                };
                let units = room.units.iter();
                world.gone.extend(units.flat_map(|unit| unit.claims.clone()));
                world.gone.extend(room.leavers.iter().cloned());
                going.victims.extend(room.units);
                going.leavers.extend(room.leavers);
                room.placed
            }
            None => break,
        };
        world.placed.push(placed);
    }
    (world, going)
}

/// The same where all slots are to be in one NVLink clique: cliques are tried in the order in which they get the first slot,
/// until one takes all. When none does, the first try counts.
fn fill_one_clique<'a>(start: &World<'a>, wanted: usize, preempt: bool) -> (World<'a>, Going) {
    let is_open =
        start.request.gpu.as_ref().is_some_and(|gpu| gpu.same_clique) && start.only_clique().is_none();
    let mut barred = Vec::new();
    let mut first = None;
    loop {
        let from = World {
            barred: barred.clone(),
            ..start.clone()
        };
        let (mut world, going) = fill(&from, wanted, preempt);
        world.barred.clear();
        if world.placed.len() >= wanted {
            return (world, going);
        }
        match world.only_clique().filter(|_| is_open) {
            Some(clique) => {
                barred.push(clique);
                first.get_or_insert((world, going));
            }
            None => return first.unwrap_or((world, going)),
        }
    }
}

/// What the reference decides, and why not all when not all.
pub fn reference(start: &World<'_>, wanted: usize) -> (Answer, Option<NoFitReason>) {
    let request = start.request;
    let (mut world, mut going) = fill_one_clique(start, wanted, false);
    if world.placed.len() < wanted && request.preemption == Preemption::LowerPriority {
        let (mut forced, mut by) = fill_one_clique(start, wanted, true);
        if forced.placed.len() > world.placed.len() {
            preempting::let_off(start, &mut forced, (&mut by.victims, &by.leavers));
            (world, going) = (forced, by);
        }
    }
    let complete = world.placed.len() >= wanted;
    let reason = (!complete).then(|| reasons::why(&world));
    let together = request.gang || request.gpu.as_ref().is_some_and(|gpu| gpu.same_clique);
    if together && !complete {
        let nothing = Answer {
            placed: Vec::new(),
            victims: BTreeSet::new(),
            leavers: BTreeSet::new(),
        };
        return (nothing, reason);
    }
    let victims: BTreeSet<ClaimId> = going.victims.into_iter().flat_map(|unit| unit.claims).collect();
    let place = |placed: &slow::Placed| Spot {
        node: format!("{}/{}", world.cluster(placed.at).name, world.node(placed.at).name),
        vector: placed.vector.clone().without_zeros(),
        limits: placed.limits.clone(),
        devices: placed.devices.clone(),
        waits_for: victims
            .union(&going.leavers)
            .filter(|id| preempting::is_in_the_way(start, id, placed.at))
            .cloned()
            .collect(),
    };
    let placed = world.placed.iter().map(place).collect();
    let answer = Answer {
        placed,
        victims,
        leavers: going.leavers,
    };
    (answer, reason)
}

impl Answer {
    /// What the engine has decided.
    pub fn of(decision: &Decision) -> Self {
        let victims = decision.victims.iter();
        let victims: BTreeSet<ClaimId> = victims.map(|victim| victim.claim.clone()).collect();
        let waits_for = decision.placed.iter().flat_map(|slot| &slot.waits_for);
        let leavers = waits_for.filter(|claim| !victims.contains(claim));
        Self {
            placed: decision.placed.iter().map(spot).collect(),
            leavers: leavers.cloned().collect(),
            victims,
        }
    }
}

fn spot(slot: &SlotDecision) -> Spot {
    let devices = slot.offer.devices().into_iter();
    Spot {
        node: format!("{}/{}", slot.cluster, slot.node),
        vector: slot.vector.clone().without_zeros(),
        limits: slot.limits.clone(),
        devices: devices.map(|one| (one.device, i64::from(one.milli))).collect(),
        waits_for: slot.waits_for.clone(),
    }
}
