//! What of a claim's devices the cluster does not show yet.
//!
//! A replica that is bound to a node asks for exactly its devices, so what it is seen to have of others pays for none of
//! them. Where the cluster's scheduler picks (a claim that binds the cluster only, or devices of which nothing tells one
//! apart), what it picked instead does.

use hourglass_model::gpu::DeviceUse;
use hourglass_model::ids::DeviceId;

use super::Claim;

impl Claim {
    /// What is still to be charged, given what is seen: on its node when pinned, on any when not. `any` says whether its pod
    /// does with any devices of the kind.
    pub(crate) fn unseen_devices(&self, seen: &[DeviceUse], any: bool) -> Vec<DeviceUse> {
        let of = |device: &DeviceId| -> u32 {
            let uses = seen.iter().filter(|one| one.device == *device);
            uses.map(|one| u32::from(one.milli)).sum()
        };
        let all_seen: u32 = seen.iter().map(|one| u32::from(one.milli)).sum();
        let of_own: u32 = self
            .devices
            .iter()
            .map(|one| of(&one.device).min(u32::from(one.milli)))
            .sum();
        let mut elsewhere = all_seen.saturating_sub(of_own);
        let mut unseen = Vec::new();
        for one in &self.devices {
            let mut missing = u32::from(one.milli).saturating_sub(of(&one.device));
            if any {
                let paid = missing.min(elsewhere);
                elsewhere -= paid;
                missing -= paid;
            }
            if let Some(milli) = u16::try_from(missing).ok().filter(|milli| *milli > 0) {
                unseen.push(DeviceUse {
                    device: one.device.clone(),
                    milli,
                });
            }
        }
        unseen
    }
}

#[cfg(test)]
mod tests {
    use hourglass_model::ids::{ClaimId, Epoch, PlacementUid, Slot};
    use hourglass_model::resources::ResourceVector;

    use super::*;
    use crate::fixture::{cluster, device_use, node_name, tenant, uid_of};

    fn claim(devices: &[(&str, u16)]) -> Claim {
        Claim {
            id: ClaimId {
                placement: PlacementUid::new("p").expect("valid"),
                slot: Slot(0),
                epoch: Epoch(1),
            },
            cluster: cluster("a"),
            node: node_name("n1"),
            pinned: true,
            vector: ResourceVector::new(),
            limits: ResourceVector::new(),
            devices: uses(devices),
            namespace: None,
            owner: crate::Owner::unknown(&tenant(), &uid_of("p")),
            waits_for: Default::default(),
            zone: None,
        }
    }

    fn uses(devices: &[(&str, u16)]) -> Vec<DeviceUse> {
        devices
            .iter()
            .map(|(name, milli)| device_use(name, *milli))
            .collect()
    }

    #[test]
    fn what_is_seen_of_the_own_devices_is_not_charged_again() {
        let claim = claim(&[("gpu-0", 1000), ("gpu-1", 300)]);
        let unseen = |seen: &[(&str, u16)]| claim.unseen_devices(&uses(seen), false);
        assert_eq!(unseen(&[]), claim.devices);
        assert_eq!(
            unseen(&[("gpu-0", 1000), ("gpu-1", 200)]),
            uses(&[("gpu-1", 100)])
        );
        assert_eq!(unseen(&[("gpu-0", 1000), ("gpu-1", 400)]), []);
        assert_eq!(
            unseen(&[("gpu-1", 100), ("gpu-1", 200)]),
            uses(&[("gpu-0", 1000)]),
            "listed twice means the sum"
        );
    }

    #[test]
    fn other_devices_pay_only_where_the_cluster_picked() {
        let seen = uses(&[("gpu-7", 1000)]);
        let two = [("gpu-0", 1000), ("gpu-1", 1000)];
        let claim = claim(&two);
        assert_eq!(claim.unseen_devices(&seen, false), uses(&two));
        assert_eq!(claim.unseen_devices(&seen, true), uses(&[("gpu-1", 1000)]));
    }
}
