//! A small fleet and a request, which can be made again with one thing changed.

use hourglass_model::node::{NodeFacts, RuntimeClassFacts};
use hourglass_model::request::CanonicalRequest;
use serde_json::{Value, json};

use crate::fixture::*;
use crate::{ClusterSettings, FleetState, NamespaceFacts, QuotaHeadroom};

/// All that a history is made of, so that it can be made again with one thing changed.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) clusters: Vec<(&'static str, Vec<NodeFacts>, Vec<&'static str>)>,
    /// Left of CPU, by ResourceQuota of cluster a.
    pub(super) quotas: Vec<i64>,
    /// RuntimeClasses, with their cluster.
    pub(super) classes: Vec<(String, RuntimeClassFacts)>,
    /// Apps that run, with the node.
    pub(super) running: Vec<(&'static str, String)>,
    pub(super) spec: Value,
}

pub(super) const APPS: [&str; 3] = ["x", "y", "own"];
pub(super) const TAINTS: [&str; 3] = ["t1", "t2", "t3"];

impl Case {
    pub(super) fn one(nodes: Vec<NodeFacts>, spec: Value) -> Self {
        Self {
            clusters: vec![("a", nodes, Vec::new())],
            quotas: Vec::new(),
            classes: Vec::new(),
            running: Vec::new(),
            spec,
        }
    }

    pub(super) fn state(&self) -> FleetState {
        let clusters: Vec<_> = self
            .clusters
            .iter()
            .map(|(name, nodes, _)| {
                let empty = nodes.iter().cloned().map(|mut node| {
                    node.used = vector(&[]);
                    node.unschedulable = false;
                    node
                });
                (*name, empty.collect())
            })
            .collect();
        let mut state = fleet(&clusters);
        for (at, (app, node)) in self.running.iter().enumerate() {
            let spec = json!({
                "nodeRules": {
                    "hostnames": [node], "tolerations": [{"operator": "Exists"}],
                },
            });
            place(&mut state, &format!("r{at}"), &labelled(&[("app", *app)], spec));
        }
        for (name, _, taints) in &self.clusters {
            let settings = ClusterSettings {
                taints: taints.iter().map(|key| taint(key)).collect(),
                ..ClusterSettings::default()
            };
            state.put_cluster(cluster(name), settings);
        }
        let mut facts = facts();
        let quota = self.quotas.iter().enumerate().map(|(at, left)| QuotaHeadroom {
            name: format!("q{at}"),
            headroom: vector(&[("cpu", *left)]),
            ..QuotaHeadroom::default()
        });
        let known = NamespaceFacts {
            quota: quota.collect(),
            ..NamespaceFacts::default()
        };
        facts.namespaces = facts
            .tenants
            .values()
            .flatten()
            .map(|name| (name.clone(), known.clone()))
            .collect();
        for (name, nodes, _) in &self.clusters {
            let mut facts = if *name == "a" {
                facts.clone()
            } else {
                crate::fixture::facts()
            };
            let classes = self.classes.iter().filter(|(of, _)| of == name);
            facts.runtime_classes = classes.map(|(_, class)| class.clone()).collect();
            let (name, next) = (cluster(name), sequence(9));
            state.snapshot_begin(&name, next).expect("known");
            state
                .snapshot_chunk(&name, nodes.clone(), Some(facts))
                .expect("begun");
            state.snapshot_end(&name, next, nodes.len()).expect("whole");
        }
        state
    }

    pub(super) fn request(&self) -> CanonicalRequest {
        labelled(&[("app", "own")], self.spec.clone())
    }

    pub(super) fn hint(&self) -> Option<String> {
        explain(&self.state(), &self.request()).would_fit_if
    }

    pub(super) fn node(&mut self, name: &str) -> &mut NodeFacts {
        let mut nodes = self.clusters.iter_mut().flat_map(|(_, nodes, _)| nodes);
        nodes.find(|node| node.name.as_str() == name).expect("known")
    }

    /// Names of the nodes in a domain.
    pub(super) fn nodes_of(&self, domain: &str, name: &str) -> Vec<String> {
        let all = self
            .clusters
            .iter()
            .flat_map(|(cluster, nodes, _)| nodes.iter().map(move |node| (*cluster, node)));
        let there = all.filter(|(cluster, node)| match domain {
            "node" => node.name.as_str() == name,
            "zone" => node.labels.get("topology.kubernetes.io/zone") == Some(name),
            "cluster" => *cluster == name,
            _ => panic!("nobody knows where that is: {domain} {name}"),
        });
        there.map(|(_, node)| node.name.to_string()).collect()
    }
    /// What it is about, for people.
    pub(super) fn told(&self) -> String {
        let node = |node: &NodeFacts| {
            let taken = node.devices.iter().filter(|device| device.used_milli > 0).count();
            let devices = (!node.devices.is_empty()).then(|| format!(", {taken} devices taken"));
            format!(
                "{}: {:?}, used {:?}{}; ",
                node.name,
                node.labels.to_map(),
                node.used,
                devices.unwrap_or_default()
            )
        };
        let nodes = self.clusters.iter().flat_map(|(_, nodes, _)| nodes).map(node);
        let classes: Vec<String> = self
            .classes
            .iter()
            .map(|(name, class)| format!("{name}/{}", class.name))
            .collect();
        format!(
            "{}; quotas {:?}, running {:?}, classes {classes:?}; {}",
            self.spec,
            self.quotas,
            self.running,
            nodes.collect::<String>()
        )
    }

    pub(super) fn check(mut self) -> Option<String> {
        let hint = self.hint()?;
        self.follow(&hint);
        let again = explain(&self.state(), &self.request());
        assert_eq!(
            again.reason,
            None,
            "{hint}; then: {}; {:?}; {}",
            again.summary,
            again.would_fit_if,
            self.told()
        );
        Some(hint)
    }
}
pub(super) fn without_overhead(name: &str) -> RuntimeClassFacts {
    RuntimeClassFacts {
        name: name.to_owned(),
        overhead: vector(&[]),
        node_selector: Default::default(),
        tolerations: Vec::new(),
    }
}

pub(super) fn tainted(name: &str, taints: &[&str]) -> NodeFacts {
    let mut node = node(name, &[("kubernetes.io/hostname", name)], &[]);
    node.taints = taints.iter().map(|key| taint(key)).collect();
    node
}

pub(super) fn full(name: &str) -> NodeFacts {
    let mut node = tainted(name, &[]);
    node.used = vector(&[("cpu", 32_000)]);
    node
}
