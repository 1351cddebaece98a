//! Which of the nodes that can is best. Each key is an integer with a name, smaller is better, and keys are compared in
//! their order; whatever is still equal is decided by the names of cluster and node.
//!
//! Keys of taste come first and are the same for both strategies. `PACK` then strands the least capacity, and takes the
//! tightest fit where that is equal; `SPREAD` keeps away from the other replicas and then takes the node that is loaded
//! least.

mod cluster_claims;
mod cluster_tier;
mod cpu_left;
mod gpu_left;
mod node_load;
mod own_slots;
mod packing;
mod preference;
mod rarity;
mod soft_taints;
mod spread_excess;

use hourglass_model::placement::Strategy;
pub(crate) use node_load::{counted_load, least_load, load_with, sixteenths};
use serde::{Deserialize, Serialize};

use crate::filter::node::RoomContext;
use crate::packing::FleetPacking;

/// What a key sees.
#[derive(Debug, Clone, Copy)]
pub struct ScoreContext<'a> {
    /// Request, node, demand and room; it fits.
    pub room: RoomContext<'a>,
    /// What other claims and replicas make of the node.
    pub fleet: FleetScores,
    /// What is typical in the fleet.
    pub(crate) packing: &'a FleetPacking,
}

/// What other claims, and replicas decided so far, make of a node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FleetScores {
    /// The first step of the request's cluster preferences that takes the cluster in.
    pub cluster_tier: usize,
    /// Claims in the node's cluster when the decision began.
    pub claims_in_cluster: usize,
    /// Weights of affinity wishes unmet and anti-affinity wishes violated here.
    pub wishes_missed: i64,
    /// By how much one more replica here would break spread constraints that only wish.
    pub spread_excess: i64,
    /// Slots of the placement in the cluster.
    pub own_slots_in_cluster: i64,
    /// Slots of the placement on the node.
    pub own_slots_on_node: i64,
}

/// One key.
pub trait Score: Sync {
    /// Its name, in answers.
    fn name(&self) -> &'static str;
    /// Its value for a node; smaller is better.
    fn value(&self, context: &ScoreContext<'_>) -> i64;
}

/// Most keys of a strategy.
pub const KEYS: usize = 9;

/// All keys of `PACK`, in their order.
pub static PACK: [&dyn Score; 9] = [
    &cluster_tier::ClusterTier,
    &soft_taints::SoftTaints,
    &preference::PreferenceMissed,
    &spread_excess::SpreadExcess,
    &rarity::Rarity,
    &packing::PackingCost,
    &gpu_left::GpuLeft,
    &cpu_left::CpuLeft,
    &cluster_claims::ClusterClaims,
];

/// All keys of `SPREAD`, in their order.
pub static SPREAD: [&dyn Score; 9] = [
    &cluster_tier::ClusterTier,
    &soft_taints::SoftTaints,
    &preference::PreferenceMissed,
    &spread_excess::SpreadExcess,
    &rarity::Rarity,
    &own_slots::OwnSlotsInCluster,
    &own_slots::OwnSlotsOnNode,
    &node_load::NodeLoad,
    &cluster_claims::ClusterClaims,
];

/// The keys of a strategy.
#[must_use]
pub fn keys(strategy: Strategy) -> &'static [&'static dyn Score] {
    match strategy {
        Strategy::Pack => &PACK,
        Strategy::Spread => &SPREAD,
    }
}

/// All values of a node, in the order of its strategy's [`keys`]; zeros where it has fewer.
pub type Scores = [i64; KEYS];

/// Computes all values of a node, by the strategy of the request.
#[must_use]
pub fn scores(context: &ScoreContext<'_>) -> Scores {
    let mut values = [0; KEYS];
    let keys = keys(context.room.at.request.strategy);
    for (value, key) in values.iter_mut().zip(keys) {
        *value = key.value(context);
    }
    values
}

/// The values that facts decide: soft taints, node preferences, rarity.
pub(crate) type ClassScores = [i64; 3];

/// Keys that come before the room that is left.
const FIRST: usize = 5;

/// The values of the keys that come before the room that is left.
pub(crate) type FirstScores = [i64; FIRST];

/// Computes the values that facts decide; demand, room and other placements are not looked at.
pub(crate) fn of_class(context: &ScoreContext<'_>) -> ClassScores {
    let [_, soft_taints, preference, _, rarity, ..] = PACK;
    [soft_taints, preference, rarity].map(|score| score.value(context))
}

/// The first values of nodes of a class, with what is made of them by other placements and the client's order of clusters.
pub(crate) fn first(class: ClassScores, tier: i64, (wishes, excess): (i64, i64)) -> FirstScores {
    let [soft_taints, preference, rarity] = class;
    [
        tier,
        soft_taints,
        preference.saturating_add(wishes),
        excess,
        rarity,
    ]
}

/// How loaded a node would be, among the values of `SPREAD`.
pub(crate) fn load(scores: &Scores) -> i64 {
    let [.., load, _claims] = *scores;
    load
}

/// The first of all values.
pub(crate) fn first_part(scores: &Scores) -> FirstScores {
    let [tier, soft_taints, preference, excess, rarity, ..] = *scores;
    [tier, soft_taints, preference, excess, rarity]
}

/// The values of a node of which `scores` are those with nothing of other claims and replicas there, beside them.
pub(crate) fn beside(strategy: Strategy, scores: &Scores, fleet: &FleetScores) -> Scores {
    let [tier, soft_taints, preference, _, rarity, rest @ ..] = *scores;
    let [sixth, seventh, eighth, ninth] = match (strategy, rest) {
        (Strategy::Pack, rest) => rest,
        (Strategy::Spread, [_, _, load, claims]) => {
            let FleetScores {
                own_slots_in_cluster,
                own_slots_on_node,
                ..
            } = *fleet;
            [own_slots_in_cluster, own_slots_on_node, load, claims]
        }
    };
    let preference = preference.saturating_add(fleet.wishes_missed);
    let excess = fleet.spread_excess;
    [
        tier,
        soft_taints,
        preference,
        excess,
        rarity,
        sixth,
        seventh,
        eighth,
        ninth,
    ]
}

/// The lowest scores of `PACK` of any node with these values.
pub(crate) fn bound(first: FirstScores, packing: i64, gpu_left: i64, cpu_left: i64) -> Scores {
    let [tier, soft_taints, preference, excess, rarity] = first;
    [
        tier,
        soft_taints,
        preference,
        excess,
        rarity,
        packing,
        gpu_left,
        cpu_left,
        0,
    ]
}

/// The lowest scores of `SPREAD` of any node with these values.
pub(crate) fn bound_apart(first: FirstScores, own: [i64; 2], load: i64) -> Scores {
    let [in_cluster, on_node] = own;
    bound(first, in_cluster, on_node, load)
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedScore {
    /// The key.
    pub name: String,
    /// The value; smaller is better.
    pub value: i64,
}

/// The values with their names.
#[must_use]
pub fn named(strategy: Strategy, values: &Scores) -> Vec<NamedScore> {
    let name = |(score, value): (&&dyn Score, &i64)| NamedScore {
        name: score.name().to_owned(),
        value: *value,
    };
    keys(strategy).iter().zip(values).map(name).collect()
}
