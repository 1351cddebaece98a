//! What the cluster has and what is used of it, node by node, sent to the placement service as it changes.
//!
//! ```text
//! watches (nodes, pods, …) ──▶ Index (pure) ──▶ Feed (snapshot, deltas) ──credits──▶ Inventory stream
//!                                             │ sequence, claims
//!                                             └──▶ session: which sequence reflects a removal; reports: which node
//! ```
//! Changes are kept per node, not per event: a slow server gets the newest state of what changed, and memory is
//! bounded by the cluster's size however slow it is.

mod chunk;
mod classes;
mod credits;
mod devices;
mod facts;
mod feed;
mod fences;
mod index;
mod limit_range;
mod namespaces;
mod node;
mod pod;
mod quota;
mod shared;
mod stream;
mod watches;
mod whereabouts;
mod wire;

pub(crate) use chunk::Chunk;
pub use devices::{
    AllocatedDevice, Attribute, ClaimFacts, CounterUse, DeviceSpec, DeviceUser, DeviceView, Devices,
    GPU_DRIVERS, PoolKey, SliceFacts,
};
pub use facts::{ClassFacts, NodeFacts, NodeView, PodFacts, TaintFacts, TolerationFacts};
pub use feed::Feed;
pub use index::{Delta, Index, Moved};
pub use namespaces::{Change, NamespaceFacts, Namespaces};
pub(crate) use pod::revision;
pub use quota::Headroom;
pub use shared::Inventory;
pub use stream::{InventoryError, InventoryStream};
pub(crate) use watches::follow;
pub use watches::{Watches, run as watch_cluster};
pub use whereabouts::Whereabouts;
