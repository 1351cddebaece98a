//! Names of resources, and how their amounts are counted.

use std::fmt;
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

use crate::dns;
use crate::ids::IdError;
use crate::quantity::{Quantity, QuantityError};

/// A resource as Kubernetes names it: `cpu`, `nvidia.com/gpu`, `hugepages-2Mi`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ResourceName(Arc<str>);

macro_rules! well_known {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub static $name: LazyLock<ResourceName> = LazyLock::new(|| ResourceName(Arc::from($text)));)*
    };
}

well_known! {
    /// Processor time, in milli-cores.
    CPU = "cpu";
    /// Memory, in bytes.
    MEMORY = "memory";
    /// Local scratch space, in bytes.
    EPHEMERAL_STORAGE = "ephemeral-storage";
    /// Number of pods.
    PODS = "pods";
    /// Whole NVIDIA GPUs (or, on a node whose labels say so, time slices of them).
    NVIDIA_GPU = "nvidia.com/gpu";
    /// Time slices of NVIDIA GPUs.
    NVIDIA_GPU_SHARED = "nvidia.com/gpu.shared";
    /// Whole AMD GPUs.
    AMD_GPU = "amd.com/gpu";
    /// Whole Intel GPUs.
    INTEL_GPU = "gpu.intel.com/i915";
    /// Stands for devices of Dynamic Resource Allocation where resources are listed; nothing is counted by it.
    DEVICES = "devices";
    /// SGX enclaves.
    SGX_ENCLAVE = "sgx.intel.com/enclave";
    /// SGX protected memory, in bytes.
    SGX_EPC = "sgx.intel.com/epc";
    /// TDX private key ids.
    TDX_KEYS = "tdx.intel.com/keys";
    /// SEV encrypted state ids.
    SEV_SNP_ESIDS = "sev-snp.amd.com/esids";
}

impl ResourceName {
    /// Takes any name that Kubernetes could report for a node.
    ///
    /// # Errors
    /// When it is not a qualified name.
    pub fn new(text: impl AsRef<str>) -> Result<Self, IdError> {
        let text = text.as_ref();
        if dns::is_qualified_name(text) {
            Ok(Self(Arc::from(text)))
        } else {
            Err(IdError {
                kind: "resource name",
                value: text.chars().take(300).collect(),
                rule: dns::QUALIFIED_NAME_RULE,
            })
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is an extended resource: one with a domain that is not Kubernetes' own. Containers ask for those
    /// in whole numbers, with request and limit equal.
    /// Source: `IsExtendedResourceName` in k8s.io/kubernetes/pkg/apis/core/v1/helper.
    #[must_use]
    pub fn is_extended(&self) -> bool {
        self.0.contains('/') && !self.0.contains("kubernetes.io/") && !self.0.starts_with("requests.")
    }

    /// Whether it is a huge page size, `hugepages-2Mi`.
    #[must_use]
    pub fn is_hugepages(&self) -> bool {
        self.0.starts_with("hugepages-")
    }

    /// Whether a container may ask for it at all.
    #[must_use]
    pub fn is_container_resource(&self) -> bool {
        matches!(&*self.0, "cpu" | "memory" | "ephemeral-storage")
            || self.is_hugepages()
            || self.is_extended()
    }

    /// An amount of this resource as the scheduler counts it: milli-cores for cpu, whole base units rounded up for
    /// the rest.
    ///
    /// # Errors
    /// When it is beyond 2^63.
    pub fn count(&self, quantity: &Quantity) -> Result<i64, QuantityError> {
        if *self == *CPU {
            quantity.milli_value()
        } else {
            quantity.value()
        }
    }

    /// The quantity that stands for `amount`, for example `1500m` for 1500 of cpu.
    #[must_use]
    pub fn quantity(&self, amount: i64) -> Quantity {
        if *self == *CPU {
            Quantity::from_milli(amount)
        } else {
            Quantity::from_units(amount)
        }
    }
}

impl fmt::Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ResourceName {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        Self::new(text)
    }
}

impl From<ResourceName> for String {
    fn from(name: ResourceName) -> Self {
        name.0.as_ref().to_owned()
    }
}
