//! The placement engine: a picture of the fleet in memory, and decisions on it.
//!
//! The crate is pure: no IO, no clock, no randomness, no tasks. Whoever owns the [`FleetState`] (the server's one
//! decision loop) feeds it what agents and the store say, and asks it to [`decide`](decide()) or [`explain`](explain()).
//! The same state and request give the same answer, so a decision can be replayed from a [`FleetDump`].
//!
//! - [`state`]: clusters, nodes, sessions; inventory swaps in atomically with a snapshot's last chunk.
//! - [`claims`]: what is promised and not yet visible; the rules that keep a node from being promised twice.
//! - [`filter`]: which clusters may and which nodes can, one rule a file, in a fixed order.
//! - [`packing`]: which node keeps the most of its GPUs usable for what will be asked next.
//! - [`score`]: which node is best, one key a file, compared in order.
//! - [`mod@decide`] and [`mod@explain`]: the two put together, and the reasons told.
//! - `domains` and `preempt`: where other placements are, and whom to move for something more important.
//! - [`reserve`] and [`capacity`]: nodes kept for those who waited long, and how many more would fit.
//! - [`changes`] and [`hints`]: what has changed, and whom of those that wait it can help.
//! - [`totals`] and [`mod@device_holders`]: sums, and who has which device, for people. They never decide whether something fits.
//! - [`invariants`]: what must hold after every step, written apart from the code that makes it hold.

pub mod capacity;
pub mod changes;
pub mod claims;
pub mod decide;
pub mod device_holders;
mod domains;
pub mod explain;
pub mod filter;
#[cfg(test)]
mod fixture;
mod hash;
pub mod hints;
pub(crate) mod index;
pub mod invariants;
mod late;
mod near;
pub mod packing;
mod preempt;
pub mod reserve;
mod scan;
pub mod score;
pub mod state;
pub mod totals;

pub use capacity::{CapacityAnswer, CapacityBound, CapacityCount, ClusterCapacity, capacity};
pub use changes::ChangeKind;
pub use claims::{Claim, ClaimError, ClaimPhase, ClaimRecord, Dispatch, Owner, Serving};
pub use decide::{
    Avoid, AvoidNote, DecideInput, Decision, LeftNode, NearNode, NoFit, NoFitReason, SlotDecision,
    SlotWanted, Victim, decide, decide_beside, decide_by_scan, decide_in_place, kept_serving,
    places_where_left, would_take,
};
pub use device_holders::{DeviceHolder, HeldDevice, UnnamedDevices, device_holders, unnamed_devices};
pub use domains::Counted;
pub use explain::{
    ClusterExplanation, Explanation, NodeScore, RejectionSample, RuleRejection, explain, why_not_on,
};
pub use hints::RetryHints;
pub use late::lacks_only_inventory;
pub use reserve::{Holder, Reservation};
pub use score::NamedScore;
pub use state::{
    Applied, ClusterFacts, ClusterSettings, ClusterState, Delta, FleetDump, FleetState, Health,
    InventoryError, LimitRange, NamespaceFacts, NodeState, QuotaHeadroom, UnknownCluster,
};
