//! What a node's labels and resources say about its GPUs.
//! Source of the labels: <https://github.com/NVIDIA/k8s-device-plugin/tree/main/docs/gpu-feature-discovery>.

use super::{ComputeCapability, MigDevices, Product, counts_gpus, mig_devices};
use crate::labels::Labels;
use crate::resources::{AMD_GPU, INTEL_GPU, NVIDIA_GPU, NVIDIA_GPU_SHARED, ResourceName, ResourceVector};

/// The labels in which a node names its GPU product, the first one present counts.
pub const PRODUCT_LABELS: [&str; 2] = ["nvidia.com/gpu.product", "amd.com/gpu.product-name"];

/// Time slices of GPUs that a node offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GpuSharing {
    /// Resource in which slices are counted.
    pub resource: ResourceName,
    /// Slices of one GPU.
    pub slices_per_gpu: i64,
}

impl GpuSharing {
    /// Slices that cover a share of one GPU in thousandths, rounded up, at least one.
    #[must_use]
    pub fn slices(&self, share_milli: u16) -> i64 {
        let product = i64::from(share_milli).saturating_mul(self.slices_per_gpu);
        product.saturating_add(999).div_euclid(1000).max(1)
    }

    /// GPUs that so many slices are of.
    #[must_use]
    pub fn gpus(&self, slices: i64) -> i64 {
        let per_gpu = self.slices_per_gpu.max(1);
        slices.max(0).saturating_add(per_gpu - 1).div_euclid(per_gpu)
    }
}

/// The GPUs that a node counts, all of one product.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GpuFacts {
    /// The product label as the node carries it: key and value.
    pub label: Option<(&'static str, String)>,
    /// The product, normalised.
    pub product: Option<Product>,
    /// Memory of one GPU in MiB (of one MIG device where all GPUs of the node are cut alike).
    pub memory_mib: Option<i64>,
    /// CUDA compute capability.
    pub compute_capability: Option<ComputeCapability>,
    /// Ready for confidential computing.
    pub confidential: bool,
    /// The NVLink clique of the node.
    pub clique: Option<String>,
    /// Resource in which whole GPUs are counted; `None` where there are only slices or MIG devices.
    pub whole: Option<ResourceName>,
    /// Time slices, where there are any.
    pub sharing: Option<GpuSharing>,
    /// MIG devices, by profile.
    pub mig: Vec<MigDevices>,
}

/// Label that names the NVLink clique of a node.
const CLIQUE_LABEL: &str = "nvidia.com/gpu.clique";

impl GpuFacts {
    /// Reads them from a node; `None` for a node that counts no GPUs and says nothing of any.
    #[must_use]
    pub fn of(labels: &Labels, allocatable: &ResourceVector) -> Option<Self> {
        let label = PRODUCT_LABELS
            .iter()
            .find_map(|key| Some((*key, labels.get(*key)?.clone())));
        let counted = || {
            allocatable
                .iter()
                .any(|(resource, amount)| amount > 0 && counts_gpus(resource))
        };
        if label.is_none() && !labels.contains_key(CLIQUE_LABEL) && !counted() {
            return None;
        }
        let value = label.as_ref().map_or("", |(_, value)| value.as_str());
        let upper = value.to_ascii_uppercase();
        // Where all GPUs are cut alike, `nvidia.com/gpu` counts MIG devices, or time slices of them.
        let cut = upper.contains("-MIG-");
        let sharing = sharing(labels, allocatable, upper.ends_with("-SHARED")).filter(|_| !cut);
        let no_whole_nvidia = cut
            || sharing
                .as_ref()
                .is_some_and(|sharing| sharing.resource == *NVIDIA_GPU);
        let whole = [&*NVIDIA_GPU, &*AMD_GPU, &*INTEL_GPU]
            .into_iter()
            .find(|resource| allocatable.contains(resource))
            .filter(|resource| !(no_whole_nvidia && **resource == *NVIDIA_GPU))
            .cloned();
        let memory_mib = labels
            .get("nvidia.com/gpu.memory")
            .and_then(|text| text.parse::<i64>().ok());
        let compute_capability = labels.get("nvidia.com/gpu.compute.major").and_then(|major| {
            let minor = labels
                .get("nvidia.com/gpu.compute.minor")
                .map_or("0", String::as_str);
            ComputeCapability::parse(&format!("{major}.{minor}")).ok()
        });
        Some(Self {
            product: Product::parse(value).ok(),
            memory_mib,
            compute_capability,
            confidential: labels
                .get("nvidia.com/cc.ready.state")
                .is_some_and(|state| state == "true"),
            clique: labels
                .get(CLIQUE_LABEL)
                .filter(|clique| !clique.is_empty())
                .cloned(),
            whole,
            sharing,
            mig: mig_devices::of(labels, allocatable, value, memory_mib),
            label,
        })
    }

    /// Forgets every counter that `hidden` names; what the labels say stays.
    pub(crate) fn hide(&mut self, hidden: impl Fn(&ResourceName) -> bool) {
        self.whole = self.whole.take().filter(|resource| !hidden(resource));
        self.sharing = self.sharing.take().filter(|sharing| !hidden(&sharing.resource));
        self.mig.retain(|devices| !hidden(&devices.resource));
    }
}

/// Slices are what `nvidia.com/gpu.shared` counts; or what `nvidia.com/gpu` counts on a node that says so by the
/// suffix of its product or by its sharing strategy.
fn sharing(labels: &Labels, allocatable: &ResourceVector, suffix: bool) -> Option<GpuSharing> {
    let strategy = labels.get("nvidia.com/gpu.sharing-strategy").map(String::as_str);
    let shared = suffix || strategy.is_some_and(|strategy| !matches!(strategy, "" | "none"));
    let resource = if allocatable.get(&NVIDIA_GPU_SHARED) > 0 {
        NVIDIA_GPU_SHARED.clone()
    } else if shared && allocatable.contains(&NVIDIA_GPU) {
        NVIDIA_GPU.clone()
    } else {
        return None;
    };
    let number = |key: &str| {
        labels
            .get(key)
            .and_then(|value| value.parse::<i64>().ok())
            .filter(|n| *n > 0)
    };
    let total = allocatable.get(&resource).max(1);
    // Without the label take what the number of GPUs implies; without that, all slices as one GPU, which asks for
    // more slices than needed and never for fewer.
    let slices_per_gpu = number("nvidia.com/gpu.replicas")
        .or_else(|| number("nvidia.com/gpu.count").map(|gpus| total.div_euclid(gpus).max(1)))
        .unwrap_or(total);
    Some(GpuSharing {
        resource,
        slices_per_gpu,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(labels: &[(&str, &str)], resources: &[(&str, i64)]) -> Option<GpuFacts> {
        let labels = labels
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        let resources = resources
            .iter()
            .map(|(n, a)| (ResourceName::new(n).expect("valid"), *a))
            .collect();
        GpuFacts::of(&labels, &resources)
    }

    #[test]
    fn a_plain_node_offers_whole_gpus() {
        let gpu = facts(
            &[
                ("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-80GB"),
                ("nvidia.com/gpu.memory", "81920"),
                ("nvidia.com/gpu.compute.major", "8"),
                ("nvidia.com/gpu.compute.minor", "0"),
                ("nvidia.com/gpu.sharing-strategy", "none"),
            ],
            &[("nvidia.com/gpu", 8)],
        )
        .expect("a GPU node");
        assert_eq!(gpu.whole.as_ref(), Some(&*NVIDIA_GPU));
        assert_eq!(
            (gpu.sharing, gpu.memory_mib, gpu.confidential),
            (None, Some(81920), false)
        );
        assert_eq!(
            gpu.compute_capability.map(|c| c.to_string()),
            Some("8.0".to_owned())
        );
    }

    #[test]
    fn shared_nodes_offer_slices_and_no_whole_gpus() {
        let suffix = [
            ("nvidia.com/gpu.product", "Tesla-T4-SHARED"),
            ("nvidia.com/gpu.replicas", "4"),
        ];
        let gpu = facts(&suffix, &[("nvidia.com/gpu", 8)]).expect("a GPU node");
        let sharing = gpu.sharing.expect("shared");
        assert_eq!(
            (gpu.whole, &sharing.resource, sharing.slices_per_gpu),
            (None, &*NVIDIA_GPU, 4)
        );
        assert_eq!(
            [1, 250, 251, 500, 999].map(|milli| sharing.slices(milli)),
            [1, 1, 2, 2, 4]
        );
        assert_eq!([0, 1, 4, 8].map(|slices| sharing.gpus(slices)), [0, 1, 1, 2]);

        let strategy = [
            ("nvidia.com/gpu.sharing-strategy", "time-slicing"),
            ("nvidia.com/gpu.count", "2"),
        ];
        let gpu =
            facts(&strategy, &[("nvidia.com/gpu.shared", 8), ("nvidia.com/gpu", 0)]).expect("a GPU node");
        let sharing = gpu.sharing.expect("shared");
        assert_eq!(
            (&sharing.resource, sharing.slices_per_gpu),
            (&*NVIDIA_GPU_SHARED, 4)
        );

        let gpu = facts(&[], &[("nvidia.com/gpu.shared", 10)]).expect("a GPU node");
        assert_eq!((gpu.whole, gpu.sharing.map(|s| s.slices(100))), (None, Some(1)));
    }

    fn mig(gpu: &GpuFacts) -> Vec<(&str, &str, Option<i64>)> {
        let all = gpu.mig.iter();
        all.map(|one| (one.profile.as_str(), one.resource.as_str(), one.memory_mib))
            .collect()
    }

    #[test]
    fn with_the_single_strategy_the_gpu_counter_counts_mig_devices() {
        let gpu = facts(
            &[
                ("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-40GB-MIG-1g.5gb"),
                ("nvidia.com/mig.strategy", "single"),
                ("nvidia.com/gpu.memory", "4864"),
            ],
            &[("nvidia.com/gpu", 56)],
        )
        .expect("a GPU node");
        assert!(gpu.whole.is_none() && gpu.sharing.is_none());
        assert_eq!(mig(&gpu), [("1g.5gb", "nvidia.com/gpu", Some(4864))]);
        assert_eq!(
            gpu.product.map(|p| p.name().to_owned()),
            Some("NVIDIA-A100-SXM4-40GB".to_owned())
        );
        let media = facts(
            &[("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-40GB-MIG-1g.5gb.me")],
            &[("nvidia.com/gpu", 1)],
        )
        .expect("a GPU node");
        assert_eq!(mig(&media), [("1g.5gb+me", "nvidia.com/gpu", None)]);
    }

    #[test]
    fn with_the_mixed_strategy_each_profile_has_a_counter_beside_whole_gpus() {
        let gpu = facts(
            &[
                ("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-80GB"),
                ("nvidia.com/mig.strategy", "mixed"),
                ("nvidia.com/gpu.memory", "81920"),
                ("nvidia.com/mig-1g.10gb.memory", "9856"),
            ],
            &[
                ("nvidia.com/gpu", 4),
                ("nvidia.com/mig-1g.10gb", 14),
                ("nvidia.com/mig-3g.40gb", 2),
            ],
        )
        .expect("a GPU node");
        assert_eq!(gpu.whole.as_ref(), Some(&*NVIDIA_GPU));
        assert_eq!(
            mig(&gpu),
            [
                ("1g.10gb", "nvidia.com/mig-1g.10gb", Some(9856)),
                ("3g.40gb", "nvidia.com/mig-3g.40gb", None)
            ]
        );
        assert_eq!(
            gpu.mig.iter().map(|m| m.share_milli).collect::<Vec<_>>(),
            [125, 428]
        );
    }

    #[test]
    fn time_slices_of_mig_devices_are_neither_mig_devices_nor_slices_of_gpus() {
        for (labels, resources) in [
            (
                vec![(
                    "nvidia.com/gpu.product",
                    "NVIDIA-A100-SXM4-40GB-MIG-1g.5gb-SHARED",
                )],
                ("nvidia.com/gpu", 112),
            ),
            (
                vec![("nvidia.com/mig-1g.5gb.replicas", "2")],
                ("nvidia.com/mig-1g.5gb", 28),
            ),
            (
                vec![("nvidia.com/mig.strategy", "mixed")],
                ("nvidia.com/mig-1g.5gb.shared", 28),
            ),
        ] {
            let gpu = facts(&labels, &[resources]).expect("a GPU node");
            assert!(
                gpu.mig.is_empty() && gpu.sharing.is_none() && gpu.whole.is_none(),
                "{gpu:?}"
            );
        }
        let invalid = facts(
            &[("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-40GB-MIG-INVALID")],
            &[("nvidia.com/gpu", 0)],
        );
        assert!(invalid.is_some_and(|gpu| gpu.mig.is_empty() && gpu.whole.is_none()));
    }

    #[test]
    fn the_clique_of_a_node_is_a_label() {
        let gpu = facts(&[("nvidia.com/gpu.clique", "1b6a.2")], &[("nvidia.com/gpu", 4)]);
        assert_eq!(gpu.and_then(|gpu| gpu.clique).as_deref(), Some("1b6a.2"));
        let empty = facts(&[("nvidia.com/gpu.clique", "")], &[("nvidia.com/gpu", 4)]);
        assert_eq!(empty.and_then(|gpu| gpu.clique), None);
    }

    #[test]
    fn other_vendors_and_nodes_without_gpus() {
        let gpu = facts(
            &[("amd.com/gpu.product-name", "AMD_Instinct_MI300X")],
            &[("amd.com/gpu", 8)],
        );
        assert_eq!(gpu.and_then(|gpu| gpu.whole), Some(AMD_GPU.clone()));
        assert_eq!(facts(&[("a", "b")], &[("cpu", 1), ("nvidia.com/gpu", 0)]), None);
    }
}
