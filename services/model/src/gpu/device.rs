//! GPUs that a node shows one by one: devices of Dynamic Resource Allocation (`resource.k8s.io/v1` ResourceSlices).
//!
//! A device is used in thousandths. One that many claims may share (`allowMultipleAllocations`) is divided by its
//! capacity `memory`; any other is taken whole. Shares are asked for in whole MiB, rounded down ([`DeviceKind::share_mib`]),
//! and seen in thousandths, rounded up, so that what is seen of a share is what was claimed for it.

use serde::{Deserialize, Serialize};

use super::{ComputeCapability, GpuFacts, MigProfile, Product};
use crate::ids::DeviceId;

/// All of one device.
pub const WHOLE_MILLI: u16 = 1000;

/// One device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceFacts {
    /// Driver, pool and name.
    pub id: DeviceId,
    /// The DeviceClass by which pods ask for it.
    pub class: String,
    /// Product; of a MIG device that of its GPU.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Product>,
    /// Memory in MiB; of a MIG device its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mib: Option<i64>,
    /// CUDA compute capability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compute_capability: Option<ComputeCapability>,
    /// The NVLink clique; without it that of the node counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clique: Option<String>,
    /// Profile of a MIG device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mig_profile: Option<MigProfile>,
    /// Ready for confidential computing; the node's label counts as well.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confidential: bool,
    /// Whether several claims may share it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shareable: bool,
    /// Thousandths that all claims together have allocated.
    #[serde(default)]
    pub used_milli: u16,
    /// An attribute that no other device of the node has, to ask for exactly this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<DeviceAttribute>,
    /// Attributes that tell its kind (product, profile), to ask for any like it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kind: Vec<DeviceAttribute>,
    /// What it takes, when in use, of counters that it has in common with other devices: a GPU and the MIG devices that
    /// can be cut from it exclude each other by these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counters: Vec<CounterUse>,
}

/// What rules compare of a device; the devices of a node are of few kinds. Devices of one kind are interchangeable: one
/// request can ask for several of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceKind {
    /// The driver.
    pub driver: String,
    /// The DeviceClass by which pods ask for it.
    pub class: String,
    /// Product; of a MIG device that of its GPU.
    pub product: Option<Product>,
    /// Memory in MiB.
    pub memory_mib: Option<i64>,
    /// CUDA compute capability.
    pub compute_capability: Option<ComputeCapability>,
    /// The NVLink clique.
    pub clique: Option<String>,
    /// Profile of a MIG device.
    pub mig_profile: Option<MigProfile>,
    /// Ready for confidential computing.
    pub confidential: bool,
    /// Whether a share of it can be asked for: several claims may share it, and there is memory to divide it by.
    pub divides: bool,
    /// Attributes by which any device of this kind is asked for.
    pub attributes: Vec<DeviceAttribute>,
}

impl DeviceKind {
    /// Memory to ask for so many thousandths, MiB, at least 1; `None` when its memory is not known.
    #[must_use]
    pub fn share_mib(&self, milli: u16) -> Option<i64> {
        let mib = self.memory_mib.filter(|mib| *mib > 0)?;
        i64::try_from(i128::from(mib) * i128::from(milli) / i128::from(WHOLE_MILLI))
            .ok()
            .map(|share| share.max(1))
    }

    /// Thousandths of a GPU that it stands for at least.
    #[must_use]
    pub fn share_of_gpu(&self) -> u16 {
        self.mig_profile
            .as_ref()
            .map_or(WHOLE_MILLI, |profile| profile.share_milli(None))
    }
}

/// A string attribute of a device.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceAttribute {
    /// Qualified name, for example `gpu.nvidia.com/uuid`.
    pub name: String,
    /// Value.
    pub value: String,
}

/// Attributes by which a pod asks for exactly these devices of a node: each has one, and all have the same one. `None` where that
/// is not so (for no devices too): then they are asked for by their kind, and the pod may be given any like them.
#[must_use]
pub fn told_apart<'a>(
    identities: impl IntoIterator<Item = Option<&'a DeviceAttribute>>,
) -> Option<Vec<&'a DeviceAttribute>> {
    let all: Vec<&DeviceAttribute> = identities.into_iter().collect::<Option<_>>()?;
    let first = all.first()?;
    let same = all.iter().all(|identity| identity.name == first.name);
    same.then_some(all)
}

/// A part of a counter that devices have in common (`consumesCounters` of partitionable devices).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CounterUse {
    /// Pool, counter set and counter.
    pub counter: String,
    /// What the device takes when in use.
    pub takes: i64,
    /// What there is of it.
    pub of: i64,
}

/// Thousandths of one device.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceUse {
    /// The device.
    pub device: DeviceId,
    /// Thousandths of it, 1 to 1000.
    pub milli: u16,
}

impl DeviceFacts {
    /// Its kind. What the device does not say of itself, the labels of its node may.
    #[must_use]
    pub fn kind(&self, node: Option<&GpuFacts>) -> DeviceKind {
        let product = || node.and_then(|node| node.product.clone());
        let compute = || node.and_then(|node| node.compute_capability);
        let clique = || node.and_then(|node| node.clique.clone());
        let mig = self.mig_profile.is_some();
        let memory = || node.filter(|_| !mig).and_then(|node| node.memory_mib);
        let memory_mib = self.memory_mib.or_else(memory);
        DeviceKind {
            driver: self.id.driver().to_owned(),
            class: self.class.clone(),
            product: self.product.clone().or_else(product),
            memory_mib,
            compute_capability: self.compute_capability.or_else(compute),
            clique: self.clique.clone().or_else(clique),
            mig_profile: self.mig_profile.clone(),
            confidential: self.confidential || node.is_some_and(|node| node.confidential),
            divides: self.shareable && self.memory_mib.is_some_and(|mib| mib > 0),
            attributes: self.kind.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(memory_mib: Option<i64>) -> DeviceFacts {
        DeviceFacts {
            id: DeviceId::new("gpu.nvidia.com/n1/gpu-0").expect("valid"),
            class: "gpu.nvidia.com".to_owned(),
            product: None,
            memory_mib,
            compute_capability: None,
            clique: None,
            mig_profile: None,
            confidential: false,
            shareable: true,
            used_milli: 0,
            identity: None,
            kind: Vec::new(),
            counters: Vec::new(),
        }
    }

    #[test]
    fn shares_in_mib_are_seen_as_the_thousandths_that_were_claimed() {
        for total in [1_000, 16_384, 81_559, 81_920, 196_608] {
            for milli in 1..=1000_u16 {
                let asked = device(Some(total)).kind(None).share_mib(milli).expect("known");
                let seen = (asked * 1000 + total - 1) / total;
                assert_eq!(seen, i64::from(milli), "{milli} of {total} MiB");
            }
        }
    }

    #[test]
    fn devices_are_told_apart_when_one_attribute_does_for_all() {
        let attribute = |name: &str, value: &str| DeviceAttribute {
            name: name.to_owned(),
            value: value.to_owned(),
        };
        let (one, two) = (attribute("uuid", "1"), attribute("uuid", "2"));
        let serial = attribute("serial", "3");
        assert_eq!(told_apart([Some(&one), Some(&two)]), Some(vec![&one, &two]));
        assert_eq!(told_apart([Some(&one), None]), None, "one has no name");
        assert_eq!(told_apart([Some(&one), Some(&serial)]), None);
        assert_eq!(told_apart([]), None);
    }

    #[test]
    fn a_device_without_known_memory_is_not_divided() {
        let divides = |memory| device(memory).kind(None).divides;
        assert_eq!(device(None).kind(None).share_mib(500), None);
        assert!(!divides(None) && !divides(Some(0)) && divides(Some(1)));
    }

    #[test]
    fn what_a_device_does_not_say_its_node_may() {
        let labels = [
            ("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-80GB"),
            ("nvidia.com/gpu.memory", "81920"),
            ("nvidia.com/gpu.clique", "c.1"),
            ("nvidia.com/cc.ready.state", "true"),
        ];
        let labels = labels
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into();
        let node = GpuFacts::of(&labels, &crate::resources::ResourceVector::new());
        let kind = device(None).kind(node.as_ref());
        assert_eq!(
            (kind.memory_mib, kind.clique.as_deref()),
            (Some(81920), Some("c.1"))
        );
        assert!(kind.confidential && kind.product.is_some());
        assert!(!kind.divides, "the capacity to divide by is the device's own");
        let own = DeviceFacts {
            clique: Some("own".to_owned()),
            mig_profile: MigProfile::parse("1g.10gb").ok(),
            ..device(None)
        };
        let kind = own.kind(node.as_ref());
        assert_eq!((kind.memory_mib, kind.clique.as_deref()), (None, Some("own")));
    }
}
