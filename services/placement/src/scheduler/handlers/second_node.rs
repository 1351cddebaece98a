//! A second node of one cluster on which the same content of a placement was not ready in time: it may well be the cluster
//! (its registry, its network, its kubelets). So the placement avoids that whole cluster too, with a backoff, **while another
//! cluster would take the replica as things are**; its attempts are not all spent in one cluster that starts nothing.
//!
//! Where none would, the next node of the same cluster is tried. Either way the attempt counts: of a bad image nobody but its
//! owner can say that it is not the clusters' fault, so there has to be an end to it.
//!
//! *The same content* is one generation: a changed placement starts afresh. The nodes are those that the placement still
//! remembers to avoid, whichever replica of it was late there, and those of the replica's own stored attempts, which a restart
//! of the server does not forget.

use std::collections::BTreeSet;

use hourglass_engine::{SlotWanted, decide};
use hourglass_model::ids::{NodeName, PlacementUid};

use super::place::next_epoch;
use super::start_failure::FailedStart;
use super::successor::successor_input;
use crate::records::SlotRecord;
use crate::records::placement::Reason;
use crate::scheduler::avoid::Trouble;
use crate::scheduler::core::Core;
use crate::scheduler::round::Round;

impl Core {
    /// A replica was late at a node: avoids the whole cluster, where that is the rule.
    pub(super) fn avoid_cluster_of_late_nodes(
        &mut self,
        uid: &PlacementUid,
        start: &FailedStart,
        round: &Round,
    ) {
        let others = self.late_on_others(uid, start);
        if others.is_empty() || !self.fits_elsewhere(uid, start, round) {
            return;
        }
        let others: Vec<String> = others.iter().map(ToString::to_string).collect();
        let message = format!("nor on {}: {}", others.join(", "), start.message);
        let place = (start.cluster.clone(), None);
        let trouble = (Trouble::Late, message.as_str());
        self.avoid_alone((uid, start.generation), place, trouble, round);
    }

    /// Other nodes of its cluster on which the same content was late.
    fn late_on_others(&self, uid: &PlacementUid, start: &FailedStart) -> BTreeSet<NodeName> {
        let of = (uid, start.generation);
        let remembered = self.avoided.late_nodes(of, &start.cluster).cloned();
        let record = self.placements.by_uid(uid);
        let held = record.and_then(|record| record.slot(start.slot));
        let stored = held.into_iter().flat_map(|held| late_before(held, start));
        let mut nodes: BTreeSet<NodeName> = remembered.chain(stored).collect();
        if let Some(node) = &start.node {
            nodes.remove(node);
        } else {
            // The cluster chose the node, and is avoided for it already.
            nodes.clear();
        }
        nodes
    }

    /// Another cluster has room for the replica now, without anybody being moved.
    fn fits_elsewhere(&self, uid: &PlacementUid, start: &FailedStart, round: &Round) -> bool {
        let Some(record) = self.placements.by_uid(uid) else {
            return false;
        };
        let request = self.request_of(record, start.generation).ok();
        let Some((held, request)) = record.slot(start.slot).zip(request) else {
            return false;
        };
        let mut avoid = self.avoided_as(record, start.generation, request.shape, round.instant);
        let here = (start.cluster.clone(), None);
        avoid.insert(here, start.message.clone().into());
        let slots = [SlotWanted {
            slot: start.slot,
            epoch: next_epoch(held, self.grant().incarnation),
        }];
        decide(&self.fleet, &request, &successor_input(record, &slots, &avoid)).is_complete()
    }
}

/// Nodes of the same cluster where the slot was late before in this row of failures; `start` is the last of it, and counted.
fn late_before(held: &SlotRecord, start: &FailedStart) -> impl Iterator<Item = NodeName> {
    let earlier =
        usize::try_from(held.failed_starts_as(start.generation).saturating_sub(1)).unwrap_or(usize::MAX);
    let attempts = held.attempts.iter().rev();
    let late = attempts.filter(|attempt| attempt.reason == Reason::StartDeadlineExceeded);
    late.take(earlier)
        .filter(|attempt| attempt.cluster == start.cluster)
        .filter_map(|attempt| attempt.node.clone())
}
