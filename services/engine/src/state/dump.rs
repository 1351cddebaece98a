//! The whole state as data, so that a decision can be replayed elsewhere.

use std::sync::Arc;

use hourglass_model::hash::hex_digest;
use hourglass_model::ids::{ClusterName, Sequence, SnapshotId};
use hourglass_model::node::NodeFacts;
use serde::{Deserialize, Serialize};

use super::cluster::{ClusterFacts, ClusterSettings, Health, Position};
use super::node::NodeState;
use super::{ClusterState, FleetState};
use crate::claims::ClaimRecord;
use crate::domains;
use crate::packing::{FleetPacking, Packing};
use crate::reserve::Reservation;

/// Everything that a decision depends on, beside the request and its [`DecideInput`](crate::DecideInput).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FleetDump {
    /// Identifies the state.
    pub snapshot: SnapshotId,
    /// Clusters, by name.
    pub clusters: Vec<ClusterDump>,
    /// Claims, by id.
    pub claims: Vec<ClaimRecord>,
    /// Nodes that are kept for placements, by placement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reserved: Vec<Reservation>,
    /// What is typical in the fleet.
    #[serde(default)]
    pub packing: Packing,
}

/// One cluster. A snapshot on its way is not part of it: it has no effect yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterDump {
    /// Name.
    pub name: ClusterName,
    /// What people set.
    pub settings: ClusterSettings,
    /// What the sessions have found.
    pub health: Health,
    /// Number of the session.
    pub session: u64,
    /// Whether it may take decisions.
    pub fresh: bool,
    /// Session and sequence of the inventory in force.
    pub applied: Option<(u64, Sequence)>,
    /// What the agent says about the cluster as a whole.
    pub facts: ClusterFacts,
    /// Nodes, by name.
    pub nodes: Vec<NodeFacts>,
}

impl FleetState {
    /// The state as data.
    #[must_use]
    pub fn dump(&self) -> FleetDump {
        let cluster = |(name, state): (&ClusterName, &ClusterState)| ClusterDump {
            name: name.clone(),
            settings: state.settings.clone(),
            health: state.health,
            session: state.session,
            fresh: state.fresh,
            applied: state
                .applied
                .map(|position| (position.session, position.sequence)),
            facts: state.facts.clone(),
            nodes: state.nodes().map(NodeState::facts).collect(),
        };
        FleetDump {
            snapshot: self.snapshot,
            clusters: self.clusters.iter().map(cluster).collect(),
            claims: self.ledger.iter().cloned().collect(),
            reserved: self.reserved.iter().cloned().collect(),
            packing: Packing::clone(self.packing.packing()),
        }
    }

    /// A state from data; charges are computed anew.
    #[must_use]
    pub fn from_dump(dump: FleetDump) -> Self {
        let mut state = Self {
            snapshot: dump.snapshot,
            packing: FleetPacking::from(Arc::new(dump.packing)),
            ..Self::default()
        };
        for record in dump.claims {
            state.ledger.insert(record);
        }
        for cluster in dump.clusters {
            let claims = state.ledger.count_in_cluster(&cluster.name);
            let ix = state.index.add_cluster(&cluster.name, claims);
            let mut loaded = ClusterState {
                settings: cluster.settings,
                health: cluster.health,
                session: cluster.session,
                fresh: cluster.fresh,
                applied: cluster
                    .applied
                    .map(|(session, sequence)| Position { session, sequence }),
                facts: cluster.facts,
                ..ClusterState::new(ix, claims)
            };
            for facts in cluster.nodes {
                let node = NodeState::new(facts, None, &mut state.classes);
                loaded.index_observed(&node);
                loaded.put_node(Box::new(node), None, &mut state.index);
            }
            for node in state.ledger.charged_nodes(&cluster.name) {
                loaded.recharge(&state.ledger, &mut state.index, &cluster.name, &node);
                let zone = match loaded.applied {
                    Some(_) => loaded.node(&node).and_then(domains::zone),
                    None => state.ledger.stated_zone(&cluster.name, &node),
                };
                let zone = zone.map(str::to_owned);
                state.ledger.set_zone(&cluster.name, &node, zone.as_deref());
            }
            let region = domains::region(&loaded);
            state.ledger.set_cluster(&cluster.name, Some(ix), region);
            state.index.set_region(ix, region);
            loaded.seat_all(&mut state.index);
            state.clusters.insert(cluster.name, loaded);
        }
        for reservation in dump.reserved {
            state.reserved.insert(reservation);
        }
        state
    }

    /// SHA-256 over everything that a decision depends on except the snapshot id: two states with the same fingerprint
    /// decide the same.
    ///
    /// # Errors
    /// Never with the types of this crate; the error is passed on rather than assumed away.
    pub fn fingerprint(&self) -> Result<String, serde_json::Error> {
        let mut dump = self.dump();
        dump.snapshot = SnapshotId::default();
        Ok(hex_digest(&serde_json::to_vec(&dump)?))
    }
}
