//! Victims that turn out not to be needed stay where they are.

use super::Unit;
use crate::decide::{Draft, Place, Placed};
use crate::scan::{Demands, Prepared};

/// Lets every victim stay without which all places hold too, the most important first. `start` is the draft before any
/// place was found.
pub(crate) fn reprieve<'a>(prepared: &Prepared<'a>, start: &Draft<'a>, placed: &mut Placed<'a>) {
    if placed.victims.is_empty() {
        return;
    }
    let mut order: Vec<usize> = (0..placed.victims.len()).collect();
    order.sort_by_key(|at| {
        let unit = placed.victims.get(*at).map(|(unit, _)| unit);
        (
            std::cmp::Reverse(unit.map(|unit| (unit.priority, unit.serving))),
            unit.and_then(|unit| unit.claims.first().map(|record| record.claim.id.clone())),
        )
    });
    let mut stay: Vec<usize> = Vec::new();
    for at in order {
        stay.push(at);
        let going = units(&placed.victims, &stay);
        match hold(prepared, start, going, &placed.places) {
            Some(draft) => placed.draft = Some(draft),
            None => {
                stay.pop();
            }
        }
    }
    let mut at = 0;
    placed.victims.retain(|_| {
        at += 1;
        !stay.contains(&(at - 1))
    });
}

fn units<'u, 'a>(victims: &'u [(Unit<'a>, usize)], stay: &'u [usize]) -> impl Iterator<Item = &'u Unit<'a>> {
    let numbered = victims.iter().enumerate();
    numbered
        .filter(|(at, _)| !stay.contains(at))
        .map(|(_, (unit, _))| unit)
}

/// The draft of these places with these units gone, if every place holds.
fn hold<'u, 'a: 'u>(
    prepared: &Prepared<'a>,
    start: &Draft<'a>,
    going: impl Iterator<Item = &'u Unit<'a>>,
    places: &[Place<'a>],
) -> Option<Draft<'a>> {
    let mut draft = start.clone();
    for record in going.flat_map(|unit| &unit.claims) {
        draft.remove(prepared, record);
    }
    let mut demands = Demands::default();
    for place in places {
        let spot = draft.spot(prepared, place.index, place.node);
        if prepared.is_forbidden((place.index, place.node), &draft.domains, None) {
            return None;
        }
        prepared
            .room_verdict(&spot, place.variant, &mut demands, None)
            .ok()?;
        // There may be room by other devices, or another resource; the place is these.
        let holds = |devices: &crate::state::NodeDevices| devices.hold(&spot.devices, &place.offer.devices());
        if !place.vector.fits_in(&spot.free) || !place.node.devices().is_none_or(holds) {
            return None;
        }
        draft.take(prepared, place);
    }
    Some(draft)
}
