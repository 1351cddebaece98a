//! What the deletion of a placement waits for: the clusters that have not confirmed that nothing is left there.

use std::collections::BTreeMap;

use hourglass_model::ids::{ClusterName, PlacementUid};
use jiff::Timestamp;

use super::clusters::Liveness;
use super::core::Core;
use super::state::released;
use crate::records::PlacementRecord;

/// Clusters that one text names.
const NAMED: usize = 8;

impl Core {
    /// Says of a placement that is deleted what that waits for, as things stand.
    pub(in crate::scheduler) fn tell_removal(&mut self, uid: &PlacementUid, now: Timestamp) {
        let deleted = |record: &&PlacementRecord| record.delete_time.is_some();
        if self.placements.by_uid(uid).filter(deleted).is_none() {
            return;
        }
        let message = self.what_removal_waits_for(uid);
        self.placements.update(uid, |record| {
            released(record, &message, now);
        });
    }

    fn what_removal_waits_for(&self, uid: &PlacementUid) -> String {
        let mut left: BTreeMap<&ClusterName, usize> = BTreeMap::new();
        for tombstone in self.tombstones.record(uid).into_iter().flat_map(|of| &of.open) {
            *left.entry(&tombstone.cluster).or_default() += 1;
        }
        let mut waits: Vec<String> = left
            .iter()
            .take(NAMED)
            .map(|(cluster, performers)| format!("{cluster} ({performers}{})", self.silence_of(cluster)))
            .collect();
        if left.len() > NAMED {
            waits.push(format!("{} more clusters", left.len() - NAMED));
        }
        let mut parts = Vec::new();
        if !waits.is_empty() {
            let performers: usize = left.values().sum();
            let waits = waits.join(", ");
            parts.push(format!(
                "{performers} performers are not confirmed to be gone, by cluster: {waits}"
            ));
        }
        if self.is_partly_held(uid) {
            parts.push(
                "replicas that were not found since the incarnation was raised may run in a cluster that is not back yet"
                    .to_owned(),
            );
        }
        if parts.is_empty() {
            parts.push("every cluster has confirmed that nothing is left".to_owned());
        }
        parts.join("; ")
    }

    fn silence_of(&self, cluster: &ClusterName) -> &'static str {
        match self.clusters.get(cluster).map(|cluster| cluster.liveness) {
            Some(Liveness::Joining | Liveness::Ready) => "",
            Some(Liveness::Suspect | Liveness::Unreachable) => ", not heard of",
            None => ", not known any more",
        }
    }
}
