//! Small fleets, requests and histories, made so that they shrink to what a difference is about.

mod gpus;

use hourglass_engine::decide::Avoid;
use hourglass_engine::{ClusterFacts, ClusterSettings};
use hourglass_model::ids::{ClusterName, Namespace, NodeName, TenantId};
use hourglass_model::labels::{Labels, Taint, TaintEffect};
use hourglass_model::node::{NodeFacts, RuntimeClassFacts};
use hourglass_model::placement::PlacementSpec;
use hourglass_model::resources::{ResourceName, ResourceVector};
use proptest::prelude::*;
use serde_json::{Value, json};

use gpus::{GpuCase, GpuWish};

const ZONES: [&str; 2] = ["a", "b"];
const APPS: [&str; 3] = ["web", "db", "job"];
const TOPOLOGIES: [&str; 4] = ["CLUSTER", "REGION", "ZONE", "NODE"];
const TDX_LABEL: &str = "feature.node.kubernetes.io/cpu-security.tdx.enabled";

/// One node in small numbers.
#[derive(Debug, Clone)]
pub struct NodeCase {
    cpu: i64,
    memory: i64,
    pods: i64,
    used: i64,
    zone: Option<usize>,
    gpu: Option<GpuCase>,
    clique: Option<usize>,
    tdx: Option<i64>,
    taint: Option<(bool, bool)>,
    unschedulable: bool,
    ready: bool,
}

/// One cluster.
#[derive(Debug, Clone)]
pub struct ClusterCase {
    pub cordoned: bool,
    region: Option<usize>,
    gold: bool,
    pub nodes: Vec<NodeCase>,
}

/// Topology, maxSkew, minDomains, whether it is required, and whose placements it counts.
type SpreadCase = (usize, i64, Option<i64>, bool, Option<usize>);

/// A request in small numbers.
#[derive(Debug, Clone)]
pub struct RequestCase {
    cpu: i64,
    memory: i64,
    gpu: Option<GpuWish>,
    tdx: bool,
    app: usize,
    replicas: i64,
    gang: bool,
    priority: i64,
    never_preempts: bool,
    spread_strategy: bool,
    zone_selector: Option<usize>,
    preferred_zone: Option<usize>,
    tolerates: bool,
    gold_first: bool,
    spread: Option<SpreadCase>,
    affinity: Option<(usize, usize, Option<i64>)>,
    anti_affinity: Option<(usize, usize, Option<i64>)>,
    min_available: Option<i64>,
    /// Cluster, and node unless all of it.
    avoid: Option<(usize, Option<usize>)>,
}

/// Something that happens.
#[derive(Debug, Clone)]
pub enum Step {
    Place(RequestCase),
    /// A placement's claims are released and confirmed.
    Remove(prop::sample::Index),
    /// They are released, and the cluster has not confirmed it.
    Release(prop::sample::Index),
    /// A node changes or comes.
    Node(prop::sample::Index, usize, NodeCase),
    /// A node goes.
    Lose(prop::sample::Index, usize),
    /// A pod of a claim is seen on its node: bound, or only its devices are; and with other devices than decided where
    /// nothing tells them apart.
    Observe(prop::sample::Index, bool, bool),
    Cordon(prop::sample::Index, bool),
    /// A cluster says of a claim whether it serves.
    Serve(prop::sample::Index, bool),
    /// Requests arrive and are learnt from, so many times.
    Learn(RequestCase, u32),
    /// Nodes are kept for somebody.
    Reserve(usize, RequestCase),
    /// Nobody keeps nodes any more.
    Unreserve(usize),
    /// The state is written down and read again.
    Reload,
}

fn maybe<S: Strategy>(one_in: u32, value: S) -> impl Strategy<Value = Option<S::Value>>
where
    S::Value: Clone,
{
    prop::option::weighted(1.0 / f64::from(one_in), value)
}

fn node() -> impl Strategy<Value = NodeCase> {
    (
        (
            prop::sample::select(vec![0_i64, 2, 4, 8, 8, 16, 16]),
            2..=12_i64,
            1..=8_i64,
            0..=2_i64,
        ),
        prop::option::weighted(0.8, 0..ZONES.len()),
        (
            prop::option::weighted(0.75, gpus::on_a_node()),
            maybe(3, 0..2_usize),
        ),
        maybe(5, 0..=2_i64),
        maybe(6, (any::<bool>(), any::<bool>())),
        prop::bool::weighted(0.05),
        prop::bool::weighted(0.95),
    )
        .prop_map(
            |((cpu, memory, pods, used), zone, (gpu, clique), tdx, taint, unschedulable, ready)| NodeCase {
                cpu,
                memory,
                pods,
                used,
                zone,
                gpu,
                clique,
                tdx,
                taint,
                unschedulable,
                ready,
            },
        )
}

/// A fleet of up to three clusters.
pub fn fleet() -> impl Strategy<Value = Vec<ClusterCase>> {
    let cluster = (
        prop::bool::weighted(0.05),
        prop::option::weighted(0.7, 0..2_usize),
        any::<bool>(),
        prop::collection::vec(node(), 1..6),
    )
        .prop_map(|(cordoned, region, gold, nodes)| ClusterCase {
            cordoned,
            region,
            gold,
            nodes,
        });
    prop::collection::vec(cluster, 0..4)
}

fn request() -> impl Strategy<Value = RequestCase> {
    let term = || (0..APPS.len(), 0..TOPOLOGIES.len(), prop::option::of(1..=100_i64));
    let spread = (
        0..TOPOLOGIES.len(),
        1..=2_i64,
        prop::option::weighted(0.3, 1..=3_i64),
        prop::bool::weighted(0.7),
        prop::option::weighted(0.5, 0..APPS.len()),
    );
    (
        (
            0..=3_i64,
            0..=2_i64,
            prop::option::weighted(0.6, gpus::wished()),
            prop::bool::weighted(0.08),
        ),
        (
            0..APPS.len(),
            prop::sample::select(vec![1_i64, 1, 1, 1, 2, 3, 5]),
            prop::bool::weighted(0.3),
            0..=2_i64,
        ),
        (
            prop::bool::weighted(0.2),
            prop::bool::weighted(0.3),
            maybe(10, 0..ZONES.len()),
            maybe(4, 0..ZONES.len()),
        ),
        (any::<bool>(), prop::bool::weighted(0.25)),
        (
            maybe(5, spread),
            maybe(8, term()),
            maybe(5, term()),
            maybe(5, 0..=2_i64),
        ),
        maybe(8, (0..3_usize, prop::option::weighted(0.8, 0..3_usize))),
    )
        .prop_map(|(size, group, taste, lists, rules, avoid)| RequestCase {
            cpu: size.0,
            memory: size.1,
            gpu: size.2,
            tdx: size.3,
            app: group.0,
            replicas: group.1,
            gang: group.2,
            priority: group.3,
            never_preempts: taste.0,
            spread_strategy: taste.1,
            zone_selector: taste.2,
            preferred_zone: taste.3,
            tolerates: lists.0,
            gold_first: lists.1,
            spread: rules.0,
            affinity: rules.1,
            anti_affinity: rules.2,
            min_available: rules.3,
            avoid,
        })
}

/// What happens, mostly placing.
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    let index = any::<prop::sample::Index>;
    let step = prop_oneof![
        12 => request().prop_map(Step::Place),
        1 => index().prop_map(Step::Remove),
        1 => index().prop_map(Step::Release),
        1 => (index(), 0..5_usize, node()).prop_map(|(cluster, at, node)| Step::Node(cluster, at, node)),
        1 => (index(), 0..5_usize).prop_map(|(cluster, at)| Step::Lose(cluster, at)),
        2 => (index(), prop::bool::weighted(0.2), any::<bool>())
            .prop_map(|(claim, unbound, others)| Step::Observe(claim, unbound, others)),
        3 => (index(), prop::bool::weighted(0.7)).prop_map(|(claim, serves)| Step::Serve(claim, serves)),
        1 => (request(), prop::sample::select(vec![1_u32, 7, 33, 90])).prop_map(|(case, times)| Step::Learn(case, times)),
        1 => (0..2_usize, request()).prop_map(|(who, case)| Step::Reserve(who, case)),
        1 => (index(), prop::bool::weighted(0.2)).prop_map(|(cluster, on)| Step::Cordon(cluster, on)),
        1 => prop_oneof![(0..2_usize).prop_map(Step::Unreserve), Just(Step::Reload)],
    ];
    prop::collection::vec(step, 1..26)
}

fn vector(entries: &[(&str, i64)]) -> ResourceVector {
    entries
        .iter()
        .map(|(name, amount)| (ResourceName::new(name).expect("valid"), *amount))
        .collect()
}

impl NodeCase {
    /// The node as an agent reports it, with nothing of ours on it.
    pub fn facts(&self, name: &str) -> NodeFacts {
        let mut labels = Labels::new();
        labels.insert("kubernetes.io/hostname".to_owned(), name.to_owned());
        if let Some(zone) = self.zone {
            labels.insert("topology.kubernetes.io/zone".to_owned(), ZONES[zone].to_owned());
        }
        let mut allocatable = vector(&[
            ("cpu", self.cpu * 500),
            ("memory", self.memory << 30),
            ("pods", self.pods),
        ]);
        let set = |allocatable: &mut ResourceVector, name: &str, amount: i64| {
            allocatable.set(ResourceName::new(name).expect("valid"), amount);
        };
        if let Some(keys) = self.tdx {
            labels.insert(TDX_LABEL.to_owned(), "true".to_owned());
            set(&mut allocatable, "tdx.intel.com/keys", keys);
        }
        let taints = self.taint.iter().map(|(soft, special)| Taint {
            key: if *special { "special" } else { "dedicated" }.to_owned(),
            value: String::new(),
            effect: if *soft {
                TaintEffect::PreferNoSchedule
            } else {
                TaintEffect::NoSchedule
            },
        });
        let mut facts = NodeFacts {
            name: NodeName::new(name).expect("valid"),
            uid: name.to_owned(),
            taints: taints.collect(),
            unschedulable: self.unschedulable,
            ready: self.ready,
            used: vector(&[("cpu", self.used * 250), ("pods", self.used)]),
            labels,
            allocatable,
            claims: Vec::new(),
            devices: Vec::new(),
        };
        if let Some(gpu) = &self.gpu {
            gpu.put_on(&mut facts, self.clique);
        }
        facts
    }
}

impl ClusterCase {
    pub fn settings(&self) -> ClusterSettings {
        let mut labels = Labels::new();
        if let Some(region) = self.region {
            labels.insert("topology.kubernetes.io/region".to_owned(), format!("r{region}"));
        }
        if self.gold {
            labels.insert("tier".to_owned(), "gold".to_owned());
        }
        ClusterSettings {
            labels,
            taints: Vec::new(),
            cordoned: self.cordoned,
        }
    }
}

/// What every cluster says of itself.
pub fn facts(tenant: &TenantId) -> ClusterFacts {
    let class = RuntimeClassFacts {
        name: "kata-qemu-tdx".to_owned(),
        overhead: vector(&[("memory", 1 << 29), ("tdx.intel.com/keys", 1)]),
        node_selector: [(TDX_LABEL.to_owned(), "true".to_owned())].into(),
        tolerations: Vec::new(),
    };
    ClusterFacts {
        kubernetes_version: "v1".to_owned(),
        runtime_classes: vec![class],
        tenants: [(tenant.clone(), vec![Namespace::new("performers").expect("valid")])].into(),
        ..ClusterFacts::default()
    }
}

impl RequestCase {
    pub fn avoid(&self) -> Avoid {
        let place = |(cluster, node): (usize, Option<usize>)| {
            let cluster = ClusterName::new(format!("c{cluster}")).expect("valid");
            (
                cluster,
                node.map(|node| NodeName::new(format!("n{node}")).expect("valid")),
            )
        };
        self.avoid
            .into_iter()
            .map(|avoided| (place(avoided), "it refused".to_owned()))
            .collect()
    }

    pub fn labels(&self) -> Labels {
        [("app".to_owned(), APPS[self.app].to_owned())].into()
    }

    pub fn spec(&self) -> PlacementSpec {
        let selector = |app: usize| json!({"matchLabels": {"app": APPS[app]}});
        let term = |(app, topology, weight): (usize, usize, Option<i64>)| {
            let mut term = json!({"selector": selector(app), "topology": TOPOLOGIES[topology]});
            if let Some(weight) = weight {
                term["weight"] = weight.into();
            }
            term
        };
        let mut requests = serde_json::Map::new();
        if self.cpu > 0 {
            requests.insert("cpu".to_owned(), format!("{}m", self.cpu * 500).into());
        }
        if self.memory > 0 {
            requests.insert("memory".to_owned(), format!("{}Gi", self.memory).into());
        }
        let mut spec = json!({
            "performer": {"avsAddress": format!("0x{}", "0".repeat(40)), "image": "performer"},
            "compute": {"requests": requests},
            "replicas": self.replicas,
            "gang": self.gang,
            "priority": self.priority,
            "preemption": if self.never_preempts { "NEVER" } else { "LOWER_PRIORITY" },
            "strategy": if self.spread_strategy { "SPREAD" } else { "PACK" },
        });
        if let Some(gpu) = &self.gpu {
            spec["compute"]["gpu"] = gpu.json();
        }
        if self.tdx {
            spec["compute"]["tee"] = json!({"kinds": ["tdx"]});
        }
        let mut rules = serde_json::Map::new();
        if let Some(zone) = self.zone_selector {
            rules.insert(
                "nodeSelector".to_owned(),
                json!({"topology.kubernetes.io/zone": ZONES[zone]}),
            );
        }
        if let Some(zone) = self.preferred_zone {
            let wish =
                json!({"key": "topology.kubernetes.io/zone", "operator": "In", "values": [ZONES[zone]]});
            let preference = json!({"weight": 10, "preference": {"matchExpressions": [wish]}});
            rules.insert("preferredNodeAffinity".to_owned(), json!([preference]));
        }
        if self.tolerates {
            rules.insert(
                "tolerations".to_owned(),
                json!([{"key": "special", "operator": "Exists"}]),
            );
        }
        if !rules.is_empty() {
            spec["nodeRules"] = Value::Object(rules);
        }
        if self.gold_first {
            spec["clusterPreferences"] = json!([{"selector": {"matchLabels": {"tier": "gold"}}}]);
        }
        if let Some((topology, max_skew, min_domains, required, app)) = self.spread {
            let mut constraint = json!({"maxSkew": max_skew, "topology": TOPOLOGIES[topology],
                "whenUnsatisfiable": if required { "DO_NOT_SCHEDULE" } else { "SCHEDULE_ANYWAY" }});
            if let Some(least) = min_domains.filter(|_| required) {
                constraint["minDomains"] = least.into();
            }
            if let Some(app) = app {
                constraint["selector"] = selector(app);
            }
            spec["spread"] = json!([constraint]);
        }
        if let Some(affinity) = self.affinity {
            spec["affinity"] = json!([term(affinity)]);
        }
        if let Some(anti_affinity) = self.anti_affinity {
            spec["antiAffinity"] = json!([term(anti_affinity)]);
        }
        if let Some(least) = self
            .min_available
            .filter(|least| *least <= self.replicas && !self.gang)
        {
            spec["disruption"] = json!({"minAvailable": least.to_string()});
        }
        serde_json::from_value(spec).expect("wire form")
    }
}
