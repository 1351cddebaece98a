//! What a placement says of itself: conditions, and the reasons of these and of ended attempts.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A condition as Kubernetes means it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConditionRecord {
    /// Which.
    pub kind: ConditionKind,
    /// Holds, does not, or cannot be known now.
    pub status: ConditionStatus,
    /// Why.
    pub reason: Reason,
    /// For people.
    pub message: String,
    /// Last change of `status`.
    pub last_transition_time: Timestamp,
}

/// Condition types; see docs/conditions.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ConditionKind {
    /// A node was chosen for every replica.
    Scheduled,
    /// The clusters hold the Performer objects.
    Dispatched,
    /// Every replica serves.
    Serving,
    /// The clusters confirm that nothing is left.
    Released,
    /// Every replica carries the current generation.
    Updated,
}

/// Status of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConditionStatus {
    /// Holds.
    True,
    /// Does not hold.
    False,
    /// Cannot be known now.
    Unknown,
}

/// Reasons of conditions and attempts; each has its remedy in docs/conditions.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Reason {
    /// Every replica has a node.
    Decided,
    /// The rules allow nodes, none has enough free.
    NoCapacity,
    /// No connected cluster reports the product or TEE.
    NoSuchProduct,
    /// No cluster may take it now.
    NoEligibleCluster,
    /// Clusters may, but their rules and the request's exclude every node.
    RulesExcludeAllNodes,
    /// Some replicas of a gang fit, not all.
    GangDoesNotFit,
    /// What has room refused it and is avoided until it changes.
    Avoided,
    /// The clusters' inventories are not in yet.
    WaitingForInventory,
    /// Replicas have no place yet.
    WaitingForPlace,
    /// The cluster has not confirmed yet.
    WaitingForAgent,
    /// Every object was confirmed.
    ApplyAcknowledged,
    /// A cluster will not take the object.
    ApplyRefused,
    /// Objects are there, pods are not ready.
    WaitingForPerformer,
    /// All serve.
    AllReplicasReady,
    /// Some serve.
    SomeReplicasNotReady,
    /// A cluster with replicas fell silent.
    ClusterSilent,
    /// Deletion waits for clusters to confirm.
    WaitingForRemoval,
    /// The node refused the replica; it was decided again.
    NodeRejected,
    /// The cluster's own scheduler cannot place the pod.
    UnschedulableInCluster,
    /// A placement of higher priority took its place.
    Preempted,
    /// Its place is promised; others are on their way out of it.
    WaitingForVictims,
    /// It took room that was free elsewhere instead of waiting for others to leave.
    RoomElsewhere,
    /// Those whose room it was to take did not leave in time.
    VictimsStay,
    /// It waited longer than it said.
    QueueTimeout,
    /// Not ready in time.
    StartDeadlineExceeded,
    /// Its time has come.
    Expired,
    /// Some replicas carry an earlier generation.
    Updating,
    /// The next step of the update cannot be taken.
    UpdateBlocked,
    /// A replica of the new generation was not ready in time.
    ProgressDeadlineExceeded,
    /// All replicas carry the current generation.
    UpToDate,
    /// An object that the performer names is missing in the namespace.
    MissingPrerequisite,
    /// ResourceQuotas of the namespace leave too little, or bound what the pod does not state.
    NamespaceQuota,
    /// Nodes are kept free for one that has waited longer.
    Reserved,
    /// One member of the gang was refused.
    GangBackedOut,
    /// Moved by hand.
    Evicted,
    /// Its node or cluster empties.
    Drained,
    /// Replaced by its successor.
    Superseded,
    /// It is not tried again by itself.
    AttemptsExhausted,
    /// Rules over other placements leave no place.
    PlacementRules,
    /// The agent is connected; the order stands behind others of its cluster.
    OrderQueued,
}
