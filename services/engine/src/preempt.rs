//! Room by moving placements of strictly lower priority: as few as possible, the least important ones, of equals those that do
//! not serve, a gang whole, and never so many that a placement falls below what must go on serving of it.
//!
//! Nobody is moved where those that leave a node anyway leave enough for one more, beside those to whom that room is promised
//! already: it is waited for ([`leavers`]). Where others have to go as well, they are as few as that allows.
//!
//! On one node up to four claims are found exactly; where more have to go, all may go and the most important ones stay as far
//! as they can. Nodes are looked at in the order of what they could cost at least, and no more once that is no less than what
//! was found. How many sets are tried for a decision is bounded ([`Tries`]): when that is spent, the cheapest choice found until
//! then is taken, or that of the next node on which there is one, by letting the most important ones stay. Who goes is needed
//! either way; only that nobody cheaper could have gone is then no longer certain. Last, of all victims together those stay
//! after all who turn out not to be needed, the most important ones first; that too takes so many steps at most.
//!
//! - [`survey`]: the nodes in that order; [`movers`] and [`frontier`]: the same through an index, so that few are looked at;
//! - [`lack`], [`reckon`] and [`floor`]: what a node costs at least; [`node`] and [`smallest`]: what it costs;
//! - [`leavers`]: who leaves anyway;
//! - [`reprieve`]: who stays after all.

mod floor;
mod frontier;
mod lack;
mod leavers;
mod movers;
mod node;
mod reckon;
mod reprieve;
mod smallest;
mod survey;
mod tries;

use std::borrow::Cow;
use std::collections::BTreeSet;

use hourglass_model::ids::{ClaimId, PlacementUid};

pub(crate) use frontier::{Frontier, KindAsked, Where};
pub(crate) use leavers::is_counted_on;
pub(crate) use movers::Movers;
pub(crate) use reckon::{InCluster, lower};
pub(crate) use reprieve::reprieve;
pub(crate) use survey::Survey;
pub(crate) use tries::Tries;

use crate::claims::{ClaimPhase, ClaimRecord, Serving};
use crate::decide::{Draft, Place};
use crate::scan::{Demands, Prepared};
use crate::state::NodeState;
use frontier::Standing;
use leavers::Leavers;
use node::Choice;

/// Claims that go together: one, or all of a gang.
#[derive(Debug, Clone)]
pub(crate) struct Unit<'a> {
    /// By id.
    pub(crate) claims: Vec<&'a ClaimRecord>,
    pub(crate) priority: i32,
    pub(crate) placement: &'a PlacementUid,
    pub(crate) gang: bool,
    /// How many of the claims may serve.
    pub(crate) serving: usize,
}

/// Room for one more replica.
#[derive(Debug)]
pub(crate) struct Room<'a> {
    /// Who goes for it.
    pub(crate) units: Vec<Unit<'a>>,
    /// Who leaves anyway, and has to have gone too.
    pub(crate) leavers: Vec<&'a ClaimRecord>,
    pub(crate) place: Place<'a>,
}

impl<'a> Room<'a> {
    /// All that have to have gone.
    pub(crate) fn going(&self) -> impl Iterator<Item = &'a ClaimRecord> {
        let units = self.units.iter().flat_map(|unit| &unit.claims);
        units.chain(&self.leavers).copied()
    }
}

/// The cheapest way to make room for one more replica of so many that want a place: who goes, and where it then goes. None when
/// no node could take it whoever goes. Whoever asks has to carry it out in the draft, and tell the survey, before the next one
/// is asked for.
pub(crate) fn make_room<'a>(
    prepared: &Prepared<'a>,
    draft: &Draft<'a>,
    survey: &mut Survey<'a>,
    (tries, replicas): (&mut Tries, usize),
) -> Option<Room<'a>> {
    survey.refresh(prepared, draft);
    tries.share_among(replicas);
    // What was chosen for a replica before names demands by their places in this list.
    let mut demands = survey.take_demands();
    let found = cheapest(prepared, draft, survey, (tries, &mut demands));
    let room = found.and_then(|(choice, (cluster, node))| {
        let mut after = draft.clone();
        for record in choice.units.iter().flat_map(|unit| &unit.claims) {
            after.remove(prepared, record);
        }
        let leave = Leavers::on(prepared, draft, (cluster, node));
        let mut later = Cow::Borrowed(&after);
        for record in leave.records() {
            later.to_mut().remove(prepared, record);
        }
        let what = (cluster, node, choice.fit);
        let place = Place::of(prepared, &later, what, choice.scores, &mut demands)?;
        Some(Room {
            units: choice.units,
            leavers: leavers::needed(prepared, &after, leave.records(), &place),
            place,
        })
    });
    survey.keep_demands(demands);
    room
}

/// Who goes from which node; of equals from the first one by the names of cluster and node.
fn cheapest<'a>(
    prepared: &Prepared<'a>,
    draft: &Draft<'a>,
    survey: &mut Survey<'a>,
    (tries, demands): (&mut Tries, &mut Demands),
) -> Option<(Choice<'a>, (usize, &'a NodeState))> {
    let mut view = draft.domains.clone();
    let mut best: Option<(Choice<'a>, Standing<'a>, (usize, &'a NodeState))> = None;
    let mut last: Option<Standing<'a>> = None;
    loop {
        let limit = best.as_ref().map(|(_, standing, _)| standing);
        if limit.is_some() && tries.are_spent() {
            break;
        }
        let Some((standing, candidate, known)) = survey.next(prepared, draft, (last.as_ref(), limit)) else {
            break;
        };
        last = Some(standing);
        let place = (candidate.cluster, candidate.node);
        if let Some(choice) = known {
            // Its cost is what it stands for, and that is less than any found before.
            best = Some((choice.clone(), standing, place));
            continue;
        }
        let most = best.as_ref().map(|(choice, ..)| choice.victims);
        let mut trial = node::Trial::new(prepared, draft, candidate, (&mut view, &mut *demands), tries);
        let choice = trial.choose(most);
        let lasts = trial.lasts();
        let Some(choice) = choice else {
            if lasts && most.is_none() {
                survey.forget(&standing);
            }
            continue;
        };
        let cost = (choice.cost(), standing.1);
        debug_assert!(standing <= cost, "{standing:?} is no bound of {cost:?}");
        if lasts {
            survey.chosen(standing, choice.clone());
        }
        if best.as_ref().is_none_or(|(_, other, _)| cost < *other) {
            best = Some((choice, cost, place));
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
        gang: owner.gang,
    })
}

#[cfg(test)]
mod tests;
