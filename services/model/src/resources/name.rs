//! Names of resources, and how their amounts are counted.

use std::cmp::Ordering;
use std::fmt;
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

use crate::dns;
use crate::ids::IdError;
use crate::quantity::{Quantity, QuantityError};

/// Names that nearly every node and request uses, in their order: these are kept as their place here, so that they cost
/// neither memory nor a look at their text.
const COMMON: [&str; 15] = [
    "amd.com/gpu",
    "cpu",
    "devices",
    "ephemeral-storage",
    "gpu.intel.com/i915",
    "hugepages-1Gi",
    "hugepages-2Mi",
    "memory",
    "nvidia.com/gpu",
    "nvidia.com/gpu.shared",
    "pods",
    "sev-snp.amd.com/esids",
    "sgx.intel.com/enclave",
    "sgx.intel.com/epc",
    "tdx.intel.com/keys",
];

/// A resource as Kubernetes names it: `cpu`, `nvidia.com/gpu`, `hugepages-2Mi`.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ResourceName(Text);

/// Of each name there is one form only.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Text {
    /// Place among the common ones.
    Common(u8),
    Other(Arc<str>),
}

impl Text {
    fn new(text: &str) -> Self {
        Self::common(text).unwrap_or_else(|| Self::Other(Arc::from(text)))
    }

    fn common(text: &str) -> Option<Self> {
        let place = COMMON.iter().position(|common| *common == text)?;
        u8::try_from(place).ok().map(Self::Common)
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Common(place) => COMMON.get(usize::from(*place)).copied().unwrap_or_default(),
            Self::Other(text) => text,
        }
    }
}

impl Ord for ResourceName {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Text::Common(one), Text::Common(other)) => one.cmp(other),
            (one, other) => one.as_str().cmp(other.as_str()),
        }
    }
}

impl PartialOrd for ResourceName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

macro_rules! well_known {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub static $name: LazyLock<ResourceName> = LazyLock::new(|| ResourceName(Text::new($text)));)*
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
        if let Some(common) = Text::common(text) {
            return Ok(Self(common));
        }
        if dns::is_qualified_name(text) {
            Ok(Self(Text::Other(Arc::from(text))))
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
        self.0.as_str()
    }

    /// Whether it is an extended resource: one with a domain that is not Kubernetes' own. Containers ask for those
    /// in whole numbers, with request and limit equal.
    /// Source: `IsExtendedResourceName` in k8s.io/kubernetes/pkg/apis/core/v1/helper.
    #[must_use]
    pub fn is_extended(&self) -> bool {
        let text = self.as_str();
        text.contains('/') && !text.contains("kubernetes.io/") && !text.starts_with("requests.")
    }

    /// Whether it is a huge page size, `hugepages-2Mi`.
    #[must_use]
    pub fn is_hugepages(&self) -> bool {
        self.page_size().is_some()
    }

    /// The size of a page as the name says it, where it is one of huge pages: `2Mi` of `hugepages-2Mi`.
    #[must_use]
    pub fn page_size(&self) -> Option<&str> {
        self.as_str().strip_prefix("hugepages-")
    }

    /// Whether a container may ask for it at all.
    #[must_use]
    pub fn is_container_resource(&self) -> bool {
        matches!(self.as_str(), "cpu" | "memory" | "ephemeral-storage")
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
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
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
        name.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_names_are_names_in_their_order() {
        assert!(COMMON.is_sorted());
        for text in COMMON {
            assert!(dns::is_qualified_name(text), "{text}");
            let name = ResourceName::new(text).expect("valid");
            assert_eq!(name.as_str(), text);
            assert!(matches!(name.0, Text::Common(_)), "{text}");
        }
    }

    #[test]
    fn names_are_ordered_and_told_apart_by_their_texts() {
        let others = [
            "a",
            "example.com/odd",
            "hugepages-64Ki",
            "nvidia.com/mig-1g.10gb",
            "zz",
        ];
        let texts: Vec<&str> = COMMON.into_iter().chain(others).collect();
        let name = |text: &str| ResourceName::new(text).expect("valid");
        for one in &texts {
            for other in &texts {
                let (a, b) = (name(one), name(other));
                assert_eq!(a.cmp(&b), one.cmp(other), "{one} and {other}");
                assert_eq!(a == b, one == other, "{one} and {other}");
            }
        }
    }
}
