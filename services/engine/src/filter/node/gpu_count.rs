//! As many GPUs, or slices of them, must be free on the node.

use hourglass_model::resources::Shortage;

use super::shortage_text;
use super::{RoomContext, RoomRule};

fn shortage(context: &RoomContext<'_>) -> Option<Shortage> {
    let (resource, wanted) = context.at.gpu_units()?;
    let available = context.free.get(resource);
    (wanted > available).then(|| Shortage {
        resource: resource.clone(),
        wanted,
        available,
    })
}

/// As many GPUs, or slices of them, must be free on the node.
pub(super) struct GpuCount;

impl RoomRule for GpuCount {
    fn name(&self) -> &'static str {
        "GpuCount"
    }

    fn passes(&self, context: &RoomContext<'_>) -> bool {
        shortage(context).is_none()
    }

    fn shortfall(&self, context: &RoomContext<'_>) -> String {
        shortage(context)
            .map(|shortage| shortage_text(context, &shortage))
            .unwrap_or_default()
    }
}
