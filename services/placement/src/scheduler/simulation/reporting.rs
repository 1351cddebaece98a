//! What agents say of performers.

use hourglass_model::ids::Slot;

use super::*;

/// A report of a performer that is not ready, of which nothing more is said.
pub(super) fn not_ready(uid: &PlacementUid, slot: Slot, epoch: Epoch) -> PerformerReport {
    PerformerReport {
        placement_uid: uid.clone(),
        slot,
        epoch,
        phase: Phase::Starting,
        ready: false,
        node: String::new(),
        endpoint: String::new(),
        reason: String::new(),
        message: String::new(),
        observe_time: None,
        rejected: false,
        gate: Gate::Unknown,
        disruption: String::new(),
    }
}

impl World {
    /// The session of a cluster's agent.
    pub(super) fn session_of(&self, cluster: &ClusterName) -> SessionId {
        let mut members = self.members.iter();
        let member = members.find(|member| member.name == *cluster).unwrap();
        member.session.as_ref().unwrap().id.clone()
    }

    /// An agent sends a report.
    pub(super) fn say(&mut self, id: &SessionId, report: &PerformerReport) {
        let report = report.clone();
        self.round(false, |core, round| core.reported(id, report, round));
    }

    /// The scheduler of a cluster says that it cannot place this.
    pub(super) fn refuse_place(&mut self, cluster: &ClusterName, report: PerformerReport) {
        let report = PerformerReport {
            rejected: true,
            ..report
        };
        self.say(&self.session_of(cluster), &report);
    }
}
