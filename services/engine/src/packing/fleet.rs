//! Packing as a part of the fleet's state: what was learnt, and worths that were computed already.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash};
use std::sync::{Arc, Mutex, PoisonError};

use hourglass_model::request::{CanonicalRequest, ShapeId};
use hourglass_model::resources::CPU;

use super::bands::cpu_band;
use super::of_node::{before_and_after, counted};
use super::steps::StepTables;
use super::{GpuView, Packing, Stock, bands};
use crate::filter::node::RoomContext;
use crate::hash::{NumberMap, TextMap};
use crate::state::FleetState;
use crate::state::class::KindId;

/// Most worths, and most costs, that are kept at once.
const MOST_KEPT: usize = 1 << 16;

/// What packing knows of a fleet.
#[derive(Debug, Default)]
pub(crate) struct FleetPacking {
    packing: Arc<Packing>,
    /// By free GPUs and band of cpu, at the version in force. Only saves time: what is not here is computed.
    worths: Mutex<TextMap<(GpuView, i64), i64>>,
    costs: Mutex<NumberMap<CostKey, i64>>,
    pub(crate) steps: StepTables,
}

/// GPU resources of a node whose costs are remembered.
pub(super) const FEW: usize = 4;

/// All that the cost of a request on a node that counts its GPUs depends on at one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct CostKey {
    shape: ShapeId,
    kind: KindId,
    /// Of each GPU resource what is free, and what is taken.
    gpus: [(i64, i64); FEW],
    /// Of free cpu, before and after.
    bands: (i64, i64),
}

impl Clone for FleetPacking {
    fn clone(&self) -> Self {
        Self::from(Arc::clone(&self.packing))
    }
}

impl From<Arc<Packing>> for FleetPacking {
    fn from(packing: Arc<Packing>) -> Self {
        Self {
            packing,
            worths: Mutex::default(),
            costs: Mutex::default(),
            steps: StepTables::default(),
        }
    }
}

impl FleetPacking {
    pub(crate) fn packing(&self) -> &Arc<Packing> {
        &self.packing
    }

    fn worth(&self, gpus: GpuView, cpu_milli: i64) -> i64 {
        let key = (gpus, cpu_band(cpu_milli));
        remember(&self.worths, key, |(gpus, cpu)| self.packing.worth(gpus, *cpu))
    }

    /// [`Packing::cost`] of a replica on a node where it has room.
    pub(crate) fn cost(&self, room: &RoomContext<'_>) -> i64 {
        let at = &room.at;
        if !at.node.derived().has_gpu() {
            return 0;
        }
        let Some(gpus) = counted(room) else {
            return self.computed(room);
        };
        let (cpu, demand) = (room.free.get(&CPU), room.demand.get(&CPU));
        let key = CostKey {
            shape: at.request.shape,
            kind: at.node.class().kind.id,
            gpus,
            bands: bands::before_and_after(cpu, demand),
        };
        remember(&self.costs, key, |_| self.computed(room))
    }

    fn computed(&self, room: &RoomContext<'_>) -> i64 {
        let [(before, cpu), (after, cpu_after)] = before_and_after(room);
        let pressed = self.packing.pressed(&before, &after);
        let lost = self
            .worth(before, cpu)
            .saturating_sub(self.worth(after, cpu_after));
        Packing::cost_of(lost, pressed)
    }
}

fn remember<K: Hash + Eq, S: BuildHasher>(
    known: &Mutex<HashMap<K, i64, S>>,
    key: K,
    compute: impl FnOnce(&K) -> i64,
) -> i64 {
    let lock = || known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(value) = lock().get(&key) {
        return *value;
    }
    let value = compute(&key);
    let mut known = lock();
    if known.len() >= MOST_KEPT {
        known.clear();
    }
    known.insert(key, value);
    value
}

impl FleetState {
    /// Learns that a request has arrived, so that nodes are kept usable for requests like it: once for each request, when it
    /// comes or changes, and not again each time it is retried.
    pub fn observe(&mut self, request: &CanonicalRequest) {
        if request.gpu.is_none() {
            return;
        }
        let due = Arc::make_mut(&mut self.packing.packing).observe(request);
        if due {
            let stock = Stock::of(self);
            Arc::make_mut(&mut self.packing.packing).step(&stock);
            self.packing.worths = Mutex::default();
            self.packing.costs = Mutex::default();
            self.packing.steps = StepTables::default();
        }
        self.changed();
    }

    /// What is typical in this fleet.
    #[must_use]
    pub fn packing(&self) -> &Packing {
        &self.packing.packing
    }
}
