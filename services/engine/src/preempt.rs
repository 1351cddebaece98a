//! Room by moving placements of strictly lower priority: as few as possible, the least important ones, of equals those that do
//! not serve, a gang whole, and never so many that a placement falls below what must go on serving of it.

mod node;
mod reprieve;
mod smallest;

use hourglass_model::ids::PlacementUid;

pub(crate) use reprieve::reprieve;

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

/// The cheapest way to make room for one more replica: who goes, and where it then goes. None when no node could take it
/// whoever goes. `nodes` are all that have anyone who may go, with the places of their clusters among the eligible ones, by
/// the names of cluster and node.
pub(crate) fn make_room<'a>(
    prepared: &Prepared<'a>,
    draft: &Draft<'a>,
    nodes: impl Iterator<Item = (usize, &'a NodeState)>,
) -> Option<(Vec<Unit<'a>>, Place<'a>)> {
    let mut view = draft.domains.clone();
    let mut demands = Demands::default();
    let mut best: Option<(usize, &'a NodeState, Choice<'a>)> = None;
    for (cluster, node) in nodes {
        let units = units_on(prepared, draft, cluster, node);
        if units.is_empty() {
            continue;
        }
        let most = best.as_ref().map(|(_, _, choice)| choice.victims);
        let mut trial = node::Trial::new(prepared, draft, (cluster, node), units, &mut view, &mut demands);
        let Some(choice) = trial.choose(most) else {
            continue;
        };
        if best
            .as_ref()
            .is_none_or(|(_, _, other)| choice.cost() < other.cost())
        {
            best = Some((cluster, node, choice));
        }
    }
    let (cluster, node, choice) = best?;
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
    Some((choice.units, place))
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
    for record in charged.chain(seen) {
        let known = units
            .iter()
            .flat_map(|unit| &unit.claims)
            .any(|other| other.claim.id == record.claim.id);
        if !known && record.claim.cluster == *eligible.name {
            units.extend(unit_of(prepared, draft, record));
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
