//! Cases: nodes in zones, pods that stand there with labels and rules of their own, and one pod with rules about others.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Map, Value, json};

/// Where something counts as one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A node.
    Node,
    /// A zone; a node without the label is in none.
    Zone,
}

/// A node.
#[derive(Debug, Clone)]
pub struct DomainNode {
    /// Its name.
    pub name: String,
    /// Its zone.
    pub zone: Option<&'static str>,
    /// It has a taint that the pod does not tolerate.
    pub tainted: bool,
}

/// Pods that a rule counts: a label selector as Kubernetes writes it.
#[derive(Debug, Clone)]
pub struct Counted {
    /// The selector.
    pub selector: Value,
    /// What counts as one place.
    pub place: Place,
}

/// A bound on how unevenly pods lie.
#[derive(Debug, Clone)]
pub struct Spread {
    /// What is counted, where.
    pub counted: Counted,
    /// `maxSkew`.
    pub max_skew: i32,
    /// `minDomains`.
    pub min_domains: Option<i32>,
}

/// A pod with what it says of others; all of it must hold.
#[derive(Debug, Clone, Default)]
pub struct DomainPod {
    /// Its labels.
    pub labels: Map<String, Value>,
    /// Spread over places, one constraint a place at most.
    pub spread: Vec<Spread>,
    /// Near these; one term at most, because of several Kubernetes counts only pods that match all.
    pub affinity: Option<Counted>,
    /// Away from these.
    pub anti_affinity: Vec<Counted>,
}

/// Nodes, what stands there, and the pod.
#[derive(Debug, Clone)]
pub struct DomainCase {
    /// From which seed.
    pub seed: u64,
    /// The nodes.
    pub nodes: Vec<DomainNode>,
    /// Pods that are there, each with the place of its node in the list.
    pub standing: Vec<(usize, DomainPod)>,
    /// The pod.
    pub pod: DomainPod,
}

const APPS: [&str; 3] = ["a", "b", "c"];
const ZONES: [&str; 3] = ["z1", "z2", "z3"];

impl DomainCase {
    /// The case of a seed; `prefix` keeps its nodes apart from those of others.
    #[must_use]
    pub fn of(seed: u64, prefix: &str) -> Self {
        let mut maker = Maker(StdRng::seed_from_u64(seed));
        let count = maker.0.random_range(2..=5);
        let nodes: Vec<DomainNode> = (0..count)
            .map(|index| DomainNode {
                name: format!("{prefix}-{index}"),
                zone: maker.chance(85).then(|| maker.pick(&ZONES)),
                tainted: maker.chance(15),
            })
            .collect();
        let standing = (0..maker.0.random_range(0..7))
            .map(|_| (maker.0.random_range(0..nodes.len()), maker.standing()))
            .collect();
        let pod = maker.pod();
        Self {
            seed,
            nodes,
            standing,
            pod,
        }
    }
}

/// Makes parts of a case from one source of chance.
struct Maker(StdRng);

impl Maker {
    fn chance(&mut self, percent: u32) -> bool {
        self.0.random_range(0..100) < percent
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from.choose(&mut self.0).copied().unwrap_or("")
    }

    fn labels(&mut self) -> Map<String, Value> {
        let mut labels = Map::new();
        if self.chance(85) {
            labels.insert("app".to_owned(), self.pick(&APPS).into());
        }
        if self.chance(30) {
            labels.insert("tier".to_owned(), self.pick(&["x", "y"]).into());
        }
        labels
    }

    fn selector(&mut self) -> Value {
        match self.0.random_range(0..10) {
            0 => json!({"matchExpressions": [{"key": "app", "operator": "In", "values": ["a", "b"]}]}),
            1 => {
                json!({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": [self.pick(&APPS)]}]})
            }
            2 => json!({"matchExpressions": [{"key": "tier", "operator": "Exists"}]}),
            3 => json!({"matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}),
            4 => json!({"matchLabels": {"app": self.pick(&APPS), "tier": self.pick(&["x", "y"])}}),
            _ => json!({"matchLabels": {"app": self.pick(&APPS)}}),
        }
    }

    fn place(&mut self) -> Place {
        if self.chance(60) { Place::Zone } else { Place::Node }
    }

    fn counted(&mut self) -> Counted {
        Counted {
            selector: self.selector(),
            place: self.place(),
        }
    }

    /// One that was there before: of its rules those matter that keep others away.
    fn standing(&mut self) -> DomainPod {
        let keeps_away = self.chance(25);
        DomainPod {
            labels: self.labels(),
            anti_affinity: keeps_away.then(|| self.counted()).into_iter().collect(),
            ..DomainPod::default()
        }
    }

    fn spread(&mut self, place: Place) -> Spread {
        let selector = self.selector();
        Spread {
            counted: Counted { selector, place },
            max_skew: self.0.random_range(1..=2),
            min_domains: self.chance(30).then(|| self.0.random_range(1..=4)),
        }
    }

    fn pod(&mut self) -> DomainPod {
        let mut pod = DomainPod {
            labels: self.labels(),
            ..DomainPod::default()
        };
        for place in [Place::Zone, Place::Node] {
            if self.chance(45) {
                pod.spread.push(self.spread(place));
            }
        }
        if self.chance(40) {
            pod.affinity = Some(self.counted());
        }
        for _ in 0..self.0.random_range(0..=2) {
            pod.anti_affinity.push(self.counted());
        }
        pod
    }
}
