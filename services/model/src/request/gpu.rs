//! GPUs, from `compute.gpu`, `performer.hardwareRequirements` and plain resources together.

use std::collections::BTreeMap;

use super::check::{Report, given};
use super::compute::{Ask, Paths};
use super::types::{GpuAmount, GpuRequest};
use crate::gpu::{ComputeCapability, MigProfile, Product};
use crate::performer::HardwareRequirements;
use crate::placement::Gpu;
use crate::resources::{NVIDIA_GPU, ResourceName};

/// Most whole GPUs of one replica; no node has more.
const MAX_GPUS: i64 = 1024;
/// Most products that one request may list.
const MAX_PRODUCTS: usize = 64;
/// Most memory of one GPU, MiB (16 TiB).
const MAX_MEMORY_MIB: i64 = 1 << 24;

/// Reads the GPU part; `None` when none is asked for.
pub(super) fn read(
    hardware: Option<&HardwareRequirements>,
    gpu: Option<&Gpu>,
    raw: Option<(ResourceName, Ask)>,
    paths: Paths<'_>,
    report: &mut Report,
) -> Option<GpuRequest> {
    let at = |field: &str| format!("{}.gpu.{field}", paths.compute);
    let hardware_at = |field: &str| format!("{}.hardwareRequirements.{field}", paths.performer);
    let gpu_type = hardware.and_then(|hardware| given(hardware.gpu_type.as_ref()));
    let gpu_count = hardware.and_then(|hardware| hardware.gpu_count).unwrap_or(0);
    if gpu.is_some_and(|gpu| *gpu == Gpu::default()) {
        report.add(
            format!("{}.gpu", paths.compute),
            "is empty: give count or shareMilli, or leave gpu out",
        );
        return None;
    }
    if gpu.is_none() && gpu_type.is_none() && gpu_count == 0 && raw.is_none() {
        return None;
    }
    let counts = [
        (at("count"), gpu.map_or(0, |gpu| i64::from(gpu.count))),
        (hardware_at("gpuCount"), i64::from(gpu_count)),
        raw.as_ref()
            .map_or((String::new(), 0), |(_, ask)| (ask.path.clone(), ask.amount)),
    ];
    let count = one_count(&counts, report);
    let share = gpu.map_or(0, |gpu| gpu.share_milli);
    let amount = amount(share, &at("shareMilli"), count.as_ref(), report);

    let products = products(gpu, gpu_type, &at("products"), &hardware_at("gpuType"), report);
    let memory = gpu.map_or(0, |gpu| gpu.min_memory_mib);
    if !(0..=MAX_MEMORY_MIB).contains(&memory) {
        report.add(
            at("minMemoryMib"),
            format!("{memory} is out of range: it must be 0 to {MAX_MEMORY_MIB} (MiB)"),
        );
    }
    let capability = gpu
        .and_then(|gpu| given(gpu.min_compute_capability.as_ref()))
        .and_then(|text| {
            ComputeCapability::parse(text)
                .map_err(|error| report.add(at("minComputeCapability"), error.to_string()))
                .ok()
        });
    let mig_profile = gpu
        .and_then(|gpu| given(gpu.mig_profile.as_ref()))
        .and_then(|text| {
            MigProfile::parse(text)
                .map_err(|error| report.add(at("migProfile"), error.to_string()))
                .ok()
        });
    if let (Some(gpu), Some(profile)) = (gpu, &mig_profile) {
        check_mig(gpu, profile, raw.as_ref(), paths, report);
    }
    let same_clique = gpu.is_some_and(|gpu| gpu.same_clique);
    if same_clique && hardware_is_silent(hardware) && raw.is_none() && says_only_same_clique(gpu) {
        report.add(
            at("sameClique"),
            "says nothing of how many GPUs: give count beside it",
        );
    }
    Some(GpuRequest {
        amount: amount?,
        resource: raw.map(|(resource, _)| resource),
        products,
        min_memory_mib: Some(memory).filter(|memory| *memory > 0),
        min_compute_capability: capability,
        confidential: gpu.is_some_and(|gpu| gpu.confidential),
        mig_profile,
        same_clique,
    })
}

fn hardware_is_silent(hardware: Option<&HardwareRequirements>) -> bool {
    hardware.is_none_or(|hardware| {
        hardware.gpu_count.unwrap_or(0) == 0 && given(hardware.gpu_type.as_ref()).is_none()
    })
}

fn says_only_same_clique(gpu: Option<&Gpu>) -> bool {
    gpu.is_some_and(|gpu| {
        Gpu {
            same_clique: false,
            ..gpu.clone()
        } == Gpu::default()
    })
}

/// What a MIG device cannot be beside its profile.
fn check_mig(
    gpu: &Gpu,
    profile: &MigProfile,
    raw: Option<&(ResourceName, Ask)>,
    paths: Paths<'_>,
    report: &mut Report,
) {
    let at = |field: &str| format!("{}.gpu.{field}", paths.compute);
    if gpu.share_milli != 0 {
        report.add(
            at("migProfile"),
            format!(
                "{profile} and {} ({}) exclude each other: a MIG device is a share of its own",
                at("shareMilli"),
                gpu.share_milli
            ),
        );
    }
    if gpu.same_clique {
        report.add(
            at("sameClique"),
            format!(
                "contradicts {}, which is {profile}: MIG devices have no NVLink",
                at("migProfile")
            ),
        );
    }
    for (index, product) in gpu.products.iter().enumerate() {
        let upper = product.to_ascii_uppercase();
        let Some(start) = upper.find("-MIG-") else {
            continue;
        };
        let named = upper.get(start + "-MIG-".len()..).unwrap_or_default();
        let named = named
            .strip_suffix("-SHARED")
            .unwrap_or(named)
            .to_ascii_lowercase();
        if named.replace('.', "+") != profile.as_str().replace('.', "+") {
            report.contradiction(
                (&at(&format!("products[{index}]")), product),
                (&at("migProfile"), profile.as_str()),
            );
        }
    }
    if let Some((resource, ask)) = raw.filter(|(resource, _)| *resource != *NVIDIA_GPU) {
        report.add(
            at("migProfile"),
            format!(
                "{profile} contradicts {}: {resource} has no MIG profiles",
                ask.path
            ),
        );
    }
}

/// MIG devices that the request also names as a plain resource are the same devices, not more of them.
pub(super) fn fold_raw_mig(
    gpu: Option<&Gpu>,
    asks: &mut BTreeMap<ResourceName, Ask>,
    paths: Paths<'_>,
    report: &mut Report,
) {
    let Some(profile) = gpu
        .and_then(|gpu| given(gpu.mig_profile.as_ref()))
        .and_then(|text| MigProfile::parse(text).ok())
    else {
        return;
    };
    let wanted = i64::from(gpu.map_or(0, |gpu| gpu.count).max(1));
    let named: Vec<ResourceName> = asks
        .keys()
        .filter(|name| MigProfile::of_resource(name.as_str()).is_some())
        .cloned()
        .collect();
    for resource in named {
        let Some(ask) = asks.remove(&resource) else {
            continue;
        };
        if MigProfile::of_resource(resource.as_str()).as_ref() != Some(&profile) {
            let here = format!("{}.gpu.migProfile", paths.compute);
            report.contradiction((&ask.path, resource.as_str()), (&here, profile.as_str()));
        } else if ask.amount != wanted {
            let here = format!("{}.gpu.count", paths.compute);
            report.contradiction((&ask.path, &ask.text), (&here, &wanted.to_string()));
        }
    }
}

/// The one number of GPUs that all who give one agree on.
fn one_count(counts: &[(String, i64)], report: &mut Report) -> Option<(String, i64)> {
    let mut agreed: Option<(String, i64)> = None;
    for (path, count) in counts.iter().filter(|(_, count)| *count != 0) {
        if !(1..=MAX_GPUS).contains(count) {
            report.add(
                path,
                format!("{count} is out of range: it must be 1 to {MAX_GPUS}"),
            );
            continue;
        }
        match &agreed {
            Some((other, before)) if before != count => {
                report.contradiction((path, &count.to_string()), (other, &before.to_string()));
            }
            Some(_) => {}
            None => agreed = Some((path.clone(), *count)),
        }
    }
    agreed
}

fn amount(share: i32, path: &str, count: Option<&(String, i64)>, report: &mut Report) -> Option<GpuAmount> {
    if share == 0 {
        let count = count.map_or(1, |(_, count)| *count);
        return u32::try_from(count).ok().map(GpuAmount::Whole);
    }
    if let Some((other, count)) = count {
        report.add(
            path,
            format!("{share} and {other} ({count}) exclude each other: give whole GPUs or a share of one, not both"),
        );
    }
    let milli = u16::try_from(share)
        .ok()
        .filter(|milli| (1..=999).contains(milli));
    if milli.is_none() {
        report.add(
            path,
            format!("{share} is out of range: a share of one GPU is 1 to 999; for whole GPUs use count"),
        );
    }
    milli.map(GpuAmount::ShareMilli)
}

fn products(
    gpu: Option<&Gpu>,
    gpu_type: Option<&str>,
    path: &str,
    type_path: &str,
    report: &mut Report,
) -> Vec<Product> {
    let listed = gpu.map_or(&[][..], |gpu| &gpu.products);
    if listed.len() > MAX_PRODUCTS {
        report.add(
            path,
            format!("has {} entries: at most {MAX_PRODUCTS} are taken", listed.len()),
        );
    }
    let mut products: Vec<Product> = Vec::new();
    for (index, text) in listed.iter().enumerate() {
        match Product::parse(text) {
            Ok(product) if products.iter().any(|other| other.same_as(&product)) => {}
            Ok(product) => products.push(product),
            Err(error) => report.add(format!("{path}[{index}]"), error.to_string()),
        }
    }
    let Some(text) = gpu_type else { return products };
    match Product::parse(text) {
        Ok(product) => {
            let same = products.len() == 1 && products.iter().all(|other| other.same_as(&product));
            if !listed.is_empty() && !same {
                report.contradiction((type_path, text), (path, &listed.join(", ")));
            }
            vec![product]
        }
        Err(error) => {
            report.add(type_path, error.to_string());
            products
        }
    }
}
