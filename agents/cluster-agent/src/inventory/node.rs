//! From a Kubernetes Node to what the inventory keeps of it.

use std::collections::BTreeMap;

use hourglass_model::quantity::Quantity;
use hourglass_model::resources::{ResourceName, ResourceVector};
use k8s_openapi::api::core::v1::Node;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as ApiQuantity;

use super::facts::{NodeFacts, TaintFacts};

/// The node's facts.
pub(super) fn facts(node: Node) -> NodeFacts {
    let spec = node.spec.unwrap_or_default();
    let status = node.status.unwrap_or_default();
    let taints = spec
        .taints
        .unwrap_or_default()
        .into_iter()
        .map(|taint| TaintFacts {
            key: taint.key,
            value: taint.value.unwrap_or_default(),
            effect: taint.effect,
        });
    let conditions = status.conditions.unwrap_or_default();
    NodeFacts {
        uid: node.metadata.uid.unwrap_or_default(),
        labels: node.metadata.labels.unwrap_or_default(),
        taints: taints.collect(),
        unschedulable: spec.unschedulable.unwrap_or_default(),
        ready: conditions
            .iter()
            .any(|condition| condition.type_ == "Ready" && condition.status == "True"),
        allocatable: amounts(&status.allocatable.unwrap_or_default()),
    }
}

/// The amounts of a resource list, as the scheduler counts. The API server accepts valid quantities only; one that
/// still cannot be counted is left out, so that nothing is placed by it.
pub(super) fn amounts(list: &BTreeMap<String, ApiQuantity>) -> ResourceVector {
    list.iter()
        .filter_map(|(name, quantity)| match amount(name, quantity) {
            Ok(amount) => Some(amount),
            Err(error) => {
                tracing::warn!(
                    resource = name,
                    quantity = quantity.0,
                    error,
                    "this amount is not counted"
                );
                None
            }
        })
        .collect()
}

fn amount(name: &str, quantity: &ApiQuantity) -> Result<(ResourceName, i64), String> {
    let name = ResourceName::new(name).map_err(|error| error.to_string())?;
    let quantity: Quantity = quantity.0.parse().map_err(|error| format!("{error}"))?;
    let amount = name.count(&quantity).map_err(|error| error.to_string())?;
    Ok((name, amount))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hourglass_model::resources::{CPU, MEMORY, NVIDIA_GPU};
    use serde_json::json;

    fn node(value: serde_json::Value) -> NodeFacts {
        facts(serde_json::from_value(value).unwrap())
    }

    #[test]
    fn amounts_are_counted_in_milli_cores_bytes_and_devices() {
        let facts = node(json!({
            "metadata": {"name": "n", "uid": "u", "labels": {"a": "b"}},
            "spec": {"unschedulable": true, "taints": [{"key": "k", "effect": "NoSchedule"}]},
            "status": {
                "allocatable": {"cpu": "3920m", "memory": "1Gi", "nvidia.com/gpu": "8"},
                "conditions": [
                    {"type": "Ready", "status": "True"},
                    {"type": "DiskPressure", "status": "False"},
                ],
            },
        }));
        assert_eq!(facts.allocatable.get(&CPU), 3920);
        assert_eq!(facts.allocatable.get(&MEMORY), 1 << 30);
        assert_eq!(facts.allocatable.get(&NVIDIA_GPU), 8);
        assert!(facts.ready && facts.unschedulable);
        assert_eq!(
            facts.taints,
            [TaintFacts {
                key: "k".into(),
                value: String::new(),
                effect: "NoSchedule".into()
            }]
        );
    }

    #[test]
    fn a_node_that_said_nothing_yet_is_not_ready_and_has_nothing() {
        let facts = node(json!({"metadata": {"name": "n"}}));
        assert!(!facts.ready && facts.allocatable.is_empty());
    }

    #[test]
    fn an_amount_that_cannot_be_counted_is_left_out() {
        let facts = node(json!({"metadata": {}, "status": {"allocatable": {"cpu": "1e30", "memory": "1"}}}));
        assert!(!facts.allocatable.contains(&CPU));
        assert_eq!(facts.allocatable.get(&MEMORY), 1);
    }
}
