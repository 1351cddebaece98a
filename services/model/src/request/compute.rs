//! Resources of the container, from `performer.resources` and `compute.requests` together.

use std::collections::{BTreeMap, BTreeSet};

use super::check::Report;
use super::types::{GpuRequest, TeeRequest};
use super::{gpu, hugepages, tee};
use crate::performer::{HardwareRequirements, ResourceRequirements};
use crate::placement::Compute;
use crate::quantity::Quantity;
use crate::resources::{
    AMD_GPU, CPU, EPHEMERAL_STORAGE, INTEL_GPU, MEMORY, NVIDIA_GPU, ResourceName, ResourceVector,
};

/// Most cpu that a request may name, milli-cores (100,000 cores).
pub const MAX_MILLI_CPU: i64 = 100_000_000;
/// Most of anything else (2^50: 1 PiB of memory).
pub const MAX_AMOUNT: i64 = 1 << 50;
/// Most resources that one replica may name, in `performer.resources` and `compute.requests` together, with cpu, memory and
/// ephemeral storage, which a LimitRange may add to it. The claim of every replica is stored, and all replicas of a placement
/// are one value and one commit.
pub const MAX_RESOURCES: usize = 16;
/// Most bytes that the names of these resources may have together.
pub const MAX_RESOURCE_NAME_BYTES: usize = 320;

/// An amount with the text and the place it came from.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    /// As the scheduler counts.
    pub(super) amount: i64,
    /// As it was written.
    pub(super) text: String,
    /// Where it was written.
    pub(super) path: String,
}

pub(super) type Asks = BTreeMap<ResourceName, Ask>;

/// Where the parts of a request stand, for messages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paths<'a> {
    /// Of the performer.
    pub(crate) performer: &'a str,
    /// Of `compute`.
    pub(crate) compute: &'a str,
}

/// What one replica needs, in canonical form.
#[derive(Debug, Clone, Default)]
pub(crate) struct Needs {
    /// Besides GPUs and TEE slots.
    pub(crate) base: ResourceVector,
    /// The same as requests and limits of the container, in the words of the client.
    pub(crate) resources: ResourceRequirements,
    /// GPUs.
    pub(crate) gpu: Option<GpuRequest>,
    /// TEE.
    pub(crate) tee: Option<TeeRequest>,
}

/// Reads everything that says what a replica needs.
pub(crate) fn read(
    resources: Option<&ResourceRequirements>,
    hardware: Option<&HardwareRequirements>,
    compute: Option<&Compute>,
    paths: Paths<'_>,
    report: &mut Report,
) -> Needs {
    let empty = ResourceRequirements::default();
    let resources = resources.unwrap_or(&empty);
    let requests = read_map(
        &resources.requests,
        &format!("{}.resources.requests", paths.performer),
        report,
    );
    let mut limits = read_map(
        &resources.limits,
        &format!("{}.resources.limits", paths.performer),
        report,
    );
    let wanted = compute.map(|compute| &compute.requests);
    let compute_requests = wanted
        .map(|map| read_map(map, &format!("{}.requests", paths.compute), report))
        .unwrap_or_default();

    let mut asks = merge(requests, compute_requests, report);
    for (name, limit) in &limits {
        match asks.get(name) {
            Some(ask) if ask.amount > limit.amount => {
                report.contradiction((&ask.path, &ask.text), (&limit.path, &limit.text));
            }
            Some(ask) if (name.is_extended() || name.is_hugepages()) && ask.amount != limit.amount => {
                report.add(
                    &limit.path,
                    format!(
                        "{} must equal {}, which is {}: {name} cannot be overcommitted",
                        limit.text, ask.path, ask.text
                    ),
                );
            }
            Some(_) => {}
            None => {
                asks.insert(name.clone(), limit.clone());
            }
        }
    }

    hugepages::check(&asks, report);
    bound_names(&asks, paths, report);

    let raw_gpu = take_gpu(&mut asks, report);
    let tee = tee::read(
        hardware,
        compute.and_then(|compute| compute.tee.as_ref()),
        paths,
        report,
    );
    if let Some(tee) = &tee {
        tee::fold_raw_slots(tee, &mut asks, paths, report);
    }
    gpu::fold_raw_mig(
        compute.and_then(|compute| compute.gpu.as_ref()),
        &mut asks,
        paths,
        report,
    );
    let gpu = gpu::read(
        hardware,
        compute.and_then(|compute| compute.gpu.as_ref()),
        raw_gpu,
        paths,
        report,
    );

    limits.retain(|name, _| asks.contains_key(name));
    for (name, ask) in &asks {
        if (name.is_extended() || name.is_hugepages()) && !limits.contains_key(name) {
            limits.insert(name.clone(), ask.clone());
        }
    }
    let written = |asks: &Asks| {
        asks.iter()
            .map(|(name, ask)| (name.to_string(), ask.text.clone()))
            .collect()
    };
    Needs {
        // Nothing of a resource is no claim on it.
        base: asks
            .iter()
            .filter(|(_, ask)| ask.amount != 0)
            .map(|(name, ask)| (name.clone(), ask.amount))
            .collect(),
        resources: ResourceRequirements {
            requests: written(&asks),
            limits: written(&limits),
        },
        gpu,
        tee,
    }
}

/// How many resources there are, and how long their names: said once, at the part that names most of them.
fn bound_names(asks: &Asks, paths: Paths<'_>, report: &mut Report) {
    let in_compute = asks
        .values()
        .filter(|ask| ask.path.starts_with(paths.compute))
        .count();
    let path = if 2 * in_compute >= asks.len() {
        format!("{}.requests", paths.compute)
    } else {
        format!("{}.resources", paths.performer)
    };
    let native = [&*CPU, &*EPHEMERAL_STORAGE, &*MEMORY];
    let names: BTreeSet<&ResourceName> = asks.keys().chain(native).collect();
    if names.len() > MAX_RESOURCES {
        let message = format!(
            "names {} resources with all other parts of the request: at most {MAX_RESOURCES} are taken, counting cpu, memory \
             and ephemeral-storage always",
            asks.len()
        );
        report.add(path, message);
        return;
    }
    let bytes: usize = names.iter().map(|name| name.as_str().len()).sum();
    if bytes > MAX_RESOURCE_NAME_BYTES {
        let message = format!(
            "the names of all resources of the request have {bytes} bytes with cpu, memory and ephemeral-storage: at most \
             {MAX_RESOURCE_NAME_BYTES} are taken"
        );
        report.add(path, message);
    }
}

fn read_map(map: &BTreeMap<String, String>, path: &str, report: &mut Report) -> Asks {
    let mut asks = Asks::new();
    for (name, text) in map {
        let path = format!("{path}[{name}]");
        let Some(resource) = report.id(&path, ResourceName::new(name)) else {
            continue;
        };
        if !resource.is_container_resource() {
            report.add(
                path,
                "is not a resource a container can ask for: use cpu, memory, ephemeral-storage, hugepages-<size> or a name \
                 with a domain, for example nvidia.com/gpu",
            );
            continue;
        }
        match amount(&resource, text) {
            Ok(amount) => {
                asks.insert(
                    resource,
                    Ask {
                        amount,
                        text: text.clone(),
                        path,
                    },
                );
            }
            Err(message) => report.add(path, message),
        }
    }
    asks
}

fn amount(resource: &ResourceName, text: &str) -> Result<i64, String> {
    let quantity: Quantity = text
        .parse()
        .map_err(|error: crate::quantity::QuantityError| error.to_string())?;
    if quantity.is_negative() {
        return Err(format!("{text} is negative: ask for 0 or more"));
    }
    if resource.is_extended() && !quantity.is_whole() {
        return Err(format!(
            "{text} is not whole: {resource} is counted in whole numbers"
        ));
    }
    let amount = resource.count(&quantity).map_err(|error| error.to_string())?;
    let max = if *resource == *CPU {
        MAX_MILLI_CPU
    } else {
        MAX_AMOUNT
    };
    if amount > max {
        let most = crate::resources::human(resource, max);
        return Err(format!(
            "{text} is more than any node has: at most {most} is taken"
        ));
    }
    Ok(amount)
}

fn merge(mut performer: Asks, compute: Asks, report: &mut Report) -> Asks {
    for (name, ask) in compute {
        match performer.get(&name) {
            Some(other) if other.amount != ask.amount => {
                report.contradiction((&ask.path, &ask.text), (&other.path, &other.text));
            }
            Some(_) => {}
            None => {
                performer.insert(name, ask);
            }
        }
    }
    performer
}

/// Whole GPUs asked for as a plain resource mean the same as `gpu.count` of that vendor.
fn take_gpu(asks: &mut Asks, report: &mut Report) -> Option<(ResourceName, Ask)> {
    let vendors = [&*NVIDIA_GPU, &*AMD_GPU, &*INTEL_GPU];
    let mut found = vendors
        .into_iter()
        .filter_map(|name| asks.remove_entry(name))
        .filter(|(_, ask)| ask.amount > 0);
    let first = found.next();
    if let (Some((_, one)), Some((_, other))) = (&first, found.next()) {
        report.contradiction((&other.path, &other.text), (&one.path, &one.text));
    }
    first
}
