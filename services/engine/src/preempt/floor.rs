//! What packing says of a node at least, when somebody has gone from it: from what may be free of its GPUs and its cpu then.

use hourglass_model::resources::{CPU, ResourceName, ResourceVector};

use crate::filter::node::{GpuWay, NodeContext, RoomContext};
use crate::packing::{CostStep, bands, steps};
use crate::scan::{Demands, Prepared};
use crate::state::NodeState;

/// Amounts of free GPUs that are looked at; of more nothing is said.
const AMOUNTS: i64 = 8;

/// From here to there, both included.
pub(super) type Range = (i64, i64);

/// A request on nodes of one kind that count GPUs of one resource only, by one variant and one way to GPUs.
pub(super) struct OnKind<'s> {
    at: NodeContext<'s>,
    prepared: &'s Prepared<'s>,
    resource: &'s ResourceName,
    way: Option<GpuWay<'s>>,
    demand: ResourceVector,
}

impl<'s> OnKind<'s> {
    /// None where it is more than that, or packing has nothing to say.
    pub(super) fn of(
        prepared: &'s Prepared<'_>,
        at: (usize, &'s NodeState),
        variants: &[usize],
        demands: &mut Demands,
    ) -> Option<Self> {
        let [variant] = variants else { return None };
        let derived = at.1.derived();
        let mut resources = derived.gpu_resources();
        let (Some(resource), None, true) = (
            resources.next(),
            resources.next(),
            derived.device_kinds.is_empty(),
        ) else {
            return None;
        };
        let way = match prepared.only_gpus(at, variants) {
            Some((other, units)) if other == resource => Some(GpuWay::Counted { resource, units }),
            None if prepared.request.gpu.is_none() => None,
            _ => return None,
        };
        let demand = prepared.least_demand(at, variants, demands);
        Some(Self {
            at: prepared.context_of(at, *variant)?,
            prepared,
            resource,
            way,
            demand,
        })
    }

    pub(super) fn resource(&self) -> &'s ResourceName {
        self.resource
    }

    fn cost(&self, gpus: i64, cpu: i64) -> i64 {
        let free = [(self.resource.clone(), gpus), (CPU.clone(), cpu)];
        self.prepared.state.packing.cost(&RoomContext {
            at: self.at,
            demand: &self.demand,
            free: &free.into_iter().collect(),
            devices: self.at.node.device_room(),
            gpu: self.way,
            avoided: None,
            quota: &[],
            reserved_for: None,
        })
    }

    /// What has to be free of both.
    fn needs(&self) -> Needs {
        let least = |amount: i64| if amount > 0 { amount } else { i64::MIN };
        Needs {
            gpus: least(self.demand.get(self.resource)),
            cpu: least(self.demand.get(&CPU)),
        }
    }

    /// The least cost where so many GPUs and so much cpu are free.
    pub(super) fn least(&self, gpus: Range, cpu: Range) -> i64 {
        let Some((gpus, cpu)) = self.needs().within(gpus, cpu) else {
            return i64::MAX;
        };
        if gpus.1.saturating_sub(gpus.0) >= AMOUNTS {
            return 0;
        }
        let cpu_demand = self.demand.get(&CPU);
        let mut least = i64::MAX;
        for amount in gpus.0..=gpus.1 {
            let mut from = cpu.0;
            while from <= cpu.1 && from != i64::MAX {
                least = least.min(self.cost(amount, from));
                from = bands::same_until(from, cpu_demand);
            }
        }
        least
    }

    /// The same, computed for all such amounts; none where nothing is said of them.
    pub(super) fn table(&self, gpus: Range, cpu: Range) -> Option<Floor> {
        let needs = self.needs();
        let ((first, last), (_, most)) = needs.within(gpus, cpu)?;
        if first == i64::MIN || last.saturating_sub(first) >= AMOUNTS {
            return None;
        }
        let cpu_demand = self.demand.get(&CPU);
        let row = |amount: i64| steps::compute(cpu_demand, most, |cpu| self.cost(amount, cpu));
        Some(Floor {
            first,
            rows: (first..=last).map(row).collect(),
            needs,
        })
    }
}

/// What has to be free.
#[derive(Debug, Clone, Copy)]
struct Needs {
    gpus: i64,
    cpu: i64,
}

impl Needs {
    /// What is left of these ranges; none where nothing is.
    fn within(self, gpus: Range, cpu: Range) -> Option<(Range, Range)> {
        let gpus = (gpus.0.max(self.gpus), gpus.1);
        let cpu = (cpu.0.max(self.cpu), cpu.1);
        (gpus.0 <= gpus.1 && cpu.0 <= cpu.1).then_some((gpus, cpu))
    }
}

/// What packing says at least of nodes of a kind, by what may be free.
#[derive(Debug, Clone)]
pub(crate) struct Floor {
    /// GPUs of the first row.
    first: i64,
    /// For each number of GPUs steps by cost, and the cpu from which on nothing is known.
    rows: Vec<(Vec<CostStep>, i64)>,
    needs: Needs,
}

impl Floor {
    /// The least cost where so many GPUs and so much cpu are free.
    pub(super) fn least(&self, gpus: Range, cpu: Range) -> i64 {
        let Some((gpus, cpu)) = self.needs.within(gpus, cpu) else {
            return i64::MAX;
        };
        if gpus.1.saturating_sub(gpus.0) >= AMOUNTS {
            return 0;
        }
        let of = |amount: i64| {
            let at = amount
                .checked_sub(self.first)
                .and_then(|at| usize::try_from(at).ok());
            let (steps, until) = self.rows.get(at?)?;
            let mut steps = steps.iter();
            let cheapest = steps.find(|step| step.from <= cpu.1 && cpu.0 < step.until)?;
            (cpu.1 < *until).then_some(cheapest.cost)
        };
        // Of what is not in the table nothing is said.
        (gpus.0..=gpus.1)
            .map(|amount| of(amount).unwrap_or(0))
            .min()
            .unwrap_or(0)
    }
}
