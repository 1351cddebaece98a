//! Room by moving placements of strictly lower priority: as few as possible, the least important ones, of equals those that do
//! not serve, a gang whole, and never so many that a placement falls below what must go on serving of it.
//!
//! On one node up to four claims are found exactly; where more have to go, all may go and the most important ones stay as far
//! as they can. Nodes are looked at in the order of what they could cost at least, and no more once that is dearer than what
//! was found. How many sets are tried for a decision is bounded ([`Tries`]): when that is spent, the cheapest choice found until
//! then is taken, or that of the next node on which there is one, by letting the most important ones stay. Who goes is needed
//! either way; only that nobody cheaper could have gone is then no longer certain.

mod lack;
mod node;
mod reprieve;
mod smallest;
mod survey;
mod tries;

use std::collections::BTreeSet;

use hourglass_model::ids::{ClaimId, PlacementUid};

pub(crate) use reprieve::reprieve;
pub(crate) use survey::Survey;
pub(crate) use tries::Tries;

use crate::claims::{ClaimPhase, ClaimRecord, Serving};
use crate::decide::{Draft, Place};
use crate::scan::{Demands, Prepared};
use crate::state::NodeState;
use node::Choice;

/// Claims that go together: one, or all of a gang.
#[derive(Debug, Clone)]
pub(crate) struct Unit<'a> {
    /// By id.
    pub(crate) claims: Vec<&'a ClaimRecord>,
    pub(crate) priority: i32,
    pub(crate) placement: &'a PlacementUid,
    /// How many of the claims may serve.
    pub(crate) serving: usize,
}

/// The cheapest way to make room for one more replica of so many that want a place: who goes, and where it then goes. None when
/// no node could take it whoever goes. Whoever asks has to carry it out in the draft before the next one is asked for.
pub(crate) fn make_room<'a>(
    prepared: &Prepared<'a>,
    draft: &Draft<'a>,
    survey: &mut Survey<'a>,
    (tries, replicas): (&mut Tries, usize),
) -> Option<(Vec<Unit<'a>>, Place<'a>)> {
    survey.refresh(prepared, draft);
    tries.share_among(replicas);
    let mut demands = Demands::default();
    let (choice, (cluster, node)) = cheapest(prepared, draft, survey, (tries, &mut demands))?;
    let mut after = draft.clone();
    for record in choice.units.iter().flat_map(|unit| &unit.claims) {
        after.remove(prepared, record);
    }
    let place = Place::of(
        prepared,
        &after,
        (cluster, node, choice.fit),
        choice.scores,
        &mut demands,
    )?;
    survey.gone(prepared, &choice.units);
    Some((choice.units, place))
}

/// Who goes from which node; of equals from the first one by name.
fn cheapest<'a>(
    prepared: &Prepared<'a>,
    draft: &Draft<'a>,
    survey: &Survey<'a>,
    (tries, demands): (&mut Tries, &mut Demands),
) -> Option<(Choice<'a>, (usize, &'a NodeState))> {
    let mut view = draft.domains.clone();
    let mut best: Option<(Choice<'a>, usize, (usize, &'a NodeState))> = None;
    for (bound, at, candidate) in survey.by_bound() {
        let most = best.as_ref().map(|(choice, ..)| choice.victims);
        if let Some((choice, ..)) = &best
            && (choice.is_cheaper_than(bound) || tries.are_spent())
        {
            break;
        }
        let mut trial = node::Trial::new(prepared, draft, candidate, (&mut view, &mut *demands), tries);
        let Some(choice) = trial.choose(most) else {
            continue;
        };
        if best
            .as_ref()
            .is_none_or(|(other, before, _)| (choice.cost(), at) < (other.cost(), *before))
        {
            best = Some((choice, at, (candidate.cluster, candidate.node)));
        }
    }
    best.map(|(choice, _, place)| (choice, place))
}

/// What could go from a node: claims that are charged to it or whose pods are there.
fn units_on<'a>(
    prepared: &Prepared<'a>,
    draft: &Draft<'a>,
    cluster: usize,
    node: &'a NodeState,
) -> Vec<Unit<'a>> {
    let Some(eligible) = prepared.eligible.get(cluster) else {
        return Vec::new();
    };
    let ledger = &prepared.state.ledger;
    let charged = ledger.on_node(eligible.name, node.name());
    let seen = node.claims().iter().filter_map(|seen| ledger.get(&seen.claim));
    let mut units: Vec<Unit<'a>> = Vec::new();
    let mut known: BTreeSet<&'a ClaimId> = BTreeSet::new();
    for record in charged.chain(seen) {
        if known.contains(&record.claim.id) || record.claim.cluster != *eligible.name {
            continue;
        }
        if let Some(unit) = unit_of(prepared, draft, record) {
            known.extend(unit.claims.iter().map(|record| &record.claim.id));
            units.push(unit);
        }
    }
    units.sort_by(|one, other| {
        let key = |unit: &Unit<'a>| {
            let first = unit.claims.first().map(|record| &record.claim.id);
            (unit.priority, unit.serving, first)
        };
        key(one).cmp(&key(other))
    });
    units
}

/// What has to go together with a claim, if it may go at all.
fn unit_of<'a>(prepared: &Prepared<'a>, draft: &Draft<'a>, record: &'a ClaimRecord) -> Option<Unit<'a>> {
    let owner = &record.claim.owner;
    let may_go = |record: &ClaimRecord| {
        record.phase == ClaimPhase::Committed
            && record.claim.owner.preemptible
            && record.claim.owner.priority < prepared.request.priority
            && !draft.is_gone(&record.claim.id)
    };
    if !may_go(record) {
        return None;
    }
    let claims = if owner.gang {
        let live: Vec<&ClaimRecord> = prepared
            .state
            .ledger
            .of_placement(&owner.placement)
            .filter(|record| record.is_live())
            .collect();
        if !live.iter().all(|record| may_go(record)) {
            return None;
        }
        live
    } else {
        vec![record]
    };
    let may_serve = |record: &&&ClaimRecord| prepared.state.serving(record) != Serving::No;
    Some(Unit {
        serving: claims.iter().filter(may_serve).count(),
        claims,
        priority: owner.priority,
        placement: &owner.placement,
    })
}

#[cfg(test)]
mod tests;
