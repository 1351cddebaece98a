//! Victims that turn out not to be needed stay where they are.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_model::ids::NodeName;

use super::Unit;
use crate::claims::ClaimRecord;
use crate::decide::{Draft, Place, Placed};
use crate::scan::{Demands, Prepared};

/// How much may be looked at for a decision, in victims that go and places that have to hold: beyond that the rest of the
/// victims go. Only where rules over other placements stand between places and victims far from each other, and there are
/// many of both, this is not enough for all.
const STEPS: usize = 50_000;

/// Lets every victim stay without which all places hold too, the most important first. `start` is the draft before any
/// place was found. Those that leave anyway leave.
pub(crate) fn reprieve<'a>(prepared: &Prepared<'a>, start: &Draft<'a>, placed: &mut Placed<'a>) {
    if let Some(draft) = reprieve_within(STEPS, prepared, start, placed) {
        placed.draft = Some(draft);
    }
}

fn reprieve_within<'a>(
    steps: usize,
    prepared: &Prepared<'a>,
    start: &Draft<'a>,
    placed: &mut Placed<'a>,
) -> Option<Draft<'a>> {
    let mut start = start.clone();
    for record in &placed.leavers {
        start.remove(prepared, record);
    }
    let start = &start;
    let trial = Trial {
        prepared,
        start,
        victims: &placed.victims,
        places: &placed.places,
        near: near(prepared, start, placed),
    };
    let stays = trial.stays(steps);
    if !stays.contains(&true) {
        return None;
    }
    // All of them hold together: each was tried with those before it.
    let draft = trial.hold(&stays, None)?;
    let mut stays = stays.into_iter();
    placed.victims.retain(|_| stays.next() != Some(true));
    Some(draft)
}

/// By node, with the place of its cluster: which units have anything there, and which places are there.
type Near = BTreeMap<(usize, NodeName), (BTreeSet<usize>, Vec<usize>)>;

/// Who matters to which place, if only what is free decides: then places and victims of other nodes are nothing to each other.
fn near<'a>(prepared: &Prepared<'a>, start: &Draft<'a>, placed: &Placed<'a>) -> Option<Near> {
    if start.domains.may_forbid() {
        return None;
    }
    let mut near = Near::new();
    for (at, place) in placed.places.iter().enumerate() {
        let key = (place.index, place.node.name().clone());
        near.entry(key).or_default().1.push(at);
    }
    for (at, (unit, _)) in placed.victims.iter().enumerate() {
        for key in unit.claims.iter().flat_map(|record| leaves(prepared, record)) {
            if let Some((units, _)) = near.get_mut(&key) {
                units.insert(at);
            }
        }
    }
    Some(near)
}

/// Nodes on which a claim leaves anything.
fn leaves(prepared: &Prepared<'_>, record: &ClaimRecord) -> impl Iterator<Item = (usize, NodeName)> {
    let mut clusters = prepared.eligible.iter().enumerate();
    let known = clusters.find(|(_, eligible)| *eligible.name == record.claim.cluster);
    known.into_iter().flat_map(|(at, eligible)| {
        let nodes = eligible.state.freed_by(&record.claim).into_keys();
        nodes.map(move |node| (at, node))
    })
}

/// Thinking of some victims as staying.
struct Trial<'t, 'a> {
    prepared: &'t Prepared<'a>,
    start: &'t Draft<'a>,
    /// Each with the place of its slot.
    victims: &'t [(Unit<'a>, usize)],
    places: &'t [Place<'a>],
    near: Option<Near>,
}

impl<'a> Trial<'_, 'a> {
    /// Which victims may stay.
    fn stays(&self, mut steps: usize) -> Vec<bool> {
        let mut order: Vec<usize> = (0..self.victims.len()).collect();
        order.sort_by_key(|at| {
            let unit = self.victims.get(*at).map(|(unit, _)| unit);
            (
                std::cmp::Reverse(unit.map(|unit| (unit.priority, unit.serving))),
                unit.and_then(|unit| unit.claims.first().map(|record| &record.claim.id)),
            )
        });
        let mut stays = vec![false; self.victims.len()];
        for at in order {
            let around = self.around(at);
            let cost = match &around {
                Some((units, places)) => units.len() + places.len(),
                None => self.victims.len() + self.places.len(),
            };
            let Some(left) = steps.checked_sub(cost) else {
                break;
            };
            steps = left;
            set(&mut stays, at, true);
            let holds = self.hold(&stays, around.as_ref()).is_some();
            debug_assert_eq!(
                holds,
                self.hold(&stays, None).is_some(),
                "those around are all who matter"
            );
            set(&mut stays, at, holds);
        }
        stays
    }

    /// The places to which a unit matters, and the units that matter to them; none where all may.
    fn around(&self, unit: usize) -> Option<(BTreeSet<usize>, BTreeSet<usize>)> {
        let near = self.near.as_ref()?;
        let (unit, _) = self.victims.get(unit)?;
        let (mut units, mut places) = (BTreeSet::new(), BTreeSet::new());
        for key in unit
            .claims
            .iter()
            .flat_map(|record| leaves(self.prepared, record))
        {
            if let Some((there, taken)) = near.get(&key) {
                units.extend(there);
                places.extend(taken);
            }
        }
        Some((units, places))
    }

    /// The draft of the places with those gone who do not stay, if every place holds; of these places and units alone, where
    /// they are named.
    fn hold(&self, stays: &[bool], around: Option<&(BTreeSet<usize>, BTreeSet<usize>)>) -> Option<Draft<'a>> {
        let prepared = self.prepared;
        let mut draft = self.start.clone();
        let (units, places): (Vec<usize>, Vec<usize>) = match around {
            Some((units, places)) => (units.iter().copied().collect(), places.iter().copied().collect()),
            None => (
                (0..self.victims.len()).collect(),
                (0..self.places.len()).collect(),
            ),
        };
        for at in units.into_iter().filter(|at| stays.get(*at) == Some(&false)) {
            let claims = self.victims.get(at).map(|(unit, _)| &unit.claims);
            for record in claims.into_iter().flatten() {
                draft.remove(prepared, record);
            }
        }
        let mut demands = Demands::default();
        for place in places.into_iter().filter_map(|at| self.places.get(at)) {
            if !holds(prepared, &draft, place, &mut demands) {
                return None;
            }
            draft.take(prepared, place);
        }
        Some(draft)
    }
}

/// Whether a place that was found is one as things are in the draft, which has nothing of it yet.
pub(super) fn holds<'a>(
    prepared: &Prepared<'a>,
    draft: &Draft<'a>,
    place: &Place<'a>,
    demands: &mut Demands,
) -> bool {
    let spot = draft.spot(prepared, place.index, place.node);
    let forbidden = prepared.is_forbidden((place.index, place.node), &draft.domains, None);
    if forbidden
        || prepared
            .room_verdict(&spot, place.variant, demands, None)
            .is_err()
    {
        return false;
    }
    // There may be room by other devices, or another resource; the place is these.
    let devices = |devices: &crate::state::NodeDevices| devices.hold(&spot.devices, &place.offer.devices());
    place.vector.fits_in(&spot.free) && place.node.devices().is_none_or(devices)
}

fn set(stays: &mut [bool], at: usize, value: bool) {
    if let Some(place) = stays.get_mut(at) {
        *place = value;
    }
}

#[cfg(test)]
mod tests {
    use hourglass_model::request::CanonicalRequest;
    use serde_json::json;

    use super::*;
    use crate::fixture::*;
    use crate::preempt::{Survey, Tries, make_room};
    use crate::{Avoid, DecideInput, scan};

    fn gpus(count: u32, priority: i32, replicas: u32) -> CanonicalRequest {
        request(json!({"compute": {"gpu": {"count": count}}, "priority": priority, "replicas": replicas}))
    }

    /// Who goes in the end when only the first two of three replicas are placed, after so many steps.
    fn victims(steps: usize) -> Vec<String> {
        let mut state = fleet(&[("a", vec![a100("n1", 8), a100("n2", 4)])]);
        for (name, priority) in [("low", 1), ("mid", 2), ("high", 3)] {
            place(&mut state, name, &gpus(4, priority, 1));
        }
        let request = gpus(4, 9, 3);
        let (tenant, slots, avoid) = (tenant(), slots(&request), Avoid::new());
        let input = DecideInput {
            tenant: &tenant,
            placement: None,
            slots: &slots,
            avoid: &avoid,
            preempt: true,
            explain: false,
        };
        let prepared = scan::prepare(&state, &request, &input, None);
        let start = Draft::new(&prepared, None);
        let mut draft = start.clone();
        let nodes = prepared.eligible.first().expect("one").state.nodes();
        let mut survey = Survey::of(nodes.map(|node| (0, node)));
        let mut tries = Tries::default();
        let mut placed = Placed::alone(Vec::new());
        for missing in (1..=3).rev() {
            let room = make_room(&prepared, &draft, &mut survey, (&mut tries, missing));
            let room = room.expect("someone may go");
            for record in room.going() {
                draft.remove(&prepared, record);
            }
            draft.take(&prepared, &room.place);
            survey.carried_out(&prepared, &room);
            placed.add(room);
        }
        placed.places.pop();
        let after = reprieve_within(steps, &prepared, &start, &mut placed);
        assert_eq!(after.is_some(), placed.victims.len() < 3);
        let records = placed.victims.iter().flat_map(|(unit, _)| &unit.claims);
        let mut names: Vec<String> = records
            .map(|record| record.claim.id.placement.to_string())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_most_important_one_stays_whose_room_nobody_needs() {
        assert_eq!(victims(STEPS), ["low", "mid"]);
    }

    #[test]
    fn when_the_steps_are_spent_the_rest_goes() {
        assert_eq!(victims(0), ["high", "low", "mid"]);
    }
}
