//! Placing replicas one after the other, each on the best node that is left.

use std::collections::BTreeSet;

use hourglass_model::ids::{ClaimId, ClusterName, Namespace, NodeName};
use hourglass_model::placement::Preemption;
use hourglass_model::render::{NodeOffer, Pin};
use hourglass_model::request::{CanonicalRequest, PinScope};
use hourglass_model::resources::ResourceVector;

use super::draft::Draft;
use super::scan_search::{ScanSearch, score};
use super::search::Search;
use super::{DecideInput, SlotDecision, SlotWanted, WhyNot};
use crate::claims::ClaimRecord;
use crate::explain::Relaxation;
use crate::preempt::{self, Room, Survey, Tries, Unit};
use crate::scan::{Demands, Fit, Prepared, Suppose};
use crate::score::{Scores, named};
use crate::state::{FleetState, NodeState};

/// One replica's place.
#[derive(Debug, Clone)]
pub(crate) struct Place<'a> {
    /// Place of the cluster among the eligible ones.
    pub(crate) index: usize,
    pub(crate) cluster: &'a ClusterName,
    pub(crate) namespace: &'a Namespace,
    pub(crate) node: &'a NodeState,
    pub(crate) variant: usize,
    pub(crate) offer: NodeOffer,
    pub(crate) vector: ResourceVector,
    /// Limits of its pod.
    pub(crate) limits: ResourceVector,
    pub(crate) scores: Scores,
}

impl<'a> Place<'a> {
    /// The place on a node of one of the eligible clusters, if it can take a replica.
    pub(super) fn on(
        prepared: &Prepared<'a>,
        draft: &Draft<'a>,
        (index, node): (usize, &NodeName),
        relaxed: Option<&Relaxation>,
        demands: &mut Demands,
    ) -> Option<Self> {
        let node = prepared.eligible.get(index)?.state.node(node)?;
        let spot = draft.spot(prepared, index, node);
        let fit = prepared
            .evaluate(&spot, Some(&draft.domains), demands, relaxed)
            .ok()?;
        let scores = score(prepared, draft, index, node, fit, demands)?;
        Self::of(prepared, draft, (index, node, fit), scores, demands)
    }

    pub(crate) fn of(
        prepared: &Prepared<'a>,
        draft: &Draft<'a>,
        (index, node, fit): (usize, &'a NodeState, Fit),
        scores: Scores,
        demands: &mut Demands,
    ) -> Option<Self> {
        let eligible = prepared.eligible.get(index)?;
        let spot = draft.spot(prepared, index, node);
        let offer = prepared.room_of(&spot, fit.variant, demands)?.offer();
        Some(Self {
            index,
            cluster: eligible.name,
            namespace: eligible.namespace,
            node,
            variant: fit.variant,
            offer,
            vector: demands.get(fit.demand)?.clone(),
            limits: eligible.variants.get(fit.variant)?.limits.clone(),
            scores,
        })
    }

    pub(super) fn decision(
        &self,
        slot: SlotWanted,
        request: &CanonicalRequest,
        waits_for: BTreeSet<ClaimId>,
    ) -> SlotDecision {
        let node = self.node.name().clone();
        SlotDecision {
            slot: slot.slot,
            epoch: slot.epoch,
            cluster: self.cluster.clone(),
            namespace: self.namespace.clone(),
            pin: match request.pin {
                PinScope::Node => Pin::Node(node.clone()),
                PinScope::Cluster => Pin::Cluster,
            },
            node,
            vector: self.vector.clone(),
            limits: self.limits.clone(),
            offer: self.offer.clone(),
            scores: named(request.strategy, &self.scores),
            waits_for,
        }
    }
}

/// Replicas that have a place, and what that took.
pub(crate) struct Placed<'a> {
    pub(crate) places: Vec<Place<'a>>,
    /// Claims that make room, with the place in `places` of the replica that they were chosen for.
    pub(crate) victims: Vec<(Unit<'a>, usize)>,
    /// Claims that leave anyway, and whose room is counted on.
    pub(crate) leavers: Vec<&'a ClaimRecord>,
    /// The state with all that; none when the places were found through the index.
    pub(crate) draft: Option<Draft<'a>>,
}

impl<'a> Placed<'a> {
    /// Places that need nobody to go.
    pub(crate) fn alone(places: Vec<Place<'a>>) -> Self {
        Self {
            places,
            victims: Vec::new(),
            leavers: Vec::new(),
            draft: None,
        }
    }

    /// One more, with those that have to go or leave for it.
    pub(crate) fn add(&mut self, room: Room<'a>) {
        let slot = self.places.len();
        self.victims
            .extend(room.units.into_iter().map(|unit| (unit, slot)));
        self.leavers.extend(room.leavers);
        self.places.push(room.place);
    }

    /// All that have to have gone.
    pub(crate) fn going(&self) -> impl Iterator<Item = &'a ClaimRecord> {
        let units = self.victims.iter().flat_map(|(unit, _)| &unit.claims);
        units.chain(&self.leavers).copied()
    }

    /// Some have to go, or are waited for.
    pub(crate) fn needs_room(&self) -> bool {
        !self.victims.is_empty() || !self.leavers.is_empty()
    }
}

/// Whether all replicas must be in one NVLink clique.
pub(crate) fn in_clique(request: &CanonicalRequest) -> bool {
    request.gpu.as_ref().is_some_and(|gpu| gpu.same_clique)
}

/// Places replicas through the index, moving placements of lower priority where that is allowed and there is no other way,
/// and says why not all fit. None when it takes more than the index: going over all nodes.
pub(super) fn by_index<'a>(
    state: &'a FleetState,
    request: &'a CanonicalRequest,
    input: &DecideInput<'a>,
    suppose: Suppose<'a>,
) -> Option<(Placed<'a>, Option<WhyNot>)> {
    let wanted = input.slots.len();
    let mut memo = state.memo.lock();
    let known = memo.known(state, request, input)?;
    let mut search = Search::new(state, request, input, known, wanted)?;
    let may_move = input.preempt && request.preemption == Preemption::LowerPriority;
    if in_clique(request) {
        let places = search.in_one_clique(wanted);
        let tried = places.len() == wanted || !may_move;
        return tried.then(|| (Placed::alone(places), None));
    }
    let mut places = Vec::new();
    while places.len() < wanted {
        let Some(place) = search.best() else { break };
        // After the last one nothing is asked any more.
        if places.len() + 1 < wanted {
            search.take(&place);
        }
        places.push(place);
    }
    let mut placed = Placed::alone(places);
    if placed.places.len() < wanted && may_move {
        search.suppose(suppose);
        placed = search.over_others(placed.places, wanted);
    }
    let found = placed.places.len();
    let missing = (found < wanted).then(|| search.why_not(found));
    Some((placed, missing))
}

/// Places up to `wanted` replicas without moving anybody.
pub(crate) fn place<'a>(prepared: &Prepared<'a>, wanted: usize, relaxed: Option<&Relaxation>) -> Placed<'a> {
    in_one_clique(prepared, wanted, relaxed, None)
}

/// Places up to `wanted` replicas, moving placements of lower priority where there is no other way. Whoever could move nobody
/// counts on nobody's leaving either.
pub(crate) fn place_over_others<'a>(prepared: &Prepared<'a>, wanted: usize) -> Placed<'a> {
    let mut tries = Tries::default();
    let ledger = &prepared.state.ledger;
    let anybody = ledger.highest_movable(prepared.request.priority).is_some();
    let tries = anybody.then_some(&mut tries);
    let mut placed = in_one_clique(prepared, wanted, None, tries);
    if !placed.victims.is_empty() {
        preempt::reprieve(prepared, &Draft::new(prepared, None), &mut placed);
    }
    placed
}

/// Where all replicas must be in one NVLink clique, cliques are tried in the order in which they would get the first
/// replica, until one holds all; of those that do not, the first one's places are kept, to explain them. Others are moved for
/// them where there are `preempt` tries for it.
fn in_one_clique<'a>(
    prepared: &Prepared<'a>,
    wanted: usize,
    relaxed: Option<&Relaxation>,
    mut preempt: Option<&mut Tries>,
) -> Placed<'a> {
    let start = Draft::new(prepared, relaxed);
    let mut barred = Vec::new();
    let mut first: Option<Placed<'a>> = None;
    loop {
        let mut draft = start.clone();
        let choice = match &mut draft.domains.cliques {
            Some(cliques) if cliques.only.is_none() => {
                cliques.barred.clone_from(&barred);
                true
            }
            _ => false,
        };
        let placed = fill(prepared, draft, wanted, (relaxed, preempt.as_deref_mut()));
        let tried = placed.draft.as_ref();
        let tried = tried.and_then(|draft| draft.domains.cliques.as_ref()?.only.clone());
        let tried = tried.filter(|_| choice);
        let complete = placed.places.len() >= wanted;
        match (tried, complete) {
            (Some(clique), false) => {
                barred.push(clique);
                first.get_or_insert(placed);
            }
            (_, true) => return placed,
            (None, false) => return first.unwrap_or(placed),
        }
    }
}

fn fill<'a>(
    prepared: &Prepared<'a>,
    mut draft: Draft<'a>,
    wanted: usize,
    (relaxed, mut preempt): (Option<&Relaxation>, Option<&mut Tries>),
) -> Placed<'a> {
    let mut search = ScanSearch::new(prepared, &draft, relaxed);
    let mut placed = Placed::alone(Vec::new());
    let mut survey: Option<Survey<'a>> = None;
    while placed.places.len() < wanted {
        if let Some(place) = search.best(&draft) {
            draft.take(prepared, &place);
            search.taken(&draft, &place);
            if let Some(survey) = &mut survey {
                survey.taken(&place);
            }
            placed.places.push(place);
        } else {
            let Some(tries) = preempt.as_deref_mut() else {
                break;
            };
            let survey = survey.get_or_insert_with(|| {
                let clusters = prepared.eligible.iter().enumerate();
                let nodes =
                    clusters.flat_map(|(at, eligible)| eligible.state.nodes().map(move |node| (at, node)));
                Survey::of(nodes)
            });
            let missing = wanted - placed.places.len();
            let room = preempt::make_room(prepared, &draft, survey, (tries, missing));
            let Some(room) = room else { break };
            for record in room.going() {
                draft.remove(prepared, record);
            }
            draft.take(prepared, &room.place);
            survey.carried_out(prepared, &room);
            placed.add(room);
            // Those who go leave room on other nodes too.
            search = ScanSearch::new(prepared, &draft, relaxed);
        }
    }
    placed.draft = Some(draft);
    placed
}
