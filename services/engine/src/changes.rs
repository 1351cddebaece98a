//! What has changed in the fleet since somebody last asked, coarse and bounded: enough to tell which of those that wait it
//! can help ([`crate::RetryHints`]).

use std::collections::{BTreeMap, BTreeSet};

use hourglass_model::ids::{ClusterName, DeviceId, TenantId};
use hourglass_model::resources::{DEVICES, ResourceName, ResourceVector};
use serde::{Deserialize, Serialize};

use crate::claims::ClaimRecord;
use crate::state::{FleetState, NodeState};

/// One kind of change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum ChangeKind {
    /// Settings, health, session, facts or the whole inventory of a cluster.
    ClusterChanged {
        /// Which.
        cluster: ClusterName,
    },
    /// Nodes have come, or anything about them but their use has changed; together they have these resources.
    NodesChanged {
        /// Their cluster.
        cluster: ClusterName,
        /// Allocatable, of any of them.
        resources: BTreeSet<ResourceName>,
    },
    /// Nodes have gone.
    NodesRemoved {
        /// Their cluster.
        cluster: ClusterName,
    },
    /// More of these resources is free on some nodes.
    CapacityFreed {
        /// Their cluster.
        cluster: ClusterName,
        /// The resources.
        resources: BTreeSet<ResourceName>,
    },
    /// Claims of a tenant have come, been committed, been released or ended, or have another owner.
    ClaimsChanged {
        /// The tenant.
        tenant: TenantId,
        /// The lowest priority of any of them. When one was released, of all that may be moved: whoever is above that counts on
        /// the room of the released one before it moves anybody.
        lowest_priority: i32,
    },
    /// Pods of claims have been bound or have gone.
    PodsChanged {
        /// Their cluster.
        cluster: ClusterName,
    },
    /// Nodes that were kept for somebody are free for others.
    ReservationEnded,
}

/// What is free on a node, to be compared with what is free later.
#[derive(Debug, Clone, Default)]
pub(crate) struct Free {
    resources: ResourceVector,
    /// Thousandths of each device, by id.
    devices: Vec<(DeviceId, u16)>,
    /// Untouched devices of each kind that are as good as taken.
    kept_out: Vec<usize>,
}

impl Free {
    pub(crate) fn of(node: &NodeState) -> Self {
        let room = node.device_room();
        let kinds = 0..node.derived().device_kinds.len();
        let kept_out = node.devices().into_iter().flat_map(|devices| {
            let kinds = kinds.clone();
            kinds.map(|kind| room.kept_out(devices, kind))
        });
        let devices = node.devices().into_iter().flat_map(|devices| {
            let each = devices.facts().iter().enumerate();
            each.map(|(at, device)| (device.id.clone(), room.left(devices, at)))
        });
        Self {
            resources: node.free(),
            devices: devices.collect(),
            kept_out: kept_out.collect(),
        }
    }

    fn has_more_devices(&self, before: &Self) -> bool {
        let had = |id: &DeviceId| {
            let found = before.devices.iter().find(|(other, _)| other == id);
            found.map_or(0, |(_, left)| *left)
        };
        let mut kept_out = self.kept_out.iter().zip(&before.kept_out);
        kept_out.any(|(now, before)| now < before) || self.devices.iter().any(|(id, left)| *left > had(id))
    }
}

/// Changes that nobody has taken yet: one entry per cluster or tenant, whatever happens.
#[derive(Debug, Clone, Default)]
pub(crate) struct Changes {
    clusters: BTreeSet<ClusterName>,
    nodes: BTreeMap<ClusterName, BTreeSet<ResourceName>>,
    removed: BTreeSet<ClusterName>,
    freed: BTreeMap<ClusterName, BTreeSet<ResourceName>>,
    claims: BTreeMap<TenantId, i32>,
    pods: BTreeSet<ClusterName>,
    reservations: bool,
}

impl Changes {
    pub(crate) fn cluster(&mut self, name: &ClusterName) {
        if !self.clusters.contains(name) {
            self.clusters.insert(name.clone());
        }
    }

    /// A node has come, or changes from `old`.
    pub(crate) fn node(&mut self, cluster: &ClusterName, old: Option<&NodeState>, new: &NodeState) {
        if old.is_none_or(|old| !old.same_but_use(new)) {
            let resources = self.nodes.entry(cluster.clone()).or_default();
            resources.extend(new.allocatable().iter().map(|(resource, _)| resource.clone()));
        }
        if old.is_some_and(|old| old.claims() != new.claims()) && !self.pods.contains(cluster) {
            self.pods.insert(cluster.clone());
        }
    }

    pub(crate) fn removed(&mut self, cluster: &ClusterName) {
        self.removed.insert(cluster.clone());
        self.pods.insert(cluster.clone());
    }

    /// A node has this free now.
    pub(crate) fn freed(&mut self, cluster: &ClusterName, before: &Free, now: &Free) {
        if now.has_more_devices(before) {
            let freed = self.freed.entry(cluster.clone()).or_default();
            freed.insert(DEVICES.clone());
        }
        let (before, now) = (&before.resources, &now.resources);
        for (resource, free) in now.iter().filter(|(resource, free)| *free > before.get(resource)) {
            let known = self.freed.get(cluster);
            if !known.is_some_and(|known| known.contains(resource)) && free > before.get(resource) {
                self.freed
                    .entry(cluster.clone())
                    .or_default()
                    .insert(resource.clone());
            }
        }
    }

    /// A node is like this now, and was like `before`.
    pub(crate) fn freed_on(&mut self, cluster: &ClusterName, before: &NodeState, now: &NodeState) {
        let Some(more) = now.more_free_than(before) else {
            self.freed(cluster, &Free::of(before), &Free::of(now));
            return;
        };
        for resource in more {
            let freed = self.freed.entry(cluster.clone()).or_default();
            if !freed.contains(resource) {
                freed.insert(resource.clone());
            }
        }
    }

    pub(crate) fn claim(&mut self, record: &ClaimRecord) {
        self.claim_as(record, record.claim.owner.priority);
    }

    /// A claim is on its way out, where this is the lowest priority of those that may be moved.
    pub(crate) fn leaves(&mut self, record: &ClaimRecord, lowest: Option<i32>) {
        if let Some(lowest) = lowest {
            self.claim_as(record, lowest);
        }
    }

    fn claim_as(&mut self, record: &ClaimRecord, priority: i32) {
        let tenant = &record.claim.owner.tenant;
        match self.claims.get_mut(tenant) {
            Some(lowest) => *lowest = priority.min(*lowest),
            None => {
                self.claims.insert(tenant.clone(), priority);
            }
        }
    }

    pub(crate) fn reservation(&mut self) {
        self.reservations = true;
    }

    fn list(self) -> Vec<ChangeKind> {
        let clusters = self.clusters.into_iter();
        let nodes = self.nodes.into_iter();
        let removed = self.removed.into_iter();
        let freed = self.freed.into_iter();
        let claims = self.claims.into_iter();
        let pods = self.pods.into_iter();
        let mut all: Vec<ChangeKind> = clusters
            .map(|cluster| ChangeKind::ClusterChanged { cluster })
            .collect();
        all.extend(nodes.map(|(cluster, resources)| ChangeKind::NodesChanged { cluster, resources }));
        all.extend(removed.map(|cluster| ChangeKind::NodesRemoved { cluster }));
        all.extend(freed.map(|(cluster, resources)| ChangeKind::CapacityFreed { cluster, resources }));
        all.extend(claims.map(|(tenant, lowest_priority)| ChangeKind::ClaimsChanged {
            tenant,
            lowest_priority,
        }));
        all.extend(pods.map(|cluster| ChangeKind::PodsChanged { cluster }));
        all.extend(self.reservations.then_some(ChangeKind::ReservationEnded));
        all
    }
}

impl FleetState {
    /// What has changed since this was last called.
    pub fn take_changes(&mut self) -> Vec<ChangeKind> {
        std::mem::take(&mut self.changes).list()
    }
}
