//! Which of the nodes that can is best. Each key is an integer with a name, smaller is better, and keys are compared in
//! their order; whatever is still equal is decided by the names of cluster and node.
//!
//! This version packs: it leaves rare nodes to those who need them, then takes the tightest fit.

mod cluster_claims;
mod cpu_left;
mod gpu_left;
mod preference;
mod rarity;
mod soft_taints;

use serde::{Deserialize, Serialize};

use crate::filter::node::RoomContext;

/// What a key sees.
#[derive(Debug, Clone, Copy)]
pub struct ScoreContext<'a> {
    /// Request, node, demand and room; it fits.
    pub room: RoomContext<'a>,
    /// Claims in the node's cluster when the decision began.
    pub claims_in_cluster: usize,
}

/// One key.
pub trait Score: Sync {
    /// Its name, in answers.
    fn name(&self) -> &'static str;
    /// Its value for a node; smaller is better.
    fn value(&self, context: &ScoreContext<'_>) -> i64;
}

/// Number of keys.
pub const KEYS: usize = 6;

/// All keys, in their order.
pub static SCORES: [&dyn Score; KEYS] = [
    &soft_taints::SoftTaints,
    &preference::PreferenceMissed,
    &rarity::Rarity,
    &gpu_left::GpuLeft,
    &cpu_left::CpuLeft,
    &cluster_claims::ClusterClaims,
];

/// All values of a node, in the order of [`SCORES`].
pub type Scores = [i64; KEYS];

/// Computes all values of a node.
#[must_use]
pub fn scores(context: &ScoreContext<'_>) -> Scores {
    SCORES.map(|score| score.value(context))
}

/// Keys that come first and that the facts of a node decide.
const CLASS_KEYS: usize = 3;

/// The values of the keys that facts decide.
pub(crate) type ClassScores = [i64; CLASS_KEYS];

/// Computes the values that facts decide; demand and room are not looked at.
pub(crate) fn of_class(context: &ScoreContext<'_>) -> ClassScores {
    class_part(&scores(context))
}

/// Of all values those that facts decide.
pub(crate) fn class_part(scores: &Scores) -> ClassScores {
    let [soft_taints, preference, rarity, ..] = *scores;
    [soft_taints, preference, rarity]
}

/// The lowest scores of any node with these values.
pub(crate) fn bound(class: ClassScores, gpu_left: i64, cpu_left: i64) -> Scores {
    let [soft_taints, preference, rarity] = class;
    [soft_taints, preference, rarity, gpu_left, cpu_left, 0]
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
pub fn named(values: &Scores) -> Vec<NamedScore> {
    let name = |(score, value): (&&dyn Score, &i64)| NamedScore {
        name: score.name().to_owned(),
        value: *value,
    };
    SCORES.iter().zip(values).map(name).collect()
}
