//! The reference's preemption: every set of victims is tried, on a node that those have left who are on their way out of it
//! whoever comes.

use std::collections::BTreeSet;

use hourglass_engine::{ClaimPhase, ClaimRecord, FleetDump};
use hourglass_model::ids::{ClaimId, PlacementUid};

use crate::slow::{At, Placed, World, is_live};

/// Up to so many claims the smallest set is the answer; beyond, all go and the most important ones are let off.
const EXACT: usize = 4;

/// Claims that go together.
#[derive(Debug, Clone)]
pub struct Unit {
    pub claims: Vec<ClaimId>,
    pub priority: i32,
    pub placement: PlacementUid,
    pub min_available: Option<u32>,
    /// How many of the claims may serve.
    pub serving: usize,
}

/// A claim is charged to a node, or a pod of it is there.
fn is_on(world: &World<'_>, at: At, record: &ClaimRecord) -> bool {
    let (cluster, node) = (&world.cluster(at).name, world.node(at));
    let claim = &record.claim;
    let here = claim.node == node.name || node.claims.iter().any(|seen| seen.claim == claim.id);
    claim.cluster == *cluster && here
}

/// Whether a claim is in the way of a replica for as long as its pods are there: on its node, or because one of the two keeps
/// the other away from there, be nobody else in the whole fleet.
pub fn is_in_the_way(world: &World<'_>, id: &ClaimId, at: At) -> bool {
    let mut records = world.fleet.claims.iter();
    let record = records.find(|record| record.claim.id == *id);
    let record = record.expect("who goes is there");
    let fleet = FleetDump {
        claims: vec![record.clone()],
        ..world.fleet.clone()
    };
    let alone = World {
        fleet: &fleet,
        placed: Vec::new(),
        gone: BTreeSet::new(),
        ..world.clone()
    };
    is_on(world, at, record) || !alone.anti_affinity_passes(at)
}

/// Every node that anybody leaves, with those who do and whether the request would have a place there once they have gone; none
/// where a quota says no, which they may give something back to.
pub fn would_take(start: &World<'_>) -> Vec<(At, BTreeSet<ClaimId>, Option<bool>)> {
    let clusters = start.fleet.clusters.iter().enumerate();
    let all = clusters.flat_map(|(at, cluster)| (0..cluster.nodes.len()).map(move |node| (at, node)));
    let asked = |at: At| {
        let claims = start.fleet.claims.iter();
        let leaving = claims.filter(|record| !is_live(record) && is_on(start, at, record));
        let going: BTreeSet<ClaimId> = leaving.map(|record| record.claim.id.clone()).collect();
        let mut after = start.clone();
        after.gone.extend(going.iter().cloned());
        let broken = start.excluded_by(at.0).or_else(|| after.verdict(at).err());
        let takes = (broken != Some("NamespaceQuota")).then_some(broken.is_none());
        (!going.is_empty()).then_some((at, going, takes))
    };
    all.filter_map(asked).collect()
}

fn could_move(world: &World<'_>, record: &ClaimRecord) -> bool {
    let owner = &record.claim.owner;
    record.phase == ClaimPhase::Committed && owner.preemptible && owner.priority < world.request.priority
}

/// Those of others that are on their way out of a node, for one that could move anybody at all.
fn leavers(world: &World<'_>, at: At) -> Vec<ClaimId> {
    let claims = world.fleet.claims.iter();
    if !claims.clone().any(|record| could_move(world, record)) {
        return Vec::new();
    }
    let leaving = claims.filter(|record| !is_live(record) && is_on(world, at, record));
    let mut ids: Vec<ClaimId> = leaving
        .map(|record| record.claim.id.clone())
        .filter(|id| id.placement != *world.placement && !world.gone.contains(id))
        .collect();
    ids.sort();
    ids
}

/// Of these those without whom a place does not hold: the first ones stay where that is possible.
fn needed(world: &World<'_>, leavers: &[ClaimId], placed: &Placed) -> Vec<ClaimId> {
    let mut going = leavers.to_vec();
    for id in leavers {
        let less: Vec<ClaimId> = going.iter().filter(|other| *other != id).cloned().collect();
        let mut trial = world.clone();
        trial.gone.extend(less.iter().cloned());
        if trial.verdict(placed.at).is_ok() && trial.holds(placed) {
            going = less;
        }
    }
    going
}

fn units(world: &World<'_>, at: At) -> Vec<Unit> {
    let may_go = |record: &ClaimRecord| could_move(world, record) && !world.gone.contains(&record.claim.id);
    let mut units: Vec<Unit> = Vec::new();
    for record in &world.fleet.claims {
        let claim = &record.claim;
        let known = units.iter().any(|unit| unit.claims.contains(&claim.id));
        if !is_on(world, at, record) || known || !may_go(record) {
            continue;
        }
        let mates: Vec<&ClaimRecord> = if claim.owner.gang {
            let all = world.fleet.claims.iter();
            all.filter(|other| other.claim.id.placement == claim.id.placement && is_live(other))
                .collect()
        } else {
            vec![record]
        };
        if mates.iter().all(|mate| may_go(mate)) {
            units.push(Unit {
                claims: mates.iter().map(|mate| mate.claim.id.clone()).collect(),
                priority: claim.owner.priority,
                placement: claim.id.placement.clone(),
                min_available: claim.owner.min_available,
                serving: mates
                    .iter()
                    .filter(|mate| world.serves(mate) != Some(false))
                    .count(),
            });
        }
    }
    units.sort_by_key(|unit| (unit.priority, unit.serving, unit.claims.first().cloned()));
    units
}

fn without<'a>(world: &World<'a>, units: &[&Unit]) -> World<'a> {
    let mut after = world.clone();
    after
        .gone
        .extend(units.iter().flat_map(|unit| unit.claims.clone()));
    after
}

fn within_budgets(world: &World<'_>, chosen: &[&Unit]) -> bool {
    let after = without(world, chosen);
    chosen.iter().all(|unit| {
        let least = unit.min_available.filter(|_| unit.serving > 0);
        least.is_none_or(|least| after.serving_slots(&unit.placement) >= least as usize)
    })
}

fn size(units: &[&Unit]) -> usize {
    units.iter().map(|unit| unit.claims.len()).sum()
}

/// Highest priority, sum of priorities, claims that may serve.
type Weight = (i32, i64, usize);

fn weight(units: &[&Unit]) -> Weight {
    let highest = units.iter().map(|unit| unit.priority).max().unwrap_or(i32::MIN);
    let sum = units
        .iter()
        .map(|unit| i64::from(unit.priority) * i64::try_from(unit.claims.len()).expect("small"))
        .sum();
    (highest, sum, units.iter().map(|unit| unit.serving).sum())
}

fn ids(units: &[&Unit]) -> Vec<ClaimId> {
    let mut ids: Vec<ClaimId> = units.iter().flat_map(|unit| unit.claims.clone()).collect();
    ids.sort();
    ids
}

/// Claims, what they are worth, ids.
type Cost = (usize, Weight, Vec<ClaimId>);

/// The cheapest set of one node.
fn choose<'u>(world: &World<'_>, at: At, units: &'u [Unit]) -> Option<Vec<&'u Unit>> {
    let fits = |chosen: &[&Unit]| without(world, chosen).verdict(at).is_ok();
    let mut all: Vec<&Unit> = Vec::new();
    for unit in units {
        all.push(unit);
        if !within_budgets(world, &all) {
            all.pop();
        }
    }
    if !fits(&all) {
        return None;
    }
    let mut best: Option<(Cost, Vec<&Unit>)> = None;
    for mask in 1_u32..(1 << units.len()) {
        let chosen: Vec<&Unit> = units
            .iter()
            .enumerate()
            .filter(|(bit, _)| mask & (1 << bit) != 0)
            .map(|(_, unit)| unit)
            .collect();
        if size(&chosen) > EXACT || !within_budgets(world, &chosen) || !fits(&chosen) {
            continue;
        }
        let cost = (size(&chosen), weight(&chosen), ids(&chosen));
        if best.as_ref().is_none_or(|(other, _)| cost < *other) {
            best = Some((cost, chosen));
        }
    }
    if let Some((_, chosen)) = best {
        return Some(chosen);
    }
    let mut kept = all;
    for unit in units.iter().rev() {
        let Some(index) = kept.iter().position(|other| std::ptr::eq(*other, unit)) else {
            continue;
        };
        kept.remove(index);
        if !fits(&kept) {
            kept.insert(index, unit);
        }
    }
    Some(kept)
}

/// Room for one more replica.
pub struct Room {
    /// Who goes for it.
    pub units: Vec<Unit>,
    /// Who is on the way out anyway, and has to have gone too.
    pub leavers: Vec<ClaimId>,
    pub placed: Placed,
}

/// Who goes for one more replica, and where it then goes: nobody, where those who leave anyway leave enough.
pub fn make_room(world: &World<'_>) -> Option<Room> {
    type NodeCost = (usize, Weight, Vec<i64>);
    let mut best: Option<(NodeCost, Vec<Unit>, Placed)> = None;
    for at in world.candidates() {
        let mut after = world.clone();
        after.gone.extend(leavers(world, at));
        let units = units(&after, at);
        let chosen = match after.verdict(at) {
            Ok(_) => Some(Vec::new()),
            Err(_) => choose(&after, at, &units),
        };
        let Some(chosen) = chosen else {
            continue;
        };
        let fit = without(&after, &chosen).verdict(at);
        let fit = fit.expect("it fits with them gone");
        let cost = (size(&chosen), weight(&chosen), fit.scores);
        if best.as_ref().is_none_or(|(other, ..)| cost < *other) {
            best = Some((cost, chosen.into_iter().cloned().collect(), fit.placed));
        }
    }
    best.map(|(_, units, placed)| {
        let chosen: Vec<&Unit> = units.iter().collect();
        let leavers = leavers(world, placed.at);
        let leavers = needed(&without(world, &chosen), &leavers, &placed);
        Room {
            units,
            leavers,
            placed,
        }
    })
}

/// Lets off every victim without whom all places hold too, the most important first.
pub fn let_off<'a>(
    start: &World<'a>,
    world: &mut World<'a>,
    (victims, leavers): (&mut Vec<Unit>, &BTreeSet<ClaimId>),
) {
    let mut order: Vec<usize> = (0..victims.len()).collect();
    order.sort_by_key(|at| {
        (
            std::cmp::Reverse((victims[*at].priority, victims[*at].serving)),
            victims[*at].claims.first().cloned(),
        )
    });
    let mut stay: BTreeSet<usize> = BTreeSet::new();
    for at in order {
        stay.insert(at);
        let going: Vec<&Unit> = victims
            .iter()
            .enumerate()
            .filter(|(at, _)| !stay.contains(at))
            .map(|(_, unit)| unit)
            .collect();
        let mut trial = without(start, &going);
        trial.gone.extend(leavers.iter().cloned());
        let hold = world.placed.iter().all(|placed| {
            // There may be room by other means; the place is these.
            let fits = trial.verdict(placed.at).is_ok() && trial.holds(placed);
            trial.placed.push(placed.clone());
            fits
        });
        if !hold {
            stay.remove(&at);
        }
    }
    let mut at = 0;
    victims.retain(|_| {
        at += 1;
        !stay.contains(&(at - 1))
    });
    world.gone = victims.iter().flat_map(|unit| unit.claims.clone()).collect();
    world.gone.extend(leavers.iter().cloned());
}
