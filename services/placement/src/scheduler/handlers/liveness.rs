//! Silence: READY, SUSPECT, UNREACHABLE. Shown, and no new decisions; nothing is moved.

use tracing::{info, warn};

use crate::scheduler::clusters::Liveness;
use crate::scheduler::core::Core;
use crate::scheduler::round::Round;

impl Core {
    /// Judges every cluster anew; what changed is told to the engine and to the placements there.
    pub(in crate::scheduler) fn judge_clusters(&mut self, round: &mut Round) {
        let policy = self.liveness_policy;
        let mut changed = Vec::new();
        for cluster in self.clusters.iter_mut() {
            let liveness = cluster.judged(policy, round.instant);
            if liveness != cluster.liveness {
                changed.push((cluster.record.name.clone(), cluster.liveness, liveness));
                cluster.liveness = liveness;
                cluster.liveness_since = round.now;
            }
        }
        for (name, before, after) in changed {
            if after >= Liveness::Suspect {
                warn!(cluster = %name, ?before, ?after, "cluster is silent");
            } else {
                info!(cluster = %name, ?before, ?after, "cluster state changed");
            }
            self.tell_engine(&name);
            self.mark_silent(&name, after >= Liveness::Suspect, round);
            round.capacity_grew = true;
        }
    }

    /// What is known of a silent cluster's performers is only what was last heard.
    fn mark_silent(&mut self, name: &hourglass_model::ids::ClusterName, silent: bool, round: &mut Round) {
        let concerned: Vec<_> = self
            .placements
            .iter(None)
            .filter(|record| {
                record.assigned().any(|(_, assignment)| {
                    assignment.cluster == *name && assignment.observed.silent != silent
                }) || (record.force_delete && record.delete_time.is_some())
            })
            .map(|record| record.uid.clone())
            .collect();
        for uid in concerned {
            self.placements.update(&uid, |record| {
                for slot in &mut record.slots {
                    if let Some(assignment) = slot
                        .assignment
                        .as_mut()
                        .filter(|assignment| assignment.cluster == *name)
                    {
                        assignment.observed.silent = silent;
                    }
                }
            });
            round.touched.insert(uid);
        }
    }
}
