//! The GPUs that a node shows one by one, and who has them.

use hourglass_engine::{DeviceHolder, HeldDevice};
use hourglass_proto::fleet::v1 as proto;

use super::numbers::{int32, int64};
use crate::scheduler::core::Core;

/// The message of a device.
pub fn node_device_out(core: &Core, device: &HeldDevice<'_>) -> proto::NodeDevice {
    let kind = &device.kind;
    proto::NodeDevice {
        device: device.facts.id.to_string(),
        product: kind
            .product
            .as_ref()
            .map(|product| product.name().to_owned())
            .unwrap_or_default(),
        memory_mib: kind.memory_mib.unwrap_or_default(),
        mig_profile: kind
            .mig_profile
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        free_milli: i32::from(device.free_milli),
        holders: device
            .holders
            .iter()
            .map(|holder| holder_out(core, holder))
            .collect(),
        kind_kept_out: int32(device.kept_out),
    }
}

/// Who looks after clusters sees the placements of every tenant.
fn holder_out(core: &Core, holder: &DeviceHolder) -> proto::DeviceHolder {
    let claim = holder.claim.as_ref();
    proto::DeviceHolder {
        placement: claim
            .and_then(|claim| core.placement_name(&claim.placement))
            .unwrap_or_default(),
        slot: claim.map(|claim| int32(claim.slot.0)).unwrap_or_default(),
        epoch: claim.map(|claim| int64(claim.epoch.0)).unwrap_or_default(),
        milli: int32(holder.milli),
        promised: holder.promised,
    }
}
