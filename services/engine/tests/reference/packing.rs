//! Packing in the plainest way: what each typical request could use of a node before and after, added up.

use hourglass_engine::FleetDump;
use hourglass_engine::packing::bands::cpu_breakpoints;
use hourglass_engine::packing::{GpuModel, Offers, WEIGHT_SUM};
use hourglass_model::node::{DerivedFacts, NodeFacts};
use hourglass_model::request::{GpuAmount, GpuRequest};
use hourglass_model::resources::{CPU, ResourceVector};

/// GPUs of one model: free thousandths of each.
type Group = (GpuModel, Vec<i64>);

fn groups(node: &NodeFacts, free: &ResourceVector) -> Vec<Group> {
    let Some(gpu) = DerivedFacts::of(node).gpu else {
        return Vec::new();
    };
    let model = |offers| GpuModel {
        product: gpu.product.clone(),
        memory_mib: gpu.memory_mib,
        compute_capability: gpu.compute_capability,
        confidential: gpu.confidential,
        offers,
    };
    let mut groups = Vec::new();
    if let Some(resource) = &gpu.whole {
        let count = usize::try_from(free.get(resource).max(0)).expect("small");
        groups.push((model(Offers::Whole), vec![1000; count]));
    }
    if let Some(slices) = &gpu.sharing {
        let milli = free.get(&slices.resource).max(0) * 1000 / slices.slices_per_gpu;
        let mut each = vec![1000; usize::try_from(milli / 1000).expect("small")];
        each.push(milli % 1000);
        groups.push((model(Offers::Shares), each));
    }
    groups
}

fn serves(model: &GpuModel, wanted: &GpuRequest) -> bool {
    let kind = match wanted.amount {
        GpuAmount::Whole(_) => model.offers == Offers::Whole,
        GpuAmount::ShareMilli(_) => model.offers == Offers::Shares,
    };
    let product = wanted.products.is_empty()
        || wanted
            .products
            .iter()
            .any(|one| model.product.as_ref().is_some_and(|have| have.matches(one)));
    let memory = wanted.min_memory_mib.is_none() || model.memory_mib >= wanted.min_memory_mib;
    let compute =
        wanted.min_compute_capability.is_none() || model.compute_capability >= wanted.min_compute_capability;
    let confidential = model.confidential || !wanted.confidential;
    kind && product && memory && compute && confidential && wanted.mig_profile.is_none()
}

fn worth(fleet: &FleetDump, groups: &[Group], cpu: i64) -> i64 {
    let band = cpu_breakpoints()
        .iter()
        .copied()
        .filter(|point| *point <= cpu.max(0));
    let band = band.max().expect("0 is one");
    let mut sum = 0;
    for (typical, weight) in fleet.packing.typical() {
        let (count, least) = match typical.gpu.amount {
            GpuAmount::Whole(count) => (i64::from(count), 1000),
            GpuAmount::ShareMilli(milli) => (1, i64::from(milli)),
        };
        let usable: Vec<i64> = groups
            .iter()
            .filter(|(model, _)| serves(model, &typical.gpu))
            .flat_map(|(_, free)| free)
            .copied()
            .filter(|milli| *milli >= least)
            .collect();
        let fits = band >= typical.cpu_milli && i64::try_from(usable.len()).expect("small") >= count;
        let mut milli: i64 = usable.iter().sum();
        if typical.cpu_milli > 0 {
            milli = milli.min(band * count * 1000 / typical.cpu_milli);
        }
        sum += if fits { weight * milli } else { 0 };
    }
    sum
}

/// The score `packing` of a node with so much free, before and after.
pub fn cost(fleet: &FleetDump, node: &NodeFacts, free: &ResourceVector, vector: &ResourceVector) -> i64 {
    let after = free.saturating_sub(vector);
    let (had, has) = (groups(node, free), groups(node, &after));
    let lost = worth(fleet, &had, free.get(&CPU)) - worth(fleet, &has, after.get(&CPU));
    let milli = |group: &Group| group.1.iter().sum::<i64>();
    let pressed: i64 = had
        .iter()
        .zip(&has)
        .map(|(had, has)| fleet.packing.pressure(&had.0) * (milli(had) - milli(has)))
        .sum();
    // 0.8 GPUs for each GPU under a pressure of 1; in steps of a hundredth of a GPU.
    let pressed = (pressed * 800).div_euclid(1_000_000);
    (lost + pressed * WEIGHT_SUM).div_euclid(WEIGHT_SUM * 10)
}
