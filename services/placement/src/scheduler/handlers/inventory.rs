//! What clusters have: complete snapshots and numbered changes.

use hourglass_engine::{Applied, ClusterState, InventoryError};
use hourglass_model::ids::{ClusterName, Sequence};
use tracing::{info, warn};

use crate::scheduler::command::{InventoryEvent, InventoryVerdict, SessionId};
use crate::scheduler::core::Core;
use crate::scheduler::round::Round;

impl Core {
    /// News of a cluster's inventory; only its current session's counts.
    pub(in crate::scheduler) fn inventory(
        &mut self,
        id: &SessionId,
        event: InventoryEvent,
        round: &mut Round,
    ) -> InventoryVerdict {
        let Some(cluster) = self.clusters.of_session_mut(id) else {
            return InventoryVerdict::SessionOver;
        };
        let name = cluster.record.name.clone();
        let news = matches!(&event, InventoryEvent::Delta(delta) if delta.facts.is_some());
        let (outcome, complete) = match event {
            InventoryEvent::SnapshotBegin(sequence) => (self.fleet.snapshot_begin(&name, sequence), None),
            InventoryEvent::SnapshotChunk(nodes, facts) => {
                (self.fleet.snapshot_chunk(&name, nodes, facts), None)
            }
            InventoryEvent::SnapshotEnd(sequence, nodes) => {
                match self.fleet.snapshot_end(&name, sequence, nodes) {
                    Ok(applied) => (Ok(()), Some((sequence, applied))),
                    Err(error) => (Err(error), None),
                }
            }
            InventoryEvent::Delta(delta) => {
                let sequence = delta.sequence;
                match self.fleet.apply_delta(&name, *delta) {
                    Ok(applied) => (Ok(()), Some((sequence, applied))),
                    Err(error) => (Err(error), None),
                }
            }
        };
        if news
            && let Some(cluster) = self.clusters.of_session_mut(id)
            && cluster.queue.retry_refused()
        {
            round.to_dispatch.insert(name.clone());
        }
        self.conclude(id, &name, outcome, complete, round)
    }

    fn conclude(
        &mut self,
        id: &SessionId,
        name: &ClusterName,
        outcome: Result<(), InventoryError>,
        complete: Option<(Sequence, Applied)>,
        round: &mut Round,
    ) -> InventoryVerdict {
        if let Err(error) = outcome {
            warn!(cluster = %name, %error, "inventory is asked for again");
            self.inventory_lost(id, name, round);
            return InventoryVerdict::Resync;
        }
        let Some((sequence, applied)) = complete else {
            return InventoryVerdict::Continue;
        };
        self.avoided.nodes_changed(name, &applied.nodes_changed);
        self.claims_ended(applied.ended.iter());
        self.follow_claims(&applied.moved);
        let first = self
            .clusters
            .of_session_mut(id)
            .and_then(|cluster| cluster.session.as_mut())
            .is_some_and(|session| session.inventory_applied(sequence.0));
        if first {
            info!(cluster = %name, nodes_changed = applied.nodes_changed.len(), "inventory complete");
            self.judge_clusters(round);
            self.wake_rolls_in(name);
        }
        InventoryVerdict::Applied(sequence.0)
    }

    /// The engine takes no decisions for a cluster once messages of its inventory are missing: it is late from then on, like one
    /// whose agent is away for a moment.
    fn inventory_lost(&mut self, id: &SessionId, name: &ClusterName, round: &mut Round) {
        if self.fleet.cluster(name).is_some_and(ClusterState::is_fresh) {
            return;
        }
        let session = self.clusters.of_session_mut(id);
        if let Some(session) = session.and_then(|cluster| cluster.session.as_mut()) {
            session.inventory_lost(round.now);
            self.judge_clusters(round);
        }
    }
}
