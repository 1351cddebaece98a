//! The most loaded of cpu, memory and GPUs with the replica on the node, in whole sixteenths of what the node has.

use hourglass_model::resources::{CPU, MEMORY, ResourceName};

use super::{Score, ScoreContext};

/// The most loaded of cpu, memory and GPUs with the replica on the node, in whole sixteenths of what the node has.
pub(super) struct NodeLoad;

impl Score for NodeLoad {
    fn name(&self) -> &'static str {
        "node_load"
    }

    fn value(&self, context: &ScoreContext<'_>) -> i64 {
        let room = &context.room;
        let node = room.at.node;
        let gpu = node.derived().gpu.as_ref();
        let gpu = gpu.and_then(|gpu| {
            let shared = gpu.sharing.as_ref().map(|sharing| &sharing.resource);
            gpu.whole.as_ref().or(shared)
        });
        let load = |resource: &ResourceName| {
            let all = i128::from(node.allocatable().get(resource));
            let free = i128::from(room.free.get(resource));
            let taken = (all - free + i128::from(room.demand.get(resource))).max(0);
            if all <= 0 { 0 } else { taken * 16 / all }
        };
        let loads = [Some(&*CPU), Some(&*MEMORY), gpu].into_iter().flatten();
        let most = loads.map(load).max().unwrap_or_default();
        i64::try_from(most).unwrap_or(i64::MAX)
    }
}
