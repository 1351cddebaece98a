//! What is typical, learnt in the plainest way from the requests that the engine was shown: counted, faded, weighed and
//! spread over the fleet's GPUs here again, and held against what the engine says that it has learnt.

use std::collections::BTreeMap;

use hourglass_engine::FleetDump;
use hourglass_engine::packing::GpuModel;
use hourglass_model::request::{CanonicalRequest, GpuAmount, GpuRequest};
use hourglass_model::resources::CPU;

use crate::packing::{model, serves, whole};
use crate::slow::gpus::{Kind, sources};

/// What the weights of all typical requests add up to, but for what rounding takes.
pub const WEIGHTS: i64 = 1 << 16;
/// One replica.
const ONE: u64 = 1024;

/// What counts of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    pub cpu_milli: i64,
    pub gpu: GpuRequest,
}

/// What was learnt so far.
#[derive(Debug, Clone)]
pub struct Learnt {
    /// In the order in which they first came, the guess before all.
    counts: Vec<(Asked, u64)>,
    replicas: u64,
    next_step: u64,
    /// In force since the last step.
    pub weights: Vec<(Asked, i64)>,
    pressures: BTreeMap<GpuModel, i64>,
}

impl Learnt {
    /// The guess: 32 replicas, mostly of single GPUs.
    pub fn nothing() -> Self {
        let guess = [
            (1_000, GpuAmount::Whole(1), 4),
            (500, GpuAmount::ShareMilli(500), 1),
            (250, GpuAmount::ShareMilli(250), 1),
            (2_000, GpuAmount::Whole(2), 1),
            (4_000, GpuAmount::Whole(4), 1),
            (8_000, GpuAmount::Whole(8), 1),
        ];
        let counts = guess.map(|(cpu_milli, amount, ninths)| {
            let gpu = GpuRequest {
                amount,
                resource: None,
                products: Vec::new(),
                min_memory_mib: None,
                min_compute_capability: None,
                confidential: false,
                mig_profile: None,
                same_clique: false,
            };
            (Asked { cpu_milli, gpu }, 32 * ONE * ninths / 9)
        });
        let mut learnt = Self {
            counts: counts.to_vec(),
            replicas: 0,
            next_step: 32,
            weights: Vec::new(),
            pressures: BTreeMap::new(),
        };
        learnt.weigh();
        learnt
    }

    /// A request has come, to a fleet that is only looked at when a step is due.
    pub fn learn(&mut self, request: &CanonicalRequest, fleet: impl FnOnce() -> FleetDump) {
        let Some(gpu) = &request.gpu else { return };
        let asked = Asked {
            cpu_milli: request.base.get(&CPU).max(0),
            gpu: GpuRequest {
                resource: None,
                same_clique: false,
                ..gpu.clone()
            },
        };
        let replicas = u64::from(request.replicas);
        self.replicas += replicas;
        match self.counts.iter_mut().find(|(other, _)| *other == asked) {
            Some((_, count)) => *count += replicas * ONE,
            None => self.counts.push((asked, replicas * ONE)),
        }
        if self.replicas < self.next_step {
            return;
        }
        self.weigh();
        self.press(&fleet());
        if self.replicas < 256 {
            self.next_step = self.replicas + 32;
            return;
        }
        // Half is left after 16 such steps.
        for (_, count) in &mut self.counts {
            *count = *count * 981 / 1024;
        }
        self.counts.retain(|(_, count)| *count > 0);
        self.next_step = self.replicas + 256;
    }

    /// The most frequent requests that make up 95 % of all.
    fn weigh(&mut self) {
        let mut sorted = self.counts.clone();
        sorted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let all: u64 = sorted.iter().map(|(_, count)| count).sum();
        let mut top = Vec::new();
        let mut sum = 0;
        for (asked, count) in sorted {
            if sum >= all * 95 / 100 {
                break;
            }
            sum += count;
            top.push((asked, count));
        }
        let weight = |count: u64| i64::try_from(count * WEIGHTS.unsigned_abs() / sum).expect("small");
        self.weights = top
            .into_iter()
            .map(|(asked, count)| (asked, weight(count)))
            .collect();
        self.weights.retain(|(_, weight)| *weight > 0);
    }

    /// All GPUs of the fleet, thousandths by model.
    fn stock(fleet: &FleetDump) -> BTreeMap<GpuModel, i64> {
        let mut stock = BTreeMap::new();
        for node in fleet.clusters.iter().flat_map(|cluster| &cluster.nodes) {
            for source in sources(node) {
                let model = model(&source);
                let all = |resource| node.allocatable.get(resource).max(0);
                let milli = match &source.kind {
                    Kind::Nothing => 0,
                    Kind::Whole(resource) | Kind::Mig { resource, .. } => all(resource) * whole(&model),
                    Kind::Slices { resource, per_gpu } => all(resource) * 1000 / per_gpu,
                    Kind::Devices { ids, .. } => i64::try_from(ids.len()).expect("few") * whole(&model),
                };
                *stock.entry(model).or_default() += milli;
            }
        }
        stock
    }

    /// What restricted requests want of the models that serve them, each in proportion to what there is of it, as a part of
    /// what all requests want of all GPUs.
    fn press(&mut self, fleet: &FleetDump) {
        let stock = Self::stock(fleet);
        let capacity: i128 = stock.values().map(|milli| i128::from(*milli)).sum();
        let mut wanted: BTreeMap<&GpuModel, i128> = BTreeMap::new();
        let mut total: i128 = 0;
        for (asked, count) in &self.counts {
            let each = match asked.gpu.amount {
                GpuAmount::Whole(count) => i128::from(count) * 1000,
                GpuAmount::ShareMilli(milli) => i128::from(milli),
            };
            let demand = i128::from(*count) * each;
            total += demand;
            let serving: Vec<(&GpuModel, i128)> = stock
                .iter()
                .filter(|(model, _)| serves(model, &asked.gpu))
                .map(|(model, milli)| (model, i128::from(*milli)))
                .collect();
            let served: i128 = serving.iter().map(|(_, milli)| milli).sum();
            if serving.len() == stock.len() || served == 0 {
                continue;
            }
            for (model, milli) in serving {
                *wanted.entry(model).or_default() += demand * milli / served;
            }
        }
        let pressure = |(model, demand): (&&GpuModel, &i128)| {
            let own = total.max(1) * i128::from(stock[*model].max(1));
            let pressure = i64::try_from(demand * 1000 * capacity / own).unwrap_or(i64::MAX);
            ((*model).clone(), pressure.min(1_000_000))
        };
        self.pressures = wanted
            .iter()
            .map(pressure)
            .filter(|(_, pressure)| *pressure > 0)
            .collect();
    }

    /// Thousandths.
    pub fn pressure(&self, model: &GpuModel) -> i64 {
        self.pressures.get(model).copied().unwrap_or(0)
    }

    /// Where the engine has learnt something else, of this fleet's GPUs.
    pub fn differs(&self, fleet: &FleetDump) -> Option<String> {
        let theirs: Vec<(Asked, i64)> = fleet
            .packing
            .typical()
            .map(|(one, weight)| {
                let asked = Asked {
                    cpu_milli: one.cpu_milli,
                    gpu: one.gpu.clone(),
                };
                (asked, weight)
            })
            .collect();
        if theirs != self.weights {
            return Some(format!(
                "weights {theirs:?}, the reference has {:?}",
                self.weights
            ));
        }
        Self::stock(fleet).keys().find_map(|model| {
            let (theirs, ours) = (fleet.packing.pressure(model), self.pressure(model));
            (theirs != ours).then(|| format!("pressure on {model:?} is {theirs}, the reference has {ours}"))
        })
    }
}
