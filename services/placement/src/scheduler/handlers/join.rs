//! Join tokens are kept and used.

use tracing::info;

use crate::records::{ClusterRecord, JoinTokenRecord, RequestRecord, encode, keys};
use crate::scheduler::clusters::Cluster;
use crate::scheduler::command::CertificateRenewed;
use crate::scheduler::core::Core;
use crate::scheduler::join::{admit, make_room};
use crate::scheduler::memory::{body_hash, internal};
use crate::scheduler::port::{AdmitCluster, CallError, CreateJoinToken, RevokeJoinToken};
use crate::scheduler::round::Round;

impl Core {
    /// Keeps a token.
    pub(in crate::scheduler) fn create_join_token(
        &mut self,
        input: CreateJoinToken,
        round: &mut Round,
    ) -> Result<JoinTokenRecord, CallError> {
        if let Some(known) = self.join_tokens.get(&input.record.id) {
            // The same request_id derives the same id: a repeated call.
            let name = format!("joinTokens/{}", known.id);
            let same = known.body_sha256 == input.record.body_sha256;
            return if same {
                Ok(known.clone())
            } else {
                Err(CallError::RequestIdReused(name))
            };
        }
        for id in make_room(&self.join_tokens, &input.record.cluster, round.now)? {
            let key = keys::join_token(&id).map_err(internal)?;
            round.changes.write(&input.record.id, key, None);
            self.join_tokens.remove(&id);
        }
        self.store_join_token(&input.record, &input.record.id.clone(), round)?;
        self.join_tokens
            .insert(input.record.id.clone(), input.record.clone());
        info!(token = input.record.id, "a join token was made");
        Ok(input.record)
    }

    /// Withdraws a token; withdrawing twice is no error.
    pub(in crate::scheduler) fn revoke_join_token(
        &mut self,
        input: &RevokeJoinToken,
        remembered: Option<RequestRecord>,
        round: &mut Round,
    ) -> Result<JoinTokenRecord, CallError> {
        let id = input.id.as_str();
        let body = body_hash("RevokeJoinToken", &id)?;
        if let Some(request) = remembered {
            return self.repeated_join_token(request, &body);
        }
        let token = self
            .join_tokens
            .get_mut(id)
            .ok_or_else(|| CallError::NotFound(format!("joinTokens/{id}")))?;
        token.revoked = true;
        let token = token.clone();
        self.store_join_token(&token, id, round)?;
        info!(token = id, "a join token was revoked");
        if let Some(request_id) = &input.request_id {
            self.remember_join_token(request_id, body, &token, id, round)?;
        }
        Ok(token)
    }

    /// Admits a cluster: the use of the token and the cluster are one commit, so a token is never used up for nothing
    /// and never used twice.
    pub(in crate::scheduler) fn admit_cluster(
        &mut self,
        input: &AdmitCluster,
        round: &mut Round,
    ) -> Result<ClusterRecord, CallError> {
        let known = self.clusters.get(&input.cluster).map(|cluster| &cluster.record);
        let admission =
            admit(input, self.join_tokens.get(&input.token_id), known).map_err(CallError::JoinRefused)?;
        if admission.replaces_uid && self.is_occupied(&input.cluster) {
            return Err(CallError::Precondition(format!(
                "cluster {} still has placements or open removals of its former identity; delete those first (with force, \
                 when it is gone for good)",
                input.cluster
            )));
        }
        let unit = format!("token:{}", admission.token.id);
        self.store_join_token(&admission.token, &unit, round)?;
        self.join_tokens
            .insert(admission.token.id.clone(), admission.token);
        match self
            .clusters
            .get_mut(&input.cluster)
            .filter(|_| !admission.replaces_uid)
        {
            Some(cluster) => cluster.record = admission.cluster.clone(),
            None => {
                self.fleet.remove_cluster(&input.cluster);
                self.clusters
                    .insert(Cluster::new(admission.cluster.clone(), round.instant, round.now));
            }
        }
        let key = keys::cluster(&input.cluster).map_err(internal)?;
        let value = encode(key.as_str(), &admission.cluster).map_err(internal)?;
        round.changes.write(&unit, key, Some(value));
        self.tell_engine(&input.cluster);
        Ok(admission.cluster)
    }

    /// A certificate was renewed.
    pub(in crate::scheduler) fn certificate_renewed(
        &mut self,
        input: &CertificateRenewed,
        round: &mut Round,
    ) -> Result<ClusterRecord, CallError> {
        let cluster = self
            .clusters
            .get_mut(&input.cluster)
            .filter(|cluster| cluster.record.uid == input.cluster_uid)
            .ok_or_else(|| CallError::NotFound(format!("clusters/{}", input.cluster)))?;
        cluster.record.certificate_expire_time = input.expire_time;
        let record = cluster.record.clone();
        self.store_cluster(&input.cluster, round)?;
        Ok(record)
    }

    fn store_join_token(
        &self,
        token: &JoinTokenRecord,
        unit: &str,
        round: &mut Round,
    ) -> Result<(), CallError> {
        let key = keys::join_token(&token.id).map_err(internal)?;
        let value = encode(key.as_str(), token).map_err(internal)?;
        round.changes.write(unit, key, Some(value));
        Ok(())
    }

    fn is_occupied(&self, name: &hourglass_model::ids::ClusterName) -> bool {
        let assigned = self.placements.iter(None).any(|record| {
            record
                .assigned()
                .any(|(_, assignment)| assignment.cluster == *name)
        });
        assigned || self.tombstones.in_cluster(name).next().is_some()
    }
}
