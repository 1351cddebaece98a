//! UpdateCluster: labels, taints, cordon.

use tracing::info;

use super::calls::check_etag;
use crate::records::{ClusterRecord, RequestRecord, encode, keys};
use crate::scheduler::core::Core;
use crate::scheduler::memory::{body_hash, internal};
use crate::scheduler::port::{CallError, UpdateCluster};
use crate::scheduler::round::Round;

impl Core {
    /// Changes what a person may change of a cluster.
    pub(in crate::scheduler) fn update_cluster(
        &mut self,
        input: UpdateCluster,
        remembered: Option<RequestRecord>,
        round: &mut Round,
    ) -> Result<ClusterRecord, CallError> {
        let taints = input.taints.as_ref().map(|taints| format!("{taints:?}"));
        let body = body_hash(
            "UpdateCluster",
            &(
                input.cluster.as_str(),
                &input.labels,
                taints,
                input.cordoned,
                &input.etag,
            ),
        )?;
        if let Some(request) = remembered {
            return self.repeated_cluster(request, &body);
        }
        let name = format!("clusters/{}", input.cluster);
        let cluster = self
            .clusters
            .get_mut(&input.cluster)
            .ok_or_else(|| CallError::NotFound(name.clone()))?;
        check_etag(&name, &cluster.record.etag(), input.etag.as_deref())?;
        let mut record = cluster.record.clone();
        if let Some(labels) = input.labels {
            record.labels = labels;
        }
        if let Some(taints) = input.taints {
            record.taints = taints;
        }
        if let Some(cordoned) = input.cordoned {
            record.cordoned = cordoned;
        }
        let uncordoned = cluster.record.cordoned && !record.cordoned;
        cluster.record = record;
        if uncordoned {
            self.avoided.forget_cluster(&input.cluster);
        }
        self.store_cluster(&input.cluster, round)?;
        self.tell_engine(&input.cluster);
        let record = self
            .clusters
            .get(&input.cluster)
            .map(|cluster| cluster.record.clone())
            .ok_or(CallError::NotFound(name))?;
        if let Some(request_id) = &input.request_id {
            self.remember_cluster(request_id, body, &record, round)?;
        }
        info!(
            cluster = %record.name, cordoned = record.cordoned, labels = record.labels.len(),
            taints = record.taints.len(), "a cluster was changed by a call"
        );
        Ok(record)
    }

    /// Writes a cluster's record with this round.
    pub(in crate::scheduler) fn store_cluster(
        &self,
        name: &hourglass_model::ids::ClusterName,
        round: &mut Round,
    ) -> Result<(), CallError> {
        let Some(cluster) = self.clusters.get(name) else {
            return Ok(());
        };
        let key = keys::cluster(name).map_err(internal)?;
        let value = encode(key.as_str(), &cluster.record).map_err(internal)?;
        let unit = key.as_str().to_owned();
        round.changes.write(&unit, key, Some(value));
        Ok(())
    }
}
