//! Orders that wait although their agent is there, as callers are told: behind others of their cluster, or behind the removal
//! of an earlier place of the replica. Never stored: it changes with every answer of an agent.

use std::fmt;

use hourglass_model::ids::{ClusterName, Slot};

use super::clusters::{Cluster, Session};
use super::core::Core;
use crate::dispatch::{Intent, SlotKey, Work};
use crate::records::placement::{ConditionKind, Reason};
use crate::records::{PlacementRecord, SlotRecord};

/// The first replica of a placement whose order was not sent yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedNote {
    /// The replica.
    pub slot: Slot,
    /// Its cluster.
    pub cluster: ClusterName,
    /// What the order waits for.
    pub behind: Behind,
}

/// What an order waits for that its agent could be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    /// The agent tells no epochs apart, and an earlier place of the replica is not gone there.
    EarlierPlace,
    /// Others are sent first.
    Others {
        /// Orders of the cluster that wait to be sent, this one among them.
        waiting: usize,
        /// Orders that its agent has and did not answer yet.
        sent: usize,
    },
}

impl fmt::Display for QueuedNote {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            slot,
            cluster,
            behind,
        } = self;
        match behind {
            Behind::EarlierPlace => write!(
                to,
                "replica {slot} is ordered when nothing is left of its earlier place in cluster {cluster}, whose agent is too old to \
                 have both"
            ),
            Behind::Others { waiting, sent } => write!(
                to,
                "the agent of cluster {cluster} is connected, and the order for replica {slot} has its turn to come: {waiting} \
                 orders wait there, {sent} were sent and are not answered"
            ),
        }
    }
}

impl Core {
    /// What the orders of a placement wait for; none where one waits for its agent, or for nothing.
    #[must_use]
    pub fn queued_orders(&self, record: &PlacementRecord) -> Option<QueuedNote> {
        let dispatched = record.condition(ConditionKind::Dispatched)?;
        if dispatched.reason != Reason::WaitingForAgent {
            return None;
        }
        let mut first = None;
        for (slot, place) in record.assigned() {
            if place.observed.phase.is_applied() {
                continue;
            }
            let cluster = self.clusters.get(&place.cluster)?;
            // One that waits for its agent says more than any number of others.
            let session = cluster
                .session
                .as_ref()
                .filter(|session| session.running_complete)?;
            if first.is_none() {
                first = self.queued_order(record, slot, cluster, session);
            }
        }
        first
    }

    /// What the order for a place waits for; none when it was sent.
    fn queued_order(
        &self,
        record: &PlacementRecord,
        slot: &SlotRecord,
        cluster: &Cluster,
        session: &Session,
    ) -> Option<QueuedNote> {
        let key = SlotKey::of(&record.uid, slot.slot);
        let work = Work {
            key: key.clone(),
            intent: Intent::Apply,
        };
        if !cluster.queue.is_queued(&work) {
            return None;
        }
        let (waiting, sent) = cluster.queue.depth();
        let name = &cluster.record.name;
        let earlier = self.tombstones.is_open_in(name, &key);
        let behind = if earlier && !session.removes_exactly() {
            Behind::EarlierPlace
        } else {
            Behind::Others { waiting, sent }
        };
        Some(QueuedNote {
            slot: slot.slot,
            cluster: name.clone(),
            behind,
        })
    }
}
