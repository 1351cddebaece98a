//! GPUs that Dynamic Resource Allocation shows one by one: what ResourceSlices say of them, and what ResourceClaims take.
//!
//! ```text
//! ResourceSlice ─▶ slice ─┐
//! DeviceClass (names) ────┼─▶ Devices (index, pure) ─▶ view: the devices of a node, each with what is taken of it
//! ResourceClaim ─▶ claim ─┘
//! ```
//! Only `resource.k8s.io/v1` is read; where the API server does not serve it, there are no devices.

mod claim;
mod index;
mod slice;
mod view;
mod watches;

pub use claim::{AllocatedDevice, ClaimFacts};
pub use index::Devices;
pub use slice::{Attribute, DeviceSpec, PoolKey, SliceFacts};
pub use view::{CounterUse, DeviceUser, DeviceView};
pub(super) use watches::follow_devices;

/// Drivers whose devices count as GPUs, unless the agent is told others.
pub const GPU_DRIVERS: [&str; 4] = [
    "gpu.nvidia.com",
    "gpu.amd.com",
    "gpu.intel.com",
    "gpu.example.com",
];
