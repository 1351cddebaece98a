//! From a Kubernetes LimitRange to what it gives containers.

use std::collections::BTreeMap;

use hourglass_model::pod::ContainerDefaults;
use hourglass_model::resources::{CPU, EPHEMERAL_STORAGE, MEMORY, ResourceVector};
use k8s_openapi::api::core::v1::LimitRange;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as ApiQuantity;

use super::node::amounts;

/// What a container is given that does not state it, of cpu, memory and ephemeral storage; `None` where that is nothing. The
/// API server has completed the object: `default` from `max`, `defaultRequest` from `default` and `min`
/// (<https://kubernetes.io/docs/concepts/policy/limit-range/#constraints-on-resource-limits-and-requests>). Of several parts
/// the last one counts.
pub(super) fn defaults(range: &LimitRange) -> Option<ContainerDefaults> {
    const CONTAINER: &str = "Container";
    let (mut requests, mut limits) = (ResourceVector::new(), ResourceVector::new());
    let parts = range.spec.iter().flat_map(|spec| &spec.limits);
    for part in parts.filter(|part| part.type_ == CONTAINER) {
        let given = [
            (&part.default_request, &mut requests),
            (&part.default, &mut limits),
        ];
        for (from, to) in given {
            for (name, amount) in native(from.as_ref()).iter() {
                to.set(name.clone(), amount);
            }
        }
    }
    let defaults = ContainerDefaults::new(requests, limits);
    (!defaults.is_empty()).then_some(defaults)
}

fn native(quantities: Option<&BTreeMap<String, ApiQuantity>>) -> ResourceVector {
    let native = [&*CPU, &*EPHEMERAL_STORAGE, &*MEMORY];
    let all = quantities.map(amounts).unwrap_or_default();
    let kept = all.iter().filter(|(name, _)| native.contains(name));
    kept.map(|(name, amount)| (name.clone(), amount)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[expect(
        clippy::needless_pass_by_value,
        reason = "JSON reads better where it is given"
    )]
    fn defaults_of(limits: Value) -> Option<ContainerDefaults> {
        let range = json!({"metadata": {"name": "r"}, "spec": {"limits": limits}});
        defaults(&serde_json::from_value(range).unwrap())
    }

    #[test]
    fn what_containers_are_given_is_told_in_the_units_of_nodes() {
        let given = defaults_of(json!([
            {"type": "Pod", "max": {"cpu": "8"}},
            {"type": "Container", "defaultRequest": {"cpu": "100m", "nvidia.com/gpu": "1"}, "default": {"cpu": "1"}},
            {"type": "Container", "default": {"memory": "1Gi"}},
        ]))
        .unwrap();
        assert_eq!((given.requests.get(&CPU), given.limits.get(&CPU)), (100, 1000));
        assert_eq!(
            (given.requests.get(&MEMORY), given.limits.get(&MEMORY)),
            (1 << 30, 1 << 30),
            "a default limit is the default request where none is given"
        );
        assert_eq!(given.requests.len(), 2, "{given:?}");
    }

    #[test]
    fn what_gives_nothing_is_left_out() {
        for limits in [
            json!([]),
            json!([{"type": "Pod", "max": {"cpu": "8"}}]),
            json!([{"type": "PersistentVolumeClaim", "max": {"storage": "8Gi"}}]),
            json!([{"type": "Container", "maxLimitRequestRatio": {"cpu": "2"}}]),
        ] {
            assert_eq!(defaults_of(limits), None);
        }
    }
}
