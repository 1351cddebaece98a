//! GPUs: how products are compared, and what a node's labels and resources say about them.

mod device;
mod facts;
mod mig;
mod mig_devices;
mod product;
mod vendor;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use device::{CounterUse, DeviceAttribute, DeviceFacts, DeviceKind, DeviceUse, WHOLE_MILLI, told_apart};
pub use facts::{GpuFacts, GpuSharing, PRODUCT_LABELS};
pub use mig::{MigProfile, MigProfileError};
pub use mig_devices::MigDevices;
pub use product::{Product, ProductError, base_name};
pub use vendor::{counts_gpus, covers};

/// CUDA compute capability, for example 8.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ComputeCapability {
    /// Before the dot.
    pub major: u16,
    /// After the dot.
    pub minor: u16,
}

/// A text that is not a compute capability.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a compute capability: write major and minor, for example 8.0")]
pub struct ComputeCapabilityError(pub String);

impl ComputeCapability {
    /// Reads `8.0`, or `8` for the same.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(text: &str) -> Result<Self, ComputeCapabilityError> {
        let error = || ComputeCapabilityError(text.chars().take(100).collect());
        let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
        let number = |part: &str| {
            let digits = (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            digits
                .then(|| part.parse::<u16>().ok())
                .flatten()
                .ok_or_else(error)
        };
        Ok(Self {
            major: number(major)?,
            minor: number(minor)?,
        })
    }
}

impl fmt::Display for ComputeCapability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl TryFrom<String> for ComputeCapability {
    type Error = ComputeCapabilityError;
    fn try_from(text: String) -> Result<Self, ComputeCapabilityError> {
        Self::parse(&text)
    }
}

impl From<ComputeCapability> for String {
    fn from(capability: ComputeCapability) -> Self {
        capability.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_compare_as_numbers() {
        let parse = |text| ComputeCapability::parse(text).expect("valid");
        assert!(parse("10.0") > parse("9.0") && parse("8.6") > parse("8.0") && parse("8") == parse("8.0"));
        for bad in ["", "8.", ".0", "8.0.0", "-8.0", "8.x", "99999.0"] {
            assert!(ComputeCapability::parse(bad).is_err(), "{bad}");
        }
    }
}
