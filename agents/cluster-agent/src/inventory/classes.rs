//! From a Kubernetes RuntimeClass to what the inventory keeps of it.

use k8s_openapi::api::core::v1::Toleration;
use k8s_openapi::api::node::v1::RuntimeClass;

use super::facts::{ClassFacts, TolerationFacts};
use super::node::amounts;

/// The RuntimeClass's facts.
pub(super) fn facts(class: RuntimeClass) -> ClassFacts {
    let overhead = class
        .overhead
        .and_then(|overhead| overhead.pod_fixed)
        .unwrap_or_default();
    let scheduling = class.scheduling.unwrap_or_default();
    ClassFacts {
        overhead: amounts(&overhead),
        node_selector: scheduling.node_selector.unwrap_or_default(),
        tolerations: scheduling
            .tolerations
            .unwrap_or_default()
            .into_iter()
            .map(toleration)
            .collect(),
    }
}

fn toleration(toleration: Toleration) -> TolerationFacts {
    TolerationFacts {
        key: toleration.key.unwrap_or_default(),
        operator: toleration.operator.unwrap_or_default(),
        value: toleration.value.unwrap_or_default(),
        effect: toleration.effect.unwrap_or_default(),
        seconds: toleration.toleration_seconds,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hourglass_model::resources::MEMORY;
    use serde_json::json;

    #[test]
    fn overhead_selector_and_tolerations_are_kept() {
        let class = json!({
            "metadata": {"name": "kata"}, "handler": "kata",
            "overhead": {"podFixed": {"memory": "160Mi"}},
            "scheduling": {"nodeSelector": {"kata": "true"}, "tolerations": [{"key": "kata", "operator": "Exists"}]},
        });
        let facts = facts(serde_json::from_value(class).unwrap());
        assert_eq!(facts.overhead.get(&MEMORY), 160 << 20);
        assert_eq!(facts.node_selector["kata"], "true");
        assert_eq!(
            (
                facts.tolerations[0].key.as_str(),
                facts.tolerations[0].operator.as_str()
            ),
            ("kata", "Exists")
        );
    }
}
