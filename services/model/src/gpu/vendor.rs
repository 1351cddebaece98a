//! Which counters count the same GPUs as the devices of a driver.

use crate::resources::{AMD_GPU, INTEL_GPU, NVIDIA_GPU, NVIDIA_GPU_SHARED, ResourceName};

/// Whether the resource counts GPUs, or parts of them.
#[must_use]
pub fn counts_gpus(resource: &ResourceName) -> bool {
    [&*NVIDIA_GPU, &*NVIDIA_GPU_SHARED, &*AMD_GPU, &*INTEL_GPU].contains(&resource)
        || resource.as_str().starts_with("nvidia.com/mig-")
}

/// Whether the driver shows, one by one, the GPUs that the resource counts: both are of one vendor
/// (`gpu.nvidia.com` and `nvidia.com/gpu`).
#[must_use]
pub fn covers(driver: &str, resource: &ResourceName) -> bool {
    let Some((domain, _)) = resource.as_str().split_once('/') else {
        return false;
    };
    let within = |inner: &str, outer: &str| {
        inner
            .strip_suffix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    counts_gpus(resource) && (within(driver, domain) || within(domain, driver))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_driver_covers_the_counters_of_its_vendor_only() {
        let name = |text| ResourceName::new(text).expect("valid");
        for resource in ["nvidia.com/gpu", "nvidia.com/gpu.shared", "nvidia.com/mig-1g.5gb"] {
            assert!(covers("gpu.nvidia.com", &name(resource)), "{resource}");
            assert!(!covers("gpu.amd.com", &name(resource)), "{resource}");
        }
        assert!(covers("gpu.amd.com", &AMD_GPU) && covers("gpu.intel.com", &INTEL_GPU));
        assert!(!covers("gpu.notnvidia.com", &NVIDIA_GPU));
        assert!(!covers("gpu.nvidia.com", &name("nvidia.com/imex-channel")) && !covers("a.b", &name("cpu")));
    }
}
