//! The GPUs of a node by whatever source, and which of them one more replica gets.

use hourglass_model::gpu::{ComputeCapability, DeviceFacts, MigProfile, Product, covers};
use hourglass_model::ids::DeviceId;
use hourglass_model::node::{DerivedFacts, NodeFacts};
use hourglass_model::render::{CountedGpus, GpuGrant};
use hourglass_model::request::{GpuAmount, GpuRequest};
use hourglass_model::resources::{ResourceName, ResourceVector};

use super::devices::Room;
use super::{At, Read, World};

/// What GPUs can be asked for.
#[derive(Debug, Clone)]
pub enum Kind {
    Whole(ResourceName),
    Slices {
        resource: ResourceName,
        per_gpu: i64,
    },
    Mig {
        resource: ResourceName,
        profile: MigProfile,
        share: i64,
    },
    Devices {
        driver: String,
        ids: Vec<DeviceId>,
        profile: Option<MigProfile>,
        divides: bool,
    },
}

/// GPUs of a node that no request tells apart.
#[derive(Debug, Clone)]
pub struct Source {
    pub product: Option<Product>,
    pub memory_mib: Option<i64>,
    pub capability: Option<ComputeCapability>,
    pub confidential: bool,
    pub clique: Option<String>,
    pub kind: Kind,
}

/// What one replica gets.
#[derive(Debug, Clone, Default)]
pub struct Gpus {
    pub counted: Option<(ResourceName, i64)>,
    devices: Vec<(DeviceId, i64)>,
    /// What is left then for others like it.
    pub left: i64,
}

impl Gpus {
    pub fn devices(&self) -> Vec<(DeviceId, i64)> {
        self.devices.clone()
    }

    pub fn grant(&self) -> Option<GpuGrant> {
        self.counted.clone().map(|(resource, units)| {
            GpuGrant::Counted(CountedGpus {
                resource,
                units,
                product_label: None,
            })
        })
    }
}

/// Everything that the node has, those first that a request is best met by.
pub fn sources(node: &NodeFacts) -> Vec<Source> {
    let derived = DerivedFacts::of(node);
    let mut all = Vec::new();
    if let Some(gpu) = &derived.gpu {
        let source = |kind, memory_mib| Source {
            product: gpu.product.clone(),
            memory_mib,
            capability: gpu.compute_capability,
            confidential: gpu.confidential,
            clique: gpu.clique.clone(),
            kind,
        };
        if let Some(whole) = &gpu.whole {
            all.push(source(Kind::Whole(whole.clone()), gpu.memory_mib));
        }
        if let Some(slices) = &gpu.sharing {
            let kind = Kind::Slices {
                resource: slices.resource.clone(),
                per_gpu: slices.slices_per_gpu,
            };
            all.push(source(kind, gpu.memory_mib));
        }
        let mut mig = gpu.mig.clone();
        mig.sort_by_key(|mig| mig.share_milli);
        for mig in mig {
            let kind = Kind::Mig {
                resource: mig.resource,
                profile: mig.profile,
                share: i64::from(mig.share_milli),
            };
            all.push(source(kind, mig.memory_mib));
        }
    }
    let mut devices: Vec<&DeviceFacts> = node.devices.iter().collect();
    devices.sort_by(|a, b| a.id.cmp(&b.id));
    let mut known = Vec::new();
    for device in devices {
        let kind = device.kind(derived.gpu.as_ref());
        if let Some(at) = known.iter().position(|other| *other == kind) {
            let counted = all.len() - known.len();
            if let Kind::Devices { ids, .. } = &mut all[counted + at].kind {
                ids.push(device.id.clone());
            }
            continue;
        }
        all.push(Source {
            product: kind.product.clone(),
            memory_mib: kind.memory_mib,
            capability: kind.compute_capability,
            confidential: kind.confidential,
            clique: kind.clique.clone(),
            kind: Kind::Devices {
                driver: kind.driver.clone(),
                ids: vec![device.id.clone()],
                profile: kind.mig_profile.clone(),
                divides: kind.divides,
            },
        });
        known.push(kind);
    }
    all
}

impl Source {
    /// Its devices; none where it only counts.
    pub fn devices(&self) -> &[DeviceId] {
        match &self.kind {
            Kind::Devices { ids, .. } => ids,
            Kind::Whole(_) | Kind::Slices { .. } | Kind::Mig { .. } => &[],
        }
    }

    /// Whether a request can be met by these at all.
    pub fn serves(&self, wanted: &GpuRequest) -> bool {
        self.is_such(wanted) && self.comes_as(wanted)
    }

    /// Whether they are what a request says of GPUs, however they come.
    fn is_such(&self, wanted: &GpuRequest) -> bool {
        let product = wanted.products.is_empty()
            || self
                .product
                .as_ref()
                .is_some_and(|have| wanted.products.iter().any(|one| have.matches(one)));
        let memory = wanted
            .min_memory_mib
            .is_none_or(|least| self.memory_mib.is_some_and(|have| have >= least));
        let capability = wanted
            .min_compute_capability
            .is_none_or(|least| self.capability.is_some_and(|have| have >= least));
        let confidential = self.confidential || !wanted.confidential;
        let clique = self.clique.is_some() || !wanted.same_clique;
        product && memory && capability && confidential && clique
    }

    fn comes_as(&self, wanted: &GpuRequest) -> bool {
        let profile = wanted.mig_profile.as_ref();
        match (&self.kind, wanted.amount) {
            (Kind::Whole(resource), GpuAmount::Whole(_)) => {
                profile.is_none() && wanted.resource.as_ref().is_none_or(|name| name == resource)
            }
            (Kind::Whole(_), GpuAmount::ShareMilli(_)) | (Kind::Slices { .. }, GpuAmount::Whole(_)) => false,
            (Kind::Slices { .. }, GpuAmount::ShareMilli(_)) => profile.is_none(),
            (Kind::Mig { profile: have, .. }, GpuAmount::Whole(_)) => profile == Some(have),
            (
                Kind::Mig {
                    profile: have, share, ..
                },
                GpuAmount::ShareMilli(milli),
            ) => profile.is_none_or(|profile| profile == have) && *share >= i64::from(milli),
            (
                Kind::Devices {
                    driver,
                    profile: have,
                    ..
                },
                amount,
            ) => {
                let vendor = wanted.resource.as_ref().is_none_or(|name| covers(driver, name));
                let large = match (amount, have) {
                    (GpuAmount::Whole(_), have) => profile == have.as_ref(),
                    (GpuAmount::ShareMilli(milli), Some(have)) => {
                        profile.is_none_or(|profile| profile == have) && have.share_milli(None) >= milli
                    }
                    (GpuAmount::ShareMilli(_), None) => profile.is_none(),
                };
                vendor && large
            }
        }
    }
}

impl World<'_> {
    /// Whether some GPUs of the node are what the request says of them; true when it says nothing of them.
    pub fn has_such_gpus(&self, at: At) -> bool {
        let Some(wanted) = &self.request.gpu else {
            return true;
        };
        let says_nothing = wanted.products.is_empty()
            && wanted.min_memory_mib.is_none()
            && wanted.min_compute_capability.is_none()
            && !wanted.confidential
            && !wanted.same_clique;
        let Read { derived, sources } = self.read(at);
        // It may say by labels what its GPUs are, and have none to ask for.
        let labels = derived.gpu.as_ref().filter(|_| sources.is_empty());
        let labels = labels.map(|gpu| Source {
            product: gpu.product.clone(),
            memory_mib: gpu.memory_mib,
            capability: gpu.compute_capability,
            confidential: gpu.confidential,
            clique: gpu.clique.clone(),
            kind: Kind::Whole(ResourceName::new("none").expect("a name")),
        });
        says_nothing || sources.iter().chain(&labels).any(|source| source.is_such(wanted))
    }

    /// Whether some GPUs of the node could meet the request, whatever is free.
    pub fn gpus_pass(&self, at: At) -> bool {
        let wanted = self.request.gpu.as_ref();
        wanted.is_none_or(|wanted| self.read(at).sources.iter().any(|source| source.serves(wanted)))
    }

    /// What one more replica gets of the GPUs; `None` where there is no room, nothing where none are wanted.
    pub fn choose_gpus(&self, at: At, free: &ResourceVector, room: &Room<'_>) -> Option<Gpus> {
        let Some(wanted) = &self.request.gpu else {
            return Some(Gpus::default());
        };
        let sources = self.read(at).sources.iter();
        let serving: Vec<&Source> = sources.filter(|source| source.serves(wanted)).collect();
        for source in &serving {
            let (resource, units) = match (&source.kind, wanted.amount) {
                (Kind::Whole(resource) | Kind::Mig { resource, .. }, GpuAmount::Whole(count)) => {
                    (resource, i64::from(count))
                }
                (Kind::Slices { resource, per_gpu }, GpuAmount::ShareMilli(milli)) => {
                    let product = i64::from(milli) * per_gpu;
                    (resource, (product + 999).div_euclid(1000).max(1))
                }
                (Kind::Mig { resource, .. }, GpuAmount::ShareMilli(_)) => (resource, 1),
                _ => continue,
            };
            if free.get(resource) >= units {
                return Some(Gpus {
                    counted: Some((resource.clone(), units)),
                    devices: Vec::new(),
                    left: free.get(resource) - units,
                });
            }
        }
        let shown: Vec<&Source> = serving
            .into_iter()
            .filter(|source| !source.devices().is_empty())
            .collect();
        let pick = match wanted.amount {
            GpuAmount::Whole(count) => room.whole(usize::try_from(count).expect("fits"), &shown),
            GpuAmount::ShareMilli(milli) => room.share(i64::from(milli), &shown),
        };
        pick.map(|pick| Gpus {
            counted: None,
            devices: pick.devices,
            left: pick.left,
        })
    }
}
