//! Rules over facts of nodes, and the ways in which a cluster can meet a request.

use std::collections::BTreeSet;

use hourglass_engine::ClusterFacts;
use hourglass_model::labels::{Labels, Toleration};
use hourglass_model::node::RuntimeClassFacts;
use hourglass_model::render::{NodeOffer, RuntimeClassGrant, TeeGrant};
use hourglass_model::resources::ResourceVector;
use hourglass_model::tee::TeeKind;

use super::gpus::Gpus;
use super::rules::Rule;
use super::{At, World};

/// One way in which a cluster could meet the request.
pub struct Way<'a> {
    pub kind: Option<TeeKind>,
    class_name: Option<&'a str>,
    class: Option<&'a RuntimeClassFacts>,
    pub tolerations: Vec<Toleration>,
}

impl Way<'_> {
    /// What runs around the container.
    pub fn overhead(&self) -> Option<&ResourceVector> {
        self.class.map(|class| &class.overhead)
    }
}

impl<'a> World<'a> {
    pub fn ways(&self, facts: &'a ClusterFacts, cluster: usize) -> Vec<Way<'a>> {
        let kinds: Vec<Option<TeeKind>> = match &self.request.tee {
            None => vec![None],
            Some(tee) if !tee.kinds.is_empty() => tee.kinds.iter().cloned().map(Some).collect(),
            Some(_) => {
                let nodes = self.read[cluster].iter();
                let present: BTreeSet<TeeKind> =
                    nodes.flat_map(|node| node.derived.tee_kinds.clone()).collect();
                if present.is_empty() {
                    TeeKind::COUNTED.into_iter().map(Some).collect()
                } else {
                    present.into_iter().map(Some).collect()
                }
            }
        };
        kinds.into_iter().map(|kind| self.way(facts, kind)).collect()
    }

    /// With this TEE kind, and so with this RuntimeClass.
    pub fn way(&self, facts: &'a ClusterFacts, kind: Option<TeeKind>) -> Way<'a> {
        let with_gpu = self.request.gpu.is_some();
        let implied = kind.as_ref().and_then(|kind| kind.runtime_class(with_gpu));
        // Names that a kind implies are constants, so both live as long as the fleet.
        let class_name = self.request.runtime_class.as_deref().or(implied);
        let class = class_name.and_then(|name| facts.runtime_classes.iter().find(|class| class.name == name));
        let mut tolerations = self.request.nodes.tolerations.clone();
        tolerations.extend(class.into_iter().flat_map(|class| class.tolerations.clone()));
        Way {
            kind,
            class_name,
            class,
            tolerations,
        }
    }

    /// The first rule over facts that turns the node away.
    pub fn broken_fact(&self, at: At, way: &Way<'_>) -> Option<Rule> {
        let (request, node) = (&self.request.nodes, self.node(at));
        let name = node.name.as_str();
        let tolerated = |taint| {
            way.tolerations
                .iter()
                .any(|toleration| toleration.tolerates(taint))
        };
        let cordon = hourglass_model::labels::Taint {
            key: "node.kubernetes.io/unschedulable".to_owned(),
            value: String::new(),
            effect: hourglass_model::labels::TaintEffect::NoSchedule,
        };
        let carries = |labels: &Labels| {
            labels
                .iter()
                .all(|(key, value)| node.labels.get(key) == Some(value))
        };
        let selected = request
            .affinity
            .iter()
            .all(|selector| selector.matches(&node.labels, name));
        let mut taints = node.taints.iter();
        let kinds = &self.read(at).derived.tee_kinds;
        let has_class = way.class.is_some_and(|class| carries(&class.node_selector));
        let before = [
            ("NodeReady", node.ready),
            ("NodeUnschedulable", !node.unschedulable || tolerated(&cordon)),
            (
                "NodeName",
                request.hostnames.is_empty() || request.hostnames.contains(&node.name),
            ),
            ("NodeSelector", carries(&request.selector)),
            ("NodeAffinity", selected),
            (
                "NodeTaints",
                !taints.any(|taint| taint.repels() && !tolerated(taint)),
            ),
        ];
        let after = [
            ("GpuSharing", !self.asks_for_a_hidden_counter(at)),
            (
                "TeeKindOnNode",
                way.kind.as_ref().is_none_or(|kind| kinds.contains(kind)),
            ),
            ("RuntimeClass", way.class_name.is_none() || has_class),
        ];
        let first = |verdicts: &[(Rule, bool)]| {
            let failing = verdicts.iter().find(|(_, passes)| !passes);
            failing.map(|(rule, _)| *rule)
        };
        first(&before)
            .or_else(|| self.broken_gpu_rule(at))
            .or_else(|| first(&after))
    }

    /// Whether the request means nodes like this one, whatever is in the way there: what a pod would say of it by node
    /// selector and affinity.
    pub fn selects(&self, at: At, way: &Way<'_>) -> bool {
        let (wanted, node) = (&self.request.nodes, self.node(at));
        let name = node.name.as_str();
        let carries = |labels: &Labels| {
            labels
                .iter()
                .all(|(key, value)| node.labels.get(key) == Some(value))
        };
        let kinds = &self.read(at).derived.tee_kinds;
        let class = way.class.is_some_and(|class| carries(&class.node_selector));
        (wanted.hostnames.is_empty() || wanted.hostnames.contains(&node.name))
            && carries(&wanted.selector)
            && wanted
                .affinity
                .iter()
                .all(|selector| selector.matches(&node.labels, name))
            && way.kind.as_ref().is_none_or(|kind| kinds.contains(kind))
            && (way.class_name.is_none() || class)
            && self.has_such_gpus(at)
    }

    /// What a node grants this way.
    pub fn offer(&self, gpus: &Gpus, way: &Way<'_>) -> NodeOffer {
        let tee = self.request.tee.as_ref().zip(way.kind.clone());
        NodeOffer {
            gpu: gpus.grant(),
            tee: tee.map(|(tee, kind)| {
                let slots = if kind.slot_resource().is_some() {
                    tee.slots
                } else {
                    0
                };
                TeeGrant { kind, slots }
            }),
            runtime_class: way.class.map(|class| RuntimeClassGrant {
                name: class.name.clone(),
                overhead: class.overhead.clone(),
            }),
        }
    }
}
