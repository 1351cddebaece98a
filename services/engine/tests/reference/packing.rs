//! Packing in the plainest way: what each typical request could use of a node before and after, added up.

use hourglass_engine::packing::{GpuModel, Offers};
use hourglass_model::ids::DeviceId;
use hourglass_model::request::{GpuAmount, GpuRequest};
use hourglass_model::resources::{CPU, ResourceVector};

use crate::learning::{Learnt, WEIGHTS};
use crate::slow::devices::Room;
use crate::slow::gpus::{Kind, Source};

/// GPUs of one model: free thousandths of each.
type Group = (GpuModel, Vec<i64>);

/// What requests tell GPUs apart by.
pub fn model(source: &Source) -> GpuModel {
    let mig = |profile: &hourglass_model::gpu::MigProfile, share: i64| Offers::Mig {
        profile: profile.clone(),
        share_milli: u16::try_from(share).expect("thousandths"),
    };
    GpuModel {
        product: source.product.clone(),
        memory_mib: source.memory_mib,
        compute_capability: source.capability,
        confidential: source.confidential,
        offers: match &source.kind {
            Kind::Nothing | Kind::Whole(_) => Offers::Whole,
            Kind::Slices { .. } => Offers::Shares,
            Kind::Mig { profile, share, .. } => mig(profile, *share),
            Kind::Devices {
                profile: Some(profile),
                ..
            } => mig(profile, i64::from(profile.share_milli(None))),
            Kind::Devices { divides: true, .. } => Offers::Both,
            Kind::Devices { .. } => Offers::Whole,
        },
    }
}

/// Thousandths of a GPU that one device counts when all of it is free.
pub fn whole(model: &GpuModel) -> i64 {
    match &model.offers {
        Offers::Mig { share_milli, .. } => i64::from(*share_milli),
        Offers::Whole | Offers::Shares | Offers::Both => 1000,
    }
}

fn groups(sources: &[Source], free: &ResourceVector, room: &Room<'_>) -> Vec<Group> {
    let group = |source: &Source| {
        let model = model(source);
        let each = whole(&model);
        let counted = |units: i64| vec![each; usize::try_from(units.max(0)).expect("small")];
        let free = match &source.kind {
            Kind::Nothing => Vec::new(),
            Kind::Whole(resource) | Kind::Mig { resource, .. } => counted(free.get(resource)),
            Kind::Slices { resource, per_gpu } => {
                let milli = free.get(resource).max(0) * 1000 / per_gpu;
                let mut all = counted(milli / 1000);
                all.push(milli % 1000);
                all
            }
            Kind::Devices { ids, .. } => {
                let mut all = vec![each; room.untouched(ids).len()];
                let left = room.of(ids).map(|device| room.left(device));
                all.extend(left.filter(|left| *left < 1000).map(|left| left * each / 1000));
                all
            }
        };
        (model, free)
    };
    sources.iter().map(group).collect()
}

/// Whether such GPUs meet a request, whatever is free.
pub fn serves(model: &GpuModel, wanted: &GpuRequest) -> bool {
    let kind = match (wanted.amount, &wanted.mig_profile, &model.offers) {
        (GpuAmount::Whole(_), None, offers) => matches!(offers, Offers::Whole | Offers::Both),
        (GpuAmount::Whole(_), Some(wanted), Offers::Mig { profile, .. }) => profile == wanted,
        (GpuAmount::ShareMilli(milli), None, Offers::Mig { share_milli, .. }) => *share_milli >= milli,
        (GpuAmount::ShareMilli(_), None, offers) => matches!(offers, Offers::Shares | Offers::Both),
        (_, Some(_), _) => false,
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
    kind && product && memory && compute && confidential
}

/// Free cpu counts in steps: 0, a quarter, a half, one and two cores; from four cores on, steps of four cores, or of as many
/// fours as go into a 32nd of where the step begins.
fn band(cpu: i64) -> i64 {
    let small = [0, 250, 500, 1_000, 2_000].into_iter().rev();
    if cpu < 4_000 {
        return small.into_iter().find(|point| *point <= cpu).unwrap_or(0);
    }
    let mut point = 4_000;
    loop {
        let next = point + (point / 32 / 4_000 * 4_000).max(4_000);
        if next > cpu {
            return point;
        }
        point = next;
    }
}

fn worth(learnt: &Learnt, groups: &[Group], cpu: i64) -> i64 {
    let band = band(cpu);
    let mut sum = 0;
    for (typical, weight) in &learnt.weights {
        let (count, share) = match typical.gpu.amount {
            GpuAmount::Whole(count) => (i64::from(count), None),
            GpuAmount::ShareMilli(milli) => (1, Some(i64::from(milli))),
        };
        let usable: Vec<i64> = groups
            .iter()
            .filter(|(model, _)| serves(model, &typical.gpu))
            .flat_map(|(model, free)| {
                let least = share.unwrap_or(whole(model));
                free.iter().copied().filter(move |milli| *milli >= least)
            })
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

/// The score `packing` of a node with these GPUs and so much free, when a replica takes so much of it.
pub fn cost(
    learnt: &Learnt,
    sources: &[Source],
    (free, room): (&ResourceVector, &Room<'_>),
    (vector, devices): (&ResourceVector, &[(DeviceId, i64)]),
) -> i64 {
    let after = free.saturating_sub(vector);
    let mut taken = room.clone();
    taken.take(devices);
    let (had, has) = (groups(sources, free, room), groups(sources, &after, &taken));
    let lost = worth(learnt, &had, free.get(&CPU)) - worth(learnt, &has, after.get(&CPU));
    let milli = |group: &Group| group.1.iter().sum::<i64>();
    let pressed: i64 = had
        .iter()
        .zip(&has)
        .map(|(had, has)| learnt.pressure(&had.0) * (milli(had) - milli(has)))
        .sum();
    // 0.8 GPUs for each GPU under a pressure of 1; in steps of a hundredth of a GPU.
    let pressed = (pressed * 800).div_euclid(1_000_000);
    (lost + pressed * WEIGHTS).div_euclid(WEIGHTS * 10)
}
