//! Agents report how performers are.

use hourglass_model::ids::ClusterName;
use tracing::{info, warn};

use super::disruption;
use crate::dispatch::{Intent, SlotKey};
use crate::records::placement::{Observed, Phase, Reason};
use crate::scheduler::command::{PerformerReport, SessionId};
use crate::scheduler::core::Core;
use crate::scheduler::persist::refresh;
use crate::scheduler::round::Round;

/// Reason of an agent's report that a performer is not there any more.
const GONE: &str = "GONE";

impl Core {
    /// A report of one performer. Only the current epoch in its own cluster counts; only its status is written, and only
    /// when phase, ready, endpoint or reason changed.
    pub(in crate::scheduler) fn reported(
        &mut self,
        id: &SessionId,
        report: PerformerReport,
        round: &mut Round,
    ) {
        let Some(cluster) = self.clusters.of_session_mut(id) else {
            return;
        };
        let name = cluster.record.name.clone();
        let key = SlotKey {
            placement_uid: report.placement_uid.clone(),
            slot: report.slot,
        };
        if report.reason == GONE {
            cluster.orphans.remove(&(key.clone(), report.epoch));
            return self.disappeared(&name, &key, &report, round);
        }
        if report.rejected {
            return self.rejected(&name, &key, &report, round);
        }
        let observed = Observed {
            phase: report.phase,
            ready: report.ready,
            endpoint: report.endpoint,
            node: report.node,
            reason: report.reason,
            message: report.message,
            silent: false,
            gate: report.gate,
            disruption: report.disruption,
            next_try: None,
        };
        let now = round.now;
        let changed = self.placements.update(&key.placement_uid, |record| {
            let slot = record
                .slots
                .iter_mut()
                .find(|slot| slot.slot == key.slot && slot.epoch == report.epoch)?;
            let assignment = slot
                .assignment
                .as_mut()
                .filter(|assignment| assignment.cluster == name)?;
            // Deletion was asked for: what is on its way out does not come back to life.
            if record.delete_time.is_some() && observed.phase != Phase::Terminating {
                return None;
            }
            let news = observed.is_news_after(&assignment.observed);
            if assignment.observed != observed {
                let before = std::mem::replace(&mut assignment.observed, observed.clone());
                let place = assignment.place();
                let disruption = (before.disruption.as_str(), observed.disruption.as_str());
                disruption::tell(record, key.slot, &place, disruption, now);
                // Also what is not written is told to who asks, in conditions that fit it.
                refresh(record, now);
            }
            news.then_some(())
        });
        if changed.is_some() {
            self.observe_times
                .insert(key, (report.epoch, report.observe_time.unwrap_or(round.now)));
        }
        if changed.is_some() {
            self.step_gang(&report.placement_uid, round);
        }
        if changed.flatten().is_some() {
            round.status_touched.insert(report.placement_uid);
        }
    }

    /// Somebody took a performer away that ours still wants: it is made again.
    fn disappeared(
        &mut self,
        cluster: &ClusterName,
        key: &SlotKey,
        report: &PerformerReport,
        round: &mut Round,
    ) {
        let now = round.now;
        let wanted = self.placements.update(&key.placement_uid, |record| {
            if record.delete_time.is_some() {
                return None;
            }
            let held = record
                .slots
                .iter_mut()
                .find(|slot| slot.slot == key.slot && slot.epoch == report.epoch)?;
            let assignment = held
                .assignment
                .as_mut()
                .filter(|assignment| assignment.cluster == *cluster)?;
            assignment.observed = Observed {
                reason: GONE.to_owned(),
                ..Observed::default()
            };
            let message = format!(
                "the performer of replica {} was taken away in {cluster}; it is made again",
                key.slot
            );
            record.push_event(now, "DISAPPEARED", message);
            Some(())
        });
        if wanted.flatten().is_some() {
            let about = self.about(&key.placement_uid);
            warn!(placement = about.placement, trace_id = about.trace_id, slot = key.slot.0, %cluster, "a performer disappeared; making it again");
            self.enqueue(cluster, key.clone(), Intent::Apply);
            round.to_dispatch.insert(cluster.clone());
            round.status_touched.insert(key.placement_uid.clone());
        }
    }

    /// The cluster's own scheduler could not place the pod on its pin for a while: a local pod won a race. The place is
    /// given up and avoided, the slot decided again at the next epoch.
    fn rejected(
        &mut self,
        cluster: &ClusterName,
        key: &SlotKey,
        report: &PerformerReport,
        round: &mut Round,
    ) {
        let now = round.now;
        let refused = self.placements.update(&key.placement_uid, |record| {
            let held = record
                .slots
                .iter()
                .find(|slot| slot.slot == key.slot && slot.epoch == report.epoch)?;
            let assignment = held
                .assignment
                .as_ref()
                .filter(|assignment| assignment.cluster == *cluster)?;
            let node = assignment.node.clone();
            if record.delete_time.is_some() {
                return None;
            }
            let place = node
                .as_ref()
                .map_or_else(|| cluster.to_string(), |node| format!("{cluster}/{node}"));
            record.push_event(
                now,
                "REJECTED",
                format!("{place} rejected replica {}: {}", key.slot, report.message),
            );
            Some(node)
        });
        let Some(node) = refused.flatten() else { return };
        let about = self.about(&key.placement_uid);
        info!(placement = about.placement, trace_id = about.trace_id, slot = key.slot.0, %cluster, "a replica was rejected; deciding again");
        let place = (cluster.clone(), node.clone());
        if self.gang_was_rejected(key, place, &report.message, round) {
            return;
        }
        self.avoid(key, (cluster.clone(), node), &report.message, round);
        self.withdraw(
            &key.placement_uid,
            key.slot,
            Reason::NodeRejected,
            &report.message,
            round,
        );
        self.place(&key.placement_uid, round);
        self.withdraw_broken_gang(&key.placement_uid, round);
    }
}
