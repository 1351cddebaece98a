//! From a Kubernetes ResourceSlice to what the inventory keeps of its devices.

use std::collections::BTreeMap;
use std::sync::Arc;

use hourglass_model::quantity::Quantity;
use k8s_openapi::api::resource::v1::{Device, DeviceAttribute, ResourceSlice};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as ApiQuantity;

/// Longest value of an attribute that is told, in bytes.
const MAX_VALUE: usize = 128;
/// More counters than this on a device cannot be told.
const MAX_COUNTERS: usize = 64;

/// A pool of devices.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PoolKey {
    /// Its driver.
    pub driver: Arc<str>,
    /// Its name within the driver.
    pub pool: Arc<str>,
}

/// A slice of a pool on one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SliceFacts {
    /// The node.
    pub node: Arc<str>,
    /// The pool.
    pub pool: PoolKey,
    /// Only slices of the newest generation count.
    pub generation: i64,
    /// So many slices make the generation complete.
    pub slices: usize,
    /// Its devices.
    pub devices: Vec<DeviceSpec>,
    /// What devices of the pool have in common: (set, counter) to its value.
    pub counters: BTreeMap<(String, String), i64>,
}

/// A device.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeviceSpec {
    /// Its name within the pool.
    pub name: Arc<str>,
    /// Product, verbatim; empty when not known.
    pub product: String,
    /// Capacity `memory`, in bytes.
    pub memory_bytes: Option<i64>,
    /// For example 8.0; empty when not known.
    pub compute_capability: String,
    /// NVLink clique, or empty.
    pub clique: String,
    /// MIG profile in lower case, or empty.
    pub mig_profile: String,
    /// Whether it is a part of a GPU.
    pub mig: bool,
    /// Several claims may have it.
    pub multiple: bool,
    /// Nobody gets it who does not tolerate its taint.
    pub tainted: bool,
    /// Attributes that may tell it from all others, the best first.
    pub identities: Vec<Attribute>,
    /// Attributes that tell its kind.
    pub kind: Vec<Attribute>,
    /// What it takes of the pool's counters.
    pub counters: Vec<((String, String), i64)>,
}

/// A string attribute, its name with its domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// domain/name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// The slice's facts; `None` for one that belongs to no single node.
pub(super) fn facts(slice: &ResourceSlice) -> Option<SliceFacts> {
    let spec = &slice.spec;
    let node = spec.node_name.as_deref().filter(|name| !name.is_empty())?;
    let counters = spec.shared_counters.iter().flatten().flat_map(|set| {
        set.counters
            .iter()
            .filter_map(|(name, counter)| Some(((set.name.clone(), name.clone()), whole(&counter.value)?)))
    });
    Some(SliceFacts {
        node: node.into(),
        pool: PoolKey {
            driver: spec.driver.as_str().into(),
            pool: spec.pool.name.as_str().into(),
        },
        generation: spec.pool.generation,
        slices: usize::try_from(spec.pool.resource_slice_count).unwrap_or(usize::MAX),
        devices: spec
            .devices
            .iter()
            .flatten()
            .filter_map(|one| device(&spec.driver, one))
            .collect(),
        counters: counters.collect(),
    })
}

/// `None` for a device whose counters cannot be counted: what it takes is then not known.
fn device(driver: &str, device: &Device) -> Option<DeviceSpec> {
    let attributes = Attributes {
        driver,
        attributes: device.attributes.as_ref(),
    };
    let mut counters = Vec::new();
    for consumption in device.consumes_counters.iter().flatten() {
        for (name, counter) in &consumption.counters {
            let key = (consumption.counter_set.clone(), name.clone());
            counters.push((key, whole(&counter.value)?));
        }
    }
    if counters.len() > MAX_COUNTERS {
        return None;
    }
    let mig_profile = attributes.string("profile").unwrap_or_default().to_lowercase();
    let memory = device.capacity.iter().flatten().find_map(|(name, capacity)| {
        let ours = name == "memory" || name.strip_prefix(driver) == Some("/memory");
        ours.then(|| whole(&capacity.value)).flatten()
    });
    let blocking = |effect: &str| matches!(effect, "NoSchedule" | "NoExecute");
    let named = |names: &[&str]| {
        names
            .iter()
            .filter_map(|name| attributes.attribute(name))
            .collect()
    };
    Some(DeviceSpec {
        name: device.name.as_str().into(),
        product: attributes
            .string("productName")
            .or_else(|| attributes.string("model"))
            .unwrap_or_default()
            .to_owned(),
        memory_bytes: memory.filter(|bytes| *bytes > 0),
        compute_capability: attributes
            .version("cudaComputeCapability")
            .map(major_minor)
            .unwrap_or_default(),
        clique: attributes
            .string("cliqueID")
            .or_else(|| attributes.string("clique"))
            .unwrap_or_default()
            .to_owned(),
        mig: !mig_profile.is_empty() || attributes.string("type") == Some("mig"),
        mig_profile,
        multiple: device.allow_multiple_allocations == Some(true),
        tainted: device
            .taints
            .iter()
            .flatten()
            .any(|taint| blocking(&taint.effect)),
        identities: named(&["uuid", "pciAddr", "pciBusID"]),
        kind: named(&["productName", "type", "profile", "model"]),
        counters,
    })
}

/// Attributes by name: one without a domain is the driver's
/// (<https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/>).
struct Attributes<'a> {
    driver: &'a str,
    attributes: Option<&'a BTreeMap<String, DeviceAttribute>>,
}

impl<'a> Attributes<'a> {
    fn get(&self, name: &str) -> Option<(String, &'a DeviceAttribute)> {
        let qualified = format!("{}/{name}", self.driver);
        let attributes = self.attributes?;
        let found = attributes.get(name).or_else(|| attributes.get(&qualified));
        found.map(|attribute| (qualified, attribute))
    }

    fn string(&self, name: &str) -> Option<&'a str> {
        let value = self.get(name)?.1.string.as_deref();
        value.filter(|value| !value.is_empty() && value.len() <= MAX_VALUE)
    }

    fn version(&self, name: &str) -> Option<&'a str> {
        let attribute = self.get(name)?.1;
        attribute.version.as_deref().or(attribute.string.as_deref())
    }

    fn attribute(&self, name: &str) -> Option<Attribute> {
        Some(Attribute {
            name: self.get(name)?.0,
            value: self.string(name)?.to_owned(),
        })
    }
}

/// `9.0.0` as `9.0`.
fn major_minor(version: &str) -> String {
    let mut parts = version.split('.');
    let number = |part: Option<&str>| part.and_then(|part| part.parse::<u16>().ok());
    match (number(parts.next()), parts.next()) {
        (Some(major), minor) => format!("{major}.{}", number(minor).unwrap_or_default()),
        (None, _) => String::new(),
    }
}

/// The amount in whole units, rounded up; `None` for one that cannot be counted.
pub(super) fn whole(quantity: &ApiQuantity) -> Option<i64> {
    let quantity: Quantity = quantity.0.parse().ok()?;
    quantity.value().ok().filter(|value| *value >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[expect(
        clippy::needless_pass_by_value,
        reason = "JSON reads better where it is given"
    )]
    fn first(driver: &str, device: Value) -> Option<DeviceSpec> {
        let slice = json!({
            "metadata": {"name": "s"},
            "spec": {
                "driver": driver, "nodeName": "n", "devices": [device],
                "pool": {"name": "n", "generation": 3, "resourceSliceCount": 1},
            },
        });
        facts(&serde_json::from_value(slice).unwrap())
            .unwrap()
            .devices
            .pop()
    }

    #[test]
    fn an_nvidia_gpu_is_read_by_the_names_of_its_driver() {
        let gpu = first(
            "gpu.nvidia.com",
            json!({
                "name": "gpu-0",
                "attributes": {
                    "type": {"string": "gpu"}, "uuid": {"string": "GPU-1"},
                    "productName": {"string": "NVIDIA H100 80GB HBM3"},
                    "cudaComputeCapability": {"version": "9.0.0"}, "driverVersion": {"version": "560.35.3"},
                },
                "capacity": {"memory": {"value": "81559Mi"}},
            }),
        )
        .unwrap();
        assert_eq!(
            (&*gpu.name, gpu.product.as_str()),
            ("gpu-0", "NVIDIA H100 80GB HBM3")
        );
        assert_eq!(gpu.memory_bytes, Some(81559 << 20));
        assert_eq!(gpu.compute_capability, "9.0");
        assert!(!gpu.mig && !gpu.multiple && !gpu.tainted);
        assert_eq!(
            gpu.identities,
            [Attribute {
                name: "gpu.nvidia.com/uuid".into(),
                value: "GPU-1".into()
            }]
        );
        let kinds: Vec<&str> = gpu.kind.iter().map(|kind| kind.name.as_str()).collect();
        assert_eq!(kinds, ["gpu.nvidia.com/productName", "gpu.nvidia.com/type"]);
    }

    #[test]
    fn a_mig_device_has_a_profile_and_takes_counters() {
        let mig = first(
            "gpu.nvidia.com",
            json!({
                "name": "gpu-0-mig-1g10gb-0",
                "attributes": {
                    "type": {"string": "mig"}, "profile": {"string": "1g.10GB"},
                    "gpu.nvidia.com/productName": {"string": "NVIDIA H100"},
                },
                "consumesCounters": [{"counterSet": "gpu-0", "counters": {"memory": {"value": "10Gi"}}}],
            }),
        )
        .unwrap();
        assert_eq!((mig.mig, mig.mig_profile.as_str()), (true, "1g.10gb"));
        assert_eq!(mig.product, "NVIDIA H100");
        assert_eq!(mig.counters, [(("gpu-0".into(), "memory".into()), 10 << 30)]);
        let odd = json!({"name": "x", "consumesCounters": [{"counterSet": "s", "counters": {"c": {"value": "-1"}}}]});
        assert_eq!(first("gpu.nvidia.com", odd), None, "what it takes is not known");
    }

    #[test]
    fn others_name_their_product_model_and_a_taint_keeps_a_device_away() {
        let gpu = first(
            "gpu.example.com",
            json!({
                "name": "gpu-0", "attributes": {"model": {"string": "LATEST-GPU-MODEL"}},
                "allowMultipleAllocations": true, "capacity": {"memory": {"value": "80Gi"}},
                "taints": [{"key": "broken", "effect": "NoSchedule"}],
            }),
        )
        .unwrap();
        assert_eq!(gpu.product, "LATEST-GPU-MODEL");
        assert!(gpu.multiple && gpu.tainted && gpu.identities.is_empty());
    }

    #[test]
    fn versions_are_cut_to_major_and_minor() {
        assert_eq!(major_minor("9.0.0"), "9.0");
        assert_eq!(major_minor("8.6"), "8.6");
        assert_eq!(major_minor("10"), "10.0");
        assert_eq!(major_minor("x"), "");
    }

    #[test]
    fn a_slice_of_no_single_node_is_left_out() {
        let slice = json!({
            "metadata": {"name": "s"},
            "spec": {"driver": "d", "allNodes": true, "pool": {"name": "p", "generation": 1, "resourceSliceCount": 1}},
        });
        assert_eq!(facts(&serde_json::from_value(slice).unwrap()), None);
    }
}
