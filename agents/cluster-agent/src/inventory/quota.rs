//! From a Kubernetes ResourceQuota to what it leaves for pods.

use std::collections::BTreeMap;

use hourglass_model::resources::ResourceVector;
use k8s_openapi::api::core::v1::{ResourceQuota, ResourceQuotaSpec};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as ApiQuantity;

use super::node::amounts;

/// What a quota leaves of what pods request, and of their limits. What is absent it does not bound.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Headroom {
    /// Under the resource's own name: `requests.cpu` and `cpu` are `cpu`, `count/pods` is `pods`.
    pub requests: ResourceVector,
    /// The same: `limits.cpu` is `cpu`.
    pub limits: ResourceVector,
}

/// What the quota leaves, or `None` for one that says nothing about every performer's pod: by its scopes it may not count
/// such a pod at all, or the quota controller has not looked at it yet.
pub(super) fn headroom(quota: &ResourceQuota) -> Option<Headroom> {
    let spec = quota.spec.as_ref()?;
    if !counts_every_performer(spec) {
        return None;
    }
    let status = quota.status.as_ref()?;
    let used = status.used.clone().unwrap_or_default();
    let mut all = Headroom::default();
    for (key, hard) in status.hard.iter().flatten() {
        let (left, resource) = match (requested(key), key.strip_prefix("limits.")) {
            (Some(resource), _) => (&mut all.requests, resource),
            (None, Some(resource)) => (&mut all.limits, resource),
            (None, None) => continue,
        };
        let of = |quantity: &ApiQuantity| amounts(&BTreeMap::from([(resource.to_owned(), quantity.clone())]));
        let used = used.get(key).map(of).unwrap_or_default();
        for (name, hard) in of(hard).iter() {
            let rest = hard.saturating_sub(used.get(name));
            let tighter = if left.contains(name) {
                rest.min(left.get(name))
            } else {
                rest
            };
            left.set(name.clone(), tighter);
        }
    }
    (all != Headroom::default()).then_some(all)
}

/// Whether a quota counts the pod of any performer, whatever it asks for: it has no scopes, or only such that match pods
/// without `activeDeadlineSeconds`, which no performer has. All scopes of a quota have to match
/// (<https://kubernetes.io/docs/concepts/policy/resource-quotas/#quota-scopes>). Others depend on the pod.
fn counts_every_performer(spec: &ResourceQuotaSpec) -> bool {
    const NOT_TERMINATING: &str = "NotTerminating";
    let mut scopes = spec.scopes.iter().flatten();
    let selectors = spec.scope_selector.iter();
    let mut selectors = selectors.flat_map(|selector| selector.match_expressions.iter().flatten());
    scopes.all(|scope| scope == NOT_TERMINATING)
        && selectors.all(|one| one.scope_name == NOT_TERMINATING && one.operator == "Exists")
}

/// The resource that a key of a quota bounds the requests of
/// (<https://kubernetes.io/docs/concepts/policy/resource-quotas/#compute-resource-quota>); `None` for limits, storage
/// and numbers of objects other than pods.
fn requested(key: &str) -> Option<&str> {
    match key {
        "cpu" | "memory" | "pods" | "ephemeral-storage" => Some(key),
        "count/pods" => Some("pods"),
        _ if key.starts_with("hugepages-") => Some(key),
        _ => key.strip_prefix("requests.").filter(|name| *name != "storage"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hourglass_model::resources::{CPU, MEMORY, NVIDIA_GPU, PODS};
    use serde_json::{Value, json};

    #[expect(
        clippy::needless_pass_by_value,
        reason = "JSON reads better where it is given"
    )]
    fn headroom_of(spec: Value, hard: Value, used: Value) -> Option<Headroom> {
        let quota = json!({"metadata": {"name": "q"}, "spec": spec, "status": {"hard": hard, "used": used}});
        headroom(&serde_json::from_value(quota).unwrap())
    }

    #[test]
    fn what_is_left_is_told_under_the_resources_own_name() {
        let left = headroom_of(
            json!({}),
            json!({
                "requests.cpu": "2", "memory": "1Gi", "requests.nvidia.com/gpu": "8", "pods": "10",
                "limits.cpu": "4", "services": "5", "requests.storage": "1Ti",
            }),
            json!({
                "requests.cpu": "500m", "memory": "1Mi", "requests.nvidia.com/gpu": "9", "pods": "3", "limits.cpu": "1",
            }),
        )
        .unwrap();
        assert_eq!(left.limits.get(&CPU), 3000);
        assert_eq!(left.limits.len(), 1, "{left:?}");
        let left = left.requests;
        assert_eq!(left.get(&CPU), 1500);
        assert_eq!(left.get(&MEMORY), (1 << 30) - (1 << 20));
        assert_eq!(left.get(&NVIDIA_GPU), -1, "more is used than allowed");
        assert_eq!(left.get(&PODS), 7);
        assert_eq!(left.iter().count(), 4, "{left:?}");
    }

    #[test]
    fn of_two_bounds_of_one_resource_the_tighter_counts() {
        let left = headroom_of(
            json!({}),
            json!({"requests.cpu": "3", "cpu": "2", "count/pods": "9", "pods": "8"}),
            json!({"requests.cpu": "1", "cpu": "1", "count/pods": "9", "pods": "1"}),
        )
        .unwrap()
        .requests;
        assert_eq!((left.get(&CPU), left.get(&PODS)), (1000, 0));
    }

    #[test]
    fn what_bounds_no_pod_for_certain_is_left_out() {
        let hard = || json!({"pods": "1"});
        for spec in [
            json!({"scopes": ["BestEffort"]}),
            json!({"scopes": ["Terminating"]}),
            json!({"scopes": ["NotTerminating", "NotBestEffort"]}),
            json!({"scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "Exists"}]}}),
        ] {
            assert_eq!(headroom_of(spec, hard(), json!({})), None);
        }
        for spec in [
            json!({}),
            json!({"scopes": []}),
            json!({"scopes": ["NotTerminating"]}),
            json!({"scopeSelector": {"matchExpressions": [{"scopeName": "NotTerminating", "operator": "Exists"}]}}),
        ] {
            assert!(headroom_of(spec, hard(), json!({})).is_some());
        }
        assert_eq!(headroom_of(json!({}), json!({"services": "1"}), json!({})), None);
        let limits = headroom_of(json!({}), json!({"limits.memory": "1"}), json!({})).unwrap();
        assert!(limits.requests.is_empty() && limits.limits.contains(&MEMORY));
        let unseen: ResourceQuota =
            serde_json::from_value(json!({"metadata": {"name": "q"}, "spec": {"hard": {"pods": "1"}}}))
                .unwrap();
        assert_eq!(headroom(&unseen), None);
    }
}
