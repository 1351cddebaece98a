//! The fleet of a scenario as the engine sees it: by the same messages that agents send.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_engine::{
    ClusterFacts, ClusterSettings, Delta, FleetState, LimitRange, NamespaceFacts, QuotaHeadroom,
};
use hourglass_model::ids::{ClusterName, Namespace, NodeName, Sequence, TenantId};
use hourglass_model::node::{NodeFacts, RuntimeClassFacts};
use hourglass_model::pod::ContainerDefaults;
use hourglass_model::quantity::Quantity;
use hourglass_model::resources::{PODS, ResourceName, ResourceVector};

use crate::SimulationError;
use crate::scenario::{ClusterSpec, LimitRangeSpec, NamespaceSpec, NodeSpec};

/// The fleet at the start.
///
/// # Errors
/// With the place of the first thing that is impossible.
pub fn build(clusters: &[ClusterSpec]) -> Result<FleetState, SimulationError> {
    let mut state = FleetState::new();
    for (index, spec) in clusters.iter().enumerate() {
        let at = format!("fleet[{index}]");
        let name = cluster(&spec.cluster, &at)?;
        state.put_cluster(name.clone(), settings(spec));
        state
            .set_health(&name, spec.health)
            .and_then(|()| state.begin_session(&name))
            .map_err(|error| SimulationError::invalid(&at, error))?;
        let nodes = node_facts(&spec.nodes, &format!("{at}.nodes"))?;
        let facts = cluster_facts(spec, &at)?;
        let count = nodes.len();
        let first = Sequence::default().next();
        state
            .snapshot_begin(&name, first)
            .and_then(|()| state.snapshot_chunk(&name, nodes, Some(facts)))
            .and_then(|()| state.snapshot_end(&name, first, count))
            .map_err(|error| SimulationError::invalid(&at, error))?;
    }
    Ok(state)
}

/// Tells the engine what changed in a cluster.
///
/// # Errors
/// When the cluster is unknown.
pub fn change(
    state: &mut FleetState,
    name: &ClusterName,
    nodes: Vec<NodeFacts>,
    removed: Vec<NodeName>,
) -> Result<(), SimulationError> {
    let sequence = state
        .cluster(name)
        .and_then(hourglass_engine::ClusterState::sequence)
        .ok_or_else(|| SimulationError::invalid(name.as_str(), "no such cluster in the fleet"))?;
    let delta = Delta {
        sequence: sequence.next(),
        nodes,
        removed,
        facts: None,
    };
    state
        .apply_delta(name, delta)
        .map(|_| ())
        .map_err(|error| SimulationError::invalid(name.as_str(), error))
}

fn settings(spec: &ClusterSpec) -> ClusterSettings {
    ClusterSettings {
        labels: spec.labels.clone(),
        taints: spec.taints.clone(),
        cordoned: spec.cordoned,
    }
}

fn cluster_facts(spec: &ClusterSpec, at: &str) -> Result<ClusterFacts, SimulationError> {
    let mut facts = ClusterFacts {
        kubernetes_version: "v1.36.0".to_owned(),
        ..ClusterFacts::default()
    };
    for (index, class) in spec.runtime_classes.iter().enumerate() {
        facts.runtime_classes.push(RuntimeClassFacts {
            name: class.name.clone(),
            overhead: vector(&class.overhead, &format!("{at}.runtimeClasses[{index}].overhead"))?,
            node_selector: class.node_selector.clone(),
            tolerations: class.tolerations.clone(),
        });
    }
    for (tenant, namespaces) in &spec.tenants {
        let at = format!("{at}.tenants.{tenant}");
        let tenant = TenantId::new(tenant).map_err(|error| SimulationError::invalid(&at, error))?;
        let namespaces: Result<Vec<Namespace>, _> = namespaces.iter().map(Namespace::new).collect();
        let namespaces = namespaces.map_err(|error| SimulationError::invalid(&at, error))?;
        facts.tenants.insert(tenant, namespaces);
    }
    for (name, spec) in &spec.namespaces {
        let at = format!("{at}.namespaces.{name}");
        let name = Namespace::new(name).map_err(|error| SimulationError::invalid(&at, error))?;
        facts.namespaces.insert(name, namespace_facts(spec, &at)?);
    }
    facts.priority_classes.clone_from(&spec.priority_classes);
    Ok(facts)
}

fn namespace_facts(spec: &NamespaceSpec, at: &str) -> Result<NamespaceFacts, SimulationError> {
    let mut quota = Vec::new();
    let nothing = BTreeMap::new();
    let names: BTreeSet<&String> = spec.quota.keys().chain(spec.quota_limits.keys()).collect();
    for name in names {
        let of = |all: &BTreeMap<String, BTreeMap<String, String>>, field: &str| {
            vector(all.get(name).unwrap_or(&nothing), &format!("{at}.{field}.{name}"))
        };
        quota.push(QuotaHeadroom {
            name: name.clone(),
            headroom: of(&spec.quota, "quota")?,
            limits: of(&spec.quota_limits, "quotaLimits")?,
        });
    }
    let ranges = spec.limit_ranges.as_ref().map(|ranges| limit_ranges(ranges, at));
    Ok(NamespaceFacts {
        service_accounts: spec.service_accounts.clone(),
        secrets: spec.secrets.clone(),
        config_maps: spec.config_maps.clone(),
        quota,
        limit_ranges: ranges.transpose()?,
    })
}

fn limit_ranges(
    specs: &BTreeMap<String, LimitRangeSpec>,
    at: &str,
) -> Result<Vec<LimitRange>, SimulationError> {
    let range = |(name, spec): (&String, &LimitRangeSpec)| {
        let at = format!("{at}.limitRanges.{name}");
        let requests = vector(&spec.default_request, &format!("{at}.defaultRequest"))?;
        let limits = vector(&spec.default, &format!("{at}.default"))?;
        Ok(LimitRange {
            name: name.clone(),
            defaults: ContainerDefaults::new(requests, limits),
        })
    };
    specs.iter().map(range).collect()
}

/// The nodes that these specs stand for.
///
/// # Errors
/// When a name or quantity is none.
pub fn node_facts(specs: &[NodeSpec], at: &str) -> Result<Vec<NodeFacts>, SimulationError> {
    let mut nodes = Vec::new();
    for (index, spec) in specs.iter().enumerate() {
        let at = format!("{at}[{index}]");
        let mut allocatable = vector(&spec.allocatable, &format!("{at}.allocatable"))?;
        if !allocatable.contains(&PODS) {
            allocatable.set(PODS.clone(), 110);
        }
        let used = vector(&spec.used, &format!("{at}.used"))?;
        for text in &spec.names {
            let name = node(text, &at)?;
            let mut labels = spec.labels.clone();
            labels
                .entry("kubernetes.io/hostname".to_owned())
                .or_insert_with(|| text.clone());
            nodes.push(NodeFacts {
                uid: format!("uid-{text}"),
                name,
                labels: labels.into(),
                taints: spec.taints.clone(),
                unschedulable: spec.unschedulable,
                ready: !spec.not_ready,
                allocatable: allocatable.clone(),
                used: used.clone(),
                claims: Vec::new(),
                devices: spec.devices.clone(),
            });
        }
    }
    Ok(nodes)
}

fn vector(quantities: &BTreeMap<String, String>, at: &str) -> Result<ResourceVector, SimulationError> {
    let mut vector = ResourceVector::new();
    for (name, text) in quantities {
        let at = format!("{at}.{name}");
        let name = ResourceName::new(name).map_err(|error| SimulationError::invalid(&at, error))?;
        let quantity: Quantity = text
            .parse()
            .map_err(|error| SimulationError::invalid(&at, error))?;
        let amount = name
            .count(&quantity)
            .map_err(|error| SimulationError::invalid(&at, error))?;
        vector.set(name, amount);
    }
    Ok(vector)
}

/// A cluster's name.
///
/// # Errors
/// When the text is none.
pub fn cluster(text: &str, at: &str) -> Result<ClusterName, SimulationError> {
    ClusterName::new(text).map_err(|error| SimulationError::invalid(at, error))
}

/// A node's name.
///
/// # Errors
/// When the text is none.
pub fn node(text: &str, at: &str) -> Result<NodeName, SimulationError> {
    NodeName::new(text).map_err(|error| SimulationError::invalid(at, error))
}
