//! Inventory messages to the facts that the engine works on.

use std::collections::BTreeMap;

use hourglass_engine::{ClusterFacts, Delta, LimitRange, NamespaceFacts, QuotaHeadroom};
use hourglass_model::dns;
use hourglass_model::ids::{ClaimId, Namespace, NodeName, Sequence, TenantId};
use hourglass_model::labels::{Taint, Toleration};
use hourglass_model::node::{NodeFacts, ObservedClaim, RuntimeClassFacts};
use hourglass_model::pod::ContainerDefaults;
use hourglass_model::request::{MAX_AMOUNT, MAX_MILLI_CPU};
use hourglass_model::resources::{CPU, EPHEMERAL_STORAGE, MEMORY, ResourceName, ResourceVector};
use hourglass_proto::fleet::v1 as proto;
use tracing::warn;

use super::convert::{ConvertError, epoch, slot_key};
use super::device_convert;

/// Most resources of a RuntimeClass' overhead, and most bytes of their names: it is part of every claim that is stored.
const MAX_OVERHEAD: (usize, usize) = (4, 128);

/// A sequence number.
pub(super) fn sequence(value: i64) -> Result<Sequence, ConvertError> {
    u64::try_from(value)
        .map(Sequence)
        .map_err(|_| ConvertError::Range {
            field: "sequence",
            rule: "0 or more",
            value,
        })
}

/// A number of nodes.
pub(super) fn count(value: i32) -> Result<usize, ConvertError> {
    usize::try_from(value).map_err(|_| ConvertError::Range {
        field: "nodes",
        rule: "0 or more",
        value: i64::from(value),
    })
}

/// Part of a snapshot.
pub(super) fn chunk(
    chunk: proto::SnapshotChunk,
) -> Result<(Vec<NodeFacts>, Option<ClusterFacts>), ConvertError> {
    let nodes = chunk.nodes.into_iter().map(node).collect::<Result<_, _>>()?;
    Ok((nodes, chunk.facts.map(facts)))
}

/// A delta.
pub(super) fn delta(delta: proto::InventoryDelta) -> Result<Delta, ConvertError> {
    Ok(Delta {
        sequence: sequence(delta.sequence)?,
        nodes: delta.nodes.into_iter().map(node).collect::<Result<_, _>>()?,
        removed: delta
            .removed_nodes
            .into_iter()
            .map(node_name)
            .collect::<Result<_, _>>()?,
        facts: delta.facts.map(facts),
    })
}

fn node_name(name: String) -> Result<NodeName, ConvertError> {
    NodeName::new(name).map_err(|source| ConvertError::Id {
        field: "node.name",
        source,
    })
}

fn node(node: proto::NodeInventory) -> Result<NodeFacts, ConvertError> {
    let name = node_name(node.name)?;
    Ok(NodeFacts {
        uid: node.uid,
        labels: node.labels.into(),
        taints: node
            .taints
            .iter()
            .filter_map(|taint| read_taint(&name, taint))
            .collect(),
        unschedulable: node.unschedulable,
        ready: node.ready,
        allocatable: vector(node.allocatable),
        used: vector(node.used),
        claims: node.claims.into_iter().map(claim).collect::<Result<_, _>>()?,
        devices: device_convert::devices(node.devices)?,
        name,
    })
}

/// A taint that cannot be read is left out, and said so: the API server admits none that our rules refuse.
fn read_taint(node: &NodeName, taint: &proto::Taint) -> Option<Taint> {
    let mut violations = Vec::new();
    let read = Taint::read(&taint.key, &taint.value, &taint.effect, "taint", &mut violations);
    if read.is_none() {
        warn!(%node, key = %taint.key, effect = %taint.effect, "a taint of a node cannot be read");
    }
    read
}

fn claim(claim: proto::ObservedClaim) -> Result<ObservedClaim, ConvertError> {
    let key = slot_key(&claim.placement_uid, claim.slot)?;
    Ok(ObservedClaim {
        claim: ClaimId {
            placement: key.placement_uid,
            slot: key.slot,
            epoch: epoch(claim.epoch)?,
        },
        bound: vector(claim.bound),
        devices: device_convert::uses(claim.devices)?,
    })
}

/// Resource names that are none are left out: no request can name them.
fn vector(values: BTreeMap<String, i64>) -> ResourceVector {
    values
        .into_iter()
        .filter_map(|(name, value)| ResourceName::new(&name).ok().map(|name| (name, value)))
        .collect()
}

fn facts(facts: proto::ClusterFacts) -> ClusterFacts {
    ClusterFacts {
        kubernetes_version: facts.kubernetes_version,
        runtime_classes: facts
            .runtime_classes
            .into_iter()
            .filter_map(runtime_class)
            .collect(),
        tenants: facts.tenants.iter().filter_map(tenant).collect(),
        namespaces: facts.namespaces.into_iter().filter_map(namespace).collect(),
        priority_classes: facts.priority_classes.into_iter().collect(),
    }
}

/// A namespace whose name is none is left out: no placement can be in it.
fn namespace(info: proto::NamespaceInfo) -> Option<(Namespace, NamespaceFacts)> {
    let names = |declared: proto::DeclaredNames| declared.names.into_iter().collect();
    let quota = info.quotas.into_iter().map(|quota| QuotaHeadroom {
        name: quota.name,
        headroom: vector(quota.headroom),
        limits: vector(quota.limits_headroom),
    });
    let ranges = |told: proto::LimitRanges| told.ranges.into_iter().map(limit_range).collect();
    let facts = NamespaceFacts {
        service_accounts: info.service_accounts.into_iter().collect(),
        secrets: info.secrets.map(names),
        config_maps: info.config_maps.map(names),
        quota: quota.collect(),
        limit_ranges: info.limit_ranges.map(ranges),
    };
    Some((Namespace::new(&info.name).ok()?, facts))
}

/// Of other resources than these nothing is taken, and of these no more than a request may name: a claim has room for no more.
fn limit_range(range: proto::LimitRange) -> LimitRange {
    let native = |values| {
        let all: ResourceVector = vector(values);
        let native = [&*CPU, &*EPHEMERAL_STORAGE, &*MEMORY];
        let kept = all
            .iter()
            .filter(|(name, amount)| native.contains(name) && *amount >= 0);
        kept.map(|(name, amount)| {
            (
                name.clone(),
                amount.min(if *name == *CPU { MAX_MILLI_CPU } else { MAX_AMOUNT }),
            )
        })
        .collect()
    };
    LimitRange {
        name: range.name,
        defaults: ContainerDefaults::new(native(range.default_requests), native(range.default_limits)),
    }
}

/// A class with more overhead than a claim has room for is left out, and said so: no request can use it.
fn runtime_class(class: proto::RuntimeClassInfo) -> Option<RuntimeClassFacts> {
    let overhead = vector(class.overhead);
    let bytes: usize = overhead.iter().map(|(name, _)| name.as_str().len()).sum();
    if overhead.len() > MAX_OVERHEAD.0 || bytes > MAX_OVERHEAD.1 || !dns::is_subdomain(&class.name) {
        warn!(
            class = %class.name, resources = overhead.len(), bytes,
            "a RuntimeClass is left out: at most {} resources of overhead, with names of {} bytes together, are taken",
            MAX_OVERHEAD.0, MAX_OVERHEAD.1
        );
        return None;
    }
    let mut violations = Vec::new();
    let tolerations = class
        .tolerations
        .iter()
        .filter_map(|toleration| {
            let written = hourglass_model::performer::Toleration {
                key: some(&toleration.key),
                operator: some(&toleration.operator),
                value: some(&toleration.value),
                effect: some(&toleration.effect),
                toleration_seconds: toleration.toleration_seconds,
            };
            Toleration::read(&written, "toleration", &mut violations)
        })
        .collect();
    if !violations.is_empty() {
        warn!(class = %class.name, "a RuntimeClass has tolerations that cannot be read");
    }
    Some(RuntimeClassFacts {
        name: class.name,
        overhead,
        node_selector: class.node_selector,
        tolerations,
    })
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn tenant(tenant: &proto::TenantNamespaces) -> Option<(TenantId, Vec<Namespace>)> {
    let id = TenantId::new(&tenant.tenant).ok()?;
    let namespaces = tenant
        .namespaces
        .iter()
        .filter_map(|name| Namespace::new(name).ok())
        .collect();
    Some((id, namespaces))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hourglass_model::resources::PODS;

    use super::*;

    #[test]
    fn a_class_with_more_overhead_than_a_claim_has_room_for_is_left_out() {
        let class = |name: &str, overhead: &[String]| proto::RuntimeClassInfo {
            name: name.to_owned(),
            overhead: overhead.iter().map(|name| (name.clone(), 1)).collect(),
            ..proto::RuntimeClassInfo::default()
        };
        let many: Vec<String> = (0..5).map(|number| format!("a.b/c{number}")).collect();
        let long = [
            format!("a.b/{}", "c".repeat(60)),
            format!("b.b/{}", "c".repeat(61)),
        ];
        let read = facts(proto::ClusterFacts {
            runtime_classes: vec![
                class("good", &many[..4]),
                class("many", &many),
                class("long", &long),
                class("No Name", &many[..1]),
            ],
            ..proto::ClusterFacts::default()
        });
        let names: Vec<&str> = read
            .runtime_classes
            .iter()
            .map(|class| class.name.as_str())
            .collect();
        assert_eq!(names, ["good"]);
    }

    #[test]
    fn what_nothing_was_declared_of_stays_unknown_and_a_bound_of_zero_stays_a_bound() {
        let info = proto::NamespaceInfo {
            name: "blue".to_owned(),
            service_accounts: vec!["default".to_owned()],
            secrets: Some(proto::DeclaredNames {
                names: vec!["keys".to_owned()],
            }),
            config_maps: None,
            quotas: vec![proto::QuotaHeadroom {
                name: "small".to_owned(),
                headroom: BTreeMap::from([("cpu".to_owned(), -5), ("pods".to_owned(), 0)]),
                limits_headroom: BTreeMap::from([("memory".to_owned(), 0)]),
            }],
            limit_ranges: None,
        };
        let invalid = proto::NamespaceInfo {
            name: "No Name".to_owned(),
            ..proto::NamespaceInfo::default()
        };
        let facts = facts(proto::ClusterFacts {
            namespaces: vec![info, invalid],
            priority_classes: vec!["high".to_owned()],
            ..proto::ClusterFacts::default()
        });
        assert_eq!(facts.namespaces.len(), 1);
        assert!(facts.priority_classes.contains("high"));
        let (_, blue) = facts.namespaces.first_key_value().unwrap();
        assert_eq!(blue.secrets, Some(BTreeSet::from(["keys".to_owned()])));
        assert_eq!(blue.config_maps, None);
        let headroom = &blue.quota[0].headroom;
        assert_eq!((headroom.get(&CPU), headroom.contains(&PODS)), (-5, true));
        assert!(blue.quota[0].limits.contains(&MEMORY));
        assert_eq!(blue.limit_ranges, None);
    }

    #[test]
    fn of_limit_ranges_only_what_a_claim_has_room_for_is_taken() {
        let amounts = |all: &[(&str, i64)]| {
            all.iter()
                .map(|(name, amount)| ((*name).to_owned(), *amount))
                .collect()
        };
        let info = proto::NamespaceInfo {
            name: "blue".to_owned(),
            limit_ranges: Some(proto::LimitRanges {
                ranges: vec![proto::LimitRange {
                    name: "small".to_owned(),
                    default_requests: amounts(&[("cpu", 100), ("nvidia.com/gpu", 1), ("memory", -1)]),
                    default_limits: amounts(&[("cpu", 200), ("ephemeral-storage", 7), ("Bad Name", 1)]),
                }],
            }),
            ..proto::NamespaceInfo::default()
        };
        let (_, blue) = namespace(info).unwrap();
        let given = blue.container_defaults().unwrap();
        assert_eq!(
            given.requests,
            vector(amounts(&[("cpu", 100), ("ephemeral-storage", 7)]))
        );
        assert_eq!(
            given.limits,
            vector(amounts(&[("cpu", 200), ("ephemeral-storage", 7)]))
        );
    }
}
