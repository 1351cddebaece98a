//! The most loaded of cpu, memory and GPUs, whatever their source, with the replica on the node, in whole sixteenths of what
//! the node has.

use hourglass_model::gpu::WHOLE_MILLI;
use hourglass_model::resources::{CPU, MEMORY, ResourceName, ResourceVector};

use super::{Score, ScoreContext};
use crate::filter::node::RoomContext;
use crate::state::NodeState;

/// The most loaded of cpu, memory and GPUs with the replica on the node, in whole sixteenths of what the node has.
pub(super) struct NodeLoad;

fn parts(taken: i128, all: i128) -> i128 {
    if all <= 0 { 0 } else { taken.max(0) * 16 / all }
}

/// Whole sixteenths of all that are taken.
pub(crate) fn sixteenths(taken: i64, all: i64) -> i64 {
    i64::try_from(parts(i128::from(taken), i128::from(all))).unwrap_or(i64::MAX)
}

/// Resources that a node counts and that make its load.
fn counted(node: &NodeState) -> impl Iterator<Item = &ResourceName> {
    [&*CPU, &*MEMORY]
        .into_iter()
        .chain(node.derived().gpu_resources())
}

fn load(node: &NodeState, resource: &ResourceName, free: i64, demand: &ResourceVector) -> i128 {
    let all = i128::from(node.allocatable().get(resource));
    parts(all - i128::from(free) + i128::from(demand.get(resource)), all)
}

/// The load of a node as it is with one replica more, by what it counts: devices that it shows may load it more.
pub(crate) fn counted_load(node: &NodeState, demand: &ResourceVector) -> i64 {
    load_with(node, demand, |resource| node.free_of(resource))
}

/// The load of a node with one replica more and so much free, by what it counts.
pub(crate) fn load_with(
    node: &NodeState,
    demand: &ResourceVector,
    free: impl Fn(&ResourceName) -> i64,
) -> i64 {
    let loads = counted(node).map(|resource| load(node, resource, free(resource), demand));
    i64::try_from(loads.max().unwrap_or_default()).unwrap_or(i64::MAX)
}

/// What a node that has at least so much, of which so much is left, is loaded at least, in whole sixteenths.
pub(crate) fn least_load(least: i64, left: i64) -> i64 {
    if least <= 0 {
        // Of a node that has none of it nothing is taken.
        return 0;
    }
    sixteenths(least.saturating_sub(left.max(0)), least)
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
    Some(parts(taken, all.saturating_mul(i128::from(whole))))
}

impl Score for NodeLoad {
    fn name(&self) -> &'static str {
        "node_load"
    }

    fn value(&self, context: &ScoreContext<'_>) -> i64 {
        let room = &context.room;
        let node = room.at.node;
        let loads = counted(node).map(|resource| load(node, resource, room.free.get(resource), room.demand));
        let most = loads.chain(of_devices(room)).max().unwrap_or_default();
        i64::try_from(most).unwrap_or(i64::MAX)
    }
}
