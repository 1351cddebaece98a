//! The most loaded of cpu, memory and GPUs, whatever their source, with the replica on the node, in whole sixteenths of what
//! the node has.

use hourglass_model::gpu::WHOLE_MILLI;
use hourglass_model::resources::{CPU, MEMORY, ResourceName};

use super::{Score, ScoreContext};
use crate::filter::node::RoomContext;

/// The most loaded of cpu, memory and GPUs with the replica on the node, in whole sixteenths of what the node has.
pub(super) struct NodeLoad;

fn sixteenths(taken: i128, all: i128) -> i128 {
    if all <= 0 { 0 } else { taken.max(0) * 16 / all }
}

/// Of the devices that the node shows one by one, all together.
fn of_devices(room: &RoomContext<'_>) -> Option<i128> {
    let devices = room.at.node.devices()?;
    let mut after = room.devices.clone();
    if let Some(Ok(pick)) = room.pick() {
        for at in &pick.devices {
            after.take(devices, *at, u32::from(pick.milli));
        }
    }
    let whole = u32::from(WHOLE_MILLI);
    let taken: i128 = after
        .charged()
        .iter()
        .map(|milli| i128::from(*milli.min(&whole)))
        .sum();
    let all = i128::try_from(after.charged().len()).unwrap_or(i128::MAX / 16);
    Some(sixteenths(taken, all.saturating_mul(i128::from(whole))))
}

impl Score for NodeLoad {
    fn name(&self) -> &'static str {
        "node_load"
    }

    fn value(&self, context: &ScoreContext<'_>) -> i64 {
        let room = &context.room;
        let node = room.at.node;
        let counted = node.derived().gpu.iter().flat_map(|gpu| {
            let slices = gpu.sharing.iter().map(|sharing| &sharing.resource);
            let mig = gpu.mig.iter().map(|mig| &mig.resource);
            gpu.whole.iter().chain(slices).chain(mig)
        });
        let load = |resource: &ResourceName| {
            let all = i128::from(node.allocatable().get(resource));
            let free = i128::from(room.free.get(resource));
            sixteenths(all - free + i128::from(room.demand.get(resource)), all)
        };
        let loads = [&*CPU, &*MEMORY].into_iter().chain(counted).map(load);
        let most = loads.chain(of_devices(room)).max().unwrap_or_default();
        i64::try_from(most).unwrap_or(i64::MAX)
    }
}
