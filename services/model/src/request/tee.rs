//! TEE, from `compute.tee` and `performer.hardwareRequirements` together.

use std::collections::BTreeMap;

use super::check::{Report, given};
use super::compute::{Ask, Paths};
use super::types::TeeRequest;
use crate::performer::HardwareRequirements;
use crate::placement::Tee;
use crate::resources::ResourceName;
use crate::tee::TeeKind;

/// Most slots of one replica.
const MAX_SLOTS: i32 = 10_000;
/// Most kinds that one request may list.
const MAX_KINDS: usize = 16;

/// Reads the TEE part; `None` when none is asked for.
pub(super) fn read(
    hardware: Option<&HardwareRequirements>,
    tee: Option<&Tee>,
    paths: Paths<'_>,
    report: &mut Report,
) -> Option<TeeRequest> {
    let tee_type = hardware.and_then(|hardware| given(hardware.tee_type.as_ref()));
    if tee.is_none() && tee_type.is_none() && !hardware.is_some_and(|hardware| hardware.tee_required) {
        return None;
    }
    let kinds_path = format!("{}.tee.kinds", paths.compute);
    let listed = tee.map_or(&[][..], |tee| &tee.kinds);
    if listed.len() > MAX_KINDS {
        report.add(
            &kinds_path,
            format!("has {} entries: at most {MAX_KINDS} are taken", listed.len()),
        );
    }
    let mut kinds: Vec<TeeKind> = Vec::new();
    for (index, text) in listed.iter().enumerate() {
        match TeeKind::parse(text) {
            Ok(kind) if kinds.contains(&kind) => {}
            Ok(kind) => kinds.push(kind),
            Err(error) => report.add(format!("{kinds_path}[{index}]"), error.to_string()),
        }
    }
    if let Some(text) = tee_type {
        let path = format!("{}.hardwareRequirements.teeType", paths.performer);
        match TeeKind::parse(text) {
            Ok(kind) => {
                if !listed.is_empty() && kinds != [kind.clone()] {
                    report.contradiction((&path, text), (&kinds_path, &listed.join(", ")));
                }
                kinds = vec![kind];
            }
            Err(error) => report.add(path, error.to_string()),
        }
    }
    let slots = tee.and_then(|tee| tee.slots).unwrap_or(1);
    report.range(
        &format!("{}.tee.slots", paths.compute),
        Some(slots),
        1..=MAX_SLOTS,
    );
    Some(TeeRequest {
        kinds,
        slots: i64::from(slots),
    })
}

/// Slots that the request also names as a plain resource are the same slots, not more of them.
pub(super) fn fold_raw_slots(
    tee: &TeeRequest,
    asks: &mut BTreeMap<ResourceName, Ask>,
    paths: Paths<'_>,
    report: &mut Report,
) {
    let kinds = if tee.kinds.is_empty() {
        &TeeKind::COUNTED[..]
    } else {
        &tee.kinds
    };
    for resource in kinds.iter().filter_map(TeeKind::slot_resource) {
        let Some(ask) = asks.remove(&resource) else {
            continue;
        };
        if ask.amount != tee.slots {
            let slots = format!("{}.tee.slots", paths.compute);
            report.contradiction((&ask.path, &ask.text), (&slots, &tee.slots.to_string()));
        }
    }
}
