//! How many replicas a node would hold if nothing else were on it: what more than that needs more nodes.

use crate::filter::node::devices::pick;
use crate::filter::node::{GpuWay, NodeContext, RoomContext, gpu};

/// Replicas that the node of `room` holds at most when empty, by all the ways in which it meets the request together;
/// `None` where nothing that is asked bounds them.
pub(super) fn holds(room: &RoomContext<'_>) -> Option<i64> {
    let all = room.at.node.allocatable();
    let by_counter = match room.gpu {
        Some(GpuWay::Counted { resource, .. }) => Some(resource),
        Some(GpuWay::Devices) | None => None,
    };
    let asked = room.demand.iter().filter(|(_, wanted)| *wanted > 0);
    // GPUs may come by other ways too, so they are looked at apart.
    let rest = asked.filter(|(resource, _)| by_counter != Some(*resource));
    let rest = rest
        .map(|(resource, wanted)| all.get(resource).max(0) / wanted)
        .min();
    let gpus = room.gpu.map(|_| by_gpus(&room.at));
    rest.into_iter().chain(gpus).min()
}

/// Replicas for which the GPUs of an unused node like this would do.
fn by_gpus(at: &NodeContext<'_>) -> i64 {
    let all = at.node.allocatable();
    let mut total: i64 = 0;
    let mut devices = false;
    for way in gpu::ways(at) {
        match way {
            GpuWay::Counted { resource, units } => {
                let more = all.get(resource).max(0) / units.max(1);
                total = total.saturating_add(more);
            }
            // All kinds are looked at together.
            GpuWay::Devices => devices = true,
        }
    }
    total.saturating_add(if devices { by_devices(at) } else { 0 })
}

fn by_devices(at: &NodeContext<'_>) -> i64 {
    let (Some(wanted), Some(devices)) = (at.request.gpu.as_ref(), at.node.devices()) else {
        return 0;
    };
    let mut left = devices.unused();
    let mut count = 0;
    while let Ok(pick) = pick(wanted, at.node, &left) {
        for place in &pick.devices {
            left.take(devices, *place, u32::from(pick.milli));
        }
        count += 1;
    }
    count
}
