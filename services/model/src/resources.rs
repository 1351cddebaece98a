//! Resource names and vectors of amounts, counted as the Kubernetes scheduler counts: cpu in milli-cores, everything
//! else in its base unit (bytes, or a number of devices).

mod name;
mod shortage;
mod vector;

pub use name::{
    AMD_GPU, CPU, DEVICES, EPHEMERAL_STORAGE, INTEL_GPU, MEMORY, NVIDIA_GPU, NVIDIA_GPU_SHARED, PODS,
    ResourceName, SEV_SNP_ESIDS, SGX_ENCLAVE, SGX_EPC, TDX_KEYS,
};
pub use shortage::{Shortage, human};
pub use vector::{ResourceOverflow, ResourceVector};

#[cfg(test)]
mod tests;
