//! A cluster whose agent is away for a moment (it restarts, its stream broke) takes nothing new before it has said again what it
//! has. Most decisions can do without it for that long. Those that would be other ones with it, and are not mended once it is back,
//! are put off: nobody makes room while it may have some, what is to be spread is not spread over the rest, and what prefers
//! it goes nowhere else.
//!
//! That has two bounds of the same length, after which a silent cluster is SUSPECT: a cluster is waited for no longer, and no
//! placement waits longer for clusters that are late one after the other, as when the agents of a whole fleet are renewed.

use hourglass_engine::{
    Avoid, DecideInput, Decision, NoFit, NoFitReason, RetryHints, SlotWanted, lacks_only_inventory,
};
use hourglass_model::ids::{ClusterName, PlacementUid, TenantId};
use hourglass_model::placement::WhenUnsatisfiable;
use hourglass_model::request::{CanonicalRequest, tier};
use jiff::Timestamp;

use crate::records::PlacementRecord;
use crate::scheduler::clusters::Cluster;
use crate::scheduler::core::Core;
use crate::scheduler::queue::Happened;
use crate::scheduler::round::Round;
use crate::scheduler::timers::after;

impl Core {
    /// Looks which clusters are late by now.
    pub(in crate::scheduler) fn look_who_is_late(&mut self, round: &Round) {
        let limit = self.liveness_policy.suspect_after;
        let late = self
            .clusters
            .iter()
            .filter(|cluster| cluster.is_late(limit, round.now));
        let late = late
            .map(|cluster: &Cluster| cluster.record.name.clone())
            .collect();
        let before = std::mem::replace(&mut self.late, late);
        if before.difference(&self.late).next().is_some() {
            self.happened(Happened::anything());
        }
    }

    /// A placement has waited for as long as anybody waits for clusters that are late.
    pub(in crate::scheduler) fn has_waited_for_late(&self, uid: &PlacementUid, now: Timestamp) -> bool {
        let limit = self.liveness_policy.suspect_after;
        let since = self.put_off_since.get(uid);
        since.is_some_and(|since| after(*since, limit) <= now)
    }

    /// A turn of a placement has ended: whether it was put off for a cluster that is late.
    pub(in crate::scheduler) fn note_put_off(&mut self, uid: &PlacementUid, was: bool, now: Timestamp) {
        if was {
            self.put_off_since.entry(uid.clone()).or_insert(now);
        } else {
            self.put_off_since.remove(uid);
        }
    }

    /// Clusters that are late and may take the request once they are back. Usually none is late at all.
    pub(in crate::scheduler) fn late_for(
        &self,
        record: &PlacementRecord,
        request: &CanonicalRequest,
        avoid: &Avoid,
    ) -> Vec<&ClusterName> {
        self.late_for_any((&record.tenant, Some(&record.uid)), request, avoid)
    }

    /// The same for a placement that need not exist.
    pub(in crate::scheduler) fn late_for_any(
        &self,
        (tenant, placement): (&TenantId, Option<&PlacementUid>),
        request: &CanonicalRequest,
        avoid: &Avoid,
    ) -> Vec<&ClusterName> {
        let input = DecideInput {
            tenant,
            placement,
            slots: &[],
            avoid,
            preempt: false,
            explain: false,
        };
        let late = self.late.iter();
        late.filter(|name| lacks_only_inventory(&self.fleet, request, &input, name))
            .collect()
    }

    /// A decision that was made while these clusters are late, as it holds: with what is put off taken out, and the cluster that is
    /// waited for, if any is.
    pub(in crate::scheduler) fn without_late(
        &self,
        late: &[&ClusterName],
        request: &CanonicalRequest,
        mut decision: Decision,
    ) -> (Decision, Option<ClusterName>) {
        let Some(first) = late.first() else {
            return (decision, None);
        };
        if let Some(name) = self.decides_otherwise(late, request, &decision) {
            return (put_off(&decision), Some(name.clone()));
        }
        let Some(no_fit) = decision.no_fit.as_mut() else {
            return (decision, None);
        };
        // That it fits nowhere is not known yet.
        no_fit.reason = NoFitReason::WaitingForInventory;
        (decision, Some((*first).clone()))
    }

    /// The first of these clusters with which the places of a decision would be others.
    fn decides_otherwise<'a>(
        &self,
        late: &[&'a ClusterName],
        request: &CanonicalRequest,
        decision: &Decision,
    ) -> Option<&'a ClusterName> {
        let mut spread = request.spread.iter();
        if spread.any(|spread| spread.when_unsatisfiable == WhenUnsatisfiable::DoNotSchedule) {
            return late.first().copied();
        }
        let placed = decision.placed.iter();
        let farthest = placed.map(|placed| self.tier(request, &placed.cluster)).max()?;
        late.iter()
            .copied()
            .find(|name| self.tier(request, name) < farthest)
    }

    /// How far down the request's preferences a cluster stands.
    fn tier(&self, request: &CanonicalRequest, name: &ClusterName) -> usize {
        let preferences = &request.cluster_preferences;
        let known = self.fleet.cluster(name);
        known.map_or(preferences.len(), |cluster| {
            tier(preferences, name, &cluster.settings().labels)
        })
    }
}

/// The same decision, in which all wait for a cluster that is late.
fn put_off(decision: &Decision) -> Decision {
    let placed = decision.placed.iter().map(|placed| SlotWanted {
        slot: placed.slot,
        epoch: placed.epoch,
    });
    let rest = decision
        .no_fit
        .iter()
        .flat_map(|no_fit| no_fit.slots.iter().copied());
    Decision {
        no_fit: Some(NoFit {
            reason: NoFitReason::WaitingForInventory,
            slots: placed.chain(rest).collect(),
            fit: 0,
            explanation: None,
            // Its inventory, or its silence, wakes everybody.
            hints: RetryHints::clusters(),
        }),
        placed: Vec::new(),
        victims: Vec::new(),
        snapshot: decision.snapshot,
    }
}
