//! Silence: READY, SUSPECT, UNREACHABLE. Shown, and no new decisions; nothing is moved.

use std::time::Duration;

use tracing::{info, warn};

use crate::records::PlacementRecord;
use crate::scheduler::clusters::Liveness;
use crate::scheduler::core::Core;
use crate::scheduler::round::Round;
use crate::scheduler::timers::after;

/// Inventory may take this long from sent to applied, and from asked for again to complete.
const STUCK_INVENTORY: Duration = Duration::from_secs(60);

impl Core {
    /// Judges every cluster anew; what changed is told to the engine and to the placements there.
    pub(in crate::scheduler) fn judge_clusters(&mut self, round: &mut Round) {
        self.end_stuck_sessions(round);
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
        self.look_who_is_late(round);
        for (name, before, after) in changed {
            if after >= Liveness::Suspect {
                warn!(cluster = %name, ?before, ?after, "cluster is silent");
            } else {
                info!(cluster = %name, ?before, ?after, "cluster state changed");
            }
            self.tell_engine(&name);
            self.mark_silent(&name, after >= Liveness::Suspect, round);
        }
    }

    /// A session whose inventory does not arrive, although the agent has sent it or was asked for it again, decides on old capacity
    /// or not at all: it ends, and the agent comes back with a complete snapshot.
    fn end_stuck_sessions(&mut self, round: &mut Round) {
        let stuck: Vec<_> = self
            .clusters
            .iter()
            .filter_map(|cluster| cluster.session.as_ref())
            .filter(|session| {
                let lags = session.inventory_sequence.is_some_and(|applied| {
                    session.last_seen.inventory_lag(applied, round.instant) > STUCK_INVENTORY
                });
                let asked = session.resync_since;
                lags || asked.is_some_and(|since| after(since, STUCK_INVENTORY) <= round.now)
            })
            .map(|session| session.id.clone())
            .collect();
        for id in stuck {
            warn!(session = %id.0, "the inventory does not arrive; the session ends");
            self.drop_session(&id, round);
        }
    }

    /// What is known of a silent cluster's performers is only what was last heard.
    fn mark_silent(&mut self, name: &hourglass_model::ids::ClusterName, silent: bool, round: &mut Round) {
        let there = |record: &PlacementRecord| {
            record
                .places()
                .any(|(.., assignment)| assignment.cluster == *name && assignment.observed.silent != silent)
        };
        // A deletion that does not wait for unreachable clusters may be complete with this.
        let ends = |record: &PlacementRecord| record.force_delete && record.delete_time.is_some();
        let concerned: Vec<_> = self
            .placements
            .iter(None)
            .filter(|record| there(record) || ends(record))
            .map(|record| (record.uid.clone(), ends(record)))
            .collect();
        for (uid, ends) in concerned {
            self.placements.update(&uid, |record| {
                for slot in &mut record.slots {
                    let places = slot.places_mut().map(|(_, assignment)| assignment);
                    for assignment in places.filter(|assignment| assignment.cluster == *name) {
                        assignment.observed.silent = silent;
                    }
                }
            });
            self.rolls.moved(&uid);
            let touched = if ends {
                &mut round.touched
            } else {
                &mut round.status_touched
            };
            touched.insert(uid);
        }
    }
}
