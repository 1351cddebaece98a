//! A decision: for each slot wanted a node, or why there is none.

mod domains_by_class;
mod draft;
mod in_place;
mod kept_serving;
mod nearest;
mod place;
mod reason;
mod resume;
mod scan_search;
mod search;
mod victim;
mod where_left;
mod would_take;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hourglass_model::ids::{
    ClaimId, ClusterName, Epoch, Namespace, NodeName, PlacementUid, Slot, SnapshotId, TenantId,
};
use hourglass_model::placement::Preemption;
use hourglass_model::render::{NodeOffer, Pin};
use hourglass_model::request::CanonicalRequest;
use hourglass_model::resources::ResourceVector;
use serde::{Deserialize, Serialize};

pub(crate) use draft::Draft;
pub use in_place::decide_in_place;
pub use kept_serving::kept_serving;
pub use nearest::NearNode;
pub(crate) use nearest::nearest_to_fit;
use place::place_over_others;
pub(crate) use place::{Place, Placed, in_clique, place};
pub use reason::NoFitReason;
pub(crate) use reason::{Tally, kept_out, left_out, missing_product, reason};
pub(crate) use resume::{NamedPlace, Resumed, Start, place_on};
pub(crate) use scan_search::score;
pub(crate) use search::{Mentions, SearchMemo};
pub use victim::Victim;
pub use where_left::places_where_left;
pub use would_take::{LeftNode, would_take};

use crate::claims::{Claim, Owner};
use crate::explain::{self, Explanation};
use crate::hints::{self, RetryHints};
use crate::scan::{self, Suppose};
use crate::score::NamedScore;
use crate::state::FleetState;

/// A slot to be placed, under the epoch that it will have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotWanted {
    /// The slot.
    pub slot: Slot,
    /// Its new epoch.
    pub epoch: Epoch,
}

/// Clusters (without a node), or nodes of them, that the request is kept away from. The caller keeps this: when it ends is
/// a matter of time, which is not known here.
pub type Avoid = BTreeMap<(ClusterName, Option<NodeName>), AvoidNote>;

/// What is said of a place that is avoided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AvoidNote {
    /// For people: why and since when.
    pub why: String,
    /// What ends it, after "if"; none where nothing does that one can do or wait for.
    pub ends_if: Option<String>,
}

impl From<String> for AvoidNote {
    /// Nothing is known of what ends it.
    fn from(why: String) -> Self {
        Self { why, ends_if: None }
    }
}

/// What a decision needs to know beside request and fleet.
#[derive(Debug, Clone, Copy)]
pub struct DecideInput<'a> {
    /// Whose placement it is.
    pub tenant: &'a TenantId,
    /// The placement, whose other slots count in its own rules; none for one that does not exist yet.
    pub placement: Option<&'a PlacementUid>,
    /// Slots to place, in this order. With `gang` all of them or none.
    pub slots: &'a [SlotWanted],
    /// Clusters, or nodes of them, that the request is kept away from.
    pub avoid: &'a Avoid,
    /// Whether placements of lower priority may be moved, where the request allows it too. Whoever sets this must honour
    /// [`Decision::victims`].
    pub preempt: bool,
    /// Whether to explain at length what does not fit. That goes over all nodes; [`explain`](explain::explain()) does it
    /// later, on what the fleet is then.
    pub explain: bool,
}

/// Where one slot goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SlotDecision {
    /// The slot.
    pub slot: Slot,
    /// Its epoch.
    pub epoch: Epoch,
    /// The cluster.
    pub cluster: ClusterName,
    /// The namespace there.
    pub namespace: Namespace,
    /// The node that is charged.
    pub node: NodeName,
    /// How far the decision binds; [`Pin::Cluster`] leaves the choice of the node to the cluster.
    pub pin: Pin,
    /// What it takes, `pods: 1` included.
    pub vector: ResourceVector,
    /// Limits of its pod, as the quotas of its namespace count them.
    #[serde(default, skip_serializing_if = "ResourceVector::is_empty")]
    pub limits: ResourceVector,
    /// By which means; with the request this renders the Performer.
    pub offer: NodeOffer,
    /// Why this node: compared in order, smaller is better.
    pub scores: Vec<NamedScore>,
    /// Claims that must have ended before its pod may start: it takes their room. Victims of this decision, and others that are on
    /// their way out anyway.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub waits_for: BTreeSet<ClaimId>,
}

impl SlotDecision {
    /// The claim to take before the decision is committed.
    #[must_use]
    pub fn claim(&self, owner: &Arc<Owner>) -> Claim {
        Claim {
            id: ClaimId {
                placement: owner.placement.clone(),
                slot: self.slot,
                epoch: self.epoch,
            },
            cluster: self.cluster.clone(),
            node: self.node.clone(),
            pinned: self.pin.node().is_some(),
            vector: self.vector.clone(),
            limits: self.limits.clone(),
            namespace: Some(self.namespace.clone()),
            owner: Arc::clone(owner),
            waits_for: self.waits_for.clone(),
            devices: self.offer.devices(),
            // That of the node, which is there.
            zone: None,
        }
    }
}

/// Slots for which there is no place, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NoFit {
    /// In one word.
    pub reason: NoFitReason,
    /// The slots that wait.
    pub slots: Vec<SlotWanted>,
    /// Replicas for which there are places, also where they get none because all are wanted together.
    #[serde(default)]
    pub fit: usize,
    /// At length, when it was asked for.
    pub explanation: Option<Explanation>,
    /// Which changes can help.
    pub hints: RetryHints,
}

/// The answer for all slots wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// The state that it was made on.
    pub snapshot: SnapshotId,
    /// Slots that have a place, in the order wanted.
    pub placed: Vec<SlotDecision>,
    /// The others.
    pub no_fit: Option<NoFit>,
    /// Claims that must go for those placed, by claim. To be released in the same commit that takes the claims.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub victims: Vec<Victim>,
}

impl Decision {
    /// Whether every slot has a place.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.no_fit.is_none()
    }

    /// Claims that will have ended when all of it runs: victims, and those that leave anyway and are waited for.
    #[must_use]
    pub fn going(&self) -> BTreeSet<&ClaimId> {
        let victims = self.victims.iter().map(|victim| &victim.claim);
        let waits_for = self.placed.iter().flat_map(|slot| &slot.waits_for);
        victims.chain(waits_for).collect()
    }

    /// Those of them that leave anyway.
    #[must_use]
    pub fn leavers(&self) -> BTreeSet<&ClaimId> {
        let victims: BTreeSet<&ClaimId> = self.victims.iter().map(|victim| &victim.claim).collect();
        self.going().difference(&victims).copied().collect()
    }
}

/// Decides where the slots go. Changes nothing: take the claims of the answer with [`FleetState::claim`].
///
/// The same state, request and input always give the same answer.
#[must_use]
pub fn decide(state: &FleetState, request: &CanonicalRequest, input: &DecideInput<'_>) -> Decision {
    decide_with(state, request, input, Suppose::default())
}

/// The same where the room that these claims are on their way out of is not counted on: they stay too long, or somebody else is
/// to have it. They keep nobody from being moved.
#[must_use]
pub fn decide_beside(
    state: &FleetState,
    request: &CanonicalRequest,
    input: &DecideInput<'_>,
    staying: &BTreeSet<ClaimId>,
) -> Decision {
    let suppose = Suppose {
        staying: Some(staying),
        ..Suppose::default()
    };
    decide_with(state, request, input, suppose)
}

fn decide_with<'a>(
    state: &'a FleetState,
    request: &'a CanonicalRequest,
    input: &DecideInput<'a>,
    suppose: Suppose<'a>,
) -> Decision {
    match place::by_index(state, request, input, suppose) {
        Some((placed, missing)) => answer(state, request, input, &placed, missing),
        None => by_scan(state, request, input, suppose),
    }
}

/// Decides by going over all nodes of the fleet: the same answer as [`decide`](decide()), found in the simplest way, for
/// tests and measurements to compare with.
#[must_use]
pub fn decide_by_scan(state: &FleetState, request: &CanonicalRequest, input: &DecideInput<'_>) -> Decision {
    by_scan(state, request, input, Suppose::default())
}

fn by_scan<'a>(
    state: &'a FleetState,
    request: &'a CanonicalRequest,
    input: &DecideInput<'a>,
    suppose: Suppose<'a>,
) -> Decision {
    let mut prepared = scan::prepare(state, request, input, None);
    prepared.suppose(suppose);
    let wanted = input.slots.len();
    let mut placed = place(&prepared, wanted, None);
    if placed.places.len() < wanted && input.preempt && request.preemption == Preemption::LowerPriority {
        let forced = place_over_others(&prepared, wanted);
        if forced.places.len() > placed.places.len() {
            placed = forced;
        }
    }
    answer(state, request, input, &placed, None)
}

/// Why not all replicas fit, and what can help.
type WhyNot = (NoFitReason, RetryHints);

fn answer(
    state: &FleetState,
    request: &CanonicalRequest,
    input: &DecideInput<'_>,
    found: &Placed<'_>,
    known: Option<WhyNot>,
) -> Decision {
    let complete = found.places.len() == input.slots.len();
    let together = request.gang || request.gpu.as_ref().is_some_and(|gpu| gpu.same_clique);
    let none = together && !complete;
    let kept = if none { &[][..] } else { &found.places[..] };
    let placed: Vec<SlotDecision> = input
        .slots
        .iter()
        .zip(kept)
        .map(|(slot, place)| place.decision(*slot, request, victim::waits_for(state, found, place)))
        .collect();
    let victims = if none {
        Vec::new()
    } else {
        victim::told(found, input.slots)
    };
    let no_fit = (!complete).then(|| {
        let slots = input.slots.iter().skip(placed.len()).copied().collect();
        let fit = found.places.len();
        if let Some((reason, hints)) = known.filter(|_| !input.explain) {
            return NoFit {
                reason,
                slots,
                fit,
                explanation: None,
                hints,
            };
        }
        let prepared = scan::prepare(state, request, input, None);
        let explanation = explain::of_places(&prepared, found);
        NoFit {
            reason: explanation.reason.unwrap_or(NoFitReason::NoCapacity),
            slots,
            fit,
            explanation: Some(explanation).filter(|_| input.explain),
            hints: hints::of(&prepared, &Draft::new(&prepared, None), &found.places),
        }
    });
    Decision {
        snapshot: state.snapshot_id(),
        placed,
        no_fit,
        victims,
    }
}

#[cfg(test)]
mod tests;
