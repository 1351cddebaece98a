//! What a cluster looks like: pools of nodes with the facts that a placement decision needs, and RuntimeClasses.
//!
//! A profile states facts ("eight A100 of 81920 MiB", "31 TDX keys"); [`node`] turns them into the labels and resources
//! that real clusters show for them.

mod builtin;
mod node;
mod runtime_class;

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;

pub use builtin::BUILTIN_NAMES;

use crate::error::{Error, Result};

/// A cluster's nodes and RuntimeClasses. Read from YAML; unknown fields are refused.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Name; clusters are named after it.
    pub name: String,
    /// One line for `hourglass-testbed profiles`.
    #[serde(default)]
    pub description: String,
    /// `topology.kubernetes.io/region` of every node.
    pub region: String,
    /// `topology.kubernetes.io/zone`: nodes of a pool take turns.
    pub zones: Vec<String>,
    /// Kinds of nodes.
    pub pools: Vec<NodePool>,
    /// RuntimeClasses of the cluster.
    #[serde(default)]
    pub runtime_classes: Vec<RuntimeClass>,
}

/// Nodes of one kind, named `<pool>-0`, `<pool>-1`, …
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodePool {
    /// Name; unique in the profile.
    pub name: String,
    /// Number of nodes at the start.
    pub count: usize,
    /// `node.kubernetes.io/instance-type`.
    #[serde(default)]
    pub instance_type: Option<String>,
    /// `kubernetes.io/arch`.
    #[serde(default = "amd64")]
    pub arch: String,
    /// What the machine has.
    pub capacity: Capacity,
    /// Resources of which pods may use less than the capacity, e.g. `cpu`.
    #[serde(default)]
    pub allocatable: BTreeMap<String, String>,
    /// Labels beyond those that follow from the other facts; these win.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Taints.
    #[serde(default)]
    pub taints: Vec<Taint>,
    /// `spec.unschedulable` (cordoned).
    #[serde(default)]
    pub unschedulable: bool,
    /// GPUs.
    #[serde(default)]
    pub gpu: Option<Gpu>,
    /// Trusted execution environments.
    #[serde(default)]
    pub tee: Tee,
}

/// Resources of a node, in Kubernetes quantity syntax.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// Cores.
    pub cpu: String,
    /// Memory.
    pub memory: String,
    /// Local disk for pods.
    pub ephemeral_storage: String,
    /// Number of pods.
    #[serde(default = "usual_pod_limit")]
    pub pods: u32,
    /// Further resources by name, e.g. `amd.com/gpu: "4"`.
    #[serde(default)]
    pub extended: BTreeMap<String, String>,
}

/// A taint of `spec.taints`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taint {
    /// Key.
    pub key: String,
    /// Value.
    #[serde(default)]
    pub value: Option<String>,
    /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
    pub effect: String,
}

/// NVIDIA GPUs of one product, as the device plugin and GPU feature discovery show them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gpu {
    /// Product as in `nvidia.com/gpu.product`, without suffix, e.g. `NVIDIA-A100-SXM4-80GB`.
    pub product: String,
    /// Architecture, e.g. `ampere`.
    pub family: String,
    /// Compute capability, e.g. `8.0`.
    pub compute: String,
    /// Memory of one GPU in MiB.
    pub memory_mib: u64,
    /// Physical GPUs in the machine.
    pub count: u32,
    /// Time slicing.
    #[serde(default)]
    pub sharing: Option<Sharing>,
    /// Multi-instance GPU.
    #[serde(default)]
    pub mig: Option<Mig>,
    /// Confidential-computing mode is on and ready.
    #[serde(default)]
    pub confidential: bool,
    /// `nvidia.com/gpu.clique`: nodes with the same value share an NVLink domain.
    #[serde(default)]
    pub clique: Option<String>,
}

/// Time slicing: every GPU is offered several times.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sharing {
    /// How many times each GPU is offered.
    pub replicas: u32,
    /// The device plugin's `renameByDefault`: true offers `nvidia.com/gpu.shared` under the plain product name, false
    /// offers `nvidia.com/gpu` under the product name with `-SHARED`.
    pub rename: bool,
}

/// Multi-instance GPU: GPUs are cut into devices of fixed shapes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mig {
    /// How the device plugin offers them.
    pub strategy: MigStrategy,
    /// GPUs that are cut; the others are offered whole (`mixed` only).
    pub gpus: u32,
    /// Devices per cut GPU.
    pub devices: Vec<MigDevices>,
}

/// Device plugin strategies for MIG.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MigStrategy {
    /// All GPUs cut alike, offered as `nvidia.com/gpu` under the product name with `-MIG-<profile>`.
    Single,
    /// Each shape offered as `nvidia.com/mig-<profile>`.
    Mixed,
}

/// Devices of one shape.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MigDevices {
    /// Shape, e.g. `1g.10gb`.
    pub profile: String,
    /// Devices of this shape per GPU.
    pub per_gpu: u32,
    /// Memory of one device in MiB.
    pub memory_mib: u64,
}

/// Trusted execution environments of a node; each kind with its countable slots.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tee {
    /// Intel SGX.
    #[serde(default)]
    pub sgx: Option<Sgx>,
    /// Intel TDX.
    #[serde(default)]
    pub tdx: Option<Tdx>,
    /// AMD SEV-SNP.
    #[serde(default)]
    pub sev_snp: Option<SevSnp>,
}

/// Intel SGX.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sgx {
    /// Enclave page cache in bytes (`sgx.intel.com/epc`).
    pub epc_bytes: u64,
    /// `sgx.intel.com/enclave`.
    pub enclaves: u32,
}

/// Intel TDX.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tdx {
    /// `tdx.intel.com/keys`: one trust domain takes one.
    pub keys: u32,
}

/// AMD SEV-SNP.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SevSnp {
    /// `sev-snp.amd.com/esids`: one guest takes one.
    pub esids: u32,
}

/// A RuntimeClass.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuntimeClass {
    /// Name, also the handler's name.
    pub name: String,
    /// `overhead.podFixed`, e.g. `tdx.intel.com/keys: "1"`.
    #[serde(default)]
    pub overhead: BTreeMap<String, String>,
    /// `scheduling.nodeSelector`.
    #[serde(default)]
    pub node_selector: BTreeMap<String, String>,
}

fn amd64() -> String {
    "amd64".into()
}

/// The kubelet's default.
fn usual_pod_limit() -> u32 {
    110
}

impl Profile {
    /// A profile that comes with the testbed; [`BUILTIN_NAMES`] lists them.
    pub fn builtin(name: &str) -> Result<Self> {
        let text = builtin::yaml(name).ok_or_else(|| Error::UnknownProfile {
            name: name.to_owned(),
            known: BUILTIN_NAMES.join(", "),
        })?;
        Self::from_yaml(text, name)
    }

    /// Reads a profile file.
    pub fn from_file(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(Error::io("read", path))?;
        Self::from_yaml(&text, &path.display().to_string())
    }

    /// Reads a profile; `origin` is how errors call it.
    pub fn from_yaml(text: &str, origin: &str) -> Result<Self> {
        let bad = |reason: String| Error::BadProfile {
            name: origin.to_owned(),
            reason,
        };
        let profile: Self = serde_saphyr::from_str(text).map_err(|error| bad(error.to_string()))?;
        profile.validate().map_err(bad)?;
        Ok(profile)
    }

    /// The pool of this name.
    pub fn pool(&self, name: &str) -> Option<&NodePool> {
        self.pools.iter().find(|pool| pool.name == name)
    }

    /// The same with another number of nodes in one pool (no change when it has no such pool).
    #[must_use]
    pub fn with_count(mut self, pool: &str, count: usize) -> Self {
        for pool in self.pools.iter_mut().filter(|candidate| candidate.name == pool) {
            pool.count = count;
        }
        self
    }

    fn validate(&self) -> std::result::Result<(), String> {
        if self.zones.is_empty() {
            return Err("zones: at least one is needed".into());
        }
        if self.pools.is_empty() {
            return Err("pools: at least one is needed".into());
        }
        for (index, pool) in self.pools.iter().enumerate() {
            if self.pools[..index].iter().any(|other| other.name == pool.name) {
                return Err(format!("pools[{index}].name: `{}` is used twice", pool.name));
            }
            pool.validate()
                .map_err(|reason| format!("pools[{index}] ({}): {reason}", pool.name))?;
        }
        Ok(())
    }
}

impl NodePool {
    fn validate(&self) -> std::result::Result<(), String> {
        let Some(gpu) = &self.gpu else { return Ok(()) };
        if gpu.compute_major_minor().is_none() {
            return Err(format!("gpu.compute: `{}` is not MAJOR.MINOR", gpu.compute));
        }
        if gpu.sharing.is_some() && gpu.mig.is_some() {
            return Err("gpu: sharing and mig exclude each other here".into());
        }
        let Some(mig) = &gpu.mig else { return Ok(()) };
        if mig.gpus > gpu.count {
            return Err(format!("gpu.mig.gpus: {} of only {}", mig.gpus, gpu.count));
        }
        if mig.strategy == MigStrategy::Single && (mig.gpus != gpu.count || mig.devices.len() != 1) {
            return Err("gpu.mig: strategy single cuts all GPUs into one shape".into());
        }
        Ok(())
    }
}

impl Gpu {
    /// `8.0` → (`8`, `0`).
    fn compute_major_minor(&self) -> Option<(&str, &str)> {
        let (major, minor) = self.compute.split_once('.')?;
        let number = |text: &str| text.parse::<u32>().is_ok();
        (number(major) && number(minor)).then_some((major, minor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_profile_is_valid_and_named_like_its_file() {
        for name in BUILTIN_NAMES {
            let profile = Profile::builtin(name).unwrap();
            assert_eq!(profile.name, name);
            assert!(!profile.description.is_empty(), "{name}");
        }
    }

    #[test]
    fn an_unknown_profile_is_refused_with_the_known_names() {
        let error = Profile::builtin("b200").unwrap_err().to_string();
        assert!(error.contains("a100-pool"), "{error}");
    }

    #[test]
    fn an_unknown_field_is_refused_by_name() {
        let text = "name: x\nregion: r\nzones: [a]\npools: []\ncolour: blue\n";
        let error = Profile::from_yaml(text, "x").unwrap_err().to_string();
        assert!(error.contains("colour"), "{error}");
    }

    #[test]
    fn a_partly_cut_single_strategy_is_refused() {
        let mut profile = Profile::builtin("a100-mig").unwrap();
        let mig = profile
            .pools
            .iter_mut()
            .find_map(|pool| pool.gpu.as_mut()?.mig.as_mut())
            .unwrap();
        mig.strategy = MigStrategy::Single;
        mig.gpus = 1;
        assert!(profile.validate().unwrap_err().contains("single"));
    }
}
