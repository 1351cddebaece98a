//! GPUs of nodes by every source, and every way to ask for them.

use hourglass_model::gpu::{
    ComputeCapability, CounterUse, DeviceAttribute, DeviceFacts, MigProfile, Product,
};
use hourglass_model::ids::DeviceId;
use hourglass_model::node::NodeFacts;
use hourglass_model::resources::ResourceName;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Product, memory in MiB, compute capability.
const PRODUCTS: [(&str, i64, &str); 2] = [
    ("NVIDIA-A100-SXM4-80GB", 81_920, "8.0"),
    ("Tesla-T4", 16_384, "7.5"),
];
/// MIG profiles with their memory in MiB.
const PROFILES: [(&str, i64); 2] = [("1g.10gb", 9_856), ("3g.40gb", 40_192)];

/// The GPUs of a node.
#[derive(Debug, Clone)]
pub enum GpuCase {
    /// Counted: product, how many, confidential.
    Whole(usize, i64, bool),
    /// Time slices of T4s, four a GPU.
    Slices(i64),
    /// Whole A100s, small and large MIG devices.
    Mixed(i64, i64, i64),
    /// All GPUs are cut alike.
    Cut(usize, i64),
    /// Shown one by one, in this order or in the other.
    Shown {
        devices: Vec<DeviceCase>,
        reversed: bool,
        /// Of another vendor than the counter.
        other_vendor: bool,
        /// What `nvidia.com/gpu` counts beside them, and what pods use of it.
        counter: Option<(i64, i64)>,
    },
}

/// One device.
#[derive(Debug, Clone)]
pub struct DeviceCase {
    product: usize,
    sized: bool,
    shareable: bool,
    /// Nothing, some or all is used.
    used: usize,
    /// GPU whose counter it takes from, and how much of 7.
    cut: Option<(usize, i64)>,
    profile: Option<usize>,
    named: bool,
    confidential: bool,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct GpuWish {
    amount: Amount,
    products: Option<Vec<usize>>,
    memory: Option<i64>,
    capability: bool,
    confidential: bool,
    same_clique: bool,
    /// Whole GPUs by the name of their counter, as a plain resource.
    by_name: bool,
}

#[derive(Debug, Clone)]
enum Amount {
    Whole(i64),
    Share(i64),
    Mig(usize, i64),
}

fn device() -> impl Strategy<Value = DeviceCase> {
    (
        prop::sample::select(vec![0_usize, 0, 1]),
        prop::bool::weighted(0.9),
        any::<bool>(),
        prop::sample::select(vec![0_usize, 0, 0, 1, 2]),
        prop::option::weighted(0.3, (0..2_usize, prop::sample::select(vec![1_i64, 3, 7]))),
        prop::option::weighted(0.25, 0..PROFILES.len()),
        prop::bool::weighted(0.6),
        prop::bool::weighted(0.15),
    )
        .prop_map(
            |(product, sized, shareable, used, cut, profile, named, confidential)| DeviceCase {
                product,
                sized,
                shareable,
                used,
                cut,
                profile,
                named,
                confidential,
            },
        )
}

impl DeviceCase {
    /// A free one of a product, which has a name by which a pod can ask for it or not.
    pub(super) fn free(product: usize, shareable: bool, named: bool) -> Self {
        Self {
            product,
            sized: true,
            shareable,
            used: 0,
            cut: None,
            profile: None,
            named,
            confidential: false,
        }
    }
}

/// Any GPUs of a node.
pub fn on_a_node() -> impl Strategy<Value = GpuCase> {
    let shown = (
        prop::collection::vec(device(), 1..6),
        any::<bool>(),
        prop::bool::weighted(0.15),
        prop::option::weighted(0.25, (0..=4_i64, 0..=2_i64)),
    )
        .prop_map(|(devices, reversed, other_vendor, counter)| GpuCase::Shown {
            devices,
            reversed,
            other_vendor,
            counter,
        });
    prop_oneof![
        2 => (0..PRODUCTS.len(), 0..=8_i64, prop::bool::weighted(0.2))
            .prop_map(|(product, count, confidential)| GpuCase::Whole(product, count, confidential)),
        1 => (0..=8_i64).prop_map(GpuCase::Slices),
        1 => (0..=2_i64, 0..=3_i64, 0..=2_i64).prop_map(|(whole, small, large)| GpuCase::Mixed(whole, small, large)),
        1 => (0..PROFILES.len(), 0..=4_i64).prop_map(|(profile, count)| GpuCase::Cut(profile, count)),
        7 => shown,
    ]
}

/// Any way to ask for GPUs.
pub fn wished() -> impl Strategy<Value = GpuWish> {
    let amount = prop_oneof![
        4 => (1..=4_i64).prop_map(Amount::Whole),
        3 => prop::sample::select(vec![100_i64, 250, 400, 500, 750, 999]).prop_map(Amount::Share),
        2 => (0..PROFILES.len(), 1..=2_i64).prop_map(|(profile, count)| Amount::Mig(profile, count)),
    ];
    (
        amount,
        prop::option::weighted(
            0.25,
            prop::sample::select(vec![vec![0_usize], vec![1], vec![0, 1]]),
        ),
        prop::option::weighted(0.1, prop::sample::select(vec![9_000_i64, 40_000, 81_920])),
        prop::bool::weighted(0.08),
        prop::bool::weighted(0.08),
        prop::bool::weighted(0.5),
        prop::bool::weighted(0.1),
    )
        .prop_map(
            |(amount, products, memory, capability, confidential, same_clique, by_name)| GpuWish {
                amount,
                products,
                memory,
                capability,
                confidential,
                same_clique,
                by_name,
            },
        )
}

impl GpuWish {
    /// So many whole ones, perhaps of one product, perhaps in one clique.
    pub(super) fn whole(count: i64, product: Option<usize>, same_clique: bool) -> Self {
        Self {
            amount: Amount::Whole(count),
            products: product.map(|product| vec![product]),
            memory: None,
            capability: false,
            confidential: false,
            same_clique,
            by_name: false,
        }
    }

    /// A share of one, in thousandths.
    pub(super) fn share(milli: i64) -> Self {
        Self {
            amount: Amount::Share(milli),
            ..Self::whole(1, None, false)
        }
    }

    /// Says so in `compute`.
    pub(super) fn put_in(&self, compute: &mut Value) {
        match self.amount {
            Amount::Whole(count) if self.by_name => {
                compute["requests"]["nvidia.com/gpu"] = count.to_string().into();
            }
            _ => compute["gpu"] = self.json(),
        }
    }

    fn json(&self) -> Value {
        let mut gpu = match self.amount {
            Amount::Whole(count) => json!({"count": count, "sameClique": self.same_clique}),
            Amount::Share(milli) => json!({"shareMilli": milli}),
            Amount::Mig(profile, count) => json!({"count": count, "migProfile": PROFILES[profile].0}),
        };
        gpu["confidential"] = self.confidential.into();
        if let Some(products) = &self.products {
            // As people write them: without vendor, family and memory.
            let short = ["A100", "t4"];
            gpu["products"] = products.iter().map(|product| short[*product]).collect();
        }
        if let Some(memory) = self.memory {
            gpu["minMemoryMib"] = memory.into();
        }
        if self.capability {
            gpu["minComputeCapability"] = "8.0".into();
        }
        gpu
    }
}

impl DeviceCase {
    fn facts(&self, id: DeviceId, clique: Option<usize>) -> DeviceFacts {
        let (product, memory, capability) = PRODUCTS[self.product];
        let memory = self.profile.map_or(memory, |profile| PROFILES[profile].1);
        let mig = self.profile.map(|profile| PROFILES[profile].0);
        let counter = self.cut.map(|(gpu, takes)| CounterUse {
            counter: format!("pool/gpu-{gpu}/slices"),
            takes,
            of: 7,
        });
        let identity = DeviceAttribute {
            name: "example.com/uuid".to_owned(),
            value: id.to_string(),
        };
        DeviceFacts {
            class: if mig.is_some() {
                "mig.nvidia.com"
            } else {
                "gpu.nvidia.com"
            }
            .to_owned(),
            product: Product::parse(product).ok(),
            memory_mib: self.sized.then_some(memory),
            compute_capability: ComputeCapability::parse(capability).ok(),
            clique: clique.map(|clique| format!("q{clique}")),
            mig_profile: mig.map(|profile| MigProfile::parse(profile).expect("valid")),
            confidential: self.confidential,
            shareable: self.shareable,
            used_milli: match (self.used, self.shareable) {
                (0, _) => 0,
                (1, true) => 300,
                _ => 1000,
            },
            identity: self.named.then_some(identity),
            kind: Vec::new(),
            counters: counter.into_iter().collect(),
            id,
        }
    }
}

impl GpuCase {
    /// Gives a node these GPUs.
    pub fn put_on(&self, node: &mut NodeFacts, clique: Option<usize>) {
        let mut label = |key: &str, value: &str| {
            node.labels = node.labels.with(key, value);
        };
        let resource = |name: &str| ResourceName::new(name).expect("valid");
        let counted = resource("nvidia.com/gpu");
        let shown = matches!(self, Self::Shown { .. });
        if let Some(clique) = clique.filter(|_| !shown) {
            label("nvidia.com/gpu.clique", &format!("q{clique}"));
        }
        match self {
            Self::Whole(product, count, confidential) => {
                let (product, memory, capability) = PRODUCTS[*product];
                let (major, minor) = capability.split_once('.').expect("two numbers");
                label("nvidia.com/gpu.product", product);
                label("nvidia.com/gpu.memory", &memory.to_string());
                label("nvidia.com/gpu.compute.major", major);
                label("nvidia.com/gpu.compute.minor", minor);
                if *confidential {
                    label("nvidia.com/cc.ready.state", "true");
                }
                node.allocatable.set(counted, *count);
            }
            Self::Slices(slices) => {
                label("nvidia.com/gpu.product", "Tesla-T4-SHARED");
                label("nvidia.com/gpu.replicas", "4");
                node.allocatable.set(counted, *slices);
            }
            Self::Mixed(whole, small, large) => {
                label("nvidia.com/gpu.product", PRODUCTS[0].0);
                label("nvidia.com/gpu.memory", &PRODUCTS[0].1.to_string());
                label("nvidia.com/mig-1g.10gb.memory", &PROFILES[0].1.to_string());
                node.allocatable.set(counted, *whole);
                for ((profile, _), count) in PROFILES.iter().zip([small, large]) {
                    node.allocatable
                        .set(resource(&format!("nvidia.com/mig-{profile}")), *count);
                }
            }
            Self::Cut(profile, count) => {
                let (profile, memory) = PROFILES[*profile];
                label(
                    "nvidia.com/gpu.product",
                    &format!("{}-MIG-{profile}", PRODUCTS[0].0),
                );
                label("nvidia.com/gpu.memory", &memory.to_string());
                node.allocatable.set(counted, *count);
            }
            Self::Shown {
                devices,
                reversed,
                other_vendor,
                counter,
            } => {
                let driver = if *other_vendor {
                    "gpu.example.com"
                } else {
                    "gpu.nvidia.com"
                };
                let name = &node.name;
                let shown = devices.iter().enumerate().map(|(at, device)| {
                    let id = DeviceId::new(format!("{driver}/{name}/d{at}")).expect("valid");
                    device.facts(id, clique)
                });
                node.devices = shown.collect();
                if *reversed {
                    node.devices.reverse();
                }
                if let Some((count, used)) = counter {
                    node.allocatable.set(counted.clone(), *count);
                    node.used.set(counted, *used);
                }
            }
        }
    }
}
