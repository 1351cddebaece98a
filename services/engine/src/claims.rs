//! Claims: room on a node that a decision has promised and the inventory does not fully show yet.
//!
//! 1. A claim is one slot epoch with the vector that its pod will ask; a successor is a claim of its own.
//! 2. Inventory says what all bound pods use, and which part of it is bound for which claim.
//! 3. A node is charged with `used` plus, for each live claim on it, whatever of its vector is not observed there.
//! 4. A claim starts when it is decided, before the commit, and ends early only if the commit certainly failed.
//! 5. A released claim ends when its release is durable, its removal was acknowledged at an inventory sequence, inventory
//!    up to there is applied, and no pod of it is left.
//! 6. A pod bound elsewhere is charged there as well, because it is in that node's `used`.
//! 7. A silent cluster keeps its claims.
//!
//! Devices of Dynamic Resource Allocation are charged one by one, by the same rule.
//!
//! A claim that binds only the cluster is charged to the node on which it was found to fit, until its pod is seen on
//! any node of the cluster; without a pod it goes to another one when its node does not hold all that it was promised to.
//!
//! A claim that takes the room of others waits until these have ended; node charges count both meanwhile.

mod devices;
mod ledger;
mod lifecycle;
mod owner;
mod owners;
mod serving;
mod waiting;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hourglass_model::gpu::DeviceUse;
use hourglass_model::ids::{ClaimId, ClusterName, Namespace, NodeName, Sequence};
use hourglass_model::resources::ResourceVector;
use serde::{Deserialize, Serialize};

pub(crate) use ledger::{Ledger, is_movable};
pub use owner::Owner;
pub use serving::Serving;

use crate::domains::counts::Presence;

/// Room promised to one slot epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    /// The slot epoch.
    pub id: ClaimId,
    /// The cluster.
    pub cluster: ClusterName,
    /// The node that is charged.
    pub node: NodeName,
    /// Whether its pod can be bound to that node only.
    pub pinned: bool,
    /// What its pod will ask, `pods: 1` included.
    pub vector: ResourceVector,
    /// Limits of its pod, as the quotas of its namespace count them.
    #[serde(default, skip_serializing_if = "ResourceVector::is_empty")]
    pub limits: ResourceVector,
    /// Devices that its pod will be given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<DeviceUse>,
    /// The namespace in the cluster, where it is known: what a namespace's quota is charged with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<Namespace>,
    /// Whose it is.
    pub owner: Arc<Owner>,
    /// Claims that must have ended before its pod may start: it takes their room.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub waits_for: BTreeSet<ClaimId>,
    /// The zone of its node when that was decided: it counts until the cluster has said what its nodes are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

impl Claim {
    /// What of the vector is not observed yet: on its node when pinned, on any node when not.
    pub(crate) fn unseen(&self, observed: Option<&BTreeMap<NodeName, ResourceVector>>) -> ResourceVector {
        let Some(observed) = observed else {
            return self.vector.clone();
        };
        let mut rest = self.vector.clone();
        for (node, bound) in observed {
            if !self.pinned || *node == self.node {
                rest = rest.saturating_sub(bound);
            }
        }
        // Resources that are observed and were not promised are no credit for others.
        rest.clamp_zero()
    }
}

/// How far a claim has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ClaimPhase {
    /// Decided; the outcome of the commit is not known.
    Decided,
    /// Durable.
    Committed,
    /// Its release is durable; its pod may still be there.
    Released {
        /// Session and inventory sequence at which the cluster acknowledged the removal.
        acknowledged: Option<(u64, Sequence)>,
    },
}

/// A claim and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClaimRecord {
    /// The claim.
    pub claim: Claim,
    /// How far it has come.
    pub phase: ClaimPhase,
    /// Whether what it stands for serves.
    #[serde(default, skip_serializing_if = "Serving::is_unknown")]
    pub serving: Serving,
}

impl ClaimRecord {
    /// Decided or committed, not released.
    #[must_use]
    pub fn is_live(&self) -> bool {
        !matches!(self.phase, ClaimPhase::Released { .. })
    }

    pub(crate) fn presence(&self) -> Presence {
        if self.is_live() {
            Presence::LIVE
        } else {
            Presence::RELEASED
        }
    }
}

/// Whether a command to run this slot epoch may ever have left for the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dispatch {
    /// No Apply was handed to any session by this leader, and the claim was decided by this leader.
    Never,
    /// One may have been. Always so for a claim from before a change of leader.
    Perhaps,
}

/// A step that a claim cannot take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// Each slot epoch is claimed once.
    #[error("claim {0} exists already")]
    Exists(ClaimId),
    /// No such claim.
    #[error("claim {0} is unknown")]
    Unknown(ClaimId),
    /// Only a claim whose commit is undecided can end by a failed commit.
    #[error("claim {0} is durable, its commit cannot have failed")]
    Durable(ClaimId),
    /// A removal was acknowledged for a claim that is in force.
    #[error("claim {0} is not released")]
    NotReleased(ClaimId),
    /// A released claim cannot come back; its successor has a higher epoch.
    #[error("claim {0} is released already")]
    Released(ClaimId),
}
