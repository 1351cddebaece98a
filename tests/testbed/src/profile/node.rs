//! A pool's facts as the Node object that a real cluster would show.
//!
//! Names are those of the NVIDIA device plugin and GPU feature discovery, of node feature discovery (NFD) and of the
//! Intel and AMD device plugins.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{Node, NodeAddress, NodeSpec, NodeStatus, NodeSystemInfo, Taint as ApiTaint},
    apimachinery::pkg::api::resource::Quantity,
};
use kube::api::ObjectMeta;

use super::{Gpu, MigStrategy, NodePool, Profile, Tee};
use crate::assets::Assets;

type Strings = BTreeMap<String, String>;

impl Profile {
    /// The node number `index` of a pool of this profile.
    pub fn node(&self, pool: &NodePool, index: usize) -> Node {
        let name = format!("{}-{index}", pool.name);
        let capacity = pool.capacity_by_name();
        let mut allocatable = capacity.clone();
        allocatable.extend(pool.allocatable.clone());
        Node {
            metadata: ObjectMeta {
                name: Some(name.clone()),
                labels: Some(self.labels(pool, &name, index)),
                ..ObjectMeta::default()
            },
            spec: Some(NodeSpec {
                taints: Some(pool.taints.iter().map(api_taint).collect()),
                unschedulable: pool.unschedulable.then_some(true),
                ..NodeSpec::default()
            }),
            status: Some(NodeStatus {
                capacity: Some(quantities(capacity)),
                allocatable: Some(quantities(allocatable)),
                addresses: Some(vec![NodeAddress {
                    type_: "Hostname".into(),
                    address: name,
                }]),
                node_info: Some(system_info(&pool.arch)),
                ..NodeStatus::default()
            }),
        }
    }

    fn labels(&self, pool: &NodePool, name: &str, index: usize) -> Strings {
        let mut labels = Strings::new();
        set(&mut labels, "kubernetes.io/hostname", name);
        set(&mut labels, "kubernetes.io/os", "linux");
        set(&mut labels, "kubernetes.io/arch", &pool.arch);
        set(&mut labels, "topology.kubernetes.io/region", &self.region);
        if let Some(zone) = self.zones.get(index % self.zones.len().max(1)) {
            set(&mut labels, "topology.kubernetes.io/zone", zone);
        }
        if let Some(instance_type) = &pool.instance_type {
            set(&mut labels, "node.kubernetes.io/instance-type", instance_type);
        }
        if let Some(gpu) = &pool.gpu {
            labels.extend(gpu.labels());
        }
        labels.extend(pool.tee.labels());
        labels.extend(pool.labels.clone());
        labels
    }
}

impl NodePool {
    fn capacity_by_name(&self) -> Strings {
        let mut resources = self.capacity.extended.clone();
        set(&mut resources, "cpu", &self.capacity.cpu);
        set(&mut resources, "memory", &self.capacity.memory);
        set(
            &mut resources,
            "ephemeral-storage",
            &self.capacity.ephemeral_storage,
        );
        set(&mut resources, "pods", &self.capacity.pods);
        if let Some(gpu) = &self.gpu {
            resources.extend(gpu.resources());
        }
        resources.extend(self.tee.resources());
        resources
    }
}

impl Gpu {
    /// What the device plugin offers.
    fn resources(&self) -> Strings {
        let mut resources = Strings::new();
        match (&self.sharing, &self.mig) {
            (Some(sharing), _) => {
                let name = if sharing.rename {
                    "nvidia.com/gpu.shared"
                } else {
                    "nvidia.com/gpu"
                };
                set(&mut resources, name, &(self.count * sharing.replicas));
            }
            (None, Some(mig)) if mig.strategy == MigStrategy::Mixed => {
                set(&mut resources, "nvidia.com/gpu", &(self.count - mig.gpus));
                for device in &mig.devices {
                    set(
                        &mut resources,
                        &format!("nvidia.com/mig-{}", device.profile),
                        &(mig.gpus * device.per_gpu),
                    );
                }
            }
            (None, Some(mig)) => {
                let devices: u32 = mig.devices.iter().map(|device| mig.gpus * device.per_gpu).sum();
                set(&mut resources, "nvidia.com/gpu", &devices);
            }
            (None, None) => set(&mut resources, "nvidia.com/gpu", &self.count),
        }
        resources
    }

    /// What GPU feature discovery says.
    fn labels(&self) -> Strings {
        let mut labels = Strings::new();
        let (mut product, mut count, mut memory_mib) = (self.product.clone(), self.count, self.memory_mib);
        if self.sharing.as_ref().is_some_and(|sharing| !sharing.rename) {
            product.push_str("-SHARED");
        }
        if let Some(mig) = &self.mig {
            set(&mut labels, "nvidia.com/mig.capable", &true);
            for device in &mig.devices {
                match mig.strategy {
                    MigStrategy::Single => {
                        product = format!("{}-MIG-{}", self.product, device.profile);
                        count = mig.gpus * device.per_gpu;
                        memory_mib = device.memory_mib;
                        set(&mut labels, "nvidia.com/mig.strategy", "single");
                    }
                    MigStrategy::Mixed => {
                        let key = |suffix: &str| format!("nvidia.com/mig-{}.{suffix}", device.profile);
                        set(&mut labels, "nvidia.com/mig.strategy", "mixed");
                        set(&mut labels, &key("count"), &(mig.gpus * device.per_gpu));
                        set(&mut labels, &key("memory"), &device.memory_mib);
                        set(
                            &mut labels,
                            &key("product"),
                            &format!("{}-MIG-{}", self.product, device.profile),
                        );
                        set(&mut labels, &key("replicas"), &1);
                    }
                }
            }
        }
        let (strategy, replicas) = match &self.sharing {
            Some(sharing) => ("time-slicing", sharing.replicas),
            None => ("none", 1),
        };
        set(&mut labels, "nvidia.com/gpu.present", &true);
        set(&mut labels, "nvidia.com/gpu.product", &product);
        set(&mut labels, "nvidia.com/gpu.family", &self.family);
        set(&mut labels, "nvidia.com/gpu.count", &count);
        set(&mut labels, "nvidia.com/gpu.memory", &memory_mib);
        set(&mut labels, "nvidia.com/gpu.replicas", &replicas);
        set(&mut labels, "nvidia.com/gpu.sharing-strategy", strategy);
        if let Some((major, minor)) = self.compute_major_minor() {
            set(&mut labels, "nvidia.com/gpu.compute.major", major);
            set(&mut labels, "nvidia.com/gpu.compute.minor", minor);
        }
        if self.confidential {
            set(&mut labels, "nvidia.com/cc.capable", &true);
            set(&mut labels, "nvidia.com/cc.mode.state", "on");
            set(&mut labels, "nvidia.com/cc.ready.state", &true);
        }
        if let Some(clique) = &self.clique {
            set(&mut labels, "nvidia.com/gpu.clique", clique);
        }
        labels
    }
}

impl Tee {
    /// Countable slots.
    fn resources(&self) -> Strings {
        let mut resources = Strings::new();
        if let Some(sgx) = &self.sgx {
            set(&mut resources, "sgx.intel.com/epc", &sgx.epc_bytes);
            set(&mut resources, "sgx.intel.com/enclave", &sgx.enclaves);
            set(&mut resources, "sgx.intel.com/provision", &sgx.enclaves);
        }
        if let Some(tdx) = &self.tdx {
            set(&mut resources, "tdx.intel.com/keys", &tdx.keys);
        }
        if let Some(snp) = &self.sev_snp {
            set(&mut resources, "sev-snp.amd.com/esids", &snp.esids);
        }
        resources
    }

    /// What NFD and the vendors' operators say.
    fn labels(&self) -> Strings {
        let kinds: [(bool, [&str; 2]); 3] = [
            (
                self.sgx.is_some(),
                [
                    "feature.node.kubernetes.io/cpu-security.sgx.enabled",
                    "intel.feature.node.kubernetes.io/sgx",
                ],
            ),
            (
                self.tdx.is_some(),
                [
                    "feature.node.kubernetes.io/cpu-security.tdx.enabled",
                    "intel.feature.node.kubernetes.io/tdx",
                ],
            ),
            (
                self.sev_snp.is_some(),
                [
                    "feature.node.kubernetes.io/cpu-security.sev.snp.enabled",
                    "amd.feature.node.kubernetes.io/snp",
                ],
            ),
        ];
        let present = kinds.into_iter().filter(|(present, _)| *present);
        present
            .flat_map(|(_, names)| names)
            .map(|name| (name.to_owned(), "true".to_owned()))
            .collect()
    }
}

fn set(map: &mut Strings, key: &str, value: &(impl ToString + ?Sized)) {
    map.insert(key.to_owned(), value.to_string());
}

fn quantities(amounts: Strings) -> BTreeMap<String, Quantity> {
    amounts
        .into_iter()
        .map(|(name, amount)| (name, Quantity(amount)))
        .collect()
}

fn api_taint(taint: &super::Taint) -> ApiTaint {
    ApiTaint {
        key: taint.key.clone(),
        value: taint.value.clone(),
        effect: taint.effect.clone(),
        time_added: None,
    }
}

fn system_info(arch: &str) -> NodeSystemInfo {
    NodeSystemInfo {
        architecture: arch.to_owned(),
        operating_system: "linux".into(),
        kubelet_version: Assets::versions().kubernetes,
        ..NodeSystemInfo::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_node(profile: &str, pool: &str) -> (Strings, Strings) {
        let profile = Profile::builtin(profile).unwrap();
        let node = profile.node(profile.pool(pool).unwrap(), 0);
        let allocatable = node.status.unwrap().allocatable.unwrap();
        (
            node.metadata.labels.unwrap(),
            allocatable
                .into_iter()
                .map(|(name, amount)| (name, amount.0))
                .collect(),
        )
    }

    #[test]
    fn a_renamed_shared_gpu_keeps_its_product_name() {
        let (labels, resources) = first_node("t4-edge", "t4-shared");
        assert_eq!(resources["nvidia.com/gpu.shared"], "8");
        assert!(!resources.contains_key("nvidia.com/gpu"));
        assert_eq!(labels["nvidia.com/gpu.product"], "Tesla-T4");
        assert_eq!(labels["nvidia.com/gpu.replicas"], "4");
        assert_eq!(labels["nvidia.com/gpu.sharing-strategy"], "time-slicing");
    }

    #[test]
    fn a_shared_gpu_that_is_not_renamed_shows_it_in_its_product_name() {
        let (labels, resources) = first_node("t4-edge", "t4-timesliced");
        assert_eq!(resources["nvidia.com/gpu"], "8");
        assert_eq!(labels["nvidia.com/gpu.product"], "Tesla-T4-SHARED");
    }

    #[test]
    fn mixed_mig_offers_each_shape_and_the_uncut_gpus() {
        let (labels, resources) = first_node("a100-mig", "mig-mixed");
        assert_eq!(resources["nvidia.com/mig-1g.10gb"], "28");
        assert_eq!(resources["nvidia.com/gpu"], "4");
        assert_eq!(labels["nvidia.com/mig.strategy"], "mixed");
        assert_eq!(
            labels["nvidia.com/mig-1g.10gb.product"],
            "NVIDIA-A100-SXM4-80GB-MIG-1g.10gb"
        );
    }

    #[test]
    fn single_mig_offers_devices_as_gpus_with_the_devices_memory() {
        let (labels, resources) = first_node("a100-mig", "mig-single");
        assert_eq!(resources["nvidia.com/gpu"], "16");
        assert_eq!(
            labels["nvidia.com/gpu.product"],
            "NVIDIA-A100-SXM4-80GB-MIG-3g.40gb"
        );
        assert_eq!(labels["nvidia.com/gpu.memory"], "40192");
    }

    #[test]
    fn tee_slots_come_with_the_labels_of_their_kind() {
        let (labels, resources) = first_node("h100-confidential", "h100-tdx");
        assert_eq!(resources["tdx.intel.com/keys"], "31");
        assert_eq!(
            labels["feature.node.kubernetes.io/cpu-security.tdx.enabled"],
            "true"
        );
        assert_eq!(labels["nvidia.com/cc.ready.state"], "true");
    }
}
