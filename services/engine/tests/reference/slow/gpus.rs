//! The GPUs of a node by whatever source, and which of them one more replica gets.

use hourglass_model::gpu::{ComputeCapability, DeviceFacts, MigProfile, Product, covers};
use hourglass_model::ids::DeviceId;
use hourglass_model::node::{DerivedFacts, NodeFacts};
use hourglass_model::render::{CountedGpus, GpuGrant};
use hourglass_model::request::{GpuAmount, GpuRequest};
use hourglass_model::resources::{ResourceName, ResourceVector};

use super::devices::Room;
use super::rules::{Rule, depth};
use super::{At, Read, World};

/// What GPUs can be asked for.
#[derive(Debug, Clone)]
pub enum Kind {
    /// There are labels, and nothing to ask for.
    Nothing,
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
            Kind::Nothing | Kind::Whole(_) | Kind::Slices { .. } | Kind::Mig { .. } => &[],
        }
    }

    /// Whether a request can be met by these at all.
    pub fn serves(&self, wanted: &GpuRequest) -> bool {
        self.broken_rules(wanted).is_empty()
    }

    /// Whether they are what a request says of GPUs, however they come.
    fn is_such(&self, wanted: &GpuRequest) -> bool {
        let mut broken = self.broken_rules(wanted).into_iter();
        broken.all(|rule| rule == "MigProfile" || rule == "GpuSharing")
    }

    /// The rules that they do not meet, in their order.
    fn broken_rules(&self, wanted: &GpuRequest) -> Vec<Rule> {
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
        let have = match &self.kind {
            Kind::Mig { profile, .. } => Some(profile),
            Kind::Devices { profile, .. } => profile.as_ref(),
            Kind::Whole(_) | Kind::Slices { .. } | Kind::Nothing => None,
        };
        let profile = wanted.mig_profile.is_none() || wanted.mig_profile.as_ref() == have;
        let verdicts = [
            ("GpuProduct", product),
            ("MigProfile", profile),
            ("GpuMemory", memory),
            ("GpuComputeCapability", capability),
            ("GpuConfidential", confidential),
            ("GpuClique", clique),
            ("GpuSharing", self.comes_as(wanted)),
        ];
        let broken = verdicts.into_iter().filter(|(_, meets)| !meets);
        broken.map(|(rule, _)| rule).collect()
    }

    /// The counter that they come by, and how many of it; none where they are shown one by one.
    fn counts(&self, wanted: &GpuRequest) -> Option<(ResourceName, i64)> {
        let (resource, units) = match (&self.kind, wanted.amount) {
            (Kind::Whole(resource) | Kind::Mig { resource, .. }, GpuAmount::Whole(count)) => {
                (resource, i64::from(count))
            }
            (Kind::Slices { resource, per_gpu }, GpuAmount::ShareMilli(milli)) => {
                let product = i64::from(milli) * per_gpu;
                (resource, (product + 999).div_euclid(1000).max(1))
            }
            (Kind::Mig { resource, .. }, GpuAmount::ShareMilli(_)) => (resource, 1),
            _ => return None,
        };
        Some((resource.clone(), units))
    }

    fn comes_as(&self, wanted: &GpuRequest) -> bool {
        let profile = wanted.mig_profile.as_ref();
        match (&self.kind, wanted.amount) {
            (Kind::Nothing, _) => false,
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
            kind: Kind::Nothing,
        });
        says_nothing || sources.iter().chain(&labels).any(|source| source.is_such(wanted))
    }

    /// The first rule over GPUs that none of the node's meets together with the rules before it, whatever is free.
    pub fn broken_gpu_rule(&self, at: At) -> Option<Rule> {
        let wanted = self.request.gpu.as_ref()?;
        let Read { derived, sources } = self.read(at);
        if sources.is_empty() {
            // It may still say by labels what its GPUs are.
            let Some(gpu) = &derived.gpu else {
                return Some("GpuProduct");
            };
            let labels = Source {
                product: gpu.product.clone(),
                memory_mib: gpu.memory_mib,
                capability: gpu.compute_capability,
                confidential: gpu.confidential,
                clique: gpu.clique.clone(),
                kind: Kind::Nothing,
            };
            return labels.broken_rules(wanted).first().copied();
        }
        let all: Vec<Vec<Rule>> = sources.iter().map(|source| source.broken_rules(wanted)).collect();
        // The source that comes furthest tells.
        let firsts = all.iter().map(|broken| broken.first().copied());
        let deepest = firsts.max_by_key(|first| first.map_or(usize::MAX, depth));
        deepest.flatten()
    }

    /// What one more replica gets of the GPUs; `None` where there is no room, nothing where none are wanted.
    pub fn choose_gpus(&self, at: At, free: &ResourceVector, room: &Room<'_>) -> Option<Gpus> {
        let Some(wanted) = &self.request.gpu else {
            return Some(Gpus::default());
        };
        let sources = self.read(at).sources.iter();
        let serving: Vec<&Source> = sources.filter(|source| source.serves(wanted)).collect();
        for source in &serving {
            let counted = source.counts(wanted);
            if let Some((resource, units)) = counted.filter(|(resource, units)| free.get(resource) >= *units)
            {
                return Some(Gpus {
                    left: free.get(&resource) - units,
                    counted: Some((resource, units)),
                    devices: Vec::new(),
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

    /// By what GPUs the node would meet the request when more were free, and how many thousandths of it are missing where
    /// these are devices; none where even all of them would not do.
    pub fn first_gpus(&self, at: At, free: &ResourceVector, room: &Room<'_>) -> Option<(Gpus, i64)> {
        let wanted = self.request.gpu.as_ref()?;
        let sources = self.read(at).sources.iter();
        let serving: Vec<&Source> = sources.filter(|source| source.serves(wanted)).collect();
        let first = serving.first()?;
        if let Some(counted) = first.counts(wanted) {
            let gpus = Gpus {
                left: free.get(&counted.0) - counted.1,
                counted: Some(counted),
                devices: Vec::new(),
            };
            return Some((gpus, 0));
        }
        let shown: Vec<&Source> = serving
            .into_iter()
            .filter(|source| !source.devices().is_empty())
            .collect();
        let without_others = self.device_room_without_others(at);
        let (asked, most, unused) = match wanted.amount {
            GpuAmount::Whole(count) => {
                let number = usize::try_from(count).expect("fits");
                let most = room.most_whole(number, &shown);
                (i64::from(count), most, without_others.whole(number, &shown))
            }
            GpuAmount::ShareMilli(milli) => {
                let milli = i64::from(milli);
                (
                    milli,
                    room.most_share(&shown),
                    without_others.share(milli, &shown),
                )
            }
        };
        unused.map(|_| (Gpus::default(), (asked - most).max(0) * 1000 / asked))
    }
}
