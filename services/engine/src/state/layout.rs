//! What a node offers, once for all nodes that offer the same, with the places of what is asked for most.

use std::hash::BuildHasher;
use std::ops::Deref;
use std::sync::Arc;

use foldhash::fast::RandomState;
use hourglass_model::resources::{CPU, MEMORY, PODS, ResourceName, ResourceVector};

use super::class::NodeSize;
use crate::hash::NumberMap;

/// Layouts that are kept before those that no node has any more are looked for.
const FEW: usize = 256;

/// Allocatable of a node; amounts of its resources are kept in the order of its entries.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    vector: ResourceVector,
    cpu: Option<usize>,
    memory: Option<usize>,
    pods: Option<usize>,
    /// Places of extended resources, and whether each counts GPUs.
    extended: Box<[(usize, bool)]>,
    size: NodeSize,
}

fn is_gpu(name: &ResourceName) -> bool {
    matches!(
        name.as_str(),
        "nvidia.com/gpu" | "nvidia.com/gpu.shared" | "amd.com/gpu" | "gpu.intel.com/i915"
    ) || name.as_str().starts_with("nvidia.com/mig-")
}

impl Layout {
    pub(crate) fn new(vector: ResourceVector) -> Self {
        let named = vector.iter().enumerate();
        let extended = named.filter(|(_, (name, _))| name.is_extended());
        Self {
            cpu: vector.position(&CPU),
            memory: vector.position(&MEMORY),
            pods: vector.position(&PODS),
            extended: extended.map(|(at, (name, _))| (at, is_gpu(name))).collect(),
            size: NodeSize::of(&vector),
            vector,
        }
    }

    /// Place of cpu.
    pub(crate) fn cpu(&self) -> Option<usize> {
        self.cpu
    }

    /// Place of memory.
    pub(crate) fn memory(&self) -> Option<usize> {
        self.memory
    }

    /// Place of the number of pods.
    pub(crate) fn pods(&self) -> Option<usize> {
        self.pods
    }

    /// How large nodes with it are.
    pub(crate) fn size(&self) -> NodeSize {
        self.size
    }

    /// Places of extended resources, and whether each counts GPUs.
    pub(crate) fn extended(&self) -> &[(usize, bool)] {
        &self.extended
    }
}

impl Deref for Layout {
    type Target = ResourceVector;

    fn deref(&self) -> &ResourceVector {
        &self.vector
    }
}

/// All layouts in use.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layouts {
    by_hash: NumberMap<u64, Vec<Arc<Layout>>>,
    hasher: RandomState,
    len: usize,
    sweep_at: usize,
}

impl Layouts {
    /// The layout of nodes that offer this.
    pub(crate) fn intern(&mut self, vector: &ResourceVector) -> Arc<Layout> {
        let hash = self.hasher.hash_one(vector);
        let known = self.by_hash.get(&hash).into_iter().flatten();
        if let Some(known) = known.into_iter().find(|known| known.vector == *vector) {
            return Arc::clone(known);
        }
        self.sweep();
        let new = Arc::new(Layout::new(vector.clone()));
        self.by_hash.entry(hash).or_default().push(Arc::clone(&new));
        self.len += 1;
        new
    }

    /// Forgets layouts that no node has any more, once there may be many.
    fn sweep(&mut self) {
        if self.len < self.sweep_at.max(FEW) {
            return;
        }
        self.by_hash.retain(|_, layouts| {
            layouts.retain(|layout| Arc::strong_count(layout) > 1);
            !layouts.is_empty()
        });
        self.len = self.by_hash.values().map(Vec::len).sum();
        self.sweep_at = self.len.saturating_mul(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::vector;

    #[test]
    fn nodes_that_offer_the_same_share_it_until_the_last_is_gone() {
        let mut layouts = Layouts::default();
        let one = layouts.intern(&vector(&[("cpu", 8), ("memory", 100)]));
        assert!(Arc::ptr_eq(
            &one,
            &layouts.intern(&vector(&[("cpu", 8), ("memory", 100)]))
        ));
        for memory in 0..1_000 {
            layouts.intern(&vector(&[("cpu", 8), ("memory", memory)]));
        }
        assert!(layouts.len <= FEW, "{} are kept", layouts.len);
        assert!(Arc::ptr_eq(
            &one,
            &layouts.intern(&vector(&[("cpu", 8), ("memory", 100)]))
        ));
    }

    #[test]
    fn places_are_those_of_the_names() {
        let layout = Layout::new(vector(&[
            ("cpu", 8),
            ("example.com/odd", 1),
            ("memory", 9),
            ("nvidia.com/gpu", 2),
            ("pods", 110),
        ]));
        let names: Vec<&str> = layout.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(layout.cpu().map(|at| names[at]), Some("cpu"));
        assert_eq!(layout.memory().map(|at| names[at]), Some("memory"));
        assert_eq!(layout.pods().map(|at| names[at]), Some("pods"));
        let extended: Vec<(&str, bool)> = layout
            .extended()
            .iter()
            .map(|(at, gpu)| (names[*at], *gpu))
            .collect();
        assert_eq!(extended, [("example.com/odd", false), ("nvidia.com/gpu", true)]);
    }
}
