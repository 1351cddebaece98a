//! The inventory as the wire has it.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_model::ids::ClaimId;
use hourglass_model::pod::ContainerDefaults;
use hourglass_model::resources::ResourceVector;
use hourglass_proto::fleet::v1 as pb;
use prost::Message as _;

use super::devices::{Attribute, DeviceView};
use super::facts::{NodeView, TolerationFacts};
use super::index::{Delta, Index};
use super::namespaces::{NamespaceFacts, Namespaces};
use crate::claim::{wire_epoch, wire_slot};
use crate::config::TenantNamespaces;

/// Room for the facts of namespaces in a message, in bytes: the rest of the facts has to fit into the chunk as well.
const NAMESPACE_BYTES: usize = 40 * 1024;

/// A node.
pub(super) fn node(view: NodeView) -> pb::NodeInventory {
    let taints = view.facts.taints.into_iter().map(|taint| pb::Taint {
        key: taint.key,
        value: taint.value,
        effect: taint.effect,
    });
    // A claim has devices from the moment that they are allocated, and pods on the node a moment later.
    let ids: BTreeSet<&ClaimId> = view.claims.keys().chain(view.claimed_devices.keys()).collect();
    let claims = ids.into_iter().map(|claim| pb::ObservedClaim {
        placement_uid: claim.placement.to_string(),
        slot: wire_slot(claim.slot),
        epoch: wire_epoch(claim.epoch),
        bound: view.claims.get(claim).map(amounts).unwrap_or_default(),
        devices: device_uses(view.claimed_devices.get(claim)),
    });
    pb::NodeInventory {
        name: view.name.to_string(),
        uid: view.facts.uid,
        labels: view.facts.labels,
        taints: taints.collect(),
        unschedulable: view.facts.unschedulable,
        ready: view.facts.ready,
        allocatable: amounts(&view.facts.allocatable),
        used: amounts(&view.used),
        claims: claims.collect(),
        devices: view.devices.into_iter().map(device).collect(),
    }
}

fn device_uses(uses: Option<&Vec<(String, u32)>>) -> Vec<pb::DeviceUse> {
    let uses = uses.into_iter().flatten();
    uses.map(|(id, milli)| pb::DeviceUse {
        id: id.clone(),
        milli: *milli,
    })
    .collect()
}

fn device(view: DeviceView) -> pb::Device {
    let spec = view.spec;
    let counters = view.counters.into_iter().map(|counter| pb::CounterUse {
        counter: counter.counter,
        takes: counter.takes,
        of: counter.of,
    });
    pb::Device {
        id: view.id,
        device_class: view.class,
        product: spec.product,
        memory_mib: spec.memory_bytes.unwrap_or_default() / (1024 * 1024),
        compute_capability: spec.compute_capability,
        clique: spec.clique,
        mig_profile: spec.mig_profile,
        // No driver tells it: the node's label does.
        confidential: false,
        shareable: view.shareable,
        used_milli: view.used_milli,
        identity: view.identity.map(attribute),
        kind: spec.kind.into_iter().map(attribute).collect(),
        counters: counters.collect(),
    }
}

fn attribute(attribute: Attribute) -> pb::DeviceAttribute {
    pb::DeviceAttribute {
        name: attribute.name,
        value: attribute.value,
    }
}

/// Everything beside the nodes.
pub(super) fn facts(index: &Index, tenants: &TenantNamespaces) -> pb::ClusterFacts {
    let runtime_classes = index.classes().map(|(name, class)| pb::RuntimeClassInfo {
        name: name.clone(),
        overhead: amounts(&class.overhead),
        node_selector: class.node_selector.clone(),
        tolerations: class.tolerations.iter().map(toleration).collect(),
    });
    let tenants = tenants.iter().map(|(tenant, namespaces)| pb::TenantNamespaces {
        tenant: tenant.to_string(),
        namespaces: namespaces.iter().map(ToString::to_string).collect(),
    });
    pb::ClusterFacts {
        kubernetes_version: index.kubernetes_version().to_owned(),
        runtime_classes: runtime_classes.collect(),
        tenants: tenants.collect(),
        namespaces: namespaces(index.namespaces()),
        priority_classes: index.namespaces().priority_classes().cloned().collect(),
    }
}

/// As many namespaces as there is room for: of the others nothing is known to the server.
fn namespaces(namespaces: &Namespaces) -> Vec<pb::NamespaceInfo> {
    let mut bytes = 0;
    let mut told = Vec::new();
    for (name, facts) in namespaces.known() {
        let info = namespace(name, facts);
        bytes += info.encoded_len();
        if bytes > NAMESPACE_BYTES {
            tracing::warn!(
                namespace = %name,
                "the facts of this namespace and of those after it have no room in a message and are not told"
            );
            break;
        }
        told.push(info);
    }
    told
}

fn namespace(name: &str, facts: &NamespaceFacts) -> pb::NamespaceInfo {
    let names = |names: &BTreeSet<String>| pb::DeclaredNames {
        names: names.iter().cloned().collect(),
    };
    let quotas = facts.quotas().map(|(name, headroom)| pb::QuotaHeadroom {
        name: name.clone(),
        headroom: amounts(&headroom.requests),
        limits_headroom: amounts(&headroom.limits),
    });
    let range = |(name, defaults): (&String, &ContainerDefaults)| pb::LimitRange {
        name: name.clone(),
        default_requests: amounts(&defaults.requests),
        default_limits: amounts(&defaults.limits),
    };
    let ranges = facts.limit_ranges().map(|ranges| pb::LimitRanges {
        ranges: ranges.map(range).collect(),
    });
    pb::NamespaceInfo {
        name: name.to_owned(),
        service_accounts: facts.accounts().cloned().collect(),
        secrets: facts.declared().secrets.as_ref().map(names),
        config_maps: facts.declared().config_maps.as_ref().map(names),
        quotas: quotas.collect(),
        limit_ranges: ranges,
    }
}

/// A delta.
pub(super) fn delta(delta: Delta, index: &Index, tenants: &TenantNamespaces) -> pb::InventoryDelta {
    pb::InventoryDelta {
        sequence: delta.sequence,
        nodes: delta.nodes.into_iter().map(node).collect(),
        removed_nodes: delta.removed.iter().map(ToString::to_string).collect(),
        facts: delta.facts_changed.then(|| facts(index, tenants)),
    }
}

fn toleration(facts: &TolerationFacts) -> pb::Toleration {
    pb::Toleration {
        key: facts.key.clone(),
        operator: facts.operator.clone(),
        value: facts.value.clone(),
        effect: facts.effect.clone(),
        toleration_seconds: facts.seconds,
    }
}

fn amounts(vector: &ResourceVector) -> BTreeMap<String, i64> {
    vector
        .iter()
        .map(|(name, amount)| (name.to_string(), amount))
        .collect()
}
