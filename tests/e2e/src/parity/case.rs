//! Cases: nodes, what runs on them, and one pod. Made from a seed, so that a difference can be looked at again.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Map, Value, json};

/// RuntimeClass with overhead and scheduling rules.
pub const HEAVY_CLASS: &str = "parity-heavy";
/// RuntimeClass with neither.
pub const PLAIN_CLASS: &str = "parity-plain";
/// An extended resource that means nothing to anybody.
pub const WIDGET: &str = "example.com/widget";
/// Whole GPUs.
pub const GPU: &str = "nvidia.com/gpu";
/// Pages that memory does not count.
pub const HUGE: &str = "hugepages-2Mi";

const CPUS: [&str; 10] = [
    "0", "10m", "50m", "100m", "250m", "0.5", "0.9", "1500m", "2", "3.9",
];
const MEMORIES: [&str; 9] = [
    "0", "16Mi", "64Mi", "0.1Gi", "2e8", "0.5G", "1Gi", "1536Mi", "1500000k",
];
const STORAGES: [&str; 3] = ["100Mi", "1Gi", "3Gi"];
const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// One node and what runs there.
#[derive(Debug, Clone)]
pub struct NodeCase {
    /// Name; also its label `kubernetes.io/hostname`.
    pub name: String,
    /// Other labels.
    pub labels: Map<String, Value>,
    /// As `spec.taints`.
    pub taints: Vec<Value>,
    /// `spec.unschedulable`.
    pub unschedulable: bool,
    /// As `status.allocatable`.
    pub allocatable: Map<String, Value>,
    /// To be bound there without asking the scheduler.
    pub running: Vec<Running>,
}

/// A pod that is on a node already.
#[derive(Debug, Clone)]
pub struct Running {
    /// Its spec.
    pub spec: Value,
    /// It has ended, and takes nothing any more: the phase in which it did.
    pub ended: Option<&'static str>,
}

/// What a pod asks, in Kubernetes' words; our request says the same in its own.
#[derive(Debug, Clone, Default)]
pub struct PodCase {
    /// Requests: resource to quantity.
    pub requests: Map<String, Value>,
    /// Whole GPUs; 0 for none.
    pub gpus: u32,
    /// As `spec.nodeSelector`.
    pub node_selector: Map<String, Value>,
    /// As `nodeSelectorTerms`; none means no affinity.
    pub affinity_terms: Vec<Value>,
    /// As `spec.tolerations`.
    pub tolerations: Vec<Value>,
    /// RuntimeClass, when one is asked for.
    pub runtime_class: Option<&'static str>,
}

/// Nodes and a pod.
#[derive(Debug, Clone)]
pub struct Case {
    /// From which seed.
    pub seed: u64,
    /// The nodes.
    pub nodes: Vec<NodeCase>,
    /// The pod.
    pub pod: PodCase,
}

impl Case {
    /// The case of a seed; `prefix` keeps its nodes apart from those of others.
    #[must_use]
    pub fn of(seed: u64, prefix: &str) -> Self {
        let mut maker = Maker(StdRng::seed_from_u64(seed));
        let count = maker.0.random_range(2..=5);
        let nodes: Vec<NodeCase> = (0..count)
            .map(|index| maker.node(format!("{prefix}-{index}")))
            .collect();
        let pod = maker.pod(&nodes);
        Self { seed, nodes, pod }
    }
}

/// Makes parts of a case from one source of chance.
struct Maker(StdRng);

impl Maker {
    fn chance(&mut self, percent: u32) -> bool {
        self.0.random_range(0..100) < percent
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from.choose(&mut self.0).copied().unwrap_or("")
    }

    fn node(&mut self, name: String) -> NodeCase {
        let mut labels = Map::new();
        for (key, values) in [
            ("disk", &["ssd", "hdd"][..]),
            ("gen", &["3", "7", "12", "x7"][..]),
            ("zone", &["a", "b", ""][..]),
        ] {
            if self.chance(70) {
                labels.insert(key.to_owned(), self.pick(values).into());
            }
        }
        let mut taints: Vec<Value> = Vec::new();
        for key in ["dedicated", "special"] {
            if self.chance(12) {
                let value = self.pick(&["gold", "batch", ""]);
                taints.push(json!({"key": key, "value": value, "effect": self.pick(&EFFECTS)}));
            }
        }
        let mut allocatable = Map::new();
        allocatable.insert("cpu".to_owned(), self.pick(&["1", "2", "3900m", "4"]).into());
        allocatable.insert(
            "memory".to_owned(),
            self.pick(&["1Gi", "2Gi", "2000M", "1.5Gi"]).into(),
        );
        allocatable.insert("ephemeral-storage".to_owned(), self.pick(&["1Gi", "10Gi"]).into());
        allocatable.insert("pods".to_owned(), self.pick(&["1", "2", "3", "110"]).into());
        for resource in [WIDGET, GPU] {
            if self.chance(60) {
                allocatable.insert(resource.to_owned(), self.pick(&["0", "1", "2", "4"]).into());
            }
        }
        if self.chance(50) {
            allocatable.insert(HUGE.to_owned(), self.pick(&["0", "4Mi", "8Mi"]).into());
        }
        let running = (0..self.0.random_range(0..3)).map(|_| self.running()).collect();
        NodeCase {
            name,
            labels,
            taints,
            unschedulable: self.chance(8),
            allocatable,
            running,
        }
    }

    /// A pod that runs there already: containers, init containers and sidecars, with and without overhead and resources of the
    /// pod as a whole.
    fn running(&mut self) -> Running {
        let containers: Vec<Value> = (0..self.0.random_range(1..=2))
            .map(|at| self.container(&format!("c{at}")))
            .collect();
        let mut init: Vec<Value> = Vec::new();
        for at in 0..self.0.random_range(0..3) {
            let mut container = self.container(&format!("i{at}"));
            if self.chance(50) {
                container["restartPolicy"] = "Always".into();
            }
            init.push(container);
        }
        let mut spec = json!({"containers": containers, "initContainers": init});
        if self.chance(30) {
            spec["runtimeClassName"] = PLAIN_CLASS.into();
        }
        if self.chance(15) {
            // More than any sum of its containers, as Kubernetes wants it.
            spec["resources"] = json!({"requests": {"cpu": self.pick(&["5", "6"]), "memory": "2Gi"}});
        }
        let ended = match self.0.random_range(0..12) {
            0 => Some("Succeeded"),
            1 => Some("Failed"),
            _ => None,
        };
        Running { spec, ended }
    }

    fn container(&mut self, name: &str) -> Value {
        let mut requests = Map::new();
        if self.chance(70) {
            requests.insert("cpu".to_owned(), self.pick(&["10m", "100m", "400m", "1"]).into());
        }
        if self.chance(70) {
            requests.insert("memory".to_owned(), self.pick(&["10Mi", "100M", "500Mi"]).into());
        }
        let mut resources = json!({"requests": requests});
        if self.chance(10) {
            // A limit stands in for a request that is not there.
            resources = json!({"limits": requests});
            return json!({"name": name, "image": "registry.example/any:1", "resources": resources});
        }
        if self.chance(10) {
            resources["requests"]["cpu"] = "10m".into();
            resources["requests"][HUGE] = "2Mi".into();
            resources["limits"] = json!({HUGE: "2Mi"});
            return json!({"name": name, "image": "registry.example/any:1", "resources": resources});
        }
        if self.chance(15) {
            resources["requests"][WIDGET] = "1".into();
            resources["limits"] = json!({WIDGET: "1"});
        }
        json!({"name": name, "image": "registry.example/any:1", "resources": resources})
    }

    fn pod(&mut self, nodes: &[NodeCase]) -> PodCase {
        let mut pod = PodCase::default();
        for (resource, amounts, percent) in [
            ("cpu", &CPUS[..], 85),
            ("memory", &MEMORIES[..], 80),
            ("ephemeral-storage", &STORAGES[..], 20),
            (WIDGET, &["1", "2"][..], 10),
        ] {
            if self.chance(percent) {
                pod.requests
                    .insert(resource.to_owned(), self.pick(amounts).into());
            }
        }
        if self.chance(10) {
            // Kubernetes wants cpu or memory beside them.
            pod.requests.entry("cpu").or_insert_with(|| "50m".into());
            pod.requests
                .insert(HUGE.to_owned(), self.pick(&["2Mi", "4Mi", "6Mi"]).into());
        }
        if self.chance(12) {
            pod.gpus = self.0.random_range(1..=3);
        }
        if self.chance(15) {
            pod.node_selector
                .insert("disk".to_owned(), self.pick(&["ssd", "hdd"]).into());
        }
        if self.chance(40) {
            let terms = self.0.random_range(1..=3);
            pod.affinity_terms = (0..terms).map(|_| self.term(nodes)).collect();
        }
        for _ in 0..self.0.random_range(0..3) {
            let toleration = self.toleration();
            pod.tolerations.push(toleration);
        }
        pod.runtime_class = match self.0.random_range(0..10) {
            0 => Some(HEAVY_CLASS),
            1 => Some(PLAIN_CLASS),
            _ => None,
        };
        pod
    }

    /// A node selector term; now and then an empty one, which matches nothing.
    fn term(&mut self, nodes: &[NodeCase]) -> Value {
        let expressions: Vec<Value> = (0..self.0.random_range(0..3))
            .map(|_| self.expression())
            .collect();
        let mut term = Map::new();
        if !expressions.is_empty() {
            term.insert("matchExpressions".to_owned(), expressions.into());
        }
        if self.chance(25)
            && let Some(node) = nodes.choose(&mut self.0)
        {
            let operator = self.pick(&["In", "NotIn"]);
            let field = json!({"key": "metadata.name", "operator": operator, "values": [node.name]});
            term.insert("matchFields".to_owned(), json!([field]));
        }
        Value::Object(term)
    }

    fn expression(&mut self) -> Value {
        let key = self.pick(&["disk", "gen", "zone", "absent"]);
        match self.pick(&["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]) {
            operator @ ("Gt" | "Lt") => {
                json!({"key": "gen", "operator": operator, "values": [self.pick(&["2", "3", "7", "11", "-1"])]})
            }
            operator @ ("In" | "NotIn") => {
                let values = [self.pick(&["ssd", "a", "7"]), self.pick(&["hdd", "b", "12", ""])];
                json!({"key": key, "operator": operator, "values": values})
            }
            operator => json!({"key": key, "operator": operator}),
        }
    }

    fn toleration(&mut self) -> Value {
        let mut toleration = Map::new();
        let key = self.pick(&["dedicated", "special", "", "node.kubernetes.io/unschedulable"]);
        let equal = !key.is_empty() && self.chance(50);
        if !key.is_empty() {
            toleration.insert("key".to_owned(), key.into());
        }
        if equal {
            toleration.insert("value".to_owned(), self.pick(&["gold", "batch", ""]).into());
            if self.chance(50) {
                toleration.insert("operator".to_owned(), "Equal".into());
            }
        } else {
            toleration.insert("operator".to_owned(), "Exists".into());
        }
        let effect = self.pick(&["NoSchedule", "PreferNoSchedule", "NoExecute", ""]);
        if !effect.is_empty() {
            toleration.insert("effect".to_owned(), effect.into());
        }
        if effect == "NoExecute" && self.chance(50) {
            toleration.insert("tolerationSeconds".to_owned(), 3600.into());
        }
        Value::Object(toleration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_always_gives_the_same_case_and_seeds_differ() {
        let (one, again, other) = (Case::of(7, "n"), Case::of(7, "n"), Case::of(8, "n"));
        assert_eq!(format!("{one:?}"), format!("{again:?}"));
        assert_ne!(format!("{:?}", one.pod), format!("{:?}", other.pod));
    }

    #[test]
    fn every_kind_of_rule_comes_up() {
        let cases: Vec<Case> = (0..300).map(|seed| Case::of(seed, "n")).collect();
        let any =
            |holds: &dyn Fn(&Case) -> bool| assert!(cases.iter().filter(|case| holds(case)).count() >= 10);
        any(&|case| case.pod.gpus > 0);
        any(&|case| {
            case.pod
                .affinity_terms
                .iter()
                .any(|term| term.get("matchFields").is_some())
        });
        any(&|case| {
            case.pod
                .affinity_terms
                .iter()
                .any(|term| term.as_object().is_some_and(Map::is_empty))
        });
        any(&|case| !case.pod.tolerations.is_empty());
        any(&|case| case.pod.runtime_class == Some(HEAVY_CLASS));
        any(&|case| case.nodes.iter().any(|node| node.unschedulable));
        any(&|case| case.pod.requests.contains_key(HUGE));
        let running = |holds: &dyn Fn(&Running) -> bool| {
            any(&|case| case.nodes.iter().flat_map(|node| &node.running).any(holds));
        };
        running(&|pod| pod.ended.is_some());
        running(&|pod| pod.spec.get("resources").is_some());
        running(&|pod| pod.spec["initContainers"][0]["restartPolicy"] == "Always");
        any(&|case| case.nodes.iter().any(|node| !node.taints.is_empty()));
    }
}
