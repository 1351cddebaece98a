//! What making room on a node can cost at least, compared as what it costs in the end is: nodes are looked at in this order.

use hourglass_model::placement::Strategy;
use hourglass_model::resources::{CPU, ResourceName, ResourceVector};

use super::Unit;
use super::floor::{Floor, OnKind, Range};
use super::lack::Bound;
use super::movers::summary::{Amounts, largest, smallest};
use super::smallest::EXACT;
use crate::scan::{Demands, Prepared, Spot};
use crate::score::{self, FirstScores, FleetScores, KEYS, ScoreContext, Scores};

/// A cost, or a bound of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reckoned {
    /// Who goes.
    pub(crate) bound: Bound,
    /// How many of them may serve.
    pub(crate) serving: usize,
    /// How good the node then is.
    pub(crate) scores: Scores,
}

/// What is asked of all nodes of a kind.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    /// What one replica takes at least, by the columns of the kind.
    pub(crate) demand: Amounts,
    pub(crate) first: FirstScores,
    /// Whether it takes GPUs, and only those that the second column counts.
    pub(crate) counts_gpus: bool,
    /// What packing says of them; none where that is nothing, or not known.
    pub(crate) floor: Option<Floor>,
    /// The least that any of them has of what makes its load, where that counts.
    pub(crate) load_of: Option<LoadOf>,
}

/// Cpu, memory and GPUs (0 where the second column does not count them) that any node of a kind has at least.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LoadOf {
    pub(crate) cpu: i64,
    pub(crate) memory: i64,
    pub(crate) gpus: i64,
}

impl LoadOf {
    /// What a node is loaded at least of which at most so much is free for what is asked.
    fn least(&self, most_free: &Amounts, demand: &Amounts) -> i64 {
        let [cpu, scarce, _, memory] = *most_free;
        let [cpu_demand, scarce_demand, _, memory_demand] = *demand;
        let loads = [
            score::least_load(self.cpu, cpu.saturating_sub(cpu_demand)),
            score::least_load(self.memory, memory.saturating_sub(memory_demand)),
            score::least_load(self.gpus, scarce.saturating_sub(scarce_demand)),
        ];
        loads.into_iter().max().unwrap_or_default()
    }
}

/// What is known of a cluster for scores: claims there, and slots of the placement.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct InCluster {
    pub(crate) claims: usize,
    pub(crate) own_slots: i64,
}

impl Ask {
    /// The least scores when so much may be free: of cpu and of what the second column counts, and at most of every column.
    pub(super) fn scores(&self, [cpu, scarce]: [Range; 2], most_free: &Amounts, there: InCluster) -> Scores {
        let InCluster { claims, own_slots } = there;
        if let Some(load_of) = &self.load_of {
            let load = load_of.least(most_free, &self.demand);
            return with_claims(score::bound_apart(self.first, [own_slots, 0], load), claims);
        }
        let [cpu_demand, scarce_demand, ..] = self.demand;
        let gpu_left = if self.counts_gpus {
            left(scarce.0, scarce_demand)
        } else {
            0
        };
        let floor = self.floor.as_ref();
        let packing = floor.map_or(0, |floor| floor.least(scarce, cpu));
        with_claims(
            score::bound(self.first, packing, gpu_left, left(cpu.0, cpu_demand)),
            claims,
        )
    }
}

/// What is left when there is room: of what is asked nothing is below zero then.
fn left(free: i64, demand: i64) -> i64 {
    let left = free.saturating_sub(demand);
    if demand > 0 { left.max(0) } else { left }
}

fn with_claims(mut scores: Scores, claims: usize) -> Scores {
    if let Some(last) = scores.get_mut(KEYS - 1) {
        *last = i64::try_from(claims).unwrap_or(i64::MAX);
    }
    scores
}

/// Who may go from a node, by priority, what each leaves there, and the variants by which the node could take a replica.
#[derive(Clone, Copy)]
pub(super) struct There<'t, 'a> {
    pub(super) units: &'t [Unit<'a>],
    pub(super) freed: &'t [ResourceVector],
    pub(super) variants: &'t [usize],
    /// Slots of the placement in the cluster and on the node.
    pub(super) own_slots: [i64; 2],
}

/// What making room costs at least on a node, where it costs at least `bound` in claims.
pub(super) fn reckon(
    prepared: &Prepared<'_>,
    spot: &Spot<'_>,
    there: There<'_, '_>,
    (bound, demand): (Bound, &ResourceVector),
    demands: &mut Demands,
) -> Reckoned {
    let (claims, highest, _) = bound;
    // Others only go where it costs more.
    let cheap = || {
        let all = there.units.iter().zip(there.freed);
        all.filter(move |(unit, _)| unit.priority <= highest)
    };
    let idle: usize = cheap()
        .map(|(unit, _)| unit.claims.len().saturating_sub(unit.serving))
        .sum();
    let gangs = there.units.iter().any(|unit| unit.gang);
    let range = |resource: &ResourceName| -> Range {
        // Of one alone the priority is the highest.
        let counts = |unit: &Unit<'_>| gangs || claims > 1 || unit.priority == highest;
        let some = cheap().filter(|(unit, _)| counts(unit));
        let mut some: Vec<i64> = some.map(|(_, freed)| freed.get(resource)).collect();
        some.sort_unstable();
        let free = spot.free.get(resource);
        // Of a gang one is enough for many.
        let least = smallest(&some, if gangs { 1 } else { claims });
        (
            free.saturating_add(least),
            free.saturating_add(largest(&some, claims)),
        )
    };
    let first = first(prepared, spot, there.variants, demands);
    let known = prepared.eligible.get(spot.cluster);
    let claims_there = known.map_or(0, |eligible| eligible.claims);
    let scores = match prepared.request.strategy {
        Strategy::Spread => {
            let load = score::load_with(spot.node, demand, |resource| range(resource).1);
            score::bound_apart(first, there.own_slots, load)
        }
        Strategy::Pack => {
            let at = (spot.cluster, spot.node);
            let gpu_left = prepared
                .only_gpus(at, there.variants)
                .map_or(0, |(resource, units)| left(range(resource).0, units));
            let cpu = range(&CPU);
            let cpu_left = left(cpu.0, demand.get(&CPU));
            let on_kind = OnKind::of(prepared, at, there.variants, demands);
            let packing = on_kind
                .filter(|_| claims <= EXACT)
                .map_or(0, |on_kind| on_kind.least(range(on_kind.resource()), cpu));
            score::bound(first, packing, gpu_left, cpu_left)
        }
    };
    Reckoned {
        bound,
        serving: claims.saturating_sub(idle),
        scores: with_claims(scores, claims_there),
    }
}

/// The least of the scores that facts decide, by whichever variant.
fn first(prepared: &Prepared<'_>, spot: &Spot<'_>, variants: &[usize], demands: &mut Demands) -> FirstScores {
    let mut least: Option<score::ClassScores> = None;
    for variant in variants {
        let Some(room) = prepared.room_of(spot, *variant, demands) else {
            continue;
        };
        let scores = score::of_class(&ScoreContext {
            room,
            fleet: FleetScores::default(),
            packing: &prepared.state.packing,
        });
        least = Some(least.map_or(scores, |least| lower(least, scores)));
    }
    let tier = prepared.eligible.get(spot.cluster).map(|eligible| eligible.tier);
    let tier = tier.and_then(|tier| i64::try_from(tier).ok());
    score::first(least.unwrap_or_default(), tier.unwrap_or(i64::MAX), (0, 0))
}

/// The lower one of each.
pub(crate) fn lower(one: score::ClassScores, other: score::ClassScores) -> score::ClassScores {
    let mut both = one;
    for (own, others) in both.iter_mut().zip(other) {
        *own = (*own).min(others);
    }
    both
}
