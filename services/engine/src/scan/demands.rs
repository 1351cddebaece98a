//! What one replica would take of a node.

use hourglass_model::render::claim_vector;
use hourglass_model::resources::{ResourceName, ResourceVector};

use crate::filter::node::{GpuWay, NodeContext};

/// What one replica would take, once for each way in which nodes can meet the request: most nodes share one.
#[derive(Default)]
pub(crate) struct Demands {
    entries: Vec<(Way, ResourceVector)>,
}

/// Cluster, variant and units of a GPU resource; devices are charged apart.
#[derive(PartialEq)]
struct Way {
    cluster: usize,
    variant: usize,
    gpu: Option<(ResourceName, i64)>,
}

impl Demands {
    pub(crate) fn index(
        &mut self,
        cluster: usize,
        variant: usize,
        context: &NodeContext<'_>,
        way: Option<GpuWay<'_>>,
    ) -> usize {
        let gpu = match way {
            Some(GpuWay::Counted { resource, units }) => Some((resource, units)),
            Some(GpuWay::Devices) | None => None,
        };
        let same = |way: &Way| {
            way.cluster == cluster
                && way.variant == variant
                && way.gpu.as_ref().map(|(resource, units)| (resource, *units)) == gpu
        };
        if let Some(at) = self.entries.iter().position(|(way, _)| same(way)) {
            return at;
        }
        let gpu = gpu.map(|(resource, units)| (resource.clone(), units));
        let vector = claim_vector(context.request, &context.offer(way), &context.variant.defaults);
        self.entries.push((
            Way {
                cluster,
                variant,
                gpu,
            },
            vector,
        ));
        self.entries.len() - 1
    }

    /// Resources of which anything is asked.
    pub(crate) fn resources(&self) -> impl Iterator<Item = &ResourceName> {
        let all = self.entries.iter().flat_map(|(_, vector)| vector.iter());
        all.filter(|(_, amount)| *amount > 0)
            .map(|(resource, _)| resource)
    }

    pub(crate) fn get(&self, index: usize) -> Option<&ResourceVector> {
        self.entries.get(index).map(|(_, vector)| vector)
    }
}
