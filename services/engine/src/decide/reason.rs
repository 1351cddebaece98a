//! Why nothing fits, in one word.

use std::collections::BTreeSet;

use hourglass_model::node::DerivedFacts;
use hourglass_model::tee::TeeKind;
use serde::{Deserialize, Serialize};

use crate::hash::NumberMap;
use crate::index::ClusterIx;
use crate::scan::{Excluded, Prepared};
use crate::state::Health;
use crate::state::class::ClassId;

/// Why slots have no place. The names are those of the API's condition reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NoFitReason {
    /// No cluster may take it, or none that has such nodes.
    NoEligibleCluster,
    /// Clusters might, once their inventory is in.
    WaitingForInventory,
    /// No connected cluster has such a GPU or TEE.
    NoSuchProduct,
    /// Nodes are there, and rules turn away every one of them.
    RulesExcludeAllNodes,
    /// The same, and some of them only by rules about other placements, or other replicas.
    PlacementRules,
    /// Nodes could take it and have no room.
    NoCapacity,
    /// What could take it and has room is avoided for now: who says so says what ends that.
    Avoided,
    /// Some replicas of a gang would fit, not all.
    GangDoesNotFit,
    /// Wherever it could go something is missing that its performer names.
    MissingPrerequisite,
    /// Wherever there is room a ResourceQuota of the namespace leaves too little, or bounds what the pod does not state.
    NamespaceQuota,
    /// What could take it and has room is kept free for one that has waited longer.
    Reserved,
}

impl NoFitReason {
    /// The name in UPPER_SNAKE.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoEligibleCluster => "NO_ELIGIBLE_CLUSTER",
            Self::WaitingForInventory => "WAITING_FOR_INVENTORY",
            Self::NoSuchProduct => "NO_SUCH_PRODUCT",
            Self::RulesExcludeAllNodes => "RULES_EXCLUDE_ALL_NODES",
            Self::NoCapacity => "NO_CAPACITY",
            Self::Avoided => "AVOIDED",
            Self::GangDoesNotFit => "GANG_DOES_NOT_FIT",
            Self::MissingPrerequisite => "MISSING_PREREQUISITE",
            Self::NamespaceQuota => "NAMESPACE_QUOTA",
            Self::PlacementRules => "PLACEMENT_RULES",
            Self::Reserved => "RESERVED",
        }
    }

    /// What can help, so that the placement is tried again when it happens and not by the clock.
    #[must_use]
    pub fn retry_events(self) -> &'static [&'static str] {
        match self {
            Self::NoEligibleCluster => &["CLUSTER_CHANGED", "CLUSTER_JOINED", "CLUSTER_READY"],
            Self::WaitingForInventory => &["INVENTORY_COMPLETE"],
            Self::NoSuchProduct => &["NODE_ADDED", "NODE_CHANGED", "CLUSTER_JOINED"],
            Self::RulesExcludeAllNodes | Self::PlacementRules => {
                &["NODE_ADDED", "NODE_CHANGED", "CLUSTER_CHANGED", "CLUSTER_JOINED"]
            }
            Self::Reserved => &[
                "RESERVATION_ENDED",
                "CAPACITY_FREED",
                "NODE_ADDED",
                "NODE_CHANGED",
                "CLUSTER_CHANGED",
                "CLUSTER_JOINED",
            ],
            Self::MissingPrerequisite => &["CLUSTER_CHANGED", "CLUSTER_JOINED"],
            Self::NoCapacity | Self::Avoided | Self::GangDoesNotFit | Self::NamespaceQuota => &[
                "CAPACITY_FREED",
                "NODE_ADDED",
                "NODE_CHANGED",
                "CLUSTER_CHANGED",
                "CLUSTER_JOINED",
            ],
        }
    }
}

impl std::fmt::Display for NoFitReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Rules over clusters that can be lifted while the request stays as it is, the nearest to that first.
const CAN_END: [(&str, NoFitReason); 5] = [
    ("ClusterAvoided", NoFitReason::Avoided),
    ("NamespaceQuota", NoFitReason::NamespaceQuota),
    ("MissingPrerequisite", NoFitReason::MissingPrerequisite),
    ("ClusterCordoned", NoFitReason::NoEligibleCluster),
    ("ClusterHealth", NoFitReason::NoEligibleCluster),
];

/// What the nodes of eligible clusters said to the next replica.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) nodes: usize,
    /// Turned away by rules about other placements, or other replicas.
    pub(crate) by_others: usize,
    /// Turned away by room alone.
    pub(crate) without_room: usize,
    /// Turned away by a ResourceQuota where there is room.
    pub(crate) over_quota: usize,
    /// Turned away because they are kept free for others, where there is room.
    pub(crate) reserved: usize,
    /// Turned away by nothing but an earlier refusal.
    pub(crate) avoided: usize,
}

/// Why the next replica does not fit when `fit` have a place, with a line for people about what is missing.
pub(crate) fn reason(prepared: &Prepared<'_>, fit: usize, tally: Tally) -> (NoFitReason, Option<String>) {
    if fit == 0 {
        if let Some(missing) = missing_product(prepared) {
            // Whoever is connected and has not said yet what it has may well have it.
            if waiting(prepared).any(is_about_to_say) {
                return (NoFitReason::WaitingForInventory, None);
            }
            return (NoFitReason::NoSuchProduct, Some(missing));
        }
        if prepared.eligible.is_empty() {
            return (no_cluster(prepared), None);
        }
    }
    let some_of_a_gang = prepared.request.gang && fit > 0;
    // On a node that is avoided everything else holds: it is the first thing to look at. Then those that a quota alone keeps
    // from being used, and those that are kept for others.
    let reason = if tally.avoided > 0 {
        NoFitReason::Avoided
    } else if tally.over_quota > 0 {
        NoFitReason::NamespaceQuota
    } else if tally.reserved > 0 {
        NoFitReason::Reserved
    } else if some_of_a_gang {
        NoFitReason::GangDoesNotFit
    } else if tally.nodes > 0 && tally.without_room == 0 {
        if tally.by_others > 0 {
            NoFitReason::PlacementRules
        } else {
            kept_out(prepared).unwrap_or(NoFitReason::RulesExcludeAllNodes)
        }
    } else {
        NoFitReason::NoCapacity
    };
    (reason, None)
}

/// Where no node of an eligible cluster is as asked: what keeps clusters out that have such nodes, or are about to say whether they
/// do, be it something that ends. That an eligible cluster has other nodes is then beside the point.
pub(crate) fn kept_out(prepared: &Prepared<'_>) -> Option<NoFitReason> {
    let able = able(prepared, |excluded| ends(excluded).is_some(), is_about_to_say);
    if able.iter().any(|excluded| waits(excluded)) {
        return Some(NoFitReason::WaitingForInventory);
    }
    nearest_to_end(|rule| able.iter().any(|excluded| excluded.rule.name() == rule))
}

/// Clusters that a rule keeps out which can end, and that have nodes as asked or never said what they have.
pub(crate) fn left_out<'p, 'a>(prepared: &'p Prepared<'a>) -> Vec<&'p Excluded<'a>> {
    let unknown = |excluded: &Excluded<'_>| !excluded.context.cluster.has_inventory();
    able(prepared, |excluded| ends(excluded).is_some(), unknown)
}

/// Of the excluded clusters of interest those that have nodes as asked, or might by what is not known.
fn able<'p, 'a>(
    prepared: &'p Prepared<'a>,
    such: impl Fn(&Excluded<'a>) -> bool,
    might: impl Fn(&Excluded<'_>) -> bool,
) -> Vec<&'p Excluded<'a>> {
    let all: Vec<&Excluded<'a>> = prepared.excluded.iter().filter(|one| such(one)).collect();
    let ix = |excluded: &Excluded<'_>| excluded.context.cluster.ix();
    let mut classes: NumberMap<ClusterIx, Vec<ClassId>> = NumberMap::default();
    classes.extend(all.iter().map(|excluded| (ix(excluded), Vec::new())));
    if !all.is_empty() {
        for (class, cluster) in prepared.state.index.pairs() {
            if let Some(there) = classes.get_mut(cluster) {
                there.push(*class);
            }
        }
    }
    let has = |excluded: &Excluded<'_>| {
        let there = classes.get(&ix(excluded));
        excluded.has_such_nodes(there.map_or(&[], Vec::as_slice))
    };
    all.into_iter()
        .filter(|excluded| might(excluded) || has(excluded))
        .collect()
}

/// What the rule that keeps a cluster out is called once no other cluster may take it, where it can end.
fn ends(excluded: &Excluded<'_>) -> Option<NoFitReason> {
    if waits(excluded) {
        return Some(NoFitReason::WaitingForInventory);
    }
    let mut rules = CAN_END.iter();
    let found = rules.find(|(rule, _)| excluded.rule.name() == *rule);
    found.map(|(_, reason)| *reason)
}

/// Whether the cluster's inventory is on its way, and lifts the rule.
fn waits(excluded: &Excluded<'_>) -> bool {
    excluded.rule.waits_for_inventory(&excluded.context)
}

/// Whether the cluster is connected and has not said yet what it has.
fn is_about_to_say(excluded: &Excluded<'_>) -> bool {
    let cluster = excluded.context.cluster;
    cluster.health() == Health::Ready && !cluster.has_inventory() && waits(excluded)
}

/// What a rule over clusters by which some are kept out means, the nearest to being lifted.
fn nearest_to_end(by: impl Fn(&str) -> bool) -> Option<NoFitReason> {
    let nearest = CAN_END.iter().find(|(rule, _)| by(rule));
    nearest.map(|(_, reason)| *reason)
}

/// Clusters whose inventory is on its way.
fn waiting<'p, 'a>(prepared: &'p Prepared<'a>) -> impl Iterator<Item = &'p Excluded<'a>> {
    prepared.excluded.iter().filter(|excluded| waits(excluded))
}

/// Why no cluster may take it: what is nearest to being lifted.
fn no_cluster(prepared: &Prepared<'_>) -> NoFitReason {
    if waiting(prepared).next().is_some() {
        return NoFitReason::WaitingForInventory;
    }
    let by = |rule: &str| {
        let mut excluded = prepared.excluded.iter();
        excluded.any(|excluded| excluded.rule.name() == rule)
    };
    nearest_to_end(by).unwrap_or(NoFitReason::NoEligibleCluster)
}

/// The line about a GPU product or TEE kind that no connected cluster has, be the cluster eligible or not. Without any
/// inventory nothing can be said.
pub(crate) fn missing_product(prepared: &Prepared<'_>) -> Option<String> {
    let mut clusters = prepared.state.clusters();
    clusters.find(|(_, cluster)| cluster.has_inventory())?;
    let nodes = || prepared.state.kinds_of_nodes();
    if let Some(gpu) = &prepared.request.gpu {
        let have = |derived: &DerivedFacts| {
            let mut products = derived.gpu_products();
            derived.has_gpu()
                && (gpu.products.is_empty()
                    || products.any(|have| gpu.products.iter().any(|wanted| have.matches(wanted))))
        };
        if !nodes().any(have) {
            let known: BTreeSet<&str> = nodes()
                .flat_map(DerivedFacts::gpu_products)
                .map(hourglass_model::gpu::Product::name)
                .collect();
            let wanted: Vec<&str> = gpu
                .products
                .iter()
                .map(hourglass_model::gpu::Product::name)
                .collect();
            return Some(no_such("GPU", &wanted, &known));
        }
    }
    if let Some(tee) = &prepared.request.tee {
        let kinds: BTreeSet<&TeeKind> = nodes().flat_map(|node| &node.tee_kinds).collect();
        let found = if tee.kinds.is_empty() {
            !kinds.is_empty()
        } else {
            tee.kinds.iter().any(|k| kinds.contains(k))
        };
        if !found {
            let known: BTreeSet<&str> = kinds.into_iter().map(TeeKind::as_str).collect();
            let wanted: Vec<&str> = tee.kinds.iter().map(TeeKind::as_str).collect();
            return Some(no_such("TEE", &wanted, &known));
        }
    }
    None
}

fn no_such(what: &str, wanted: &[&str], known: &BTreeSet<&str>) -> String {
    let wanted = if wanted.is_empty() {
        String::new()
    } else {
        format!(" {}", wanted.join(" or "))
    };
    if known.is_empty() {
        format!("no connected cluster has {what}{wanted}; none has any {what} with a known name")
    } else {
        let known: Vec<&str> = known.iter().copied().collect();
        format!(
            "no connected cluster has {what}{wanted}; known are {}",
            known.join(", ")
        )
    }
}
