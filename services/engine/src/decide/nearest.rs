//! Nodes that are nearest to taking a request that fits nowhere: what a reservation keeps.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_model::ids::{ClusterName, NodeName};
use hourglass_model::request::CanonicalRequest;
use hourglass_model::resources::ResourceVector;

use super::draft::Draft;
use super::place::Place;
use super::{DecideInput, score};
use crate::filter::node::devices::pick;
use crate::scan::{Demands, Fit, Prepared, prepare};
use crate::score::Scores;
use crate::state::{FleetState, NodeState};

/// Thousandths of each resource asked that are missing, added up.
type Shortage = i64;

/// How near a node is, and which: smaller is nearer.
type Nearest<'a> = ((Shortage, Scores), (usize, &'a NodeState, Fit));

/// For each slot the node that could take it by its facts, were it empty, and lacks least; of equal ones the best.
pub(crate) fn nearest_to_fit(
    state: &FleetState,
    request: &CanonicalRequest,
    input: &DecideInput<'_>,
) -> BTreeSet<(ClusterName, NodeName)> {
    let prepared = prepare(state, request, input, None);
    let mut draft = Draft::new(&prepared, None);
    let mut taken: BTreeMap<(usize, NodeName), ResourceVector> = BTreeMap::new();
    let mut nodes = BTreeSet::new();
    for _ in input.slots {
        let Some(place) = nearest(&prepared, &draft, &taken) else {
            break;
        };
        let name = place.node.name().clone();
        taken
            .entry((place.index, name.clone()))
            .or_default()
            .add_saturating(&place.vector);
        draft.take(&prepared, &place);
        nodes.insert((place.cluster.clone(), name));
    }
    nodes
}

fn nearest<'a>(
    prepared: &Prepared<'a>,
    draft: &Draft<'a>,
    taken: &BTreeMap<(usize, NodeName), ResourceVector>,
) -> Option<Place<'a>> {
    let mut demands = Demands::default();
    let mut best: Option<Nearest<'a>> = None;
    for (cluster, eligible) in prepared.eligible.iter().enumerate() {
        for node in eligible.state.nodes() {
            let key = (cluster, node.name().clone());
            let here = taken.get(&key);
            for variant in 0..eligible.variants.len() {
                let Some((shortage, scores, fit)) =
                    lacks(prepared, draft, (cluster, node, variant), here, &mut demands)
                else {
                    continue;
                };
                let order = (shortage, scores);
                if best.as_ref().is_none_or(|(lowest, _)| order < *lowest) {
                    best = Some((order, (cluster, node, fit)));
                }
            }
        }
    }
    let ((_, scores), spot) = best?;
    Place::of(prepared, draft, spot, scores, &mut demands)
}

/// What a node lacks in one variant; none when it could not take the replica even if all of it were free.
fn lacks<'a>(
    prepared: &Prepared<'a>,
    draft: &Draft<'a>,
    (cluster, node, variant): (usize, &'a NodeState, usize),
    taken: Option<&ResourceVector>,
    demands: &mut Demands,
) -> Option<(Shortage, Scores, Fit)> {
    let spot = draft.spot(prepared, cluster, node);
    prepared.fact_verdict(&spot, variant, None).ok()?;
    if prepared.is_forbidden((cluster, node), &draft.domains, None) {
        return None;
    }
    let room = prepared.room_of(&spot, variant, demands)?;
    if room.avoided.is_some() || room.reserved_for.is_some() {
        return None;
    }
    let all = node.allocatable();
    let left = taken.map(|taken| all.saturating_sub(taken));
    if !room.demand.fits_in(left.as_ref().unwrap_or(all)) {
        return None;
    }
    // Reservations are kept by node; which of its devices become free is seen when they do.
    let devices = match (room.pick(), &prepared.request.gpu, node.devices()) {
        (Some(Err(lack)), Some(wanted), Some(devices)) => {
            pick(wanted, node, &devices.unused()).ok()?;
            lack.missing_milli()
        }
        _ => 0,
    };
    let missing = room.demand.shortages(room.free).map(|shortage| {
        let lacking = i128::from(shortage.wanted) - i128::from(shortage.available);
        i64::try_from(lacking * 1000 / i128::from(shortage.wanted.max(1))).unwrap_or(i64::MAX)
    });
    let shortage = missing.fold(devices, i64::saturating_add);
    let demand = prepared.demand_of(&spot, variant, demands)?;
    let fit = Fit { variant, demand };
    let scores = score(prepared, draft, cluster, node, fit, demands)?;
    Some((shortage, scores, fit))
}
