//! Clusters: their nodes, what people set on them, and what their agents say of them as a whole.

use hourglass_engine::{ClusterFacts, ClusterSettings, LimitRange, NamespaceFacts, QuotaHeadroom};
use hourglass_model::ids::{Namespace, TenantId};
use hourglass_model::labels::Labels;
use hourglass_model::node::RuntimeClassFacts;
use hourglass_model::pod::ContainerDefaults;
use hourglass_model::resources::{ResourceName, ResourceVector};
use proptest::prelude::*;

use super::nodes::{self, NodeCase};
use super::{NAMESPACES, PROVIDERS, REGIONS, TDX_LABEL, TaintCase, ZONES, maybe, seldom, taint_of, vector};

/// One cluster.
#[derive(Debug, Clone)]
pub struct ClusterCase {
    pub settings: SettingsCase,
    pub facts: FactsCase,
    /// It has joined and said nothing yet.
    pub silent: bool,
    pub nodes: Vec<NodeCase>,
}

/// What people set.
#[derive(Debug, Clone, Default)]
pub struct SettingsCase {
    cordoned: bool,
    region: Option<usize>,
    zone: Option<usize>,
    provider: Option<usize>,
    gold: bool,
    taint: Option<TaintCase>,
}

/// What its agent says.
#[derive(Debug, Clone, Default)]
pub struct FactsCase {
    /// No namespace is open to anybody.
    closed: bool,
    /// It lacks the RuntimeClasses.
    plain: bool,
    /// It says what PriorityClasses it has, and "high" is among them.
    priority_classes: Option<bool>,
    /// What is in each of the namespaces.
    namespaces: [Option<NamespaceCase>; 2],
}

/// What is in a namespace: whether the one account, Secret and ConfigMap that requests name are there.
#[derive(Debug, Clone)]
struct NamespaceCase {
    account: bool,
    secret: Option<bool>,
    config_map: Option<bool>,
    quotas: Vec<QuotaCase>,
    ranges: Option<Vec<RangeCase>>,
}

/// What a quota leaves; what is left out is not bounded.
#[derive(Debug, Clone)]
struct QuotaCase {
    half_cores: Option<i64>,
    gib: Option<i64>,
    pods: Option<i64>,
    gpus: Option<i64>,
    keys: Option<i64>,
    /// Of limits: half cores and GiB.
    limits: [Option<i64>; 2],
}

/// What a LimitRange gives: half cores and GiB requested, and the same of limits.
#[derive(Debug, Clone)]
struct RangeCase {
    requests: [Option<i64>; 2],
    limits: [Option<i64>; 2],
}

pub(super) fn cluster() -> impl Strategy<Value = ClusterCase> {
    let nodes = prop::collection::vec(nodes::node(), 1..7);
    (settings(), facts(), seldom(50), nodes).prop_map(|(settings, facts, silent, nodes)| ClusterCase {
        settings,
        facts,
        silent,
        nodes,
    })
}

pub(super) fn settings() -> impl Strategy<Value = SettingsCase> {
    (
        seldom(40),
        prop::option::weighted(0.7, 0..REGIONS.len()),
        prop::option::weighted(0.6, 0..ZONES.len()),
        prop::option::weighted(0.6, 0..PROVIDERS.len()),
        any::<bool>(),
        maybe(25, (0..3_usize, any::<bool>())),
    )
        .prop_map(|(cordoned, region, zone, provider, gold, taint)| SettingsCase {
            cordoned,
            region,
            zone,
            provider,
            gold,
            taint,
        })
}

pub(super) fn facts() -> impl Strategy<Value = FactsCase> {
    (
        seldom(60),
        seldom(10),
        maybe(4, any::<bool>()),
        maybe(3, namespace()),
        maybe(2, namespace()),
    )
        .prop_map(|(closed, plain, priority_classes, first, second)| FactsCase {
            closed,
            plain,
            priority_classes,
            namespaces: [first, second],
        })
}

fn namespace() -> impl Strategy<Value = NamespaceCase> {
    let quota = (
        prop::option::weighted(0.5, 0..=20_i64),
        maybe(3, 0..=12_i64),
        prop::option::weighted(0.5, 0..=9_i64),
        prop::option::weighted(0.6, 0..=4_i64),
        maybe(6, 0..=2_i64),
        [maybe(5, 0..=24_i64), maybe(5, 0..=24_i64)],
    )
        .prop_map(|(half_cores, gib, pods, gpus, keys, limits)| QuotaCase {
            half_cores,
            gib,
            pods,
            gpus,
            keys,
            limits,
        });
    let range = (
        [maybe(2, 0..=3_i64), maybe(2, 0..=2_i64)],
        [maybe(2, 1..=4_i64), maybe(2, 1..=3_i64)],
    )
        .prop_map(|(requests, limits)| RangeCase { requests, limits });
    let ranges = prop::option::weighted(0.6, prop::collection::vec(range, 0..3));
    let quotas = prop_oneof![
        1 => Just(Vec::new()),
        4 => prop::collection::vec(quota, 1..3),
    ];
    (
        any::<bool>(),
        maybe(2, any::<bool>()),
        maybe(2, any::<bool>()),
        quotas,
        ranges,
    )
        .prop_map(|(account, secret, config_map, quotas, ranges)| NamespaceCase {
            account,
            secret,
            config_map,
            quotas,
            ranges,
        })
}

impl SettingsCase {
    pub fn settings(&self) -> ClusterSettings {
        let mut labels = Labels::new();
        let mut label = |key: &str, value: Option<&str>| {
            labels.extend(value.map(|value| (key.to_owned(), value.to_owned())));
        };
        label("topology.kubernetes.io/region", self.region.map(|at| REGIONS[at]));
        label("topology.kubernetes.io/zone", self.zone.map(|at| ZONES[at]));
        label(
            "hourglass.eigenlayer.io/provider",
            self.provider.map(|at| PROVIDERS[at]),
        );
        label("tier", self.gold.then_some("gold"));
        ClusterSettings {
            labels,
            taints: self.taint.into_iter().map(taint_of).collect(),
            cordoned: self.cordoned,
        }
    }
}

impl FactsCase {
    /// The facts, for these tenants alike.
    pub fn facts(&self, tenants: &[TenantId]) -> ClusterFacts {
        let namespaces = NAMESPACES.map(|name| Namespace::new(name).expect("valid"));
        let open = |tenant: &TenantId| (tenant.clone(), namespaces.to_vec());
        let known = namespaces.iter().zip(&self.namespaces);
        let known = known.filter_map(|(name, case)| Some((name.clone(), case.as_ref()?.facts())));
        let some = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        ClusterFacts {
            kubernetes_version: "v1".to_owned(),
            runtime_classes: if self.plain { Vec::new() } else { classes() },
            tenants: tenants.iter().filter(|_| !self.closed).map(open).collect(),
            namespaces: known.collect(),
            priority_classes: match self.priority_classes {
                None => some(&[]),
                Some(false) => some(&["low"]),
                Some(true) => some(&["low", "high"]),
            },
        }
    }
}

/// One that TDX implies, one that it implies beside a GPU, and one that requests name.
fn classes() -> Vec<RuntimeClassFacts> {
    let tdx = |name: &str, memory: i64| RuntimeClassFacts {
        name: name.to_owned(),
        overhead: vector(&[("memory", memory), ("tdx.intel.com/keys", 1)]),
        node_selector: [(TDX_LABEL.to_owned(), "true".to_owned())].into(),
        tolerations: Vec::new(),
    };
    let special = serde_json::json!([{"key": "special", "operator": "Exists"}]);
    let heavy = RuntimeClassFacts {
        name: "heavy".to_owned(),
        overhead: vector(&[("cpu", 250)]),
        node_selector: [("topology.kubernetes.io/zone".to_owned(), ZONES[0].to_owned())].into(),
        tolerations: serde_json::from_value(special).expect("tolerations"),
    };
    vec![
        tdx("kata-qemu-tdx", 1 << 29),
        tdx("kata-qemu-nvidia-gpu-tdx", 1 << 30),
        heavy,
    ]
}

impl NamespaceCase {
    fn facts(&self) -> NamespaceFacts {
        let set = |there: bool, name: &str| there.then(|| name.to_owned()).into_iter().collect();
        let quotas = self.quotas.iter().enumerate();
        NamespaceFacts {
            service_accounts: set(self.account, "solver"),
            secrets: self.secret.map(|there| set(there, "key")),
            config_maps: self.config_map.map(|there| set(there, "tuning")),
            quota: quotas
                .map(|(at, quota)| QuotaHeadroom {
                    name: format!("quota-{at}"),
                    headroom: quota.headroom(),
                    limits: native(quota.limits),
                })
                .collect(),
            limit_ranges: self
                .ranges
                .as_ref()
                .map(|ranges| ranges.iter().map(RangeCase::range).collect()),
        }
    }
}

/// Half cores and GiB.
fn native([half_cores, gib]: [Option<i64>; 2]) -> ResourceVector {
    let amounts = [
        ("cpu", half_cores.map(|half| half * 500)),
        ("memory", gib.map(|gib| gib << 30)),
    ];
    let given = amounts.into_iter();
    given
        .filter_map(|(name, amount)| Some((ResourceName::new(name).expect("valid"), amount?)))
        .collect()
}

impl RangeCase {
    fn range(&self) -> LimitRange {
        LimitRange {
            name: "range".to_owned(),
            defaults: ContainerDefaults::new(native(self.requests), native(self.limits)),
        }
    }
}

impl QuotaCase {
    fn headroom(&self) -> ResourceVector {
        [
            ("cpu", self.half_cores.map(|half| half * 500)),
            ("memory", self.gib.map(|gib| gib << 30)),
            ("pods", self.pods),
            ("nvidia.com/gpu", self.gpus),
            ("tdx.intel.com/keys", self.keys),
        ]
        .into_iter()
        .filter_map(|(name, left)| Some((ResourceName::new(name).expect("valid"), left?)))
        .collect()
    }
}
