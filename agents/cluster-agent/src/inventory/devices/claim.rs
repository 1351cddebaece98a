//! From a Kubernetes ResourceClaim to what the inventory keeps of it: which devices it has, and for which pods.

use std::collections::BTreeSet;
use std::sync::Arc;

use k8s_openapi::api::resource::v1::ResourceClaim;

use super::slice::{PoolKey, whole};

/// An allocated claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimFacts {
    /// Its devices, those that are only looked at by an administrator left out.
    pub devices: Vec<AllocatedDevice>,
    /// Uids of the pods that it is for.
    pub pods: BTreeSet<Arc<str>>,
}

/// A device, or a part of one, that a claim has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllocatedDevice {
    /// Its pool.
    pub pool: PoolKey,
    /// Its name within the pool.
    pub device: Arc<str>,
    /// What the claim takes of its memory, in bytes; `None` for all of it.
    pub memory_bytes: Option<i64>,
}

/// The claim's facts; `None` for one that has nothing.
pub(super) fn facts(claim: &ResourceClaim, is_gpu: impl Fn(&str) -> bool) -> Option<ClaimFacts> {
    let status = claim.status.as_ref()?;
    let allocation = status.allocation.as_ref()?;
    let results = allocation
        .devices
        .iter()
        .flat_map(|devices| devices.results.iter().flatten());
    let devices: Vec<AllocatedDevice> = results
        .filter(|result| result.admin_access != Some(true) && is_gpu(&result.driver))
        .map(|result| AllocatedDevice {
            pool: PoolKey {
                driver: result.driver.as_str().into(),
                pool: result.pool.as_str().into(),
            },
            device: result.device.as_str().into(),
            memory_bytes: result
                .consumed_capacity
                .iter()
                .flatten()
                .find_map(|(name, amount)| {
                    let ours =
                        name == "memory" || name.strip_prefix(result.driver.as_str()) == Some("/memory");
                    ours.then(|| whole(amount)).flatten()
                }),
        })
        .collect();
    if devices.is_empty() {
        return None;
    }
    let reserved = status.reserved_for.iter().flatten();
    let reserved = reserved
        .filter(|consumer| consumer.resource == "pods")
        .map(|consumer| &consumer.uid);
    let owners = claim.metadata.owner_references.iter().flatten();
    let owners = owners.filter(|owner| owner.kind == "Pod").map(|owner| &owner.uid);
    Some(ClaimFacts {
        devices,
        pods: reserved.chain(owners).map(|uid| uid.as_str().into()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[expect(
        clippy::needless_pass_by_value,
        reason = "JSON reads better where it is given"
    )]
    fn read(status: Value) -> Option<ClaimFacts> {
        let claim = json!({
            "metadata": {"name": "c", "ownerReferences": [
                {"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "pod-1"},
            ]},
            "spec": {}, "status": status,
        });
        facts(&serde_json::from_value(claim).unwrap(), |driver| {
            driver.starts_with("gpu.")
        })
    }

    fn result(driver: &str, device: &str) -> Value {
        json!({"request": "gpu", "driver": driver, "pool": "n", "device": device})
    }

    #[test]
    fn the_gpus_of_an_allocated_claim_and_its_pods_are_kept() {
        let mut part = result("gpu.nvidia.com", "gpu-1");
        part["consumedCapacity"] = json!({"memory": "10Gi"});
        let mut admin = result("gpu.nvidia.com", "gpu-2");
        admin["adminAccess"] = json!(true);
        let results = json!([
            result("gpu.nvidia.com", "gpu-0"),
            part,
            admin,
            result("nic.example", "eth0")
        ]);
        let claim = read(json!({
            "allocation": {"devices": {"results": results}},
            "reservedFor": [{"resource": "pods", "name": "p", "uid": "pod-2"}],
        }))
        .unwrap();
        let devices: Vec<_> = claim
            .devices
            .iter()
            .map(|one| (&*one.device, one.memory_bytes))
            .collect();
        assert_eq!(devices, [("gpu-0", None), ("gpu-1", Some(10 << 30))]);
        assert!(claim.pods.iter().map(|uid| &**uid).eq(["pod-1", "pod-2"]));
    }

    #[test]
    fn a_claim_without_a_gpu_takes_nothing() {
        assert_eq!(read(json!({})), None);
        let other = json!([result("nic.example", "eth0")]);
        assert_eq!(read(json!({"allocation": {"devices": {"results": other}}})), None);
    }
}
