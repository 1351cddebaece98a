//! What the server tells an agent, before it becomes a message on the wire.

use hourglass_model::ids::{Epoch, Generation, NodeName, PlacementUid, Slot};

/// One slot of one placement: orders for it are kept in sequence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotKey {
    /// Placement.
    pub placement_uid: PlacementUid,
    /// Slot.
    pub slot: Slot,
}

impl SlotKey {
    /// This slot of a placement.
    #[must_use]
    pub fn of(placement_uid: &PlacementUid, slot: Slot) -> Self {
        Self {
            placement_uid: placement_uid.clone(),
            slot,
        }
    }
}

/// What is wanted of the agent for a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Intent {
    /// The tombstone of an epoch that is over; removal goes before the next apply of the same slot.
    Remove(Epoch),
    /// The current assignment is to exist, and to be ours.
    Apply,
    /// What is to take over from the current assignment is to exist beside it.
    ApplySuccessor,
    /// The pods of the current assignment may be scheduled.
    LiftGate,
    /// The object of a place is to carry the wish of now; nothing else of it changes.
    Seal,
}

impl Intent {
    /// An object is to exist.
    #[must_use]
    pub fn is_apply(self) -> bool {
        matches!(self, Self::Apply | Self::ApplySuccessor)
    }

    /// The epoch that is to go.
    #[must_use]
    pub fn removed_epoch(self) -> Option<Epoch> {
        match self {
            Self::Remove(epoch) => Some(epoch),
            _ => None,
        }
    }
}

/// A slot that needs the agent's attention. Of its removals each is work of its own: what does not end of one epoch keeps no
/// other epoch of it from being removed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Work {
    /// Which slot.
    pub key: SlotKey,
    /// For what.
    pub intent: Intent,
}

/// A command for an agent; the session adds its own identity, incarnation and term.
#[derive(Clone, Debug)]
pub struct Order {
    /// Names the command in its acknowledgement.
    pub command_id: String,
    /// The slot.
    pub key: SlotKey,
    /// The epoch.
    pub epoch: Epoch,
    /// W3C trace context of the dispatch.
    pub traceparent: Option<String>,
    /// Content.
    pub content: OrderContent,
}

/// Content of a command.
#[derive(Clone, Debug)]
pub enum OrderContent {
    /// Create or update one Performer object.
    Apply(Box<ApplyOrder>),
    /// Take over the object that runs for this slot at this epoch.
    Adopt {
        /// `namespace/name`.
        performer: String,
    },
    /// The whole gang was admitted: the pods of this slot may be scheduled.
    LiftGate,
    /// Remove the object of this slot at this epoch or lower.
    Remove {
        /// `namespace/name`.
        performer: String,
        /// Lower epochs stay.
        exact: bool,
    },
}

/// Everything an agent needs to make one Performer object.
#[derive(Clone, Debug)]
pub struct ApplyOrder {
    /// Owner.
    pub tenant: String,
    /// Full name of the placement.
    pub placement: String,
    /// Namespace in the cluster.
    pub namespace: String,
    /// Name of the object.
    pub object_name: String,
    /// Generation of the spec.
    pub generation: Generation,
    /// `spec` of the object.
    pub performer_spec_json: String,
    /// Hash of that spec.
    pub content_hash: String,
    /// The whole placement, signed.
    pub signed_placement: Vec<u8>,
    /// Chosen node.
    pub node: Option<NodeName>,
    /// Service over all ready slots.
    pub service_name: String,
    /// Port of the performer.
    pub grpc_port: u16,
    /// Its pods wait behind a scheduling gate until [`OrderContent::LiftGate`].
    pub gated: bool,
}
