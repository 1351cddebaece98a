//! What is really there: clusters with nodes, objects, pods, and an agent that reports them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use hourglass_engine::{ClusterFacts, Delta, LimitRange, NamespaceFacts, QuotaHeadroom};
use hourglass_model::ids::{ClaimId, Namespace, NodeName, Sequence, TenantId};
use hourglass_model::labels::NodeLabels;
use hourglass_model::node::{NodeFacts, ObservedClaim};
use hourglass_model::pod::ContainerDefaults;
use hourglass_model::resources::{CPU, NVIDIA_GPU, PODS, ResourceVector};

use crate::devices;

/// Milli-cores that each pod is limited to, by the namespace: none asks for more. Its quota takes four of them.
const LIMIT: i64 = 2500;

/// A Performer object: what it was applied for.
#[derive(Clone)]
pub struct Object {
    pub pin: Option<NodeName>,
    pub vector: ResourceVector,
}

#[derive(Clone)]
pub struct Pod {
    pub owner: Option<ClaimId>,
    /// Where its object is pinned.
    pub pin: Option<NodeName>,
    pub node: NodeName,
    /// What its object asks for.
    pub asked: ResourceVector,
    /// What it has: of devices perhaps others.
    pub vector: ResourceVector,
}

pub enum InventoryMessage {
    Begin(Sequence),
    Chunk(Vec<NodeFacts>, ClusterFacts),
    End(Sequence, usize),
    Delta(Delta),
}

pub enum Command {
    Apply(ClaimId, Object),
    Remove(ClaimId),
}

/// One cluster and its agent.
#[derive(Default)]
pub struct World {
    pub nodes: BTreeMap<NodeName, ResourceVector>,
    pub objects: BTreeMap<ClaimId, Object>,
    pub pods: Vec<Pod>,
    /// Removals that the agent works on: the object is gone, the pod perhaps not.
    pub removing: BTreeSet<ClaimId>,
    /// What has been removed for good: a late Apply of it is refused.
    pub tombstones: BTreeSet<ClaimId>,
    pub dirty: BTreeSet<NodeName>,
    pub sequence: Sequence,
    /// On their way to the server, in order, apart from each other.
    pub inventory: VecDeque<InventoryMessage>,
    pub acks: VecDeque<(ClaimId, Sequence)>,
    /// On their way to the agent, in order.
    pub commands: VecDeque<Command>,
    /// What all pods of ours may take together.
    pub quota: Option<ResourceVector>,
    pub foreign_as_ours: bool,
}

impl World {
    pub fn bound(&self, node: &NodeName) -> ResourceVector {
        let mut sum = ResourceVector::new();
        for pod in self.pods.iter().filter(|pod| pod.node == *node) {
            sum.add_saturating(&pod.vector);
        }
        sum
    }

    /// Whether the server has a part of a snapshot and waits for the rest.
    pub fn is_in_a_snapshot(&self) -> bool {
        let next = self.inventory.front();
        matches!(
            next,
            Some(InventoryMessage::Chunk(..) | InventoryMessage::End(..))
        )
    }

    /// What no pod has on a node.
    pub fn free(&self, node: &NodeName) -> ResourceVector {
        let all = self.nodes.get(node).cloned().unwrap_or_default();
        all.saturating_sub(&self.bound(node))
    }

    /// Whether the cluster's scheduler would bind it here.
    pub fn fits(&self, node: &NodeName, vector: &ResourceVector) -> bool {
        self.nodes
            .get(node)
            .is_some_and(|all| vector.fits_in(&all.saturating_sub(&self.bound(node))))
    }

    /// A pod for an object, with these devices.
    pub fn bind(&mut self, owner: Option<ClaimId>, node: NodeName, object: Object, vector: ResourceVector) {
        self.dirty.insert(node.clone());
        self.pods.push(Pod {
            owner,
            pin: object.pin,
            node,
            asked: object.vector,
            vector,
        });
    }

    pub fn unbind(&mut self, index: usize) {
        let pod = self.pods.remove(index);
        self.dirty.insert(pod.node);
    }

    /// Objects without a pod.
    pub fn unbound(&self) -> Vec<ClaimId> {
        let has_pod = |id: &ClaimId| self.pods.iter().any(|pod| pod.owner.as_ref() == Some(id));
        self.objects.keys().filter(|id| !has_pod(id)).cloned().collect()
    }

    pub fn facts(&self, node: &NodeName) -> Option<NodeFacts> {
        let allocatable = self.nodes.get(node)?.clone();
        let mut claims: BTreeMap<ClaimId, ResourceVector> = BTreeMap::new();
        for pod in self.pods.iter().filter(|pod| pod.node == *node) {
            if let Some(owner) = &pod.owner {
                claims
                    .entry(owner.clone())
                    .or_default()
                    .add_saturating(&pod.vector);
            } else if self.foreign_as_ours {
                for id in self.objects.keys() {
                    claims.entry(id.clone()).or_default().add_saturating(&pod.vector);
                }
            }
        }
        Some(devices::shown(NodeFacts {
            name: node.clone(),
            uid: node.to_string(),
            labels: NodeLabels::default(),
            taints: Vec::new(),
            unschedulable: false,
            ready: true,
            allocatable,
            used: self.bound(node),
            claims: claims
                .into_iter()
                .map(|(claim, bound)| ObservedClaim {
                    claim,
                    bound,
                    devices: Vec::new(),
                })
                .collect(),
            devices: Vec::new(),
        }))
    }

    /// What the cluster says of itself: the tenant's one namespace, and what a quota leaves there.
    fn cluster_facts(&self) -> ClusterFacts {
        let tenant = TenantId::new("default").expect("valid");
        let namespace = Namespace::new("default").expect("valid");
        let ours = self.pods.iter().filter(|pod| pod.owner.is_some());
        let number = i64::try_from(ours.clone().count()).expect("small");
        let left = self.quota.as_ref().map(|all| {
            let left = ours.fold(all.clone(), |left, pod| left.saturating_sub(&pod.vector));
            let bounded = all
                .iter()
                .map(|(resource, _)| (resource.clone(), left.get(resource)));
            QuotaHeadroom {
                name: "all".to_owned(),
                headroom: bounded.collect(),
                limits: [(CPU.clone(), 4 * LIMIT - LIMIT * number)].into_iter().collect(),
            }
        });
        let range = LimitRange {
            name: "every".to_owned(),
            defaults: ContainerDefaults::new(
                ResourceVector::new(),
                [(CPU.clone(), LIMIT)].into_iter().collect(),
            ),
        };
        let known = NamespaceFacts {
            quota: left.into_iter().collect(),
            limit_ranges: Some(vec![range]),
            ..NamespaceFacts::default()
        };
        ClusterFacts {
            tenants: [(tenant, vec![namespace.clone()])].into(),
            namespaces: [(namespace, known)].into(),
            ..ClusterFacts::default()
        }
    }

    /// Puts what changed into a delta on its way.
    pub fn emit(&mut self) {
        if self.dirty.is_empty() {
            return;
        }
        self.sequence = self.sequence.next();
        let dirty = std::mem::take(&mut self.dirty);
        let removed = dirty
            .iter()
            .filter(|node| !self.nodes.contains_key(*node))
            .cloned()
            .collect();
        let nodes = dirty.iter().filter_map(|node| self.facts(node)).collect();
        self.inventory.push_back(InventoryMessage::Delta(Delta {
            sequence: self.sequence,
            nodes,
            removed,
            facts: self.quota.is_some().then(|| self.cluster_facts()),
        }));
    }

    /// Starts over: what was on its way is lost, and a snapshot goes out in chunks.
    pub fn reconnect(&mut self, restarted: bool) {
        self.inventory.clear();
        self.acks.clear();
        self.commands.clear();
        self.removing.clear();
        self.dirty.clear();
        if restarted {
            self.sequence = Sequence(0);
        }
        self.sequence = self.sequence.next();
        self.inventory.push_back(InventoryMessage::Begin(self.sequence));
        let nodes: Vec<NodeFacts> = self.nodes.keys().filter_map(|node| self.facts(node)).collect();
        let count = nodes.len();
        for chunk in nodes.chunks(2) {
            self.inventory
                .push_back(InventoryMessage::Chunk(chunk.to_vec(), self.cluster_facts()));
        }
        self.inventory
            .push_back(InventoryMessage::End(self.sequence, count));
    }

    /// Obeys the next command.
    pub fn obey(&mut self) {
        match self.commands.pop_front() {
            Some(Command::Apply(id, object)) if !self.tombstones.contains(&id) => {
                self.objects.entry(id).or_insert(object);
            }
            Some(Command::Remove(id)) => {
                self.objects.remove(&id);
                self.tombstones.insert(id.clone());
                self.removing.insert(id);
            }
            Some(Command::Apply(..)) | None => {}
        }
    }

    /// Acknowledges removals whose pods are gone; `early` waits neither for that nor for the inventory that shows it.
    pub fn acknowledge(&mut self, early: bool) {
        let gone = |id: &&ClaimId| early || !self.pods.iter().any(|pod| pod.owner.as_ref() == Some(*id));
        let done: Vec<ClaimId> = self.removing.iter().filter(gone).cloned().collect();
        if !done.is_empty() && !early {
            self.emit();
        }
        let sequence = if early { Sequence(0) } else { self.sequence };
        for id in done {
            self.removing.remove(&id);
            self.acks.push_back((id, sequence));
        }
    }
}

pub fn vector(cpu: i64, gpus: i64) -> ResourceVector {
    let entries = [(CPU.clone(), cpu), (NVIDIA_GPU.clone(), gpus), (PODS.clone(), 1)];
    entries.into_iter().filter(|(_, amount)| *amount > 0).collect()
}

/// A node: with GPUs that it counts, or devices that it shows.
pub fn capacity(node: &NodeName, cpu: i64, gpus: usize, shows: bool) -> ResourceVector {
    let counted = if shows { 0 } else { gpus };
    let counted = i64::try_from(counted).expect("small");
    let mut all: ResourceVector = [
        (CPU.clone(), cpu),
        (NVIDIA_GPU.clone(), counted),
        (PODS.clone(), 5),
    ]
    .into_iter()
    .collect();
    if shows {
        all.add_saturating(&devices::capacity(node, gpus));
    }
    all
}
