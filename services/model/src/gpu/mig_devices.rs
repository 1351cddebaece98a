//! MIG devices that a node counts, by the strategies of NVIDIA's device plugin.
//!
//! - `single`: all GPUs of the node are cut alike, `nvidia.com/gpu` counts the devices, and the profile stands behind
//!   `-MIG-` in the product.
//! - `mixed`: each profile has a resource of its own, `nvidia.com/mig-<profile>`, and `nvidia.com/gpu` counts the GPUs
//!   that are not cut.
//!
//! Source: <https://github.com/NVIDIA/k8s-device-plugin#configuration-option-details>.

use super::{MigProfile, WHOLE_MILLI};
use crate::labels::Labels;
use crate::resources::{NVIDIA_GPU, ResourceName, ResourceVector};

/// MIG devices of one profile, counted by one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigDevices {
    /// The profile.
    pub profile: MigProfile,
    /// Resource in which they are counted.
    pub resource: ResourceName,
    /// Memory of one of them in MiB, where the node says so.
    pub memory_mib: Option<i64>,
    /// Thousandths of a GPU that one of them stands for at least.
    pub share_milli: u16,
}

/// A MIG part of a GPU is cut in sevenths of compute or coarser, whatever the model: counting sevenths never takes one
/// for more than it is.
const COMPUTE_SLICES: u32 = 7;

impl MigProfile {
    /// Slices of compute, 1 to 9.
    fn slices(&self) -> u32 {
        let first = self.as_str().chars().next();
        first.and_then(|digit| digit.to_digit(10)).unwrap_or(1)
    }

    /// Nominal memory in GB.
    fn memory_gb(&self) -> i64 {
        let behind = self.as_str().split_once("g.").map_or("", |(_, rest)| rest);
        behind
            .split_once("gb")
            .and_then(|(number, _)| number.parse().ok())
            .unwrap_or(0)
    }

    /// Thousandths of its GPU that a part of this profile stands for at least, by compute and, where the memory of the
    /// whole GPU is known, by memory.
    #[must_use]
    pub fn share_milli(&self, gpu_memory_mib: Option<i64>) -> u16 {
        let whole = i64::from(WHOLE_MILLI);
        let compute = i64::from(self.slices()) * whole / i64::from(COMPUTE_SLICES);
        let memory = gpu_memory_mib
            .filter(|mib| *mib > 0)
            .map_or(whole, |mib| self.memory_gb().saturating_mul(1024 * whole) / mib);
        u16::try_from(compute.min(memory).clamp(0, whole)).unwrap_or(WHOLE_MILLI)
    }
}

/// The MIG devices of a node. `product` is the value of its product label, `memory` that of its memory label.
pub(super) fn of(
    labels: &Labels,
    allocatable: &ResourceVector,
    product: &str,
    memory_mib: Option<i64>,
) -> Vec<MigDevices> {
    let lower = product.to_ascii_lowercase();
    if let Some((_, profile)) = lower.split_once("-mig-") {
        // A shared one counts time slices of MIG devices, which nothing asks for.
        let read = MigProfile::of_resource(&format!("nvidia.com/mig-{profile}"));
        let counted = allocatable.contains(&NVIDIA_GPU) && !sliced(labels, "nvidia.com/gpu");
        return read
            .filter(|_| counted && !profile.ends_with("-shared"))
            .map(|profile| MigDevices {
                share_milli: profile.share_milli(None),
                profile,
                resource: NVIDIA_GPU.clone(),
                memory_mib,
            })
            .into_iter()
            .collect();
    }
    let mixed = allocatable.iter().filter_map(|(resource, _)| {
        let name = resource.as_str();
        let profile = MigProfile::of_resource(name).filter(|_| !name.ends_with(".shared"))?;
        if sliced(labels, name) {
            return None;
        }
        let own = labels
            .get(&format!("{name}.memory"))
            .and_then(|text| text.parse().ok());
        Some(MigDevices {
            share_milli: profile.share_milli(memory_mib),
            profile,
            resource: resource.clone(),
            memory_mib: own,
        })
    });
    mixed.collect()
}

/// Whether units of the resource are time slices of its devices.
fn sliced(labels: &Labels, resource: &str) -> bool {
    let label = |suffix: &str| labels.get(&format!("{resource}.{suffix}"));
    let strategy = label("sharing-strategy").map(String::as_str);
    let replicas = label("replicas").and_then(|text| text.parse::<i64>().ok());
    strategy.is_some_and(|strategy| !matches!(strategy, "" | "none")) || replicas.is_some_and(|n| n > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_never_counts_for_more_than_it_is() {
        let share = |profile, memory| MigProfile::parse(profile).expect("valid").share_milli(memory);
        assert_eq!(share("1g.10gb", Some(81_920)), 125);
        assert_eq!(share("3g.40gb", Some(81_920)), 428);
        assert_eq!(share("1g.5gb", None), 142);
        assert_eq!(share("7g.80gb", Some(81_920)), 1000);
        assert_eq!(share("9g.9999gb", Some(1)), 1000);
    }
}
