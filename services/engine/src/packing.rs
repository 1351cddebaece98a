//! Packing: which node keeps the most of its GPUs usable for what will be asked next.
//!
//! Every free GPU of a node is worth something to each *typical request*: what of it such requests could use, given the
//! node's product, devices and cpu. [`Packing::worth`] adds that up, weighted by how typical each request is. Putting a
//! request on a node lowers the node's worth by what it takes and by what it strands; [`Packing::cost`] of a node is that
//! loss, so the least capacity is stranded where it is lowest. To it comes the *pressure* on the GPUs taken: products that
//! restricted requests depend on are left to these.
//!
//! This follows fragmentation gradient descent (Weng et al., "Beware of Fragmentation", USENIX ATC 2023), with two changes
//! that pay on its own trace: worth is bounded by the node's cpu in proportion ([`worth`](Packing::worth)), and
//! restrictions press on the score.
//!
//! All of it is whole numbers and depends on nothing but what was observed and the fleet's GPUs at the last
//! [step](Packing::step), both of which are part of the state's dump: a decision replays.
//!
//! - [`model`]: what tells GPUs apart for requests; [`view`]: what is free of a node's.
//! - [`typical`]: the histogram of typical requests, learnt from what arrives.
//! - [`bands`]: the steps in which free cpu is looked at, so that worth is constant between them.

pub mod bands;
mod fleet;
pub mod model;
mod of_node;
pub(crate) mod steps;
pub mod typical;
pub mod view;

use hourglass_model::request::{CanonicalRequest, GpuAmount};
use serde::{Deserialize, Serialize};

pub(crate) use fleet::FleetPacking;
pub use model::{GpuModel, Offers};
pub(crate) use steps::{CostStep, StepsKey};
pub use typical::{Typical, TypicalRequest};
pub use view::{GpuGroup, GpuView, Stock};

use bands::cpu_band;

/// Weights of the typical requests add up to about this.
pub const WEIGHT_SUM: i64 = 1 << 16;

/// What pressure costs: for each GPU taken and each unit of pressure the worth of so many thousandths of a GPU. A unit of
/// pressure means that restricted requests alone would fill these GPUs as far as all requests fill the fleet.
const PRESSURE_MILLI: i64 = 800;

/// Costs are compared in steps of so many thousandths of a GPU: what differs by less is left to tighter fit.
const STEP_MILLI: i64 = 10;

/// Highest pressure, thousandths.
const MAX_PRESSURE: i64 = 1_000_000;

/// A typical request with its weight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Weighted {
    request: TypicalRequest,
    weight: i64,
}

/// What of a node a request would change.
#[derive(Debug, Clone, Copy)]
pub struct Room<'a> {
    /// GPUs that are free.
    pub gpus: &'a GpuView,
    /// Free milli-cores.
    pub cpu_milli: i64,
}

/// The typical requests, weighed, and the pressure on the fleet's GPUs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Packing {
    typical: Typical,
    /// The weights in force: those of the last step.
    weighted: Vec<Weighted>,
    /// Thousandths, by model, where there is any.
    pressures: Vec<(GpuModel, i64)>,
    version: u64,
}

impl Default for Packing {
    fn default() -> Self {
        let mut packing = Self {
            typical: Typical::default(),
            weighted: Vec::new(),
            pressures: Vec::new(),
            version: 0,
        };
        packing.weigh();
        packing
    }
}

impl Packing {
    /// Learns from a request that has arrived, once for each of its replicas, whether they found a place or not: what
    /// matters is what is asked for. Returns whether a [step](Self::step) is due.
    pub fn observe(&mut self, request: &CanonicalRequest) -> bool {
        let Some(typical) = TypicalRequest::of(request) else {
            return false;
        };
        self.typical.count(&typical, request.replicas)
    }

    /// Puts what was learnt in force, for a fleet with these GPUs.
    pub fn step(&mut self, stock: &Stock) {
        self.weigh();
        self.press(stock);
        self.typical.decay();
        self.version = self.version.saturating_add(1);
    }

    /// Counts steps: between two of them costs are constant.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The typical requests in force, with weights that add up to about [`WEIGHT_SUM`].
    pub fn typical(&self) -> impl ExactSizeIterator<Item = (&TypicalRequest, i64)> {
        self.weighted.iter().map(|one| (&one.request, one.weight))
    }

    fn weigh(&mut self) {
        let top = self.typical.top();
        let all: u64 = top.iter().map(|(_, count)| *count).sum();
        let weight = |count: u64| {
            let share = u128::from(count) * u128::from(WEIGHT_SUM.unsigned_abs()) / u128::from(all.max(1));
            i64::try_from(share).unwrap_or(WEIGHT_SUM)
        };
        self.weighted = top
            .into_iter()
            .map(|(request, count)| Weighted {
                weight: weight(count),
                request: request.clone(),
            })
            .filter(|one| one.weight > 0)
            .collect();
    }

    /// Spreads the demand of each restricted request over the models that can serve it, by their capacity.
    fn press(&mut self, stock: &Stock) {
        let capacity: i128 = stock.iter().map(|(_, milli)| i128::from(milli)).sum();
        let mut demands: Vec<i128> = vec![0; stock.len()];
        let mut total: i128 = 0;
        for (request, count) in self.typical.all() {
            let demand = i128::from(count) * i128::from(request.milli());
            total += demand;
            let serves: Vec<bool> = stock
                .iter()
                .map(|(model, _)| model.serves(&request.gpu))
                .collect();
            let served: i128 = serves
                .iter()
                .zip(stock.iter())
                .filter(|(serves, _)| **serves)
                .map(|(_, (_, milli))| i128::from(milli))
                .sum();
            if served == 0 || serves.iter().all(|serves| *serves) {
                continue;
            }
            for ((share, serves), (_, milli)) in demands.iter_mut().zip(&serves).zip(stock.iter()) {
                if *serves {
                    *share += demand * i128::from(milli) / served;
                }
            }
        }
        let pressure = |demand: i128, milli: i64| {
            let fleet = demand * 1000 * capacity;
            let own = total.max(1) * i128::from(milli.max(1));
            i64::try_from(fleet / own)
                .unwrap_or(MAX_PRESSURE)
                .min(MAX_PRESSURE)
        };
        self.pressures = stock
            .iter()
            .zip(demands)
            .map(|((model, milli), demand)| (model.clone(), pressure(demand, milli)))
            .filter(|(_, pressure)| *pressure > 0)
            .collect();
    }

    /// How much of a model's capacity restricted requests would take if all requests together filled the fleet,
    /// thousandths; may be over 1000.
    #[must_use]
    pub fn pressure(&self, model: &GpuModel) -> i64 {
        let found = self.pressures.iter().find(|(other, _)| other == model);
        found.map_or(0, |(_, pressure)| *pressure)
    }

    /// What the typical requests could use of free GPUs: thousandths of a GPU, times the sum of weights. Of a typical
    /// request that fits, all GPUs that it could use count, but no more than free cpu would feed at its own ratio of cpu to
    /// GPUs: a GPU without cpu is worth nothing.
    ///
    /// Constant between two neighbouring [bands] of cpu and between two steps.
    #[must_use]
    pub fn worth(&self, gpus: &GpuView, cpu_milli: i64) -> i64 {
        let cpu = cpu_band(cpu_milli);
        let usable = |one: &Weighted| one.weight.saturating_mul(usable(&one.request, gpus, cpu));
        self.weighted.iter().map(usable).fold(0, i64::saturating_add)
    }

    /// The score: what a node would lose if a request left `after` of `before`, in steps of thousandths of a GPU; smaller
    /// is better. For requests without GPUs only their cpu counts.
    #[must_use]
    pub fn cost(&self, before: Room<'_>, after: Room<'_>) -> i64 {
        let worth = self.worth(before.gpus, before.cpu_milli);
        let lost = worth.saturating_sub(self.worth(after.gpus, after.cpu_milli));
        Self::cost_of(lost, self.pressed(before.gpus, after.gpus))
    }

    /// What the pressure on the GPUs that are taken costs, thousandths of a GPU.
    fn pressed(&self, before: &GpuView, after: &GpuView) -> i64 {
        let pressed = before.groups().iter().map(|group| {
            let taken = group.free_milli().saturating_sub(after.free_of(&group.model));
            self.pressure(&group.model).saturating_mul(taken)
        });
        // Pressure and amount are both in thousandths.
        let pressed = pressed.fold(0, i64::saturating_add);
        pressed.saturating_mul(PRESSURE_MILLI).div_euclid(1_000_000)
    }

    fn cost_of(lost: i64, pressed: i64) -> i64 {
        lost.saturating_add(pressed.saturating_mul(WEIGHT_SUM))
            .div_euclid(WEIGHT_SUM * STEP_MILLI)
    }
}

/// Thousandths of GPUs that requests like this could use.
fn usable(request: &TypicalRequest, gpus: &GpuView, cpu: i64) -> i64 {
    if cpu < request.cpu_milli {
        return 0;
    }
    let (count, each) = match request.gpu.amount {
        GpuAmount::Whole(count) => (i64::from(count), None),
        GpuAmount::ShareMilli(milli) => (1, Some(milli)),
    };
    let (mut devices, mut free) = (0_i64, 0_i64);
    for group in gpus
        .groups()
        .iter()
        .filter(|group| group.model.serves(&request.gpu))
    {
        let least = each.unwrap_or(group.model.whole_milli());
        for milli in group.free.iter().copied().filter(|milli| *milli >= least) {
            devices += 1;
            free = free.saturating_add(i64::from(milli));
        }
    }
    if devices < count {
        return 0;
    }
    // At the ratio of the request, counting a share as the GPU it sits on: what shares it there brings cpu needs too.
    let fed = (request.cpu_milli > 0).then(|| {
        let fed = i128::from(cpu) * i128::from(count) * 1000 / i128::from(request.cpu_milli);
        i64::try_from(fed).unwrap_or(i64::MAX)
    });
    fed.map_or(free, |fed| free.min(fed))
}

#[cfg(test)]
mod tests;
